// The key that a reference of a detached object keeps.

#include <rowan/base/error.hpp>
#include <rowan/model/ref.hpp>
#include <rowan/model/slot.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>

namespace rowan::model {
namespace {

/// Detached objects may be copied and handed to other threads, so the owners are counted atomically.
struct KeyOnly {
  std::atomic<std::uint32_t> owners{1};
  value::Cell key;  ///< from here on like the prefix of a slot; the bytes of a text follow
  SlotHeader header;
};
static_assert(sizeof(KeyOnly) == offsetof(KeyOnly, key) + slot_prefix_bytes);

KeyOnly* box_of(void* target) noexcept { return static_cast<KeyOnly*>(target) - 1; }

}  // namespace

void* make_key_only(const value::Cell& key) {
  const std::size_t bytes = key.has_bytes() ? key.bytes().size() : 0;
  auto* box = ::new (::operator new(sizeof(KeyOnly) + bytes)) KeyOnly;
  void* target = box + 1;
  box->key = key;
  if (bytes > 0) std::memcpy(target, key.bytes().data(), bytes);
  if (key.has_bytes())
    box->key = value::Cell::of_bytes({static_cast<const char*>(target), bytes}, key.type);
  return target;
}

void share_key_only(void* target) noexcept {
  box_of(target)->owners.fetch_add(1, std::memory_order_relaxed);
}

void drop_key_only(void* target) noexcept {
  KeyOnly* box = box_of(target);
  if (box->owners.fetch_sub(1, std::memory_order_acq_rel) > 1) return;
  box->~KeyOnly();
  ::operator delete(box);
}

void refuse_key_only() {
  throw ValidationError(
      "this reference belongs to an object that was detached, and keeps a key only: hand the "
      "object "
      "to merge() of an entity manager, and read the reference of what that returns");
}

}  // namespace rowan::model
