// The clock, the turns and the checks of the benchmark.

#include <benchmarks/measure.hpp>

#include <benchmarks/bench_rows.hpp>
#include <benchmarks/plain_sql.hpp>

#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#if __has_include(<valgrind/callgrind.h>)
#include <valgrind/callgrind.h>
#else
#define CALLGRIND_TOGGLE_COLLECT
#endif

namespace benchmarks {
namespace {

double timed_run(Side& side, Workload workload) {
  const auto start = std::chrono::steady_clock::now();
  side.run(workload);
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// One round of one side.
struct Round {
  double seconds = 0;
  Tally tally;
};

Round run_round(Side& side, Workload workload, std::size_t n, std::size_t round) {
  if (round != 0) restore_rows(side.sql(), workload, n);
  side.sql().settle();
  side.prepare(workload, round);
  Round result;
  result.seconds = timed_run(side, workload);
  result.tally = side.tally();
  side.let_go();
  return result;
}

std::string text_of(const Tally& tally) {
  return std::to_string(tally.rows) + " objects, sum " + std::to_string(tally.sum);
}

std::string difference_of(const Tally& c, const Tally& rowan, Sides& sides) {
  if (c.rows != rowan.rows || c.sum != rowan.sum) {
    return "in memory: c " + text_of(c) + "; rowan " + text_of(rowan);
  }
  const std::string c_rows = describe_rows(sides.c->sql());
  const std::string rowan_rows = describe_rows(sides.rowan->sql());
  if (c_rows == rowan_rows) return {};
  return "in the database: c " + c_rows + "; rowan " + rowan_rows;
}

void fill(Sides& sides, Workload workload, std::size_t n) {
  fill_rows(sides.c->sql(), workload, n);
  if (sides.rowan) fill_rows(sides.rowan->sql(), workload, n);
}

void count_one(Side& side, SideResult& result, Workload workload, Tally& tally) {
  side.set_counting(true);
  side.prepare(workload, 0);
  side.sql().start_counting();
  side.run(workload);
  result.statements_seen = side.sql().stop_counting();
  tally = side.tally();
  result.statements_told = tally.statements;
  side.let_go();
}

std::size_t resident_bytes() {
  std::size_t total = 0;
  std::size_t resident = 0;
  std::ifstream("/proc/self/statm") >> total >> resident;
  return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

std::size_t heap_bytes() {
  const auto info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

}  // namespace

double SideResult::median() const {
  if (seconds.empty()) return 0;
  std::vector<double> sorted = seconds;
  const auto middle = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2);
  std::ranges::nth_element(sorted, middle);
  return *middle;
}

double SideResult::best() const { return seconds.empty() ? 0 : *std::ranges::min_element(seconds); }

WorkloadResult measure(const MakeSides& make_sides,
                       Workload workload,
                       std::size_t n,
                       std::size_t rounds) {
  WorkloadResult result;
  result.workload = workload;
  Sides sides = make_sides(n);
  fill(sides, workload, n);
  const auto operations = static_cast<double>(operations_in_run(workload, n));
  for (std::size_t round = 0; round <= rounds; ++round) {
    const Round c = run_round(*sides.c, workload, n, round);
    if (round != 0) result.c.seconds.push_back(c.seconds / operations);
    if (!sides.rowan) continue;
    const Round rowan = run_round(*sides.rowan, workload, n, round);
    if (round != 0) result.rowan.seconds.push_back(rowan.seconds / operations);
    const bool is_checked = round == 0 || round == rounds;
    if (is_checked && result.difference.empty()) {
      result.difference = difference_of(c.tally, rowan.tally, sides);
    }
  }
  return result;
}

WorkloadResult count_statements(const MakeSides& make_sides, Workload workload, std::size_t n) {
  WorkloadResult result;
  result.workload = workload;
  Sides sides = make_sides(n);
  fill(sides, workload, n);
  Tally c;
  count_one(*sides.c, result.c, workload, c);
  if (!sides.rowan) return result;
  Tally rowan;
  count_one(*sides.rowan, result.rowan, workload, rowan);
  result.difference = difference_of(c, rowan, sides);
  return result;
}

double profile(Side& side, Workload workload, std::size_t n, std::size_t rounds) {
  fill_rows(side.sql(), workload, n);
  run_round(side, workload, n, 0);  // prepares the statements
  double seconds = 0;
  for (std::size_t round = 1; round <= rounds; ++round) {
    restore_rows(side.sql(), workload, n);
    side.sql().settle();
    side.prepare(workload, round);
    CALLGRIND_TOGGLE_COLLECT;
    seconds += timed_run(side, workload);
    CALLGRIND_TOGGLE_COLLECT;
    side.let_go();
  }
  return rounds == 0 ? 0 : seconds / static_cast<double>(rounds);
}

MemoryResult measure_memory(Side& side, std::size_t n) {
  fill_rows(side.sql(), Workload::w3, n);
  side.prepare(Workload::w3, 0);
  malloc_trim(0);  // so that pages freed before are not taken for pages never needed
  const std::size_t heap_before = heap_bytes();
  const std::size_t resident_before = resident_bytes();
  side.run(Workload::w3);
  const auto rows = static_cast<double>(n);
  const MemoryResult result{
      (static_cast<double>(heap_bytes()) - static_cast<double>(heap_before)) / rows,
      (static_cast<double>(resident_bytes()) - static_cast<double>(resident_before)) / rows};
  side.let_go();
  return result;
}

}  // namespace benchmarks
