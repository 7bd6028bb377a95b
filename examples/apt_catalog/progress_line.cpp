// Drawing the line: a carriage return, the text, and a clear to the line's end.

#include <apt_catalog/progress_line.hpp>

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

namespace apt_catalog {
namespace {

constexpr auto pause = std::chrono::milliseconds(100);
constexpr std::size_t bar_width = 30;

}  // namespace

std::string grouped(std::size_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t at = digits.size(); at > 3;) {
    at -= 3;
    digits.insert(at, 1, ',');
  }
  return digits;
}

ProgressLine::ProgressLine(std::FILE* out, std::string label, std::string unit, std::size_t total)
    : out_(out),
      label_(std::move(label)),
      unit_(std::move(unit)),
      total_(total),
      is_terminal_(isatty(fileno(out)) != 0),
      started_(std::chrono::steady_clock::now()),
      next_draw_(started_ + pause) {}

ProgressLine::~ProgressLine() {
  if (is_drawn_) std::fputs("\r\033[K", out_);
  if (total_ == 0 || done_ == 0) return;
  try {
    fmt::print(out_, "{}\n", text(std::chrono::steady_clock::now()));
  } catch (const std::exception&) {
    // What the line would have said is lost, and nothing else.
  }
}

void ProgressLine::advance(std::size_t count) noexcept {
  done_ += count;
  if (!is_terminal_) return;
  const auto now = std::chrono::steady_clock::now();
  if (now < next_draw_) return;
  next_draw_ = now + pause;
  try {
    draw(now);
  } catch (const std::exception&) {
    is_terminal_ = false;  // a picture of the work must not stop the work
  }
}

std::string ProgressLine::text(std::chrono::steady_clock::time_point now) const {
  const std::chrono::duration<double> seconds = now - started_;
  const auto rate = static_cast<std::size_t>(static_cast<double>(done_) / seconds.count());
  std::string bar;
  if (total_ > 0) {
    const std::size_t full = std::min(bar_width, done_ * bar_width / total_);
    bar = fmt::format("[{}{}] {:3}%  ", std::string(full, '#'), std::string(bar_width - full, '.'),
                      std::min<std::size_t>(100, done_ * 100 / total_));
  }
  return fmt::format("{} {}{} {}, {} a second", label_, bar, grouped(done_), unit_, grouped(rate));
}

void ProgressLine::draw(std::chrono::steady_clock::time_point now) {
  fmt::print(out_, "\r{}\033[K", text(now));
  std::fflush(out_);
  is_drawn_ = true;
}

}  // namespace apt_catalog
