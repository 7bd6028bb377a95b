// Placeholders: each is written where it stands and noted in order.

#include <rowan/sql/sql_writer.hpp>

namespace rowan::sql {

Parameter parameter_of(const Dialect& dialect,
                       const metadata::PropertyMeta* property,
                       std::uint32_t value) {
  Parameter parameter;
  parameter.property = property;
  parameter.value = value;
  if (property != nullptr) {
    parameter.storage = dialect.storage_of(*property);
    parameter.is_hidden = property->is_hidden;
  }
  return parameter;
}

SqlWriter& SqlWriter::add_parameter(const Parameter& parameter) {
  dialect_.write_placeholder(statement_.text, statement_.parameters.size(), parameter);
  statement_.parameters.push_back(parameter);
  return *this;
}

SqlWriter& SqlWriter::parameter(std::uint32_t value, const metadata::PropertyMeta* property) {
  return add_parameter(parameter_of(dialect_, property, value));
}

SqlWriter& SqlWriter::array_parameter(std::uint32_t value, const metadata::PropertyMeta* property) {
  Parameter parameter = parameter_of(dialect_, property, value);
  parameter.is_array = true;
  return add_parameter(parameter);
}

SqlWriter& SqlWriter::free_parameter(std::uint32_t value, bool is_hidden) {
  Parameter parameter;
  parameter.value = value;
  parameter.is_hidden = is_hidden;
  return add_parameter(parameter);
}

SqlWriter& SqlWriter::long_list(std::uint32_t value,
                                std::uint32_t count,
                                const metadata::PropertyMeta* property,
                                bool is_negated) {
  Parameter parameter = parameter_of(dialect_, property, value);
  parameter.list_count = count;
  std::string placeholder;
  dialect_.write_placeholder(placeholder, statement_.parameters.size(), parameter);
  statement_.parameters.push_back(parameter);
  dialect_.write_long_list(statement_.text, placeholder, is_negated);
  return *this;
}

}  // namespace rowan::sql
