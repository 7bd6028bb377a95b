// Inserts, updates and deletes as SQL text: those of a flush by their shape, and bulk changes by condition.

#pragma once

#include <rowan/backend/batch.hpp>
#include <rowan/query/bound.hpp>
#include <rowan/sql/sql_writer.hpp>

#include <cstddef>
#include <cstdint>
#include <span>

namespace rowan::sql {

/// Returns an insert of `rows` rows; their values follow each other. No columns: one row of defaults.
[[nodiscard]] StatementText render_insert(const Dialect& dialect,
                                          const metadata::EntityMeta& entity,
                                          std::span<const std::uint16_t> columns,
                                          std::size_t rows,
                                          std::span<const std::uint16_t> returning);
/// Returns a select of key and `columns` of the rows of `keys` keys.
[[nodiscard]] StatementText render_read_back(const Dialect& dialect,
                                             const metadata::EntityMeta& entity,
                                             std::span<const std::uint16_t> columns,
                                             std::size_t keys);
/// Returns an update of one row or of many; `returning` is for one only.
[[nodiscard]] StatementText render_update(const Dialect& dialect,
                                          const UpdateShape& shape,
                                          std::span<const std::uint16_t> returning);
/// Returns a delete of one row or of many.
[[nodiscard]] StatementText render_delete(const Dialect& dialect, const DeleteShape& shape);
/// Returns an insert of pairs into a pivot table.
[[nodiscard]] StatementText render_pivot_insert(const Dialect& dialect,
                                                const backend::PivotBatch& batch,
                                                std::size_t rows);
/// Returns a delete of pairs, or of all pairs of owners.
[[nodiscard]] StatementText render_pivot_delete(const Dialect& dialect,
                                                const backend::PivotBatch& batch,
                                                std::size_t rows);
/// Returns a bulk change.
[[nodiscard]] StatementText render_mutation(const Dialect& dialect,
                                            const query::BoundMutation& mutation);

}  // namespace rowan::sql
