// How a SQLite database is opened.

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rowan {

/// What a driver for SQLite is made of.
struct SqliteConfig {
  enum class Mode : std::uint8_t {
    create,      ///< read and write, and make the file where there is none
    read_write,  ///< read and write a file that is there
    read_only,
  };

  std::string path = ":memory:";  ///< a file, or ":memory:"
  Mode mode = Mode::create;
  std::chrono::milliseconds busy_timeout{5000};  ///< how long to wait for another process's lock
  bool foreign_keys = true;
  std::string journal_mode{};                ///< empty: "wal" for files
  std::string synchronous{};                 ///< empty: SQLite's own, "full"
  std::optional<std::int64_t> cache_size{};  ///< pages, or KiB where negative
  std::size_t readers = 4;  ///< connections that read a file beside the one that writes

  [[nodiscard]] bool is_in_memory() const noexcept { return path == ":memory:"; }
};

/// Errors: ValidationError naming the member that cannot be so.
void check_sqlite_config(const SqliteConfig& config);

/// Reads `sqlite::memory:` or `sqlite:PATH`, with `?name=value&...` of busy_timeout (milliseconds), journal_mode,
/// synchronous, foreign_keys (on, off), cache_size, readers and mode (ro, rw, rwc). %XX in path and values is decoded.
///
/// Errors: ValidationError naming what is unknown and what is known.
[[nodiscard]] SqliteConfig parse_sqlite_url(std::string_view url);

}  // namespace rowan
