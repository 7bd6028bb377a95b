// What flushes inside a transaction changed in memory, so that a rollback can take it back.

#pragma once

#include <rowan/metadata/entity_meta.hpp>
#include <rowan/model/collection.hpp>
#include <rowan/model/slot.hpp>
#include <rowan/value/value.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace rowan::orm {

class UnitOfWork;

/// A member that a flush set: a generated key, a version, a default, the result of on_update.
struct WrittenValue {
  void* object = nullptr;
  std::uint16_t column = 0;
  Value before;
  Value after;
};

/// A reference that was emptied because its target goes.
struct EmptiedReference {
  void* object = nullptr;
  const metadata::PropertyMeta* property = nullptr;
};

/// A reference that a flush emptied, to be given back where the flush fails or is rolled back.
struct TakenReference {
  void* object = nullptr;
  const metadata::PropertyMeta* property = nullptr;
  void* target = nullptr;
  bool is_by_removal = false;  ///< emptied by remove() itself: it comes back with the target only
};

/// The database's view of objects and collections before each flush of a running transaction.
class UndoLog {
 public:
  struct Mark {
    std::size_t objects = 0;
    std::size_t values = 0;
    std::size_t collections = 0;
    std::size_t references = 0;
  };

  [[nodiscard]] Mark mark() const noexcept {
    return {objects_.size(), values_.size(), collections_.size(), references_.size()};
  }
  void remember(UnitOfWork& unit, void* object);
  void remember(WrittenValue value) { values_.push_back(std::move(value)); }
  void remember(model::CollectionBase& collection);
  /// Notes a collection that is about to lose removed objects.
  void remember_losing(model::CollectionBase& collection);
  void remember(const TakenReference& reference) { references_.push_back(reference); }
  /// Makes everything since `mark` pending again, as if it had not been flushed.
  void take_back(UnitOfWork& unit, const Mark& mark);
  /// Forgets what was noted since `mark`: it is committed.
  void forget_since(const Mark& mark) noexcept;
  void clear() noexcept { forget_since({}); }

 private:
  struct ObjectState {
    void* object = nullptr;
    model::SlotHeader::Life life = model::SlotHeader::managed;
    value::Cell key;
    std::vector<std::byte> snapshot;
    metadata::IndexSet forced;
  };
  struct CollectionState {
    model::CollectionBase* collection = nullptr;
    bool is_initialized = false;
    bool is_replaced = false;
    bool is_losing = false;  ///< only removed objects go, nothing was written
    std::vector<void*> original;
    std::vector<void*> items;    ///< where it was not initialized, or loses some
    std::vector<void*> removed;  ///< where it was not initialized
  };
  static void restore(UnitOfWork& unit, const ObjectState& before);
  static void restore(UnitOfWork& unit, CollectionState& before);
  static void restore(UnitOfWork& unit, const TakenReference& before);

  std::vector<ObjectState> objects_;
  std::vector<WrittenValue> values_;
  std::vector<CollectionState> collections_;
  std::vector<TakenReference> references_;
};

/// Gives a member its earlier value, unless it was changed since.
void restore_value(UnitOfWork& unit, const WrittenValue& written);

}  // namespace rowan::orm
