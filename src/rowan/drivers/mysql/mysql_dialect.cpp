// MySQL's and MariaDB's facts, and the statements that they write in a way of their own.

#include <rowan/drivers/mysql/mysql_dialect.hpp>

#include <rowan/base/error.hpp>
#include <rowan/base/text.hpp>
#include <rowan/base/uuid.hpp>
#include <rowan/sql/sql_writer.hpp>

#include <algorithm>
#include <utility>

namespace rowan::drivers::mysql {
namespace {

using metadata::EntityMeta;
using metadata::PropertyMeta;

// In four bytes a character, a row has no room for more.
constexpr std::uint32_t longest_varchar = 16383;
constexpr std::uint32_t longest_varbinary = 65535;

sql::DialectFacts make_facts(const MysqlFlavor& flavor, std::string_view table_end) {
  sql::DialectFacts facts;
  facts.database = flavor.name;
  facts.capabilities.returning = flavor.has_returning;
  facts.name_limit = 64;
  facts.capabilities.isolation_levels = true;
  facts.capabilities.row_locks = true;
  facts.capabilities.upsert = true;
  facts.capabilities.read_only_transactions = true;
  facts.capabilities.full_text = true;
  facts.create_full_text_index = "create fulltext index ";
  facts.capabilities.transactional_schema = false;
  facts.capabilities.stores_nan = false;
  facts.capabilities.stores_infinity = false;
  facts.quote = '`';
  facts.null_safe_equal = " <=> ";
  facts.limit_for_all = "18446744073709551615";
  facts.orders_nulls = false;
  // Rows are sent as they are inserted, one by one.
  facts.returning_in_order = flavor.has_returning;
  facts.has_update_returning = false;
  facts.has_default_values = false;
  facts.has_native_enums = true;
  facts.has_limit_in_lists = false;
  facts.delete_names_alias = true;
  facts.pads_updates = true;
  facts.parameter_limit = 65535;
  facts.insert_rows = 500;
  // docs/design/0008: longer joins gain nothing more.
  facts.update_rows = 200;
  // Below the smallest max_allowed_packet that a server has by default, 16 MiB.
  facts.chunk_bytes = 4u << 20;
  facts.update_value_bytes = flavor.derived_bytes;
  facts.foreign_keys_off = "set foreign_key_checks = 0";
  facts.foreign_keys_on = "set foreign_key_checks = 1";
  facts.foreign_keys_state = "select @@foreign_key_checks";
  facts.table_end = table_end;
  facts.pivot_end = table_end;
  return facts;
}

/// Tells whether text in a column of this type stays text.
bool is_text_type(const std::string& type) {
  const std::string lower = base::ascii_lower(type);
  return lower.find("char") != std::string::npos || lower.find("text") != std::string::npos;
}

bool is_json(const PropertyMeta& property) {
  return property.type == ValueType::json && !is_text_type(property.column_type);
}

/// Returns a decimal that keeps all that the column does: its digits behind the point, and the most before it.
std::string decimal_type(const PropertyMeta& property) {
  if (property.column_type.empty()) {
    const std::uint32_t scale = property.precision > 0 ? property.scale : 30;
    return "decimal(65, " + std::to_string(scale) + ")";
  }
  if (is_text_type(property.column_type)) return "char";
  const std::string lower = base::ascii_lower(property.column_type);
  if (!lower.starts_with("dec") && !lower.starts_with("numeric")) return "decimal(65, 30)";
  // Without a number of digits behind the point the column has none.
  const auto comma = lower.find(',');
  const auto digit = lower.find_first_of("0123456789", std::min(comma, lower.size()));
  const auto end = lower.find(')', std::min(digit, lower.size()));
  if (end == std::string::npos) return "decimal(65, 0)";
  return "decimal(65, " + lower.substr(digit, end - digit) + ")";
}

/// Returns the collation of a column that has one of its own, or nothing.
std::string collation_of(const MysqlFlavor& flavor, const PropertyMeta& property) {
  if (property.is_relation() && property.target != nullptr && property.column_type.empty())
    return collation_of(flavor, *property.target->primary_key);
  // MariaDB's json is a text.
  if (!flavor.has_json_type && is_json(property)) return "utf8mb4_bin";
  constexpr std::string_view word = " collate ";
  const std::string lower = base::ascii_lower(property.column_type);
  const auto found = lower.find(word);
  if (found == std::string::npos) return {};
  const std::string name =
      lower.substr(found + word.size(), lower.find(' ', found + word.size()) - found - word.size());
  // Others are none of the values', which are utf8mb4.
  return name.starts_with("utf8mb4_") ? name : std::string();
}

/// Returns the type that a parameter is given where nothing around it tells.
std::string cast_type(const MysqlFlavor& flavor,
                      const PropertyMeta& property,
                      sql::Storage storage) {
  switch (property.type) {
    case ValueType::boolean: return "signed";
    case ValueType::integer: return storage == sql::Storage::enum_name ? "char" : "signed";
    case ValueType::real: return "double";
    case ValueType::blob: return "binary";
    case ValueType::timestamp:
      return storage == sql::Storage::text_timestamp ? "char" : "datetime(6)";
    case ValueType::date: return "date";
    case ValueType::uuid: return storage == sql::Storage::text_uuid ? "char" : "binary";
    case ValueType::decimal: return decimal_type(property);
    case ValueType::json: return flavor.has_json_type && is_json(property) ? "json" : "char";
    default: return "char";
  }
}

std::string_view list_type(const sql::Parameter& parameter) {
  if (parameter.property == nullptr) return "longtext";
  switch (parameter.property->type) {
    case ValueType::boolean: return "bigint";
    case ValueType::integer:
      return parameter.storage == sql::Storage::enum_name ? "longtext" : "bigint";
    case ValueType::real: return "double";
    case ValueType::timestamp:
      return parameter.storage == sql::Storage::text_timestamp ? "longtext" : "bigint";
    case ValueType::date: return "date";
    default: return "longtext";
  }
}

std::vector<const PropertyMeta*> columns_of(const EntityMeta& entity,
                                            std::span<const std::uint16_t> columns) {
  std::vector<const PropertyMeta*> out;
  for (const std::uint16_t column : columns) out.push_back(entity.columns[column]);
  return out;
}

}  // namespace

MysqlDialect::MysqlDialect(const MysqlFlavor& flavor, std::string collation)
    : flavor_(flavor),
      collation_(std::move(collation)),
      table_end_(" engine=InnoDB default character set utf8mb4 collate " + collation_),
      facts_(make_facts(flavor, table_end_)) {}

void MysqlDialect::write_placeholder(std::string& out,
                                     std::size_t,
                                     const sql::Parameter& parameter) const {
  const PropertyMeta* property = parameter.property;
  if (parameter.list_count > 0) {
    const std::string_view type = list_type(parameter);
    const bool is_time =
        property != nullptr && property->type == ValueType::timestamp && type == "bigint";
    out += is_time ? "(select date_add('1970-01-01', interval v microsecond)" : "(select v";
    // Text out of JSON has a collation of its own, which must not meet that of a column.
    if (type == "longtext") out += " collate " + collation_;
    out += " from json_table(?, '$[*]' columns (v ";
    out += type;
    out += " path '$')) as list)";
  } else if (flavor_.has_json_type && property != nullptr && is_json(*property)) {
    out += "cast(? as json)";
  } else {
    out += '?';
  }
}

void MysqlDialect::write_long_list(std::string& out,
                                   std::string_view placeholder,
                                   bool is_negated) const {
  out += is_negated ? " not in " : " in ";
  out += placeholder;
}

sql::Storage MysqlDialect::storage_of(const PropertyMeta& property) const {
  if (property.is_enum_text) return sql::Storage::enum_name;
  if (property.column_type.empty() || !is_text_type(property.column_type))
    return sql::Storage::plain;
  if (property.type == ValueType::timestamp) return sql::Storage::text_timestamp;
  if (property.type == ValueType::uuid) return sql::Storage::text_uuid;
  return sql::Storage::plain;
}

std::string_view MysqlDialect::lock_clause(query::LockMode mode) const {
  const bool is_other = flavor_.share_lock != " for share";
  switch (mode) {
    case query::LockMode::pessimistic_read: return flavor_.share_lock;
    case query::LockMode::pessimistic_partial_read:
      return is_other ? " lock in share mode skip locked" : " for share skip locked";
    case query::LockMode::pessimistic_read_or_fail:
      return is_other ? " lock in share mode nowait" : " for share nowait";
    default: return Dialect::lock_clause(mode);
  }
}

void MysqlDialect::add_begin_texts(const backend::TransactionBegin& begin,
                                   std::vector<std::string>& texts) const {
  // The level holds for the next transaction only, so nothing has to be set back.
  const std::string level = "set transaction isolation level ";
  switch (begin.isolation) {
    case backend::IsolationLevel::unspecified: break;
    case backend::IsolationLevel::read_uncommitted:
      texts.push_back(level + "read uncommitted");
      break;
    case backend::IsolationLevel::read_committed: texts.push_back(level + "read committed"); break;
    case backend::IsolationLevel::repeatable_read:
      texts.push_back(level + "repeatable read");
      break;
    case backend::IsolationLevel::serializable: texts.push_back(level + "serializable"); break;
  }
  texts.emplace_back(begin.read_only ? "start transaction read only" : "start transaction");
}

void MysqlDialect::write_rows(sql::SqlWriter& writer,
                              const Properties& columns,
                              std::size_t rows) const {
  // Each value is cast: a parameter in a derived table has no type of its own when the statement is prepared.
  std::uint32_t value = 0;
  for (std::size_t row = 0; row < rows; ++row) {
    writer.add(row == 0 ? "(select " : " union all select ");
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const std::string type = cast_type(flavor_, *columns[i], storage_of(*columns[i]));
      // A placeholder for JSON brings its cast along.
      writer.add(i == 0 ? "" : ", ").add(type == "json" ? "" : "cast(");
      writer.parameter(value++, columns[i]);
      if (type != "json") writer.add(" as ").add(type).add(")");
      if (row == 0) writer.add(" as c").add_number(i + 1);
    }
  }
  writer.add(") as v");
}

