// Where a managed object lies: in a slot of an aligned chunk, with its state before it and its snapshot behind it.

#pragma once

#include <rowan/value/cell.hpp>

#include <cstddef>
#include <cstdint>

namespace rowan::model {

class RelationHost;

/// The state of one slot, right before the object.
struct SlotHeader {
  enum Life : std::uint8_t {
    reference,  ///< only the key is known, the object is not constructed
    created,    ///< will be inserted
    managed,    ///< stands for a row
    removed,    ///< will be deleted
    detached,   ///< no longer managed, still readable
  };
  Life life = reference;
  bool is_partial = false;       ///< some columns were not loaded
  bool is_persisted = true;      ///< created with persist = false: false until reached
  bool has_pending_key = false;  ///< the key was made by the flush that runs
  bool is_constructed = false;
  bool has_forced = false;  ///< mark_changed() was called
  bool is_read_only = false;
  std::uint8_t mark = 0;    ///< of the pass that walks
  std::uint32_t order = 0;  ///< position in the order of creation
  std::uint32_t work = 0;   ///< index used by the flush that runs
};
static_assert(sizeof(SlotHeader) == 16);

/// What stands before each object: its key as the database knows it (null cell: none yet), then its state.
inline constexpr std::size_t slot_prefix_bytes = sizeof(value::Cell) + sizeof(SlotHeader);

/// The head of a chunk; every object's chunk is found by masking its address.
struct ChunkHeader {
  RelationHost* host = nullptr;
  void* store = nullptr;  ///< the TypeStore that owns the chunk
  std::uint32_t slot_bytes = 0;
  std::uint32_t snapshot_offset = 0;  ///< from the object
  std::uint32_t used = 0;             ///< slots handed out
  std::uint32_t capacity = 0;
};

inline constexpr std::size_t chunk_bytes = 64 * 1024;
inline constexpr std::size_t chunk_head_bytes = 64;

/// Returns the chunk that an address inside a managed object belongs to.
/// Requires: the address lies in a chunk.
[[nodiscard]] inline ChunkHeader& chunk_of(const void* inside) noexcept {
  return *reinterpret_cast<ChunkHeader*>(reinterpret_cast<std::uintptr_t>(inside) &
                                         ~(chunk_bytes - 1));
}
[[nodiscard]] inline SlotHeader& header_of(const void* object) noexcept {
  return *reinterpret_cast<SlotHeader*>(reinterpret_cast<std::uintptr_t>(object) -
                                        sizeof(SlotHeader));
}
[[nodiscard]] inline value::Cell& key_of(const void* object) noexcept {
  return *reinterpret_cast<value::Cell*>(reinterpret_cast<std::uintptr_t>(object) -
                                         slot_prefix_bytes);
}
[[nodiscard]] inline void* snapshot_of(const void* object) noexcept {
  return reinterpret_cast<void*>(reinterpret_cast<std::uintptr_t>(object) +
                                 chunk_of(object).snapshot_offset);
}
/// Returns the object whose memory holds `inside`, a member of it.
[[nodiscard]] inline void* object_of(const void* inside) noexcept {
  const auto address = reinterpret_cast<std::uintptr_t>(inside);
  const ChunkHeader& chunk = chunk_of(inside);
  const auto first = reinterpret_cast<std::uintptr_t>(&chunk) + chunk_head_bytes;
  const auto slot = (address - first) / chunk.slot_bytes;
  return reinterpret_cast<void*>(first + slot * chunk.slot_bytes + slot_prefix_bytes);
}

}  // namespace rowan::model
