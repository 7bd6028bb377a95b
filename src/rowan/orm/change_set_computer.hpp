// Finds what a flush must write, from the objects and their snapshots.

#pragma once

#include <rowan/orm/change_set.hpp>
#include <rowan/orm/unit_of_work.hpp>

#include <unordered_set>
#include <vector>

namespace rowan::orm {

/// The passes before the first statement: reachability, removals, dirty objects, order of rows.
///
/// Changes no snapshot and no key; what it changes in the objects stands in the change sets, so that a flush that fails
/// can give it back, also where this throws.
/// Errors: ValidationError where something required is missing or a removed object is still referred to.
class ChangeSetComputer {
 public:
  ChangeSetComputer(UnitOfWork& unit, ChangeSets& sets) : unit_(unit), sets_(sets) {}
  void compute();
  /// Refuses an object to be inserted that lacks a required reference.
  void require_references(void* object) {
    check_references(UnitOfWork::entity_of(object), object, nullptr);
  }

 private:
  void take_out_replaced();
  void reach_unpersisted();
  void reach(void* object, std::vector<void*>& open);
  void scrub_references();
  void collect_inserts();
  void collect_removals();
  void collect_updates();
  void add_update(TypeStore& store, void* object);
  void run_on_update(const metadata::PropertyMeta& property, TypeStore& store, void* object);
  /// Refuses references that cannot be written, in those of `changed` only where that is given.
  void check_references(const metadata::EntityMeta& entity,
                        void* object,
                        const metadata::IndexSet* changed);
  /// Returns what a reference of the row leads to in the database, or null.
  [[nodiscard]] void* target_before(const metadata::PropertyMeta& property, void* object);
  void order_by_depth(const metadata::EntityMeta& entity,
                      std::vector<void*>& objects,
                      bool is_removal);
  void find_late_references();
  void separate_early_removals();
  void separate_early_removals(const metadata::EntityMeta& entity);
  std::unordered_set<const void*> complete_early_removals();
  void find_leaving_references(const std::unordered_set<const void*>& early);

  UnitOfWork& unit_;
  ChangeSets& sets_;
};

}  // namespace rowan::orm
