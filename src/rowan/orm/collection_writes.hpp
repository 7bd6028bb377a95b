// The part of a flush that writes collections: pairs of many-to-many relations, and what replaced collections drop.

#pragma once

#include <rowan/orm/unit_of_work.hpp>

#include <vector>

namespace rowan::orm {

/// Writes the changed collections of a unit of work.
///
/// Pairs come from the owning side; the inverse side adds those that its replacement deletes and that stay.
class CollectionWrites {
 public:
  explicit CollectionWrites(UnitOfWork& unit) noexcept : unit_(unit) {}

  /// Empties replaced collections of objects that go, which other rows may still refer to.
  void write_removed(backend::Session& session);
  /// Writes all others. Requires: every object has its key, and references are written.
  void write(backend::Session& session);
  /// Makes what was written the database's view; within a transaction the earlier one is kept.
  void apply();

 private:
  struct Pairs;
  void collect(model::CollectionBase& collection, Pairs& pairs);
  void collect_owner(void* owner, const model::CollectionBase& collection, Pairs& pairs);
  void collect_inverse(void* target, const model::CollectionBase& collection, Pairs& pairs);
  void drop_others(backend::Session& session,
                   const metadata::PropertyMeta& property,
                   void* owner,
                   const model::CollectionState& state);
  void require_no_others(backend::Session& session,
                         const metadata::PropertyMeta& property,
                         void* owner,
                         const query::Condition& others);
  void drop_removed_items();

  UnitOfWork& unit_;
};

}  // namespace rowan::orm
