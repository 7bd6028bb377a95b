// The clock, and dates and times as text.

#include <rowan/base/time.hpp>

#include <rowan/base/error.hpp>

namespace rowan {

namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using std::chrono::sys_days;

constinit thread_local int open_hydration_scopes = 0;

// Asked of days and of times before they become a calendar date, which wraps around far from here.
constexpr sys_days first_day = std::chrono::year(0) / 1 / 1;
constexpr sys_days day_past_last = std::chrono::year(10000) / 1 / 1;

template <class Time>
bool is_writable(Time time) noexcept {
  return time >= first_day && time < day_past_last;
}

[[noreturn]] void refuse_to_write() {
  throw ValidationError("Dates outside the years 0 to 9999 have no text");
}

// --- writing

char* write_digits(char* out, unsigned value, int count) noexcept {
  for (int i = count - 1; i >= 0; --i) {
    out[i] = static_cast<char>('0' + value % 10);
    value /= 10;
  }
  return out + count;
}

char* write_date(char* out, sys_days date) noexcept {
  const std::chrono::year_month_day ymd(date);
  out = write_digits(out, static_cast<unsigned>(int(ymd.year())), 4);
  *out++ = '-';
  out = write_digits(out, unsigned(ymd.month()), 2);
  *out++ = '-';
  return write_digits(out, unsigned(ymd.day()), 2);
}

// --- reading

/// Takes text from the front; after the first thing that is not there, everything else fails.
class Reader final {
 public:
  explicit Reader(std::string_view text) noexcept : rest_(text) {}

  /// Returns the number of exactly `count` digits.
  int digits(std::size_t count) noexcept {
    int value = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (!next_is_digit()) return fail();
      value = value * 10 + take_digit();
    }
    return value;
  }

  /// Returns the number of exactly `count` digits, if it is not greater than `most`.
  int digits(std::size_t count, int most) noexcept {
    const int value = digits(count);
    return value <= most ? value : fail();
  }

  bool skip(char wanted) noexcept {
    if (!ok_ || rest_.empty() || rest_.front() != wanted) return false;
    rest_.remove_prefix(1);
    return true;
  }

  void expect(char wanted) noexcept {
    if (!skip(wanted)) fail();
  }

  /// Returns microseconds from 1 to 9 digits of a fraction.
  int fraction() noexcept {
    int value = 0;
    int count = 0;
    for (; count < 9 && next_is_digit(); ++count) {
      const int digit = take_digit();
      if (count < 6) value = value * 10 + digit;
    }
    if (count == 0) return fail();
    for (; count < 6; ++count) value *= 10;
    return value;
  }

  int fail() noexcept {
    ok_ = false;
    return 0;
  }

  [[nodiscard]] bool next_is_digit() const noexcept {
    return ok_ && !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9';
  }
  [[nodiscard]] bool at_end() const noexcept { return ok_ && rest_.empty(); }
  [[nodiscard]] bool ok() const noexcept { return ok_; }

 private:
  int take_digit() noexcept {
    const int digit = rest_.front() - '0';
    rest_.remove_prefix(1);
    return digit;
  }

  std::string_view rest_;
  bool ok_ = true;
};

sys_days read_date(Reader& reader) noexcept {
  const int year = reader.digits(4);
  reader.expect('-');
  const int month = reader.digits(2);
  reader.expect('-');
  const int day = reader.digits(2);
  const std::chrono::year_month_day ymd{std::chrono::year(year),
                                        std::chrono::month(static_cast<unsigned>(month)),
                                        std::chrono::day(static_cast<unsigned>(day))};
  if (!reader.ok() || !ymd.ok()) {
    reader.fail();
    return {};
  }
  return sys_days(ymd);
}

microseconds read_time_of_day(Reader& reader) noexcept {
  microseconds time = hours(reader.digits(2, 23));
  reader.expect(':');
  time += minutes(reader.digits(2, 59));
  reader.expect(':');
  time += seconds(reader.digits(2, 59));
  if (reader.skip('.')) time += microseconds(reader.fraction());
  return time;
}

minutes read_offset(Reader& reader) noexcept {
  if (reader.skip('Z')) return minutes(0);
  const bool west = reader.skip('-');
  if (!west && !reader.skip('+')) return minutes(0);
  minutes offset = hours(reader.digits(2, 23));
  if (reader.skip(':') || reader.next_is_digit()) offset += minutes(reader.digits(2, 59));
  return west ? -offset : offset;
}

}  // namespace

namespace base {

HydrationScope::HydrationScope() noexcept { ++open_hydration_scopes; }
HydrationScope::~HydrationScope() { --open_hydration_scopes; }

}  // namespace base

Timestamp now() {
  if (open_hydration_scopes > 0) return Timestamp();
  return std::chrono::floor<microseconds>(std::chrono::system_clock::now());
}

std::size_t format_timestamp(Timestamp time, char out[32]) {
  if (!is_writable(time)) refuse_to_write();
  const sys_days date = std::chrono::floor<days>(time);
  const auto since_midnight = static_cast<unsigned long long>((time - date).count());
  const auto second = static_cast<unsigned>(since_midnight / 1'000'000);
  auto fraction = static_cast<unsigned>(since_midnight % 1'000'000);

  char* end = write_date(out, date);
  *end++ = ' ';
  end = write_digits(end, second / 3600, 2);
  *end++ = ':';
  end = write_digits(end, second / 60 % 60, 2);
  *end++ = ':';
  end = write_digits(end, second % 60, 2);
  if (fraction != 0) {
    int count = 6;
    for (; fraction % 10 == 0; fraction /= 10) --count;
    *end++ = '.';
    end = write_digits(end, fraction, count);
  }
  return static_cast<std::size_t>(end - out);
}

bool parse_timestamp(std::string_view text, Timestamp& time) noexcept {
  Reader reader(text);
  Timestamp result = read_date(reader);
  if (reader.ok() && !reader.at_end()) {
    if (!reader.skip('T')) reader.expect(' ');
    result += read_time_of_day(reader);
    result -= read_offset(reader);
  }
  // An offset may lead out of the years that can be written.
  if (!reader.at_end() || !is_writable(result)) return false;
  time = result;
  return true;
}

std::size_t format_date(sys_days date, char out[16]) {
  if (!is_writable(date)) refuse_to_write();
  return static_cast<std::size_t>(write_date(out, date) - out);
}

bool parse_date(std::string_view text, sys_days& date) noexcept {
  Reader reader(text);
  const sys_days result = read_date(reader);
  if (!reader.at_end()) return false;
  date = result;
  return true;
}

}  // namespace rowan
