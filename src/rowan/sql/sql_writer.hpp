// The text of one statement as it grows, and the parameters it has so far.

#pragma once

#include <rowan/sql/dialect.hpp>
#include <rowan/sql/parameter.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rowan::sql {

/// A finished statement.
struct StatementText {
  std::string text;
  std::vector<Parameter> parameters;
};

/// Collects a statement.
class SqlWriter final {
 public:
  explicit SqlWriter(const Dialect& dialect) : dialect_(dialect) {}
  SqlWriter(const SqlWriter&) = delete;
  SqlWriter& operator=(const SqlWriter&) = delete;

  [[nodiscard]] const Dialect& dialect() const noexcept { return dialect_; }
  [[nodiscard]] const DialectFacts& facts() const noexcept { return dialect_.facts(); }
  [[nodiscard]] std::string& out() noexcept { return statement_.text; }

  SqlWriter& add(std::string_view text) {
    statement_.text += text;
    return *this;
  }
  SqlWriter& add_number(std::size_t number) { return add(std::to_string(number)); }
  /// Appends a quoted name.
  SqlWriter& name(std::string_view name) {
    write_name(statement_.text, facts(), name);
    return *this;
  }
  /// Appends the name of a table with that of its schema.
  SqlWriter& table(std::string_view table) {
    write_table(statement_.text, facts(), table);
    return *this;
  }
  /// Appends `alias."column"`.
  SqlWriter& column(std::string_view alias, std::string_view name) {
    add(alias).add(".");
    return this->name(name);
  }
  /// Appends a placeholder for value `value`, compared with or written to `property` (may be null).
  SqlWriter& parameter(std::uint32_t value, const metadata::PropertyMeta* property);
  /// Appends a placeholder for column `value` of a batch.
  SqlWriter& array_parameter(std::uint32_t value, const metadata::PropertyMeta* property);
  /// Appends a placeholder for a value of no column, hidden if asked for.
  SqlWriter& free_parameter(std::uint32_t value, bool is_hidden);
  /// Appends ` in (...)` or ` not in (...)` over a list that is one parameter.
  SqlWriter& long_list(std::uint32_t value,
                       std::uint32_t count,
                       const metadata::PropertyMeta* property,
                       bool is_negated);

  [[nodiscard]] StatementText finish() { return std::move(statement_); }

 private:
  SqlWriter& add_parameter(const Parameter& parameter);

  const Dialect& dialect_;
  StatementText statement_;
};

/// Returns what a placeholder for the property's values must know.
[[nodiscard]] Parameter parameter_of(const Dialect& dialect,
                                     const metadata::PropertyMeta* property,
                                     std::uint32_t value = 0);

}  // namespace rowan::sql
