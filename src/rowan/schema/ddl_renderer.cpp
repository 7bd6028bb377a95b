// Writes `create table` and its kin.

#include <rowan/schema/ddl_renderer.hpp>

#include <algorithm>
#include <string_view>
#include <utility>

namespace rowan::schema {
namespace {

using metadata::ReferentialAction;

std::string_view action_text(ReferentialAction action) {
  switch (action) {
    case ReferentialAction::restrict_: return "restrict";
    case ReferentialAction::cascade: return "cascade";
    case ReferentialAction::set_null: return "set null";
    case ReferentialAction::set_default: return "set default";
    case ReferentialAction::no_action:
    case ReferentialAction::unset: break;
  }
  return "no action";
}

class Writer final {
 public:
  explicit Writer(const sql::Dialect& dialect) : dialect_(dialect) {}

  Writer& add(std::string_view text) {
    out_ += text;
    return *this;
  }
  Writer& name(std::string_view name) {
    sql::write_name(out_, dialect_.facts(), name);
    return *this;
  }
  Writer& table(std::string_view table) {
    sql::write_table(out_, dialect_.facts(), table);
    return *this;
  }
  Writer& names(std::span<const std::string> names) {
    for (std::size_t i = 0; i < names.size(); ++i) add(i == 0 ? "(" : ", ").name(names[i]);
    return add(")");
  }
  Writer& foreign_key(const ForeignKey& key) {
    add("constraint ").name(key.name).add(" foreign key (").name(key.column).add(") references ");
    table(key.target_table).add(" (").name(key.target_column).add(")");
    if (key.on_delete != ReferentialAction::unset)
      add(" on delete ").add(action_text(key.on_delete));
    if (key.on_update != ReferentialAction::unset)
      add(" on update ").add(action_text(key.on_update));
    return add(dialect_.facts().foreign_key_end);
  }
  Writer& column(const Column& column) {
    name(column.name).add(" ").add(column.type);
    if (column.is_generated_key) return add(column.generated_key_end);
    add(column.is_nullable ? " null" : " not null");
    if (!column.default_sql.empty()) add(" default ").add(column.default_sql);
    return *this;
  }
  [[nodiscard]] std::string finish() { return std::move(out_); }

 private:
  const sql::Dialect& dialect_;
  std::string out_;
};

std::string create_table(const sql::Dialect& dialect, const Table& table) {
  const sql::DialectFacts& facts = dialect.facts();
  Writer writer(dialect);
  writer.add("create table ").table(table.name).add(" (");
  bool has_key = false;
  bool is_first = true;
  for (const Column& column : table.columns) {
    if (!is_first) writer.add(", ");
    is_first = false;
    writer.column(column);
    if (column.is_generated_key) has_key = true;
  }
  if (!has_key && !table.primary_key.empty()) {
    writer.add(", primary key ").names(table.primary_key);
  }
  if (facts.has_inline_foreign_keys) {
    for (const ForeignKey& key : table.foreign_keys) writer.add(", ").foreign_key(key);
  }
  for (const Check& check : table.checks)
    writer.add(", constraint ").name(check.name).add(" check (").add(check.expression).add(")");
  writer.add(")").add(table.is_pivot && !has_key ? facts.pivot_end : facts.table_end);
  return writer.finish();
}

/// Adds what the tables need before them: schemas, and types of enumerators, each once.
void add_create_types(const sql::Dialect& dialect,
                      std::span<const Table> tables,
                      std::vector<std::string>& statements) {
  const auto add_once = [&](std::string statement) {
    if (std::find(statements.begin(), statements.end(), statement) == statements.end())
      statements.push_back(std::move(statement));
  };
  for (const Table& table : tables) {
    const std::string_view schema = metadata::schema_of(table.name);
    if (schema.empty() || !dialect.facts().capabilities.schemas) continue;
    Writer writer(dialect);
    add_once(writer.add("create schema if not exists ").name(schema).finish());
  }
  for (const Table& table : tables) {
    for (const EnumType& type : table.enums) {
      Writer writer(dialect);
      writer.add("create type ").table(type.name).add(" as enum (");
      for (std::size_t i = 0; i < type.items.size(); ++i)
        writer.add(i == 0 ? "" : ", ").add(dialect.text_literal(type.items[i]));
      add_once(writer.add(")").finish());
    }
  }
}

}  // namespace

std::vector<std::string> render_create(const sql::Dialect& dialect, std::span<const Table> tables) {
  std::vector<std::string> statements;
  add_create_types(dialect, tables, statements);
  for (const Table& table : tables) {
    statements.push_back(create_table(dialect, table));
    for (const Index& index : table.indexes) {
      Writer writer(dialect);
      std::string_view kind = index.is_unique ? "create unique index " : "create index ";
      if (!index.full_text_of.empty()) kind = dialect.facts().create_full_text_index;
      writer.add(kind).name(index.name).add(" on ").table(table.name).add(" ");
      if (index.full_text_of.empty()) {
        writer.names(index.columns);
      } else {
        writer.add(index.full_text_of);
      }
      statements.push_back(writer.finish());
    }
  }
  if (dialect.facts().has_inline_foreign_keys) return statements;
  for (const Table& table : tables) {
    for (const ForeignKey& key : table.foreign_keys) {
      Writer writer(dialect);
      writer.add("alter table ").table(table.name).add(" add ").foreign_key(key);
      statements.push_back(writer.finish());
    }
  }
  return statements;
}

std::vector<std::string> render_drop(const sql::Dialect& dialect, std::span<const Table> tables) {
  std::vector<std::string> statements;
  for (std::size_t i = tables.size(); i-- > 0;) {
    Writer writer(dialect);
    writer.add("drop table if exists ").table(tables[i].name).add(dialect.facts().drop_table_end);
    statements.push_back(writer.finish());
  }
  for (const Table& table : tables) {
    for (const EnumType& type : table.enums) {
      Writer writer(dialect);
      writer.add("drop type if exists ").table(type.name);
      statements.push_back(writer.finish());
    }
  }
  return statements;
}

std::vector<std::string> render_clear(const sql::Dialect& dialect, std::span<const Table> tables) {
  std::vector<std::string> statements;
  if (!dialect.facts().clear_tables.empty() && !tables.empty()) {
    Writer writer(dialect);
    writer.add(dialect.facts().clear_tables);
    for (std::size_t i = 0; i < tables.size(); ++i)
      writer.add(i == 0 ? "" : ", ").table(tables[i].name);
    statements.push_back(writer.finish());
    return statements;
  }
  for (std::size_t i = tables.size(); i-- > 0;) {
    Writer writer(dialect);
    writer.add("delete from ").table(tables[i].name);
    statements.push_back(writer.finish());
  }
  return statements;
}

}  // namespace rowan::schema
