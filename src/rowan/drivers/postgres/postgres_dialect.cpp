// PostgreSQL's facts.

#include <rowan/drivers/postgres/postgres_dialect.hpp>

#include <rowan/base/text.hpp>

#include <utility>

namespace rowan::drivers::postgres {
namespace {

sql::DialectFacts make_facts() {
  sql::DialectFacts facts;
  facts.database = "PostgreSQL";
  facts.capabilities.returning = true;
  facts.capabilities.reserve_keys = true;
  facts.name_limit = 63;
  facts.capabilities.deferrable_constraints = true;
  facts.capabilities.isolation_levels = true;
  facts.capabilities.row_locks = true;
  facts.capabilities.upsert = true;
  facts.capabilities.read_only_transactions = true;
  facts.capabilities.full_text = true;
  facts.capabilities.containment = true;
  facts.capabilities.native_enums = true;
  facts.capabilities.schemas = true;
  // One row gets its key back from the insert itself, in one round trip.
  facts.least_reserved_keys = 2;
  facts.has_ilike = true;
  // One array serves every length, so there is one statement for all of them.
  facts.capabilities.list_parameters = 1;
  facts.lists_are_arrays = true;
  // The protocol has room for 65,535, but libpq takes the description of more than 7,499 for a broken connection.
  facts.parameter_limit = most_values;
  facts.batches_are_arrays = true;
  // docs/design/0006: a copy costs two round trips more than arrays do, and saves a microsecond or two for each row.
  facts.copy_from_rows = 200;
  facts.capabilities.batch_rows = facts.array_rows;
  facts.defer_constraints = "set constraints all deferred";
  facts.foreign_key_end = " deferrable initially immediate";
  facts.drop_table_end = " cascade";
  facts.clear_tables = "truncate table ";
  return facts;
}

/// Returns a type without its length and precision, as it can be cast to without loss: `varchar(10)` would cut text.
std::string without_modifiers(std::string_view type) {
  std::string out;
  int depth = 0;
  for (const char c : type) {
    if (c == '(') ++depth;
    if (depth == 0) out += c;
    if (c == ')') --depth;
  }
  const std::string lower = base::ascii_lower(out);
  if (lower == "char" || lower == "character") return "bpchar";
  if (lower == "serial" || lower == "serial4") return "integer";
  if (lower == "bigserial" || lower == "serial8") return "bigint";
  if (lower == "smallserial" || lower == "serial2") return "smallint";
  if (lower == "bit") return "varbit";
  return out;
}

std::string_view integer_type(const metadata::PropertyMeta& property) {
  // Unsigned numbers need a sign's room more.
  const int width = property.is_unsigned ? property.byte_width * 2 : property.byte_width;
  if (width <= 2) return "smallint";
  return width <= 4 ? "integer" : "bigint";
}

/// Returns the type of the property's values, without length; that of its column where the user gave one.
std::string value_type_of(const metadata::PropertyMeta& property) {
  if (!property.column_type.empty()) return without_modifiers(property.column_type);
  if (!property.native_enum.empty()) {
    std::string quoted;
    sql::write_table(quoted, PostgresDialect().facts(), property.native_enum);
    return quoted;
  }
  if (property.item_type != ValueType::null) {
    metadata::PropertyMeta item = property;
    item.type = std::exchange(item.item_type, ValueType::null);
    return value_type_of(item) + "[]";
  }
  switch (property.type) {
    case ValueType::boolean: return "boolean";
    case ValueType::integer:
      return property.is_enum_text ? "text" : std::string(integer_type(property));
    case ValueType::real: return property.byte_width == 4 ? "real" : "double precision";
    case ValueType::blob: return "bytea";
    case ValueType::timestamp: return "timestamptz";
    case ValueType::date: return "date";
    case ValueType::uuid: return "uuid";
    case ValueType::decimal: return "numeric";
    case ValueType::json: return "jsonb";
    default: return "text";
  }
}

}  // namespace

const sql::DialectFacts& PostgresDialect::facts() const noexcept {
  static const sql::DialectFacts facts = make_facts();
  return facts;
}

void PostgresDialect::write_placeholder(std::string& out,
                                        std::size_t position,
                                        const sql::Parameter& parameter) const {
  out += '$';
  out += std::to_string(position + 1);
  const metadata::PropertyMeta* property = parameter.property;
  if (property == nullptr) return;
  const bool is_array = parameter.is_array || parameter.list_count > 0;
  if (is_array) {
    out += "::";
    out += value_type_of(*property);
    out += "[]";
    return;
  }
  if (!property->column_type.empty()) return;
  out += "::";
  const bool is_number = property->type == ValueType::integer && !property->is_enum_text;
  out += is_number ? "bigint" : value_type_of(*property);
}

std::string PostgresDialect::native_text(std::string_view text) const {
  if (text.find("$1") != std::string_view::npos) return std::string(text);
  std::string out;
  std::size_t count = 0;
  char quote = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quote != 0) {
      if (c == quote) quote = 0;
    } else if (c == '\'' || c == '"') {
      quote = c;
    } else if (c == '?') {
      if (i + 1 < text.size() && text[i + 1] == '?') {
        ++i;
      } else {
        out += '$' + std::to_string(++count);
        continue;
      }
    }
    out += c;
  }
  return out;
}

