// Tables and JSON of what was measured.

#pragma once

#include <benchmarks/measure.hpp>
#include <benchmarks/workload.hpp>

#include <cstddef>
#include <iosfwd>
#include <span>

namespace benchmarks {

/// Says how a result stands to its goals.
enum class Verdict { aim_reached, must_reached, missed, not_compared, differs };

/// Names the goals of one database.
using GoalsOf = Goals WorkloadInfo::*;

/// Returns the number that is held against the goals, in the unit of the workload.
[[nodiscard]] double figure_of(const WorkloadResult& result);

/// Returns how the result stands to the goals.
[[nodiscard]] Verdict verdict_of(const WorkloadResult& result, const Goals& goals);

/// Writes the head of the table of times.
void write_time_head(std::ostream& out, std::size_t n, std::size_t rounds);
/// Writes one line of the table of times.
void write_time_line(std::ostream& out, const WorkloadResult& result, const Goals& goals);

/// Writes all results as one JSON value.
void write_json(std::ostream& out,
                std::span<const WorkloadResult> results,
                GoalsOf goals_of,
                std::size_t n,
                std::size_t rounds);

/// Writes the head of the table of statements.
void write_count_head(std::ostream& out, std::size_t n);
/// Writes one line of the table of statements.
void write_count_line(std::ostream& out, const WorkloadResult& result);

}  // namespace benchmarks
