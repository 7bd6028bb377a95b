// The rows that each workload starts from, and the sums that prove what it wrote.

#pragma once

#include <benchmarks/workload.hpp>

#include <cstddef>
#include <string>

namespace benchmarks {

class PlainSql;  // benchmarks/plain_sql.hpp

/// Brings a fresh database with Rowan's schema to the state that a workload starts from.
void fill_rows(PlainSql& sql, Workload workload, std::size_t n);

/// Takes back what a run of the workload wrote, where the next run needs that.
void restore_rows(PlainSql& sql, Workload workload, std::size_t n);

/// Returns counts and sums over all tables, equal for equal contents.
[[nodiscard]] std::string describe_rows(PlainSql& sql);

}  // namespace benchmarks
