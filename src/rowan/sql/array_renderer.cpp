// Arrays are joined as a table: unnest(a, b) as v(c1, c2).

#include <rowan/sql/array_renderer.hpp>

#include <string_view>
#include <vector>

namespace rowan::sql {
namespace {

using metadata::EntityMeta;
using metadata::PropertyMeta;
using Properties = std::vector<const PropertyMeta*>;

void write_unnest(SqlWriter& writer, const Properties& columns) {
  writer.add("unnest(");
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (i > 0) writer.add(", ");
    writer.array_parameter(static_cast<std::uint32_t>(i), columns[i]);
  }
  writer.add(")");
}

void write_unnest_as_v(SqlWriter& writer, const Properties& columns) {
  write_unnest(writer, columns);
  writer.add(" as v(");
  for (std::size_t i = 1; i <= columns.size(); ++i) writer.add(i == 1 ? "c" : ", c").add_number(i);
  writer.add(")");
}

/// Writes `table.column = v.cN`, as a comparison that null is equal to null in where it can be null.
void write_match(SqlWriter& writer,
                 std::string_view table,
                 const PropertyMeta& property,
                 std::size_t number) {
  writer.table(table).add(".").name(property.column_name);
  writer.add(property.is_nullable ? writer.facts().null_safe_equal : " = ");
  writer.add("v.c").add_number(number);
}

/// Writes the condition on the key, column `first` of v, and on what follows it.
void write_matches(SqlWriter& writer,
                   const EntityMeta& entity,
                   const Properties& columns,
                   std::size_t first) {
  writer.add(" where ");
  for (std::size_t i = first; i < columns.size(); ++i) {
    if (i > first) writer.add(" and ");
    write_match(writer, entity.table, *columns[i], i + 1);
  }
}

void write_insert_start(SqlWriter& writer,
                        std::string_view table,
                        std::span<const std::string_view> names) {
  writer.add("insert into ").table(table);
  for (std::size_t i = 0; i < names.size(); ++i) writer.add(i == 0 ? " (" : ", ").name(names[i]);
  writer.add(") select * from ");
}

void add_columns(Properties& out,
                 const EntityMeta& entity,
                 std::span<const std::uint16_t> columns) {
  for (const std::uint16_t column : columns) out.push_back(entity.columns[column]);
}

}  // namespace

StatementText render_array_insert(const Dialect& dialect,
                                  const EntityMeta& entity,
                                  std::span<const std::uint16_t> columns,
                                  std::span<const std::uint16_t> returning) {
  SqlWriter writer(dialect);
  Properties properties;
  add_columns(properties, entity, columns);
  std::vector<std::string_view> names;
  for (const PropertyMeta* property : properties) names.push_back(property->column_name);
  write_insert_start(writer, entity.table, names);
  write_unnest(writer, properties);
  for (std::size_t i = 0; i < returning.size(); ++i) {
    writer.add(i == 0 ? " returning " : ", ");
    writer.name(entity.columns[returning[i]]->column_name);
  }
  return writer.finish();
}

StatementText render_array_update(const Dialect& dialect, const UpdateShape& shape) {
  SqlWriter writer(dialect);
  const EntityMeta& entity = *shape.entity;
  Properties columns;
  writer.add("update ").table(entity.table);
  for (const std::uint16_t column : shape.columns) {
    columns.push_back(entity.columns[column]);
    writer.add(columns.size() == 1 ? " set " : ", ").name(columns.back()->column_name);
    writer.add(" = v.c").add_number(columns.size());
  }
  const std::size_t key_at = columns.size();
  columns.push_back(entity.primary_key);
  add_columns(columns, entity, shape.checks);
  writer.add(" from ");
  write_unnest_as_v(writer, columns);
  write_matches(writer, entity, columns, key_at);
  return writer.finish();
}

StatementText render_array_delete(const Dialect& dialect, const DeleteShape& shape) {
  SqlWriter writer(dialect);
  const EntityMeta& entity = *shape.entity;
  writer.add("delete from ").table(entity.table);
  if (shape.checks.empty()) {
    writer.add(" where ").name(entity.primary_key->column_name).add(" = any(");
    writer.array_parameter(0, entity.primary_key).add(")");
    return writer.finish();
  }
  Properties columns{entity.primary_key};
  add_columns(columns, entity, shape.checks);
  writer.add(" using ");
  write_unnest_as_v(writer, columns);
  write_matches(writer, entity, columns, 0);
  return writer.finish();
}

StatementText render_array_pivot_insert(const Dialect& dialect, const backend::PivotBatch& batch) {
  SqlWriter writer(dialect);
  const PropertyMeta& relation = *batch.relation;
  const std::string_view names[] = {relation.join_column, relation.inverse_join_column};
  write_insert_start(writer, relation.pivot_table, names);
  write_unnest(writer, {batch.owner->primary_key, relation.target->primary_key});
  if (batch.ignore_existing) writer.add(dialect.insert_or_ignore_end(relation.join_column));
  return writer.finish();
}

StatementText render_array_pivot_delete(const Dialect& dialect, const backend::PivotBatch& batch) {
  SqlWriter writer(dialect);
  const PropertyMeta& relation = *batch.relation;
  const PropertyMeta* owner_key = batch.owner->primary_key;
  const PropertyMeta* target_key = relation.target->primary_key;
  writer.add("delete from ").table(relation.pivot_table);
  if (batch.all_of_owner || batch.all_of_target) {
    writer.add(" where ");
    writer.name(batch.all_of_owner ? relation.join_column : relation.inverse_join_column);
    writer.add(" = any(");
    writer.array_parameter(0, batch.all_of_owner ? owner_key : target_key).add(")");
    return writer.finish();
  }
  writer.add(" using ");
  write_unnest_as_v(writer, {owner_key, target_key});
  writer.add(" where ").table(relation.pivot_table).add(".").name(relation.join_column);
  writer.add(" = v.c1 and ").table(relation.pivot_table).add(".");
  writer.name(relation.inverse_join_column).add(" = v.c2");
  return writer.finish();
}

}  // namespace rowan::sql
