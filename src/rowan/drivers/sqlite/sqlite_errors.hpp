// What SQLite's result codes mean, as errors of Rowan.

#pragma once

#include <string>
#include <string_view>

namespace rowan::drivers::sqlite {

/// What SQLite reported.
struct SqliteFailure {
  int code = 0;           ///< extended result code
  std::string message{};  ///< SQLite's own; holds names of tables and columns, never values
  std::string statement{};
};

/// Tells whether a foreign key was broken.
[[nodiscard]] bool is_foreign_key(const SqliteFailure& failure) noexcept;

/// Throws the error that the code stands for, its message saying what to do.
[[noreturn]] void throw_sqlite_error(const SqliteFailure& failure);

/// Throws a ConnectionError for a file that cannot be opened.
[[noreturn]] void throw_open_error(const std::string& path, const SqliteFailure& failure);

}  // namespace rowan::drivers::sqlite
