// The memory of result lists, kept from one query of a thread to its next.

#pragma once

#include <vector>

namespace rowan::model {

/// Returns an empty list, with the room of the last one that this thread gave back.
///
/// A large list that is allocated anew for every query makes the allocator sort all that is free, which costs the
/// texts of the next rows more than the list itself. Thread safety: any thread.
[[nodiscard]] std::vector<void*> take_list() noexcept;
/// Keeps the room of a list for this thread's next query.
void give_back_list(std::vector<void*>&& list) noexcept;

}  // namespace rowan::model
