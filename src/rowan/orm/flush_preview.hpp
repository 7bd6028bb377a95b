// What a flush would send, in words, without sending it.

#pragma once

#include <string>

namespace rowan::orm {

class UnitOfWork;

/// Returns a line for each batch of statements that a flush would send now, in order; where it would fail before
/// anything is sent, a line that says why. Sends nothing and leaves everything as it was.
[[nodiscard]] std::string preview_flush(UnitOfWork& unit);

}  // namespace rowan::orm
