// Rowan and the hand-written program over a database with a server, each with a database of its own there.

#pragma once

#include <benchmarks/measure.hpp>
#include <benchmarks/workload.hpp>

#include <span>
#include <string>

namespace benchmarks {

/// A database that this build can compare on.
struct Server {
  MakeSides make_sides;
  Goals WorkloadInfo::*goals;
  std::span<const Workload> workloads;  ///< those with a hand-written side
};

/// Returns how to compare on the server of the URL. The databases rowan_bench_c and rowan_bench_rowan are emptied.
/// Errors: std::runtime_error where the build has no driver for it.
[[nodiscard]] Server server_of(const std::string& url, bool is_baseline_only);

}  // namespace benchmarks
