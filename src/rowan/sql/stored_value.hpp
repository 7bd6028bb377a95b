// Values brought into the few kinds that every database binds.

#pragma once

#include <rowan/sql/parameter.hpp>
#include <rowan/value/cell.hpp>

#include <span>
#include <string>

namespace rowan::sql {

/// Room for what must be formatted.
struct StorageBuffer {
  char bytes[40];
};

/// Returns the cell as integer, real, text, blob or null: dates and, where the column asks for it, times and UUIDs as
/// text, enumerators by name, UUIDs else as 16 bytes.
///
/// Errors: ValidationError for a number that no enumerator has, and for a year that ISO text cannot tell.
/// Lifetime: bytes are those of the cell, of the metadata, or lie in `buffer`.
[[nodiscard]] value::Cell to_stored(const value::Cell& cell,
                                    const Parameter& parameter,
                                    StorageBuffer& buffer);

/// Refuses a real number that the database cannot keep, naming the property.
[[noreturn]] void refuse_real(double value, const Parameter& parameter);

/// Returns a JSON array of the cells, for lists that are one parameter.
[[nodiscard]] std::string to_json_list(std::span<const value::Cell> cells,
                                       const Parameter& parameter);

}  // namespace rowan::sql
