// Decodes binary rows: a bitmap of nulls, then the values, each by its column's type.

#include <rowan/drivers/mysql/mysql_row.hpp>

#include <rowan/base/time.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <limits>
#include <utility>

namespace rowan::drivers::mysql {
namespace {

using value::Cell;

template <class Number>
Number load(const char* at) noexcept {
  // The protocol is little-endian; so are the machines that it is read on byte by byte elsewhere.
  Number out = 0;
  for (std::size_t i = 0; i < sizeof(Number); ++i)
    out = static_cast<Number>(
        out |
        static_cast<Number>(static_cast<Number>(static_cast<unsigned char>(at[i])) << (8 * i)));
  return out;
}

bool read_length(const char*& at, const char* end, std::uint64_t& length) noexcept {
  if (at >= end) return false;
  const auto first = static_cast<unsigned char>(*at++);
  std::size_t width = 0;
  switch (first) {
    case 252: width = 2; break;
    case 253: width = 3; break;
    case 254: width = 8; break;
    default: length = first; return first < 251;
  }
  if (static_cast<std::size_t>(end - at) < width) return false;
  length = 0;
  for (std::size_t i = 0; i < width; ++i)
    length |= static_cast<std::uint64_t>(static_cast<unsigned char>(at[i])) << (8 * i);
  at += width;
  return true;
}

bool is_null_at(const char* bitmap, std::size_t column) noexcept {
  // The first two bits of a row's bitmap are not used.
  const std::size_t bit = column + 2;
  return (static_cast<unsigned char>(bitmap[bit / 8]) >> (bit % 8) & 1u) != 0;
}

// 1.500000 says no more than 1.5.
std::string_view without_padding(std::string_view decimal) {
  if (decimal.find('.') == std::string_view::npos) return decimal;
  decimal = decimal.substr(0, decimal.find_last_not_of('0') + 1);
  if (decimal.ends_with('.')) decimal.remove_suffix(1);
  return decimal;
}

}  // namespace

void RowDecoder::set_columns(std::vector<WireColumn> columns) {
  columns_ = std::move(columns);
  cells_.assign(columns_.size(), Cell{});
  scratch_.resize(columns_.size());
}

const Cell* RowDecoder::read(std::string_view row) {
  const std::size_t bitmap_size = (columns_.size() + 7 + 2) / 8;
  if (row.size() < 1 + bitmap_size || row.front() != 0) return nullptr;
  const char* bitmap = row.data() + 1;
  const char* at = bitmap + bitmap_size;
  const char* end = row.data() + row.size();
  for (std::size_t column = 0; column < columns_.size(); ++column) {
    if (is_null_at(bitmap, column)) {
      cells_[column] = Cell::of_null();
    } else if (!read_cell(column, at, end)) {
      return nullptr;
    }
  }
  return cells_.data();
}

bool RowDecoder::read_cell(std::size_t column, const char*& at, const char* end) {
  Cell& cell = cells_[column];
  const auto left = static_cast<std::size_t>(end - at);
  switch (columns_[column].type) {
    case WireType::null: cell = Cell::of_null(); return true;
    case WireType::int8: return read_integer(column, 1, at, end);
    case WireType::int16: return read_integer(column, 2, at, end);
    case WireType::int32: return read_integer(column, 4, at, end);
    case WireType::int64: return read_integer(column, 8, at, end);
    case WireType::real32: {
      if (left < 4) return false;
      const std::uint32_t bits = load<std::uint32_t>(at);
      float number = 0;
      std::memcpy(&number, &bits, sizeof number);
      cell.real = number;
      cell.type = ValueType::real;
      at += 4;
      return true;
    }
    case WireType::real64: {
      if (left < 8) return false;
      const std::uint64_t bits = load<std::uint64_t>(at);
      std::memcpy(&cell.real, &bits, sizeof bits);
      cell.type = ValueType::real;
      at += 8;
      return true;
    }
    default: return read_bytes(column, at, end);
  }
}

bool RowDecoder::read_integer(std::size_t column,
                              std::size_t width,
                              const char*& at,
                              const char* end) {
  if (static_cast<std::size_t>(end - at) < width) return false;
  Cell& cell = cells_[column];
  const bool is_unsigned = columns_[column].is_unsigned;
  cell.type = ValueType::integer;
  switch (width) {
    case 1:
      cell.integer =
          is_unsigned ? load<std::uint8_t>(at) : static_cast<std::int8_t>(load<std::uint8_t>(at));
      break;
    case 2:
      cell.integer = is_unsigned ? load<std::uint16_t>(at)
                                 : static_cast<std::int16_t>(load<std::uint16_t>(at));
      break;
    case 4:
      cell.integer = is_unsigned ? std::int64_t{load<std::uint32_t>(at)}
                                 : std::int64_t{static_cast<std::int32_t>(load<std::uint32_t>(at))};
      break;
    default: {
      const std::uint64_t number = load<std::uint64_t>(at);
      if (is_unsigned &&
          number > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
        // No integer of ours; as an exact number it is whole.
        const int size = std::snprintf(scratch_[column].data(), scratch_[column].size(), "%llu",
                                       static_cast<unsigned long long>(number));
        set_text(column, static_cast<std::size_t>(size));
        cell.type = ValueType::decimal;
      } else {
        cell.integer = static_cast<std::int64_t>(number);
      }
    }
  }
  at += width;
  return true;
}

bool RowDecoder::read_bytes(std::size_t column, const char*& at, const char* end) {
  std::uint64_t length = 0;
  if (!read_length(at, end, length) || length > static_cast<std::uint64_t>(end - at)) return false;
  const std::string_view bytes(at, length);
  at += length;
  Cell& cell = cells_[column];
  switch (columns_[column].type) {
    case WireType::decimal:
      cell = Cell::of_bytes(columns_[column].is_padded ? without_padding(bytes) : bytes,
                            ValueType::decimal);
      break;
    case WireType::blob: cell = Cell::of_bytes(bytes, ValueType::blob); break;
    case WireType::json: cell = Cell::of_bytes(bytes, ValueType::json); break;
    case WireType::date:
    case WireType::datetime: read_point_in_time(column, bytes); break;
    case WireType::time: read_duration(column, bytes); break;
    case WireType::bits: {
      std::uint64_t number = 0;
      for (const char byte : bytes) number = number << 8 | static_cast<unsigned char>(byte);
      cell = Cell::of_integer(static_cast<std::int64_t>(number));
      break;
    }
    default: cell = Cell::of_bytes(bytes); break;
  }
  return true;
}

void RowDecoder::set_text(std::size_t column, std::size_t size) noexcept {
  cells_[column] = Cell::of_bytes({scratch_[column].data(), size});
}

void RowDecoder::read_point_in_time(std::size_t column, std::string_view bytes) {
  TimeParts parts;
  if (bytes.size() >= 4) {
    parts.year = load<std::uint16_t>(bytes.data());
    parts.month = static_cast<unsigned char>(bytes[2]);
    parts.day = static_cast<unsigned char>(bytes[3]);
  }
  if (bytes.size() >= 7) {
    parts.hour = static_cast<unsigned char>(bytes[4]);
    parts.minute = static_cast<unsigned char>(bytes[5]);
    parts.second = static_cast<unsigned char>(bytes[6]);
  }
  if (bytes.size() >= 11) parts.microsecond = load<std::uint32_t>(bytes.data() + 7);
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(parts.year)),
                                         std::chrono::month(parts.month),
                                         std::chrono::day(parts.day)};
  if (!date.ok()) {
    // A zero date is no point in time; as text it says what it is.
    const int size = std::snprintf(scratch_[column].data(), scratch_[column].size(),
                                   "%04u-%02u-%02u", parts.year, parts.month, parts.day);
    set_text(column, static_cast<std::size_t>(size));
    return;
  }
  const std::int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  if (columns_[column].type == WireType::date) {
    cells_[column] = Cell::of_integer(days, ValueType::date);
    return;
  }
  const std::int64_t seconds =
      (days * 24 + parts.hour) * 3600 + parts.minute * 60 + std::int64_t{parts.second};
  cells_[column] = Cell::of_integer(
      seconds * 1'000'000 + static_cast<std::int64_t>(parts.microsecond), ValueType::timestamp);
}