void MysqlDialect::write_matches(sql::SqlWriter& writer,
                                 const Properties& columns,
                                 std::size_t key_at) const {
  writer.add(" on ");
  for (std::size_t i = key_at; i < columns.size(); ++i) {
    if (i > key_at) writer.add(" and ");
    writer.column("t", columns[i]->column_name);
    writer.add(columns[i]->is_nullable ? facts_.null_safe_equal : " = ");
    writer.add("v.c").add_number(i + 1);
    // A cast text has the collation of the connection, which must not meet another one.
    if (const std::string own = collation_of(flavor_, *columns[i]); !own.empty())
      writer.add(" collate ").add(own);
  }
}

void MysqlDialect::write_full_text(std::string& out,
                                   const PropertyMeta& property,
                                   std::string_view column,
                                   std::string_view placeholder) const {
  if (!property.is_searched) {
    throw ValidationError(
        std::string(flavor_.name) +
        " searches only what has a full-text index: add .full_text() to the mapping of '" +
        property.full_name() + "', or compare with like()");
  }
  out += "match (" + std::string(column) + ") against (" + std::string(placeholder) +
         " in boolean mode)";
}

void MysqlDialect::write_update_many(sql::SqlWriter& writer, const sql::UpdateShape& shape) const {
  const EntityMeta& entity = *shape.entity;
  Properties columns = columns_of(entity, shape.columns);
  const std::size_t key_at = columns.size();
  columns.push_back(entity.primary_key);
  for (const PropertyMeta* check : columns_of(entity, shape.checks)) columns.push_back(check);
  writer.add("update ").table(entity.table).add(" as t join ");
  write_rows(writer, columns, shape.rows);
  write_matches(writer, columns, key_at);
  for (std::size_t i = 0; i < key_at; ++i) {
    writer.add(i == 0 ? " set " : ", ").column("t", columns[i]->column_name);
    writer.add(" = v.c").add_number(i + 1);
  }
}

