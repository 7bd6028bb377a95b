// What a placeholder of a statement stands for.

#pragma once

#include <rowan/metadata/entity_meta.hpp>

#include <cstdint>

namespace rowan::sql {

/// How a value lies in its column, where that differs from the value's own kind.
enum class Storage : std::uint8_t {
  plain,           ///< as the database stores values of this kind by default
  text_timestamp,  ///< a point in time as ISO text
  text_uuid,       ///< a UUID as 36 characters
  enum_name,       ///< an enumerator by its name; a cell holds its number or the name itself
};

/// One placeholder, in the order of the statement's text.
struct Parameter {
  const metadata::PropertyMeta* property = nullptr;  ///< that it is compared with or written to
  std::uint32_t value = 0;                           ///< index into the values given at execution
  std::uint32_t list_count = 0;  ///< not 0: so many values from `value` on, bound as one array
  bool is_array = false;         ///< a column of a batch: an array with a value for each row
  Storage storage = Storage::plain;
  bool is_hidden = false;  ///< its value is never shown
};

}  // namespace rowan::sql
