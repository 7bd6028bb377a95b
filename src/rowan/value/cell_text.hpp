// Database values as people read them, in logs and in the debug view.

#pragma once

#include <rowan/value/cell.hpp>

#include <string>

namespace rowan::value {

/// Returns a value for people: text in quotes and cut, bytes by their number only.
[[nodiscard]] std::string to_text(const Cell& cell);

}  // namespace rowan::value
