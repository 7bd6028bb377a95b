// The table of workloads.

#include <benchmarks/workload.hpp>

#include <algorithm>
#include <array>
#include <cctype>

namespace benchmarks {
namespace {

constexpr std::array table{
    WorkloadInfo{Workload::w1, "W1", "insert N authors", Unit::ratio, {1.6, 1.3}, {1.6, 1.3}},
    WorkloadInfo{Workload::w2,
                 "W2",
                 "insert a graph of authors and books",
                 Unit::ratio,
                 {1.8, 1.4},
                 {1.5, 1.25}},
    WorkloadInfo{Workload::w3, "W3", "load N authors", Unit::ratio, {1.5, 1.2}, {1.3, 1.1}},
    WorkloadInfo{Workload::w4u, "W4u", "update N authors", Unit::ratio, {1.6, 1.3}, {1.3, 1.15}},
    WorkloadInfo{Workload::w5, "W5", "N finds by key", Unit::ratio, {1.7, 1.4}, {1.2, 1.1}},
    WorkloadInfo{
        Workload::w5b, "W5b", "find in the identity map", Unit::nanoseconds, {60, 30}, {60, 30}},
    WorkloadInfo{Workload::w6j, "W6j", "populate, joined", Unit::ratio, {1.7, 1.3}, {1.4, 1.2}},
    WorkloadInfo{Workload::w6s, "W6s", "populate, select-in", Unit::ratio, {1.7, 1.3}, {1.4, 1.2}},
    WorkloadInfo{
        Workload::w7, "W7", "flush one of N changed", Unit::milliseconds, {0.3, 0.1}, {0.5, 0.25}},
    WorkloadInfo{Workload::w8, "W8", "remove N authors", Unit::ratio, {1.6, 1.3}, {1.3, 1.1}},
    WorkloadInfo{
        Workload::w9, "W9", "set tags, N pivot rows", Unit::ratio, {1.6, 1.3}, {1.3, 1.15}},
    WorkloadInfo{Workload::w10, "W10", "N/2 pages of 20", Unit::ratio, {1.6, 1.3}, {1.3, 1.15}},
};

bool is_same_letter(char left, char right) {
  return std::tolower(static_cast<unsigned char>(left)) ==
         std::tolower(static_cast<unsigned char>(right));
}

}  // namespace

std::span<const WorkloadInfo> all_workloads() noexcept { return table; }

const WorkloadInfo& info_of(Workload workload) noexcept {
  return table[static_cast<std::size_t>(workload)];
}

std::optional<Workload> workload_named(std::string_view id) noexcept {
  for (const WorkloadInfo& info : table) {
    if (std::ranges::equal(info.id, id, is_same_letter)) return info.workload;
  }
  return std::nullopt;
}

std::size_t operations_in_run(Workload workload, std::size_t n) noexcept {
  if (workload == Workload::w5b) return n;
  return workload == Workload::w7 ? w7_flushes : 1;
}

}  // namespace benchmarks
