// The batches of a flush as statements over arrays: one text for any number of rows.

#pragma once

#include <rowan/backend/batch.hpp>
#include <rowan/sql/sql_writer.hpp>

#include <cstdint>
#include <span>

namespace rowan::sql {

// Each placeholder is one column of the batch, an array with a value for each row.
// Requires of all: DialectFacts::batches_are_arrays.

[[nodiscard]] StatementText render_array_insert(const Dialect& dialect,
                                                const metadata::EntityMeta& entity,
                                                std::span<const std::uint16_t> columns,
                                                std::span<const std::uint16_t> returning = {});
/// Returns an update by key and checks; `shape.rows` is not looked at.
[[nodiscard]] StatementText render_array_update(const Dialect& dialect, const UpdateShape& shape);
[[nodiscard]] StatementText render_array_delete(const Dialect& dialect, const DeleteShape& shape);
[[nodiscard]] StatementText render_array_pivot_insert(const Dialect& dialect,
                                                      const backend::PivotBatch& batch);
[[nodiscard]] StatementText render_array_pivot_delete(const Dialect& dialect,
                                                      const backend::PivotBatch& batch);

}  // namespace rowan::sql
