// Rows as the binary protocol sends them, and parameters as the client library takes them.

#pragma once

#include <rowan/value/cell.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace rowan::drivers::mysql {

/// How the bytes of one column's values are read.
enum class WireType : std::uint8_t {
  null,
  int8,
  int16,
  int32,
  int64,
  real32,
  real64,
  decimal,
  text,
  blob,
  json,
  bits,
  date,
  datetime,
  time,
};

struct WireColumn {
  WireType type = WireType::null;
  bool is_unsigned = false;
  bool is_padded =
      false;  ///< a decimal that the server fills with zeros up to the largest scale there is
};

/// Reads rows of one result into cells that view the row's own bytes.
class RowDecoder final {
 public:
  void set_columns(std::vector<WireColumn> columns);
  [[nodiscard]] std::size_t size() const noexcept { return columns_.size(); }
  /// Returns the cells of the row, or null where its bytes make no sense.
  /// Lifetime: until the next call, and as long as the bytes.
  [[nodiscard]] const value::Cell* read(std::string_view row);

 private:
  using Scratch = std::array<char, 32>;

  [[nodiscard]] bool read_cell(std::size_t column, const char*& at, const char* end);
  [[nodiscard]] bool read_integer(std::size_t column,
                                  std::size_t width,
                                  const char*& at,
                                  const char* end);
  [[nodiscard]] bool read_bytes(std::size_t column, const char*& at, const char* end);
  void set_text(std::size_t column, std::size_t size) noexcept;
  void read_point_in_time(std::size_t column, std::string_view bytes);
  void read_duration(std::size_t column, std::string_view bytes);

  std::vector<WireColumn> columns_;
  std::vector<value::Cell> cells_;
  std::vector<Scratch> scratch_;  ///< for what must be formatted, by column
};

/// A point in time in its parts, as the protocol wants it.
struct TimeParts {
  unsigned int year = 0;
  unsigned int month = 0;
  unsigned int day = 0;
  unsigned int hour = 0;
  unsigned int minute = 0;
  unsigned int second = 0;
  unsigned long microsecond = 0;
};
/// Returns the parts of `microseconds` since the epoch. Errors: ValidationError for years outside 0 to 9999.
[[nodiscard]] TimeParts parts_of_timestamp(std::int64_t microseconds);
[[nodiscard]] TimeParts parts_of_date(std::int64_t days);

}  // namespace rowan::drivers::mysql
