// Finds what a flush must write, from the objects and their snapshots.

#pragma once

#include <rowan/orm/change_set.hpp>
#include <rowan/orm/unit_of_work.hpp>

namespace rowan::orm {

/// The passes before the first statement: reachability, removals, dirty objects, order of rows.
///
/// Changes no snapshot and no key; references to removed objects are emptied where they may be (DESIGN.md).
/// Errors: ValidationError where something required is missing or a removed object is still referred to.
class ChangeSetComputer {
 public:
  explicit ChangeSetComputer(UnitOfWork& unit) : unit_(unit) {}
  [[nodiscard]] ChangeSets compute();

 private:
  void reach_unpersisted();
  void scrub_references();
  void collect_inserts(ChangeSets& sets);
  void collect_removals(ChangeSets& sets);
  void collect_updates(ChangeSets& sets);
  void add_update(ChangeSets& sets, TypeStore& store, void* object);
  /// Refuses an empty required reference, in those of `changed` only where that is given.
  void check_required(const metadata::EntityMeta& entity,
                      void* object,
                      const metadata::IndexSet* changed);
  void order_by_depth(const metadata::EntityMeta& entity,
                      std::vector<void*>& objects,
                      bool children_first);
  void find_late_references(ChangeSets& sets);
  void separate_early_removals(ChangeSets& sets);

  UnitOfWork& unit_;
};

}  // namespace rowan::orm
