// A view of one database value, as it lies in a row or in an entity.

#pragma once

#include <rowan/value/value_type.hpp>

#include <cstdint>
#include <string_view>

namespace rowan::value {

/// A non-owning, trivially copied view of one value.
///
/// `integer` holds boolean, integer, timestamp and date; `real` holds real; `data` with `size` holds text, blob,
/// uuid (16 bytes), decimal and json; `data` alone holds object.
/// Lifetime: text and bytes belong to whoever made the cell.
struct Cell {
  union {
    std::int64_t integer = 0;
    double real;
    const char* data;
  };
  std::uint32_t size = 0;
  ValueType type = ValueType::null;

  [[nodiscard]] bool is_null() const noexcept { return type == ValueType::null; }
  [[nodiscard]] bool has_bytes() const noexcept {
    return type == ValueType::text || type == ValueType::blob ||
           (type >= ValueType::uuid && type <= ValueType::json);
  }
  [[nodiscard]] std::string_view bytes() const noexcept { return {data, size}; }

  static Cell of_null() noexcept { return {}; }
  static Cell of_integer(std::int64_t value, ValueType type = ValueType::integer) noexcept {
    Cell cell;
    cell.integer = value;
    cell.type = type;
    return cell;
  }
  static Cell of_real(double value) noexcept {
    Cell cell;
    cell.real = value;
    cell.type = ValueType::real;
    return cell;
  }
  static Cell of_bytes(std::string_view bytes, ValueType type = ValueType::text) noexcept {
    Cell cell;
    cell.data = bytes.data();
    cell.size = static_cast<std::uint32_t>(bytes.size());
    cell.type = type;
    return cell;
  }
};

/// Tells whether both cells hold the same type and value, byte for byte.
[[nodiscard]] bool operator==(const Cell& left, const Cell& right) noexcept;

/// Returns a hash of the cell's value that is equal for equal cells.
[[nodiscard]] std::uint64_t hash_of(const Cell& cell) noexcept;

}  // namespace rowan::value
