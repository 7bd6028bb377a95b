// From mapped classes to the tables they need.

#pragma once

#include <rowan/metadata/registry.hpp>
#include <rowan/schema/table.hpp>
#include <rowan/sql/dialect.hpp>

#include <vector>

namespace rowan::schema {

/// Returns the tables of the classes, pivot tables included, each after those it refers to as far as there is no cycle.
[[nodiscard]] std::vector<Table> build_tables(const metadata::Registry& registry,
                                              const sql::Dialect& dialect);

}  // namespace rowan::schema
