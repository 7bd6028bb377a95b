// SQLite's facts.

#include <rowan/drivers/sqlite/sqlite_dialect.hpp>

#include <rowan/base/text.hpp>
#include <rowan/base/time.hpp>
#include <rowan/base/uuid.hpp>

namespace rowan::drivers::sqlite {
namespace {

sql::DialectFacts make_facts() {
  sql::DialectFacts facts;
  facts.database = "SQLite";
  facts.capabilities.returning = true;
  facts.capabilities.reserve_keys = true;
  facts.capabilities.deferrable_constraints = true;
  facts.capabilities.upsert = true;
  facts.capabilities.read_only_transactions = true;
  facts.capabilities.stores_nan = false;
  facts.null_safe_equal = " is ";
  facts.limit_for_all = "-1";
  facts.has_decimals = false;
  facts.decimal_collation = decimal_collation;
  facts.decimal_sum = decimal_sum;
  facts.like_end = " escape '\\'";
  facts.has_inline_foreign_keys = true;
  facts.defer_constraints = "pragma defer_foreign_keys = on";
  facts.foreign_keys_off = "pragma foreign_keys = off";
  facts.foreign_keys_on = "pragma foreign_keys = on";
  facts.foreign_keys_state = "pragma foreign_keys";
  facts.read_only_on = "pragma query_only = on";
  facts.read_only_off = "pragma query_only = off";
  facts.pivot_end = " without rowid";
  return facts;
}

/// Tells whether SQLite would store text in a column of this type as text.
bool is_text_type(const std::string& type) {
  const std::string lower = base::ascii_lower(type);
  return lower.find("char") != std::string::npos || lower.find("clob") != std::string::npos ||
         lower.find("text") != std::string::npos;
}

}  // namespace

const sql::DialectFacts& SqliteDialect::facts() const noexcept {
  static const sql::DialectFacts facts = make_facts();
  return facts;
}

void SqliteDialect::write_long_list(std::string& out,
                                    std::string_view placeholder,
                                    bool is_negated) const {
  out += is_negated ? " not in (select value from json_each(" : " in (select value from json_each(";
  out += placeholder;
  out += "))";
}

sql::Storage SqliteDialect::storage_of(const metadata::PropertyMeta& property) const {
  if (property.is_enum_text) return sql::Storage::enum_name;
  if (property.column_type.empty() || !is_text_type(property.column_type))
    return sql::Storage::plain;
  if (property.type == ValueType::timestamp) return sql::Storage::text_timestamp;
  if (property.type == ValueType::uuid) return sql::Storage::text_uuid;
  return sql::Storage::plain;
}

void SqliteDialect::add_begin_texts(const backend::TransactionBegin& begin,
                                    std::vector<std::string>& texts) const {
  // A transaction that starts by reading and writes later fails where another has written meanwhile.
  texts.emplace_back(begin.will_write && !begin.read_only ? "begin immediate" : "begin");
}

std::string SqliteDialect::column_type(const metadata::PropertyMeta& property) const {
  if (!property.column_type.empty()) return property.column_type;
  switch (property.type) {
    case ValueType::boolean:
    case ValueType::timestamp: return "integer";
    case ValueType::integer: return property.is_enum_text ? "text" : "integer";
    case ValueType::real: return "real";
    case ValueType::text:
      return property.length > 0 && !property.is_text
                 ? "varchar(" + std::to_string(property.length) + ")"
                 : "text";
    case ValueType::blob:
    case ValueType::uuid: return "blob";
    default: return "text";
  }
}

std::string SqliteDialect::default_literal(const metadata::PropertyMeta& property) const {
  const std::string& text = property.default_value.text;
  if (storage_of(property) != sql::Storage::plain) return text_literal(text);
  Uuid uuid;
  Timestamp time;
  if (property.type == ValueType::uuid && Uuid::try_parse(text, uuid)) {
    const auto& bytes = uuid.bytes();
    return sql::blob_literal({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  }
  if (property.type == ValueType::timestamp && parse_timestamp(text, time))
    return std::to_string(time.time_since_epoch().count());
  return property.type == ValueType::blob ? sql::blob_literal(text) : text_literal(text);
}

std::string SqliteDialect::raw_default(const metadata::PropertyMeta& property) const {
  const std::string lower = base::ascii_lower(property.default_value.text);
  const bool is_now =
      lower == "current_timestamp" || lower == "current_timestamp()" || lower == "now()";
  // SQLite's current time is text, and these columns hold microseconds.
  if (is_now && property.type == ValueType::timestamp &&
      storage_of(property) == sql::Storage::plain) {
    return "(cast((julianday('now') - 2440587.5) * 86400000.0 as integer) * 1000)";
  }
  return is_now ? "current_timestamp" : Dialect::raw_default(property);
}

std::string SqliteDialect::generated_key_end(const metadata::PropertyMeta&) const {
  // Without autoincrement the key of a deleted last row would be given to the next one.
  return " primary key autoincrement";
}

}  // namespace rowan::drivers::sqlite
