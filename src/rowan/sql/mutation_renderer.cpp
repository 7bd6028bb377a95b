// The statements that change rows.

#include <rowan/sql/mutation_renderer.hpp>

#include <rowan/sql/select_renderer.hpp>

namespace rowan::sql {
namespace {

using metadata::EntityMeta;
using metadata::PropertyMeta;
using query::BoundMutation;

void write_returning(SqlWriter& writer,
                     const EntityMeta& entity,
                     std::span<const std::uint16_t> returning) {
  bool is_first = true;
  for (const std::uint16_t column : returning) {
    writer.add(is_first ? " returning " : ", ").name(entity.columns[column]->column_name);
    is_first = false;
  }
}

/// Writes "(?, ?), (?, ?)".
void write_tuples(SqlWriter& writer,
                  std::span<const PropertyMeta* const> properties,
                  std::size_t rows) {
  std::uint32_t value = 0;
  for (std::size_t row = 0; row < rows; ++row) {
    writer.add(row == 0 ? "(" : ", (");
    for (std::size_t i = 0; i < properties.size(); ++i) {
      if (i > 0) writer.add(", ");
      writer.parameter(value++, properties[i]);
    }
    writer.add(")");
  }
}

void write_checks(SqlWriter& writer,
                  const EntityMeta& entity,
                  std::span<const std::uint16_t> checks,
                  std::uint32_t value) {
  for (const std::uint16_t column : checks) {
    const PropertyMeta& property = *entity.columns[column];
    writer.add(" and ").name(property.column_name);
    writer.add(property.is_nullable ? writer.facts().null_safe_equal : " = ");
    writer.parameter(value++, &property);
  }
}

/// Returns the two keys that a pivot row holds, for their storage.
struct PivotKeys {
  const PropertyMeta* owner;
  const PropertyMeta* target;
};
PivotKeys keys_of(const backend::PivotBatch& batch) {
  return {batch.owner->primary_key, batch.relation->target->primary_key};
}

/// Writes the condition that picks the rows of a bulk change. The binder leaves no join in it, and nothing that reads
/// the changed table itself but as a derived table.
void write_filter(SqlWriter& writer, const BoundMutation& mutation) {
  if (!SelectRenderer::has_condition(*mutation.filter)) return;
  writer.add(" where ");
  SelectRenderer(writer).write_condition(*mutation.filter);
}

/// Returns the select whose only source is the changed table, for raw text and for the alias.
query::BoundSelect scope_of(const BoundMutation& mutation) {
  query::BoundSelect scope;
  if (mutation.filter != nullptr) scope.depth = mutation.filter->depth;
  query::BoundSource source;
  source.entity = mutation.entity;
  scope.sources.push_back(source);
  return scope;
}

/// Returns a column that an update of a row that is there may set to what it holds. MySQL refuses that of a key which
/// it made itself for a row of the same statement.
const std::string& untouched_column(const BoundMutation& mutation) {
  for (const BoundMutation::Assignment& each : mutation.assignments) {
    if (!each.property->is_primary_key) return each.property->column_name;
  }
  return mutation.entity->primary_key->column_name;
}

void write_bulk_insert(SqlWriter& writer, const BoundMutation& mutation) {
  writer.add("insert");
  writer.add(mutation.ignore_conflicts ? writer.dialect().insert_or_ignore_start() : " ");
  writer.add("into ").table(mutation.entity->table).add(" (");
  const std::size_t width = mutation.assignments.size();
  for (std::size_t i = 0; i < width; ++i) {
    if (i > 0) writer.add(", ");
    writer.name(mutation.assignments[i].property->column_name);
  }
  writer.add(") values ");
  const query::BoundSelect scope = scope_of(mutation);
  // The rows' values follow each other, so those of row n stand n times the width of a row further on.
  std::uint32_t row_values = 0;
  for (const BoundMutation::Assignment& each : mutation.assignments)
    row_values += each.raw.empty() ? 1 : 0;
  for (std::uint32_t row = 0; row < mutation.row_count; ++row) {
    writer.add(row == 0 ? "(" : ", (");
    for (std::size_t i = 0; i < width; ++i) {
      const BoundMutation::Assignment& each = mutation.assignments[i];
      if (i > 0) writer.add(", ");
      if (each.raw.empty()) {
        writer.parameter(each.value + row * row_values, each.property);
      } else {
        SelectRenderer(writer).write_raw(scope, each.raw, each.raw_columns, each.value);
      }
    }
    writer.add(")");
  }
  if (mutation.ignore_conflicts) {
    writer.add(writer.dialect().insert_or_ignore_end(untouched_column(mutation)));
  }
  if (!mutation.merged.empty())
    writer.dialect().write_merge(writer, mutation.conflict_on, mutation.merged);
  bool is_first = true;
  for (const PropertyMeta* property : mutation.returning) {
    writer.add(is_first ? " returning " : ", ").name(property->column_name);
    is_first = false;
  }
}

void write_bulk_update(SqlWriter& writer, const BoundMutation& mutation) {
  const query::BoundSelect scope = scope_of(mutation);
  writer.add("update ").table(mutation.entity->table).add(" as ").add(alias_of(scope, 0));
  bool is_first = true;
  for (const BoundMutation::Assignment& each : mutation.assignments) {
    writer.add(is_first ? " set " : ", ").name(each.property->column_name).add(" = ");
    is_first = false;
    if (each.raw.empty()) {
      writer.parameter(each.value, each.property);
    } else {
      SelectRenderer(writer).write_raw(scope, each.raw, each.raw_columns, each.value);
    }
  }
  if (mutation.filter != nullptr) write_filter(writer, mutation);
}

}  // namespace

StatementText render_insert(const Dialect& dialect,
                            const EntityMeta& entity,
                            std::span<const std::uint16_t> columns,
                            std::size_t rows,
                            std::span<const std::uint16_t> returning) {
  SqlWriter writer(dialect);
  writer.add("insert into ").table(entity.table);
  if (columns.empty()) {
    writer.add(dialect.facts().has_default_values ? " default values" : " () values ()");
  } else {
    std::vector<const PropertyMeta*> properties;
    for (const std::uint16_t column : columns) {
      properties.push_back(entity.columns[column]);
      writer.add(properties.size() == 1 ? " (" : ", ").name(properties.back()->column_name);
    }
    writer.add(") values ");
    write_tuples(writer, properties, rows);
  }
  write_returning(writer, entity, returning);
  return writer.finish();
}

StatementText render_read_back(const Dialect& dialect,
                               const EntityMeta& entity,
                               std::span<const std::uint16_t> columns,
                               std::size_t keys) {
  SqlWriter writer(dialect);
  const PropertyMeta& key = *entity.primary_key;
  writer.add("select ").name(key.column_name);
  for (const std::uint16_t column : columns)
    writer.add(", ").name(entity.columns[column]->column_name);
  writer.add(" from ").table(entity.table).add(" where ").name(key.column_name).add(" in (");
  for (std::size_t i = 0; i < keys; ++i) {
    if (i > 0) writer.add(", ");
    writer.parameter(static_cast<std::uint32_t>(i), &key);
  }
  writer.add(")");
  return writer.finish();
}

StatementText render_update(const Dialect& dialect,
                            const UpdateShape& shape,
                            std::span<const std::uint16_t> returning) {
  SqlWriter writer(dialect);
  if (shape.rows > 1) {
    dialect.write_update_many(writer, shape);
    return writer.finish();
  }
  const EntityMeta& entity = *shape.entity;
  writer.add("update ").table(entity.table);
  std::uint32_t value = 0;
  for (const std::uint16_t column : shape.columns) {
    const PropertyMeta& property = *entity.columns[column];
    writer.add(value == 0 ? " set " : ", ").name(property.column_name).add(" = ");
    writer.parameter(value++, &property);
  }
  writer.add(" where ").name(entity.primary_key->column_name).add(" = ");
  writer.parameter(value++, entity.primary_key);
  write_checks(writer, entity, shape.checks, value);
  write_returning(writer, entity, returning);
  return writer.finish();
}

StatementText render_delete(const Dialect& dialect, const DeleteShape& shape) {
  SqlWriter writer(dialect);
  const EntityMeta& entity = *shape.entity;
  if (shape.rows > 1 && !shape.checks.empty()) {
    dialect.write_delete_many(writer, shape);
    return writer.finish();
  }
  writer.add("delete from ").table(entity.table).add(" where ");
  writer.name(entity.primary_key->column_name);
  if (shape.rows == 1) {
    writer.add(" = ").parameter(0, entity.primary_key);
    write_checks(writer, entity, shape.checks, 1);
    return writer.finish();
  }
  for (std::size_t row = 0; row < shape.rows; ++row) {
    writer.add(row == 0 ? " in (" : ", ");
    writer.parameter(static_cast<std::uint32_t>(row), entity.primary_key);
  }
  writer.add(")");
  return writer.finish();
}

StatementText render_pivot_insert(const Dialect& dialect,
                                  const backend::PivotBatch& batch,
                                  std::size_t rows) {
  SqlWriter writer(dialect);
  writer.add("insert").add(batch.ignore_existing ? dialect.insert_or_ignore_start() : " ");
  writer.add("into ").table(batch.relation->pivot_table);
  writer.add(" (").name(batch.relation->join_column).add(", ");
  writer.name(batch.relation->inverse_join_column).add(") values ");
  const PivotKeys keys = keys_of(batch);
  const PropertyMeta* const pair[] = {keys.owner, keys.target};
  write_tuples(writer, pair, rows);
  if (batch.ignore_existing) writer.add(dialect.insert_or_ignore_end(batch.relation->join_column));
  return writer.finish();
}

StatementText render_pivot_delete(const Dialect& dialect,
                                  const backend::PivotBatch& batch,
                                  std::size_t rows) {
  SqlWriter writer(dialect);
  const PivotKeys keys = keys_of(batch);
  const PropertyMeta& relation = *batch.relation;
  writer.add("delete from ").table(relation.pivot_table).add(" where ");
  std::uint32_t value = 0;
  if (batch.all_of_owner || batch.all_of_target) {
    writer.name(batch.all_of_owner ? relation.join_column : relation.inverse_join_column);
    for (std::size_t row = 0; row < rows; ++row) {
      writer.add(row == 0 ? " in (" : ", ");
      writer.parameter(value++, batch.all_of_owner ? keys.owner : keys.target);
    }
    writer.add(")");
    return writer.finish();
  }
  // Not `(a, b) in (values ...)`: SQLite would read the whole table for that.
  for (std::size_t row = 0; row < rows; ++row) {
    writer.add(row == 0 ? "" : " or ").add(rows > 1 ? "(" : "");
    writer.name(relation.join_column).add(" = ").parameter(value++, keys.owner).add(" and ");
    writer.name(relation.inverse_join_column).add(" = ").parameter(value++, keys.target);
    if (rows > 1) writer.add(")");
  }
  return writer.finish();
}

StatementText render_mutation(const Dialect& dialect, const BoundMutation& mutation) {
  SqlWriter writer(dialect);
  switch (mutation.kind) {
    case BoundMutation::Kind::insert: write_bulk_insert(writer, mutation); break;
    case BoundMutation::Kind::update: write_bulk_update(writer, mutation); break;
    case BoundMutation::Kind::remove:
      writer.add("delete ");
      if (writer.facts().delete_names_alias) writer.add(alias_of(scope_of(mutation), 0)).add(" ");
      writer.add("from ").table(mutation.entity->table).add(" as ");
      writer.add(alias_of(scope_of(mutation), 0));
      if (mutation.filter != nullptr) write_filter(writer, mutation);
      break;
  }
  return writer.finish();
}

}  // namespace rowan::sql
