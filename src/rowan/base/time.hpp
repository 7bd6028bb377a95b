// Points in time: UTC, to the microsecond, and the ISO 8601 text that databases and JSON use.

#pragma once

#include <chrono>
#include <cstddef>
#include <string_view>

namespace rowan {

/// A point in time, UTC, to the microsecond: what every database of ours can store.
using Timestamp = std::chrono::sys_time<std::chrono::microseconds>;

/// Returns the current time; while a base::HydrationScope is open on this thread, the epoch.
///
/// Entities say `Timestamp created_at = now();`. When they are filled from rows, the value is
/// overwritten at once, and asking the clock for each would cost more than reading the row.
[[nodiscard]] Timestamp now();

/// Writes "2026-11-24 10:15:30.123456" to `out` and returns the number of characters.
///
/// The fraction loses its final zeros, and its point when nothing is left. No final zero byte.
/// Errors: throws ValidationError for years outside 0 to 9999.
std::size_t format_timestamp(Timestamp time, char out[32]);

/// Reads "2026-11-24", or date and time with 'T' or a blank between; tells whether it could.
///
/// After the seconds may come a fraction of 1 to 9 digits, of which 6 are kept, and then 'Z', +hh,
/// +hhmm or +hh:mm. Without an offset the time is UTC. Only years 0 to 9999, no leap seconds.
/// `time` is unchanged where the text is wrong.
[[nodiscard]] bool parse_timestamp(std::string_view text, Timestamp& time) noexcept;

/// Writes "2026-11-24" to `out` and returns the number of characters.
///
/// Errors: throws ValidationError for years outside 0 to 9999.
std::size_t format_date(std::chrono::sys_days date, char out[16]);

/// Reads "2026-11-24" and tells whether it could; `date` is unchanged where the text is wrong.
[[nodiscard]] bool parse_date(std::string_view text, std::chrono::sys_days& date) noexcept;

namespace base {

/// Makes now() answer the epoch on this thread as long as it lives. May be nested.
class HydrationScope final {
 public:
  HydrationScope() noexcept;
  HydrationScope(const HydrationScope&) = delete;
  HydrationScope& operator=(const HydrationScope&) = delete;
  ~HydrationScope();
};

}  // namespace base
}  // namespace rowan
