// Where in the user's program something was declared or called.

#pragma once

#include <source_location>
#include <string>

namespace rowan::base {

/// A place in the user's source, taken as the last parameter with
/// `SourcePosition where = SourcePosition::current()`.
using SourcePosition = std::source_location;

/// Returns "people.hpp:41" for messages: the file without its folders, and the line.
[[nodiscard]] std::string to_string(const SourcePosition& position);

}  // namespace rowan::base
