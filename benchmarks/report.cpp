// Formats results for people and for programs.

#include <benchmarks/report.hpp>

#include <cstdio>
#include <ostream>
#include <string>
#include <string_view>

namespace benchmarks {
namespace {

template <class... Args>
std::string formatted(const char* format, Args... args) {
  char text[256];
  std::snprintf(text, sizeof text, format, args...);
  return text;
}

const char* c_string(std::string_view literal) { return literal.data(); }

double scale_of(Unit unit) { return unit == Unit::nanoseconds ? 1e9 : 1e3; }

const char* suffix_of(Unit unit) {
  return unit == Unit::nanoseconds ? "ns" : unit == Unit::milliseconds ? "ms" : "x";
}

std::string_view text_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::aim_reached: return "aim";
    case Verdict::must_reached: return "must";
    case Verdict::missed: return "MISSED";
    case Verdict::differs: return "DIFFERS";
    case Verdict::not_compared: break;
  }
  return "-";
}

std::string goal_text(double goal, Unit unit) { return formatted("%g%s", goal, suffix_of(unit)); }

std::string json_text(std::string_view text) {
  std::string escaped = "\"";
  for (const char letter : text) {
    if (letter == '"' || letter == '\\') escaped += '\\';
    escaped += letter;
  }
  return escaped + "\"";
}

}  // namespace

double figure_of(const WorkloadResult& result) {
  const WorkloadInfo& info = info_of(result.workload);
  if (info.unit != Unit::ratio) return result.rowan.median() * scale_of(info.unit);
  return result.c.median() > 0 ? result.rowan.median() / result.c.median() : 0;
}

Verdict verdict_of(const WorkloadResult& result, const Goals& goals) {
  if (!result.difference.empty()) return Verdict::differs;
  if (result.rowan.seconds.empty()) return Verdict::not_compared;
  const double figure = figure_of(result);
  if (figure <= goals.aim) return Verdict::aim_reached;
  return figure <= goals.must ? Verdict::must_reached : Verdict::missed;
}

void write_time_head(std::ostream& out, std::size_t n, std::size_t rounds) {
  out << "N = " << n << ", " << rounds << " rounds, medians; \"best\" compares the fastest rounds\n"
      << "id    what                                       c      rowan    figure    best"
         "     must      aim  verdict\n";
}

void write_time_line(std::ostream& out, const WorkloadResult& result, const Goals& goals) {
  const WorkloadInfo& info = info_of(result.workload);
  const double scale = scale_of(info.unit);
  const char* time_unit = info.unit == Unit::nanoseconds ? "ns" : "ms";
  const bool is_compared = !result.rowan.seconds.empty();
  out << formatted("%-5s %-34s %8.3f%s", c_string(info.id), c_string(info.what),
                   result.c.median() * scale, time_unit);
  if (is_compared) {
    const double best = result.c.best() > 0 ? result.rowan.best() / result.c.best() : 0;
    out << formatted(" %8.3f%s  %6.3f%-2s %6.2fx", result.rowan.median() * scale, time_unit,
                     figure_of(result), suffix_of(info.unit), best);
  } else {
    out << formatted(" %10s  %8s %7s", "-", "-", "-");
  }
  out << formatted(" %8s %8s  %s\n", goal_text(goals.must, info.unit).c_str(),
                   goal_text(goals.aim, info.unit).c_str(),
                   c_string(text_of(verdict_of(result, goals))));
  if (!result.difference.empty()) out << "      " << result.difference << '\n';
  out.flush();
}

void write_json(std::ostream& out,
                std::span<const WorkloadResult> results,
                GoalsOf goals_of,
                std::size_t n,
                std::size_t rounds) {
  out << "{\"n\": " << n << ", \"rounds\": " << rounds << ", \"workloads\": [";
  const char* separator = "\n";
  for (const WorkloadResult& result : results) {
    const WorkloadInfo& info = info_of(result.workload);
    const Goals& goals = info.*goals_of;
    out << separator
        << formatted("  {\"id\": \"%s\", \"c_ms\": %.6f, \"rowan_ms\": %.6f,", c_string(info.id),
                     result.c.median() * 1e3, result.rowan.median() * 1e3)
        << formatted(" \"c_best_ms\": %.6f, \"rowan_best_ms\": %.6f,", result.c.best() * 1e3,
                     result.rowan.best() * 1e3)
        << formatted(" \"figure\": %.4f, \"unit\": \"%s\", \"must\": %g, \"aim\": %g,",
                     figure_of(result), suffix_of(info.unit), goals.must, goals.aim)
        << " \"verdict\": " << json_text(text_of(verdict_of(result, goals)))
        << ", \"difference\": " << json_text(result.difference) << "}";
    separator = ",\n";
  }
  out << "\n]}\n";
}

void write_count_head(std::ostream& out, std::size_t n) {
  out << "N = " << n << ", statements of one run (W7: " << w7_flushes << " flushes)\n"
      << "id    what                                    c    rowan  rowan's statistics\n";
}

void write_count_line(std::ostream& out, const WorkloadResult& result) {
  const WorkloadInfo& info = info_of(result.workload);
  out << formatted("%-5s %-34s %6llu %8llu %8llu\n", c_string(info.id), c_string(info.what),
                   static_cast<unsigned long long>(result.c.statements_seen),
                   static_cast<unsigned long long>(result.rowan.statements_seen),
                   static_cast<unsigned long long>(result.rowan.statements_told));
  if (!result.difference.empty()) out << "      " << result.difference << '\n';
}

}  // namespace benchmarks