void MysqlDialect::write_delete_many(sql::SqlWriter& writer, const sql::DeleteShape& shape) const {
  const EntityMeta& entity = *shape.entity;
  Properties columns{entity.primary_key};
  for (const PropertyMeta* check : columns_of(entity, shape.checks)) columns.push_back(check);
  writer.add("delete t from ").table(entity.table).add(" as t join ");
  write_rows(writer, columns, shape.rows);
  write_matches(writer, columns, 0);
}

std::string MysqlDialect::column_type(const PropertyMeta& property) const {
  if (property.is_relation() && property.target != nullptr && property.column_type.empty())
    return column_type(*property.target->primary_key);
  if (!property.column_type.empty()) return property.column_type;
  switch (property.type) {
    case ValueType::boolean: return "tinyint(1)";
    case ValueType::integer: {
      if (property.is_enum_text) {
        std::string out = "enum(";
        for (const std::string& name : property.enum_names)
          out += (out.ends_with('(') ? "" : ", ") + text_literal(name);
        return out + ")";
      }
      std::string out = property.byte_width == 1   ? "tinyint"
                        : property.byte_width == 2 ? "smallint"
                        : property.byte_width == 4 ? "int"
                                                   : "bigint";
      return property.is_unsigned ? out + " unsigned" : out;
    }
    case ValueType::real: return property.byte_width == 4 ? "float" : "double";
    case ValueType::blob:
      return property.length > 0 && property.length <= longest_varbinary
                 ? "varbinary(" + std::to_string(property.length) + ")"
                 : "longblob";
    case ValueType::timestamp: return "datetime(6)";
    case ValueType::date: return "date";
    case ValueType::uuid: return "binary(16)";
    case ValueType::decimal:
      // Without a precision: all that the server can keep, since it would round what does not fit.
      return property.precision > 0 ? "decimal(" + std::to_string(property.precision) + ", " +
                                          std::to_string(property.scale) + ")"
                                    : "decimal(65, 30)";
    case ValueType::json: return "json";
    default:
      if (property.is_text || property.length > longest_varchar) return "longtext";
      return "varchar(" + std::to_string(property.length > 0 ? property.length : 255) + ")";
  }
}

