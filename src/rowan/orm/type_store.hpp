// The objects of one class in one unit of work: their slots, their keys, what waits to be written.

#pragma once

#include <rowan/metadata/entity_meta.hpp>
#include <rowan/model/slot.hpp>
#include <rowan/orm/chunk_pool.hpp>
#include <rowan/orm/identity_map.hpp>

#include <cstddef>
#include <cstdint>
#include <new>
#include <vector>

namespace rowan::orm {

class UnitOfWork;

/// Keeps every object of one class at a stable address until clear().
///
/// Slots are never reused before clear(), so an address stands for one object.
/// Thread safety: none.
class TypeStore final : public metadata::ReferenceResolver {
 public:
  TypeStore(UnitOfWork& unit, const metadata::EntityMeta& entity);
  TypeStore(const TypeStore&) = delete;
  TypeStore& operator=(const TypeStore&) = delete;
  ~TypeStore() override;

  [[nodiscard]] const metadata::EntityMeta& entity() const noexcept { return *entity_; }
  [[nodiscard]] const metadata::EntityFunctions& functions() const noexcept {
    return *entity_->functions;
  }

  /// Returns room for one object: header reset, key null, object not constructed, no snapshot.
  [[nodiscard]] void* allocate() {
    if (next_slot_ == end_) [[unlikely]]
      add_chunk();
    const std::uintptr_t start = next_slot_;
    next_slot_ += slot_bytes_;
    void* object = reinterpret_cast<void*>(start + model::slot_prefix_bytes);
    ++model::chunk_of(object).used;
    ::new (reinterpret_cast<void*>(start)) value::Cell;
    auto* header = ::new (reinterpret_cast<void*>(start + sizeof(value::Cell))) model::SlotHeader;
    header->order = next_order_++;
    return object;
  }
  /// Makes the snapshot an empty one, for objects that are not filled at once.
  void clear_snapshot(void* object) noexcept;
  /// Gives the last allocate() back.
  void drop_last(void* object) noexcept;
  /// Returns the object of this key, a reference that is made now where none is known.
  [[nodiscard]] void* find_or_refer(const value::Cell& key);
  /// Sets the database key of an object, copying its bytes, and maps it.
  void set_key(void* object, const value::Cell& key);

  [[nodiscard]] std::uint32_t next_order() const noexcept { return next_order_; }

  /// Calls `visit` with every object in order of allocation.
  template <class Visit>
  void each(Visit visit) {
    for (std::size_t c = 0; c < used_chunks_; ++c) {
      auto* chunk = static_cast<model::ChunkHeader*>(chunks_[c]);
      auto at = reinterpret_cast<std::uintptr_t>(chunk) + model::chunk_head_bytes +
                model::slot_prefix_bytes;
      for (std::uint32_t i = 0; i < chunk->used; ++i, at += slot_bytes_)
        visit(reinterpret_cast<void*>(at));
    }
  }

  /// Takes an object out of `created`. Cost: constant for the last one.
  void drop_created(const void* object) noexcept;

  /// Destroys every object, keeps one chunk for the next use.
  void clear() noexcept;

  // ReferenceResolver
  void* resolve(std::uint16_t property, const value::Cell& key) override;
  value::Cell key_of(std::uint16_t property, const void* target) override;
  [[noreturn]] void refuse(std::uint16_t property, const value::Cell& cell) override;

  IdentityMap map;
  std::vector<void*>
      created;  ///< in order of create(); may hold objects that are no longer to be inserted
  std::size_t pending = 0;  ///< creations and removals since the last flush
  bool relations_changed = false;
  std::size_t managed_count = 0;

 private:
  void add_chunk();

  UnitOfWork* unit_;
  const metadata::EntityMeta* entity_;
  std::vector<void*> chunks_;
  std::size_t used_chunks_ = 0;
  std::uint32_t slot_bytes_ = 0;
  std::uint32_t snapshot_offset_ = 0;
  std::uint32_t per_chunk_ = 0;
  std::uint32_t next_order_ = 0;
  std::uintptr_t next_slot_ = 0;  ///< of the last chunk
  std::uintptr_t end_ = 0;        ///< of its slots
};

}  // namespace rowan::orm