std::string PostgresDialect::search_language(const metadata::PropertyMeta& property) const {
  return text_literal(property.search_language.empty() ? "simple" : property.search_language);
}

std::string PostgresDialect::searched(const metadata::PropertyMeta& property,
                                      std::string_view column) const {
  if (base::ascii_lower(property.column_type) == "tsvector") return std::string(column);
  return "to_tsvector(" + search_language(property) + ", " + std::string(column) + ")";
}

std::string PostgresDialect::full_text_index(const metadata::PropertyMeta& property) const {
  std::string column;
  sql::write_name(column, facts(), property.column_name);
  return "using gin (" + searched(property, column) + ")";
}

void PostgresDialect::write_full_text(std::string& out,
                                      const metadata::PropertyMeta& property,
                                      std::string_view column,
                                      std::string_view placeholder) const {
  out += searched(property, column) + " @@ to_tsquery(" + search_language(property) + ", ";
  out += std::string(placeholder) + "::text)";
}

bool PostgresDialect::can_be_array(const metadata::PropertyMeta& property) const {
  // unnest() would take the lists themselves apart.
  return property.item_type == ValueType::null && !property.column_type.ends_with("[]");
}

std::string_view PostgresDialect::lock_clause(query::LockMode mode) const {
  // Of the root only: what is joined to it may be missing, and such rows cannot be locked.
  switch (mode) {
    case query::LockMode::none:
    case query::LockMode::optimistic: return {};
    case query::LockMode::pessimistic_read: return " for share of t0";
    case query::LockMode::pessimistic_write: return " for update of t0";
    case query::LockMode::pessimistic_partial_write: return " for update of t0 skip locked";
    case query::LockMode::pessimistic_write_or_fail: return " for update of t0 nowait";
    case query::LockMode::pessimistic_partial_read: return " for share of t0 skip locked";
    case query::LockMode::pessimistic_read_or_fail: return " for share of t0 nowait";
  }
  return {};
}

std::string PostgresDialect::column_type(const metadata::PropertyMeta& property) const {
  if (!property.column_type.empty()) return property.column_type;
  if (!property.native_enum.empty()) return value_type_of(property);
  switch (property.type) {
    case ValueType::text:
      return property.length > 0 && !property.is_text
                 ? "varchar(" + std::to_string(property.length) + ")"
                 : "text";
    case ValueType::decimal:
      if (property.precision == 0) return "numeric";
      return "numeric(" + std::to_string(property.precision) + "," +
             std::to_string(property.scale) + ")";
    case ValueType::timestamp: return "timestamptz(6)";
    default: return value_type_of(property);
  }
}

std::string PostgresDialect::generated_key_end(const metadata::PropertyMeta& key) const {
  // A serial type brings its own sequence.
  if (key.column_type.find("serial") != std::string::npos) return " primary key";
  return " generated by default as identity primary key";
}

std::string PostgresDialect::raw_default(const metadata::PropertyMeta& property) const {
  const std::string lower = base::ascii_lower(property.default_value.text);
  return lower == "current_timestamp()" ? "current_timestamp" : Dialect::raw_default(property);
}

std::string_view PostgresDialect::aggregate_end(query::Aggregate aggregate,
                                                const metadata::PropertyMeta& property) const {
  // Sums of bigint are numeric, and averages of everything whole.
  if (aggregate == query::Aggregate::sum && property.type == ValueType::integer) return "::bigint";
  if (aggregate == query::Aggregate::avg && property.type == ValueType::integer)
    return "::double precision";
  return {};
}

}  // namespace rowan::drivers::postgres
