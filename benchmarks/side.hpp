// What the harness asks of each side of a comparison.

#pragma once

#include <benchmarks/workload.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace benchmarks {

class PlainSql;  // benchmarks/plain_sql.hpp

/// Tells what a run did in memory: the same on both sides if they did the same work.
struct Tally {
  std::int64_t rows = 0;         ///< objects loaded or written
  std::int64_t sum = 0;          ///< over values that the run read or got back
  std::uint64_t statements = 0;  ///< as the side itself counted them, 0 if it does not
};

/// One side of the comparison: a hand-written program or Rowan, with a database of its own.
///
/// A run goes: prepare, run (the only part that is timed), tally, let_go.
class Side {
 public:
  virtual ~Side() = default;

  /// Returns the name for reports.
  [[nodiscard]] virtual std::string_view name() const noexcept = 0;

  /// Returns the way to the rows behind the back of the side.
  [[nodiscard]] virtual PlainSql& sql() noexcept = 0;

  /// Says whether the tally is to hold statements, which costs time in some workloads.
  virtual void set_counting(bool is_on) noexcept = 0;

  /// Loads and changes what the workload starts from.
  ///
  /// Requires: the rows of the workload are in place.
  virtual void prepare(Workload workload, std::size_t round) = 0;

  /// Does the timed work.
  virtual void run(Workload workload) = 0;

  /// Returns what the last run did.
  [[nodiscard]] virtual Tally tally() = 0;

  /// Destroys the objects of the last run.
  virtual void let_go() = 0;
};

}  // namespace benchmarks
