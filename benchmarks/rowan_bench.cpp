// Compares Rowan with the best hand-written program over the same client library.

#include <benchmarks/measure.hpp>
#include <benchmarks/report.hpp>
#include <benchmarks/server_workloads.hpp>
#include <benchmarks/sqlite_baseline.hpp>
#include <benchmarks/sqlite_workloads.hpp>
#include <benchmarks/workload.hpp>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstddef>
#include <exception>
#include <iostream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace benchmarks;

struct Options {
  std::string url = "sqlite::memory:";
  std::vector<std::string> only;
  std::size_t n = 10'000;
  std::size_t rounds = 11;
  bool is_json = false;
  bool is_count = false;
  bool is_memory = false;
  bool is_strict = false;
  bool is_baseline_only = false;
  std::string profiled;
  std::string side = "rowan";
};

void add_options(CLI::App& app, Options& options) {
  const auto is_workload = CLI::Validator(
      [](std::string& id) { return workload_named(id) ? "" : "there is no workload " + id; },
      "WORKLOAD");
  app.add_option("--url", options.url,
                 "SQLite in memory, or a server; the databases rowan_bench_... are emptied there")
      ->capture_default_str();
  app.add_option("--only", options.only, "Run these workloads only (W1, W4u, ...)")
      ->delimiter(',')
      ->check(is_workload);
  app.add_option("--n", options.n, "Rows of a workload")
      ->check(CLI::Range(1'000, 10'000'000))
      ->capture_default_str();
  app.add_option("--rounds", options.rounds, "Timed rounds of each side")->capture_default_str();
  app.add_flag("--json", options.is_json, "Write JSON instead of a table");
  app.add_flag("--count", options.is_count, "Count statements instead of time");
  app.add_flag("--memory", options.is_memory, "Measure the memory of managed authors instead");
  app.add_flag("--strict", options.is_strict, "Fail where a ratio that must be reached is not");
  app.add_flag("--baseline-only", options.is_baseline_only, "Run the hand-written side only");
  app.add_option("--profile", options.profiled, "Run one workload of one side, for a profiler")
      ->check(is_workload);
  app.add_option("--side", options.side, "The side to profile")
      ->check(CLI::IsMember({"rowan", "c"}))
      ->capture_default_str();
}

Sides make_sqlite_sides(std::size_t n, bool is_baseline_only) {
  if (is_baseline_only) return {make_sqlite_baseline(sqlite_schema(), n), nullptr};
  SqliteRowan rowan = make_sqlite_rowan(n);
  return {make_sqlite_baseline(rowan.schema, n), std::move(rowan.side)};
}

/// Returns how to compare on the database of the options.
Server server_for(const Options& options) {
  if (!options.url.starts_with("sqlite:")) return server_of(options.url, options.is_baseline_only);
  static const std::vector<Workload> all = [] {
    std::vector<Workload> workloads;
    for (const WorkloadInfo& info : all_workloads()) workloads.push_back(info.workload);
    return workloads;
  }();
  const auto make_sides = [only = options.is_baseline_only](std::size_t n) {
    return make_sqlite_sides(n, only);
  };
  return {make_sides, &WorkloadInfo::sqlite, all};
}

std::vector<Workload> chosen_workloads(const Options& options, const Server& server) {
  std::vector<Workload> chosen;
  for (const std::string& id : options.only) {
    const Workload workload = *workload_named(id);
    if (std::ranges::count(server.workloads, workload) == 0)
      throw std::runtime_error("there is no hand-written " + id + " over this database");
    chosen.push_back(workload);
  }
  if (chosen.empty()) chosen.assign(server.workloads.begin(), server.workloads.end());
  return chosen;
}

int run_times(const Options& options, const Server& server) {
  std::vector<WorkloadResult> results;
  bool is_good = true;
  if (!options.is_json) write_time_head(std::cout, options.n, options.rounds);
  for (const Workload workload : chosen_workloads(options, server)) {
    const Goals& goals = info_of(workload).*server.goals;
    results.push_back(measure(server.make_sides, workload, options.n, options.rounds));
    const Verdict verdict = verdict_of(results.back(), goals);
    if (verdict == Verdict::differs) is_good = false;
    if (verdict == Verdict::missed && options.is_strict) is_good = false;
    if (!options.is_json) write_time_line(std::cout, results.back(), goals);
  }
  if (options.is_json) write_json(std::cout, results, server.goals, options.n, options.rounds);
  return is_good ? 0 : 1;
}

int run_counts(const Options& options, const Server& server) {
  bool is_good = true;
  write_count_head(std::cout, options.n);
  for (const Workload workload : chosen_workloads(options, server)) {
    const WorkloadResult result = count_statements(server.make_sides, workload, options.n);
    if (!result.difference.empty()) is_good = false;
    write_count_line(std::cout, result);
  }
  return is_good ? 0 : 1;
}

int run_profile(const Options& options, const Server& server) {
  Sides sides = server.make_sides(options.n);
  Side* side = options.side == "c" ? sides.c.get() : sides.rowan.get();
  if (side == nullptr) throw std::runtime_error("--baseline-only leaves no side \"rowan\"");
  const Workload workload = *workload_named(options.profiled);
  const double seconds = profile(*side, workload, options.n, options.rounds);
  std::cout << options.side << ' ' << options.profiled << ": " << options.rounds << " runs of "
            << seconds * 1e3 << " ms\n";
  return 0;
}

void write_memory(Side& side, std::size_t n) {
  const MemoryResult memory = measure_memory(side, n);
  std::cout << side.name() << ": " << memory.heap_bytes << " bytes of heap, "
            << memory.resident_bytes << " resident bytes a loaded author\n";
}

int run_memory(const Options& options, const Server& server) {
  constexpr double most_bytes = 600;
  Sides sides = server.make_sides(options.n);
  write_memory(*sides.c, options.n);
  if (!sides.rowan) return 0;
  write_memory(*sides.rowan, options.n);
  std::cout << "Rowan must stay within " << most_bytes << " bytes\n";
  return 0;
}

int run(const Options& options) {
  const Server server = server_for(options);
  if (!options.profiled.empty()) return run_profile(options, server);
  if (options.is_count) return run_counts(options, server);
  if (options.is_memory) return run_memory(options, server);
  return run_times(options, server);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Times Rowan against hand-written C over the same client library, in one run"};
  Options options;
  add_options(app, options);
  CLI11_PARSE(app, argc, argv);
  try {
    return run(options);
  } catch (const std::exception& error) {
    std::cerr << "rowan_bench: " << error.what() << '\n';
    return 2;
  }
}