std::string MysqlDialect::generated_key_end(const PropertyMeta&) const {
  return " not null auto_increment primary key";
}

std::string MysqlDialect::default_literal(const PropertyMeta& property) const {
  const std::string& text = property.default_value.text;
  if (property.type == ValueType::blob) return sql::blob_literal(text);
  Uuid uuid;
  if (property.type != ValueType::uuid || storage_of(property) != sql::Storage::plain ||
      !Uuid::try_parse(text, uuid))
    return text_literal(text);
  const auto& bytes = uuid.bytes();
  return sql::blob_literal({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

std::string MysqlDialect::raw_default(const PropertyMeta& property) const {
  const std::string lower = base::ascii_lower(property.default_value.text);
  const bool is_now =
      lower == "current_timestamp" || lower == "current_timestamp()" || lower == "now()";
  if (is_now && property.type == ValueType::timestamp && property.column_type.empty())
    return "current_timestamp(6)";
  return Dialect::raw_default(property);
}

std::string MysqlDialect::literal_default(const PropertyMeta& property, std::string literal) const {
  // Columns of these types take a default as an expression only.
  const std::string type = base::ascii_lower(column_type(property));
  const bool is_large = type.find("text") != std::string::npos ||
                        type.find("blob") != std::string::npos ||
                        type.find("json") != std::string::npos;
  return is_large ? "(" + literal + ")" : literal;
}

std::string MysqlDialect::text_literal(std::string_view text) const {
  // A backslash escapes: connections see to it that NO_BACKSLASH_ESCAPES is off.
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += c;
    out += c;
  }
  return out + "'";
}

void MysqlDialect::write_merge(sql::SqlWriter& writer,
                               std::span<const PropertyMeta* const>,
                               std::span<const PropertyMeta* const> merged) const {
  const std::string_view row = flavor_.new_row;
  if (!row.empty()) writer.add(" as ").add(row);
  writer.add(" on duplicate key update ");
  for (std::size_t i = 0; i < merged.size(); ++i) {
    const std::string& column = merged[i]->column_name;
    writer.add(i == 0 ? "" : ", ").name(column).add(" = ");
    if (row.empty()) {
      writer.add("values(").name(column).add(")");
    } else {
      writer.add(row).add(".").name(column);
    }
  }
}

std::string MysqlDialect::insert_or_ignore_end(std::string_view untouched) const {
  // `insert ignore` would make warnings of all other errors too. The mark comes back as the key that the statement
  // made, so that a row that was left alone is told from one that was inserted.
  std::string column;
  sql::write_name(column, facts_, untouched);
  return " on duplicate key update " + column + " = if(last_insert_id(" +
         std::string(ignored_row_mark) + ") = 0, " + column + ", " + column + ")";
}

}  // namespace rowan::drivers::mysql
