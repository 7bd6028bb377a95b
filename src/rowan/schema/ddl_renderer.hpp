// Tables as the statements that create and drop them.

#pragma once

#include <rowan/schema/table.hpp>
#include <rowan/sql/dialect.hpp>

#include <span>
#include <string>
#include <vector>

namespace rowan::schema {

/// Returns the statements that create the tables, in this order, without `;`.
[[nodiscard]] std::vector<std::string> render_create(const sql::Dialect& dialect,
                                                     std::span<const Table> tables);
/// Returns the statements that drop those of the tables that are there, the last first.
[[nodiscard]] std::vector<std::string> render_drop(const sql::Dialect& dialect,
                                                   std::span<const Table> tables);
/// Returns the statements that delete all rows, those of the last table first.
[[nodiscard]] std::vector<std::string> render_clear(const sql::Dialect& dialect,
                                                    std::span<const Table> tables);

}  // namespace rowan::schema
