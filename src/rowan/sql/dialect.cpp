// What most SQL databases write alike.

#include <rowan/sql/dialect.hpp>

#include <rowan/base/error.hpp>
#include <rowan/sql/sql_writer.hpp>

#include <utility>

namespace rowan::sql {
namespace {

void write_rows(SqlWriter& writer,
                std::span<const metadata::PropertyMeta* const> properties,
                std::size_t rows) {
  for (std::size_t row = 0; row < rows; ++row) {
    writer.add(row == 0 ? "(" : ", (");
    for (std::size_t i = 0; i < properties.size(); ++i) {
      if (i > 0) writer.add(", ");
      writer.parameter(static_cast<std::uint32_t>(row * properties.size() + i), properties[i]);
    }
    writer.add(")");
  }
}

}  // namespace

std::string blob_literal(std::string_view bytes) {
  std::string out = "x'";
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out += "0123456789abcdef"[byte >> 4];
    out += "0123456789abcdef"[byte & 15];
  }
  return out + "'";
}

void write_name(std::string& out, const DialectFacts& facts, std::string_view name) {
  out += facts.quote;
  for (const char c : name) {
    if (c == facts.quote) out += c;
    out += c;
  }
  out += facts.quote;
}

void write_table(std::string& out, const DialectFacts& facts, std::string_view table) {
  const std::string_view schema = metadata::schema_of(table);
  if (schema.empty()) return write_name(out, facts, table);
  if (!facts.capabilities.schemas) return write_name(out, facts, metadata::flat_table_name(table));
  write_name(out, facts, schema);
  out += '.';
  write_name(out, facts, metadata::table_without_schema(table));
}

void Dialect::write_placeholder(std::string& out, std::size_t, const Parameter&) const {
  out += '?';
}

void Dialect::write_long_list(std::string& out,
                              std::string_view placeholder,
                              bool is_negated) const {
  out += is_negated ? " <> all(" : " = any(";
  out += placeholder;
  out += ')';
}

void Dialect::write_full_text(std::string&,
                              const metadata::PropertyMeta& property,
                              std::string_view,
                              std::string_view) const {
  throw ValidationError("this database has no full-text search that Rowan knows: compare '" +
                        property.name + "' with like(), or ask the capability full_text first");
}

std::string Dialect::full_text_index(const metadata::PropertyMeta& property) const {
  std::string out = "(";
  write_name(out, facts(), property.column_name);
  return out + ")";
}

void Dialect::write_merge(SqlWriter& writer,
                          std::span<const metadata::PropertyMeta* const> key,
                          std::span<const metadata::PropertyMeta* const> merged) const {
  for (std::size_t i = 0; i < key.size(); ++i)
    writer.add(i == 0 ? " on conflict (" : ", ").name(key[i]->column_name);
  writer.add(") do update set ");
  for (std::size_t i = 0; i < merged.size(); ++i) {
    writer.add(i == 0 ? "" : ", ").name(merged[i]->column_name).add(" = excluded.");
    writer.name(merged[i]->column_name);
  }
}

Storage Dialect::storage_of(const metadata::PropertyMeta& property) const {
  return property.is_enum_text ? Storage::enum_name : Storage::plain;
}

std::string_view Dialect::lock_clause(query::LockMode mode) const {
  if (!facts().capabilities.row_locks) return {};
  switch (mode) {
    case query::LockMode::none:
    case query::LockMode::optimistic: return {};
    case query::LockMode::pessimistic_read: return " for share";
    case query::LockMode::pessimistic_write: return " for update";
    case query::LockMode::pessimistic_partial_write: return " for update skip locked";
    case query::LockMode::pessimistic_write_or_fail: return " for update nowait";
    case query::LockMode::pessimistic_partial_read: return " for share skip locked";
    case query::LockMode::pessimistic_read_or_fail: return " for share nowait";
  }
  return {};
}

void Dialect::add_begin_texts(const backend::TransactionBegin& begin,
                              std::vector<std::string>& texts) const {
  std::string text = "begin";
  switch (begin.isolation) {
    case backend::IsolationLevel::unspecified: break;
    case backend::IsolationLevel::read_uncommitted:
      text += " isolation level read uncommitted";
      break;
    case backend::IsolationLevel::read_committed: text += " isolation level read committed"; break;
    case backend::IsolationLevel::repeatable_read:
      text += " isolation level repeatable read";
      break;
    case backend::IsolationLevel::serializable: text += " isolation level serializable"; break;
  }
  if (begin.read_only) text += " read only";
  texts.push_back(std::move(text));
}

void Dialect::write_update_many(SqlWriter& writer, const UpdateShape& shape) const {
  const metadata::EntityMeta& entity = *shape.entity;
  std::vector<const metadata::PropertyMeta*> row;
  writer.add("update ").table(entity.table).add(" set ");
  for (const std::uint16_t column : shape.columns) {
    row.push_back(entity.columns[column]);
    if (row.size() > 1) writer.add(", ");
    writer.name(row.back()->column_name).add(" = v.column").add_number(row.size());
  }
  row.push_back(entity.primary_key);
  const std::size_t key_at = row.size();
  for (const std::uint16_t column : shape.checks) row.push_back(entity.columns[column]);
  writer.add(" from (values ");
  write_rows(writer, row, shape.rows);
  writer.add(") as v where ").table(entity.table).add(".").name(entity.primary_key->column_name);
  writer.add(" = v.column").add_number(key_at);
  for (std::size_t i = key_at; i < row.size(); ++i) {
    writer.add(" and ").table(entity.table).add(".").name(row[i]->column_name);
    writer.add(facts().null_safe_equal).add("v.column").add_number(i + 1);
  }
}

void Dialect::write_delete_many(SqlWriter& writer, const DeleteShape& shape) const {
  const metadata::EntityMeta& entity = *shape.entity;
  const std::string& key = entity.primary_key->column_name;
  std::vector<const metadata::PropertyMeta*> row{entity.primary_key};
  for (const std::uint16_t column : shape.checks) row.push_back(entity.columns[column]);
  // Not `(key, check) in (values ...)`: SQLite would read the whole table for that.
  writer.add("delete from ").table(entity.table).add(" where ").name(key).add(" in (select s.");
  writer.name(key).add(" from (values ");
  write_rows(writer, row, shape.rows);
  writer.add(") as v join ").table(entity.table).add(" as s on s.").name(key).add(" = v.column1");
  for (std::size_t i = 1; i < row.size(); ++i) {
    writer.add(" and s.").name(row[i]->column_name).add(facts().null_safe_equal);
    writer.add("v.column").add_number(i + 1);
  }
  writer.add(")");
}

std::string Dialect::text_literal(std::string_view text) const {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') out += c;
    out += c;
  }
  return out + "'";
}

}  // namespace rowan::sql
