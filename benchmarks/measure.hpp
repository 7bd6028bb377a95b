// Runs the sides of a workload in turns, times them and checks that they did the same.

#pragma once

#include <benchmarks/side.hpp>
#include <benchmarks/workload.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace benchmarks {

/// The two sides of a comparison over one kind of database.
struct Sides {
  std::unique_ptr<Side> c;
  std::unique_ptr<Side> rowan;  ///< null where only the hand-written side is run
};

/// Makes new sides over new databases for so many rows.
using MakeSides = std::function<Sides(std::size_t n)>;

/// What one side did over all rounds.
struct SideResult {
  std::vector<double> seconds;        ///< of one operation, one a round
  std::uint64_t statements_seen = 0;  ///< by the database, in one run
  std::uint64_t statements_told = 0;  ///< by the side's own statistics, in one run

  [[nodiscard]] double median() const;
  [[nodiscard]] double best() const;
};

/// What one workload gave.
struct WorkloadResult {
  Workload workload = Workload::w1;
  SideResult c;
  SideResult rowan;
  std::string difference;  ///< what the two sides did differently, empty if nothing
};

/// Memory that one managed object takes.
struct MemoryResult {
  double heap_bytes = 0;      ///< handed out by malloc
  double resident_bytes = 0;  ///< as the kernel counts, in whole pages
};

/// Runs one workload for so many rounds, after one round that is not timed.
[[nodiscard]] WorkloadResult measure(const MakeSides& make_sides,
                                     Workload workload,
                                     std::size_t n,
                                     std::size_t rounds);

/// Runs one workload once on each side and counts statements.
[[nodiscard]] WorkloadResult count_statements(const MakeSides& make_sides,
                                              Workload workload,
                                              std::size_t n);

/// Runs the timed part of one side again and again, for a profiler.
///
/// Under callgrind with --collect-atstart=no, nothing else is counted.
/// Returns the time of one run in seconds.
double profile(Side& side, Workload workload, std::size_t n, std::size_t rounds);

/// Loads N authors on a side that has loaded nothing yet and returns what each of them takes.
[[nodiscard]] MemoryResult measure_memory(Side& side, std::size_t n);

}  // namespace benchmarks
