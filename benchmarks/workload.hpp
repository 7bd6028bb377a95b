// The workloads of the benchmark and the ratios that each has to reach.

#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

namespace benchmarks {

/// Names one workload.
enum class Workload { w1, w2, w3, w4u, w5, w5b, w6j, w6s, w7, w8, w9, w10 };

/// Says what a workload's goals are measured in.
enum class Unit {
  ratio,        ///< times of the hand-written program
  nanoseconds,  ///< Rowan's own time for one find
  milliseconds  ///< Rowan's own time for one flush
};

/// Holds the goals for one database.
struct Goals {
  double must = 0;
  double aim = 0;
};

/// Describes one workload.
struct WorkloadInfo {
  Workload workload;
  std::string_view id;    ///< as on the command line
  std::string_view what;  ///< what is timed
  Unit unit = Unit::ratio;
  Goals sqlite;
  Goals postgres;
  Goals mysql{1.3, 1.15};  ///< and MariaDB
};

/// Returns all workloads in their order.
[[nodiscard]] std::span<const WorkloadInfo> all_workloads() noexcept;

/// Returns the description of one workload.
[[nodiscard]] const WorkloadInfo& info_of(Workload workload) noexcept;

/// Returns the workload with that id in either case, or nothing.
[[nodiscard]] std::optional<Workload> workload_named(std::string_view id) noexcept;

/// Flushes of one changed object that one run of W7 does, so that a clock can see them.
inline constexpr int w7_flushes = 20;

/// Returns how many single operations the time of one run is divided by.
[[nodiscard]] std::size_t operations_in_run(Workload workload, std::size_t n) noexcept;

}  // namespace benchmarks
