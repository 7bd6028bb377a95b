// Columns, keys, indexes and checks of each class, then the order of the tables.

#include <rowan/schema/schema_builder.hpp>

#include <rowan/metadata/naming_strategy.hpp>
#include <rowan/value/cell.hpp>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <span>
#include <utility>

namespace rowan::schema {
namespace {

using metadata::DefaultValue;
using metadata::EntityMeta;
using metadata::PropertyMeta;

/// What decides how tables are written down.
struct Style {
  const sql::Dialect& dialect;
  const NamingStrategy& naming;

  [[nodiscard]] std::string constraint(const std::string& table,
                                       const std::string& column,
                                       std::string_view suffix) const {
    return constraint(table, std::span(&column, 1), suffix);
  }
  [[nodiscard]] std::string constraint(const std::string& table,
                                       std::span<const std::string> columns,
                                       std::string_view suffix) const {
    return fit(naming.index_name(metadata::flat_table_name(table), columns, suffix));
  }
  /// Returns the name, its end replaced by a number made of it where it is too long for the database.
  [[nodiscard]] std::string fit(std::string name) const {
    const std::size_t limit = dialect.facts().name_limit;
    if (limit == 0 || name.size() <= limit) return name;
    constexpr char digits[] = "0123456789abcdef";
    std::uint64_t hash = value::hash_of(value::Cell::of_bytes(name));
    name.resize(limit - 9);
    name += '_';
    for (int i = 0; i < 8; ++i, hash >>= 4) name += digits[hash & 15];
    return name;
  }
};

std::string name_of_enumerator(const PropertyMeta& property, std::int64_t number) {
  for (std::size_t i = 0; i < property.enum_values.size() && i < property.enum_names.size(); ++i) {
    if (property.enum_values[i] == number) return property.enum_names[i];
  }
  return std::to_string(number);
}

/// Returns what a version begins with where another program inserts; nothing for other properties.
std::string first_version(const PropertyMeta& property, const sql::Dialect& dialect) {
  if (!property.is_version) return {};
  if (property.type == ValueType::integer) return "1";
  PropertyMeta as_now = property;
  as_now.default_value.kind = DefaultValue::Kind::raw;
  as_now.default_value.text = "current_timestamp";
  return dialect.raw_default(as_now);
}

std::string default_of(const PropertyMeta& property, const sql::Dialect& dialect) {
  const DefaultValue& value = property.default_value;
  switch (value.kind) {
    case DefaultValue::Kind::none: return first_version(property, dialect);
    case DefaultValue::Kind::boolean:
      return std::string(dialect.boolean_literal(value.integer != 0));
    case DefaultValue::Kind::integer:
      if (property.is_enum_text) {
        return dialect.literal_default(
            property, dialect.text_literal(name_of_enumerator(property, value.integer)));
      }
      return std::to_string(value.integer);
    case DefaultValue::Kind::real: {
      char text[32];
      return std::string(text, std::to_chars(text, text + sizeof text, value.real).ptr);
    }
    case DefaultValue::Kind::text:
      return dialect.literal_default(property, dialect.default_literal(property));
    case DefaultValue::Kind::raw: return dialect.raw_default(property);
  }
  return {};
}

Column column_of(const PropertyMeta& property, const sql::Dialect& dialect) {
  Column column;
  column.name = property.column_name;
  column.type = dialect.column_type(property);
  column.is_nullable = property.is_nullable && !property.is_primary_key;
  column.is_generated_key = property.is_primary_key && property.is_generated;
  if (column.is_generated_key) column.generated_key_end = dialect.generated_key_end(property);
  column.default_sql = default_of(property, dialect);
  column.comment = property.comment;
  return column;
}

ForeignKey foreign_key_of(const Style& style,
                          const std::string& table,
                          const std::string& column,
                          const EntityMeta& target,
                          const PropertyMeta& rules) {
  ForeignKey key;
  key.name = style.constraint(table, column, "foreign");
  key.column = column;
  key.target_table = target.table;
  key.target_column = target.primary_key->column_name;
  key.on_delete = rules.on_delete;
  key.on_update = rules.on_update_rule;
  return key;
}

void add_checks(Table& table, const PropertyMeta& property, const Style& style) {
  if (!property.check.empty()) {
    table.checks.push_back(
        {style.constraint(table.name, property.column_name, "check"), property.check});
  }
  if (!property.is_enum_text || property.enum_names.empty()) return;
  if (!property.native_enum.empty() && style.dialect.facts().capabilities.native_enums) {
    table.enums.push_back({property.native_enum, property.enum_names});
    return;
  }
  if (style.dialect.facts().has_native_enums && property.column_type.empty()) return;
  Check check;
  check.name = style.constraint(table.name, property.column_name,
                                property.check.empty() ? "check" : "values_check");
  sql::write_name(check.expression, style.dialect.facts(), property.column_name);
  for (std::size_t i = 0; i < property.enum_names.size(); ++i) {
    check.expression += i == 0 ? " in (" : ", ";
    check.expression += style.dialect.text_literal(property.enum_names[i]);
  }
  check.expression += ")";
  table.checks.push_back(std::move(check));
}

void add_property(Table& table, const PropertyMeta& property, const Style& style) {
  table.columns.push_back(column_of(property, style.dialect));
  const std::vector<std::string> own{property.column_name};
  if (property.is_primary_key) {
    table.primary_key.push_back(property.column_name);
  } else if (property.is_unique) {
    table.indexes.push_back({style.fit(property.unique_name), own, true});
  } else if (property.is_indexed) {
    table.indexes.push_back({style.fit(property.index_name), own, false});
  }
  if (property.is_searched && style.dialect.facts().capabilities.full_text) {
    Index& index = table.indexes.emplace_back();
    index.name = style.constraint(table.name, property.column_name, "fulltext");
    index.columns = own;
    index.full_text_of = style.dialect.full_text_index(property);
  }
  if (property.is_relation() && property.target != nullptr) {
    table.foreign_keys.push_back(
        foreign_key_of(style, table.name, property.column_name, *property.target, property));
  }
  // The target's enumerators are checked in its own table.
  if (!property.is_relation()) add_checks(table, property, style);
}

Table table_of(const EntityMeta& entity, const Style& style) {
  Table table;
  table.name = entity.table;
  for (const PropertyMeta* property : entity.columns) add_property(table, *property, style);
  for (const metadata::IndexMeta& index : entity.indexes) {
    Index made;
    for (const std::uint16_t property : index.properties)
      made.columns.push_back(entity.properties[property].column_name);
    made.is_unique = index.is_unique;
    made.name = style.fit(index.name);
    table.indexes.push_back(std::move(made));
  }
  for (const metadata::CheckMeta& check : entity.checks)
    table.checks.push_back({style.fit(check.name), check.expression});
  return table;
}

/// Returns the column of a pivot that holds keys of `entity`.
Column pivot_column(const std::string& name, const EntityMeta& entity, const Style& style) {
  Column column;
  column.name = name;
  column.type = style.dialect.column_type(*entity.primary_key);
  return column;
}

Table pivot_of(const EntityMeta& owner, const PropertyMeta& relation, const Style& style) {
  const EntityMeta& target = *relation.target;
  Table table;
  table.name = relation.pivot_table;
  table.is_pivot = true;
  const std::vector<std::string> pair{relation.join_column, relation.inverse_join_column};
  if (relation.fixed_order) {
    // The items keep the order in which they were inserted.
    PropertyMeta id;
    id.type = ValueType::integer;
    id.is_primary_key = id.is_generated = true;
    id.column_name = "id";
    table.columns.push_back(column_of(id, style.dialect));
    table.primary_key = {"id"};
    table.indexes.push_back({style.constraint(table.name, pair, "unique"), pair, true});
  } else {
    table.primary_key = pair;
  }
  table.columns.push_back(pivot_column(relation.join_column, owner, style));
  table.columns.push_back(pivot_column(relation.inverse_join_column, target, style));
  table.indexes.push_back({style.constraint(table.name, relation.inverse_join_column, "index"),
                           {relation.inverse_join_column},
                           false});
  table.foreign_keys.push_back(
      foreign_key_of(style, table.name, relation.join_column, owner, relation));
  table.foreign_keys.push_back(
      foreign_key_of(style, table.name, relation.inverse_join_column, target, relation));
  return table;
}

/// Puts each table after those it refers to; of a cycle the first in the list comes first.
std::vector<Table> in_order(std::vector<Table> tables) {
  std::vector<Table> ordered;
  std::vector<bool> is_done(tables.size(), false);
  const auto is_missing = [&](const std::string& name, const Table& of) {
    if (name == of.name) return false;
    for (std::size_t i = 0; i < tables.size(); ++i) {
      if (!is_done[i] && tables[i].name == name) return true;
    }
    return false;
  };
  while (ordered.size() < tables.size()) {
    std::size_t next = tables.size();
    for (std::size_t i = 0; i < tables.size(); ++i) {
      if (is_done[i]) continue;
      const bool is_ready = std::none_of(
          tables[i].foreign_keys.begin(), tables[i].foreign_keys.end(),
          [&](const ForeignKey& key) { return is_missing(key.target_table, tables[i]); });
      if (is_ready) {
        next = i;
        break;
      }
      if (next == tables.size()) next = i;
    }
    is_done[next] = true;
    ordered.push_back(tables[next]);
  }
  return ordered;
}

}  // namespace

std::vector<Table> build_tables(const metadata::Registry& registry, const sql::Dialect& dialect) {
  const Style style{dialect, registry.naming()};
  std::vector<Table> tables;
  for (const EntityMeta& entity : registry.entities()) tables.push_back(table_of(entity, style));
  for (const EntityMeta& entity : registry.entities()) {
    for (const PropertyMeta& property : entity.properties) {
      const bool is_pivot_owner = property.kind == metadata::PropertyKind::many_to_many &&
                                  property.is_owner && property.target != nullptr;
      if (!is_pivot_owner) continue;
      const bool is_there = std::any_of(tables.begin(), tables.end(), [&](const Table& table) {
        return table.name == property.pivot_table;
      });
      // A pivot table may be mapped as a class of its own.
      if (!is_there) tables.push_back(pivot_of(entity, property, style));
    }
  }
  return in_order(std::move(tables));
}

}  // namespace rowan::schema
