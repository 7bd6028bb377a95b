// A line on the terminal that says how far the work is, and how fast it goes.

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdio>
#include <string>

namespace apt_catalog {

/// Returns the number with a comma after each three digits.
[[nodiscard]] std::string grouped(std::size_t number);

/// Redraws itself while work advances, ten times a second at most.
///
/// At its end a line with a total stays as it is then, and one without disappears. Where the stream is no
/// terminal, only that last state of a line with a total is written.
class ProgressLine final {
 public:
  /// Requires: `unit` is a plural, such as "rows". A total of 0 means that nobody knows it.
  /// Lifetime: `out` outlives the line.
  ProgressLine(std::FILE* out, std::string label, std::string unit, std::size_t total = 0);
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;
  ~ProgressLine();

  void advance(std::size_t count) noexcept;

 private:
  void draw(std::chrono::steady_clock::time_point now);
  [[nodiscard]] std::string text(std::chrono::steady_clock::time_point now) const;

  std::FILE* out_;
  std::string label_;
  std::string unit_;
  std::size_t total_;
  std::size_t done_ = 0;
  bool is_terminal_;
  bool is_drawn_ = false;
  std::chrono::steady_clock::time_point started_;
  std::chrono::steady_clock::time_point next_draw_;
};

}  // namespace apt_catalog