void RowDecoder::read_duration(std::size_t column, std::string_view bytes) {
  bool is_negative = false;
  unsigned long hours = 0;
  unsigned int minute = 0;
  unsigned int second = 0;
  unsigned int microsecond = 0;
  if (bytes.size() >= 8) {
    is_negative = bytes[0] != 0;
    hours = load<std::uint32_t>(bytes.data() + 1) * 24ul + static_cast<unsigned char>(bytes[5]);
    minute = static_cast<unsigned char>(bytes[6]);
    second = static_cast<unsigned char>(bytes[7]);
  }
  if (bytes.size() >= 12) microsecond = load<std::uint32_t>(bytes.data() + 8);
  int size = std::snprintf(scratch_[column].data(), scratch_[column].size(), "%s%02lu:%02u:%02u",
                           is_negative ? "-" : "", hours, minute, second);
  if (microsecond > 0) {
    size += std::snprintf(scratch_[column].data() + size,
                          scratch_[column].size() - static_cast<std::size_t>(size), ".%06u",
                          microsecond);
  }
  set_text(column, static_cast<std::size_t>(size));
}

TimeParts parts_of_date(std::int64_t days) {
  const std::chrono::sys_days date{std::chrono::days(static_cast<std::chrono::days::rep>(days))};
  char text[16];
  (void)format_date(date, text);  // refuses the years that ISO text, and so MySQL, cannot tell
  const std::chrono::year_month_day parts{date};
  TimeParts out;
  out.year = static_cast<unsigned int>(static_cast<int>(parts.year()));
  out.month = static_cast<unsigned int>(parts.month());
  out.day = static_cast<unsigned int>(parts.day());
  return out;
}

TimeParts parts_of_timestamp(std::int64_t microseconds) {
  constexpr std::int64_t a_day = 86'400'000'000;
  std::int64_t days = microseconds / a_day;
  std::int64_t rest = microseconds % a_day;
  if (rest < 0) {
    rest += a_day;
    --days;
  }
  TimeParts out = parts_of_date(days);
  out.hour = static_cast<unsigned int>(rest / 3'600'000'000);
  out.minute = static_cast<unsigned int>(rest / 60'000'000 % 60);
  out.second = static_cast<unsigned int>(rest / 1'000'000 % 60);
  out.microsecond = static_cast<unsigned long>(rest % 1'000'000);
  return out;
}

}  // namespace rowan::drivers::mysql
