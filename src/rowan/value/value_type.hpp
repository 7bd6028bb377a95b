// The kinds of value that cross the border to a database.

#pragma once

#include <cstdint>
#include <string_view>

namespace rowan {

/// The kind of one database value, the same for every driver.
enum class ValueType : std::uint8_t {
  null,
  boolean,
  integer,
  real,
  text,
  blob,
  timestamp,  ///< microseconds since the Unix epoch, UTC, as integer
  date,       ///< days since the Unix epoch, as integer
  uuid,       ///< 16 bytes
  decimal,    ///< exact number as text
  json,       ///< document as text
  object,     ///< an entity used as operand; replaced by its key before it reaches a driver
};

/// Returns the lower-case name of `type`, for messages.
[[nodiscard]] std::string_view to_string(ValueType type) noexcept;

}  // namespace rowan
