// Reachability, scrubbing, dirty checking and the order of rows within a class.

#include <rowan/orm/change_set_computer.hpp>

#include <rowan/base/error.hpp>
#include <rowan/orm/relations.hpp>
#include <rowan/orm/unique_keys.hpp>
#include <rowan/orm/unique_order.hpp>

#include <algorithm>
#include <string>
#include <unordered_map>
#include <unordered_set>

namespace rowan::orm {

using metadata::EntityMeta;
using metadata::PropertyMeta;
using model::header_of;
using model::SlotHeader;

bool ChangeSets::empty() const noexcept {
  const auto none = [](const std::vector<std::vector<void*>>& lists) {
    return std::all_of(lists.begin(), lists.end(), [](const auto& list) { return list.empty(); });
  };
  return updates.empty() && ordered.empty() && none(inserts) && none(removals) &&
         none(early_removals);
}

void ChangeSetComputer::compute() {
  sets_.inserts.resize(unit_.entity_count());
  sets_.removals.resize(unit_.entity_count());
  sets_.early_removals.resize(unit_.entity_count());
  take_out_replaced();
  if (unit_.unpersisted > 0) reach_unpersisted();
  if (!unit_.removed.empty()) scrub_references();
  collect_inserts();
  collect_removals();
  collect_updates();
  find_late_references();
  separate_early_removals();
  order_unique_updates(unit_, sets_);
}

// What a replaced one-to-many collection drops and is loaded goes as if it had been taken out by hand.
void ChangeSetComputer::take_out_replaced() {
  const std::vector<void*> dropped = Relations(unit_).dropped_by_replacement();
  for (void* object : dropped) {
    for (const PropertyMeta* property : UnitOfWork::entity_of(object).to_one) {
      void* owner = UnitOfWork::ref_at(object, *property).target();
      if (owner == nullptr || property->inverse == nullptr || !property->inverse->is_to_many() ||
          !header_of(owner).is_constructed)
        continue;
      const model::CollectionState* state =
          UnitOfWork::collection_at(owner, *property->inverse).find_state();
      if (state == nullptr || !state->is_replaced || state->items.contains(object)) continue;
      if (!property->inverse->orphan_removal) {
        sets_.emptied.push_back({object, property, owner});
        UnitOfWork::ref_at(object, *property).bind(nullptr);
        continue;
      }
      const std::size_t before = unit_.removed.size();
      unit_.remove(object);
      const std::vector<void*>& removed = unit_.removed.view();
      sets_.orphans.insert(sets_.orphans.end(),
                           removed.begin() + static_cast<std::ptrdiff_t>(before), removed.end());
    }
  }
}

// An object created with persist = false is inserted once a persisted object refers to it.
void ChangeSetComputer::reach_unpersisted() {
  std::vector<void*> open;
  for (std::uint16_t id = 0; id < unit_.entity_count(); ++id) {
    TypeStore* store = unit_.find_store(id);
    if (store == nullptr) continue;
    store->each([&](void* object) {
      const SlotHeader& header = header_of(object);
      if (header.is_constructed && header.life <= SlotHeader::managed && header.is_persisted)
        reach(object, open);
    });
  }
  while (!open.empty()) {
    void* object = open.back();
    open.pop_back();
    reach(object, open);
  }
}

void ChangeSetComputer::reach(void* object, std::vector<void*>& open) {
  const auto take = [&](void* target) {
    if (header_of(target).is_persisted) return;
    unit_.persist(target);
    sets_.reached.push_back(target);
    open.push_back(target);
  };
  // What has no key cannot be referred to otherwise.
  const auto is_followed = [](const PropertyMeta& property, const void* target) {
    return (property.cascade & metadata::cascade_persist) != 0 || model::key_of(target).is_null();
  };
  const EntityMeta& entity = UnitOfWork::entity_of(object);
  for (const PropertyMeta* property : entity.to_one) {
    void* target = UnitOfWork::ref_at(object, *property).target();
    if (target != nullptr && is_followed(*property, target)) take(target);
  }
  for (const PropertyMeta* property : entity.to_many) {
    const model::CollectionState* state = UnitOfWork::collection_at(object, *property).find_state();
    if (state == nullptr) continue;
    for (void* item : state->items) {
      if (is_followed(*property, item)) take(item);
    }
  }
}

// A removed object that another still refers to: empty the reference where it may be empty, refuse otherwise.
void ChangeSetComputer::scrub_references() {
  for (std::uint16_t id = 0; id < unit_.entity_count(); ++id) {
    TypeStore* store = unit_.find_store(id);
    if (store == nullptr) continue;
    store->each([&](void* object) {
      const SlotHeader& header = header_of(object);
      if (!header.is_constructed || header.life > SlotHeader::managed || !header.is_persisted)
        return;
      for (const PropertyMeta* property : store->entity().to_one) {
        model::RefBase& reference = UnitOfWork::ref_at(object, *property);
        void* target = reference.target();
        if (target == nullptr || header_of(target).life != SlotHeader::removed) continue;
        if (!property->is_owner || property->is_nullable) {
          sets_.emptied.push_back({object, property, target});
          reference.bind(nullptr);
          continue;
        }
        throw ValidationError("cannot remove " + UnitOfWork::name_of(target) + ": " +
                              UnitOfWork::name_of(object) + " still refers to it by " +
                              store->entity().name + "." + property->name +
                              ", which must not be empty: give it another target or remove it too");
      }
    });
  }
}

void ChangeSetComputer::check_references(const EntityMeta& entity,
                                         void* object,
                                         const metadata::IndexSet* changed) {
  for (const PropertyMeta* property : entity.to_one) {
    if (!property->is_owner) continue;
    if (changed != nullptr && !changed->has(static_cast<std::size_t>(property->column))) continue;
    const void* target = UnitOfWork::ref_at(object, *property).target();
    if (target == nullptr) {
      if (property->is_nullable) continue;
      throw ValidationError("Value for " + entity.name + "." + property->name +
                            " is required, an empty reference found in " +
                            UnitOfWork::name_of(object) +
                            ": assign it before flush, or make it an OptionalRef");
    }
    if (header_of(target).life != SlotHeader::detached) continue;
    throw ValidationError(
        entity.name + "." + property->name + " of " + UnitOfWork::name_of(object) + " refers to " +
        UnitOfWork::name_of(target) + ", which is no longer managed: give it another target");
  }
}

void ChangeSetComputer::collect_inserts() {
  for (std::uint16_t id = 0; id < unit_.entity_count(); ++id) {
    TypeStore* store = unit_.find_store(id);
    if (store == nullptr || store->created.empty()) continue;
    std::vector<void*>& rows = sets_.inserts[id];
    rows.reserve(store->created.size());
    for (void* object : store->created) {
      SlotHeader& header = header_of(object);
      if (header.life != SlotHeader::created || !header.is_persisted || header.mark != 0) continue;
      header.mark = 1;
      rows.push_back(object);
    }
    for (void* object : rows) header_of(object).mark = 0;
    for (void* object : rows) check_references(store->entity(), object, nullptr);
    order_by_depth(store->entity(), rows, false);
    for (std::size_t i = 0; i < rows.size(); ++i)
      header_of(rows[i]).work = static_cast<std::uint32_t>(i);
  }
}

void ChangeSetComputer::collect_removals() {
  for (void* object : unit_.removed) {
    if (model::key_of(object).is_null()) continue;
    sets_.removals[UnitOfWork::entity_of(object).id].push_back(object);
  }
  for (const EntityMeta& entity : unit_.state().registry.entities())
    order_by_depth(entity, sets_.removals[entity.id], true);
}

void* ChangeSetComputer::target_before(const PropertyMeta& property, void* object) {
  if (!header_of(object).is_constructed) return nullptr;
  TypeStore& store = UnitOfWork::store_of(object);
  const auto column = static_cast<std::uint16_t>(property.column);
  value::Cell key;
  store.functions().encode_snapshot(model::snapshot_of(object), &column, 1, &key, unit_.scratch(),
                                    store);
  return key.is_null() ? nullptr : unit_.store(*property.target).map.find(key);
}

// Rows of one class that refer to each other: parents first on insert, children first on delete.
void ChangeSetComputer::order_by_depth(const EntityMeta& entity,
                                       std::vector<void*>& objects,
                                       bool is_removal) {
  std::vector<const PropertyMeta*> parents;
  for (const PropertyMeta* property : entity.to_one) {
    if (property->is_owner && property->target == &entity) parents.push_back(property);
  }
  if (parents.empty() || objects.size() < 2) return;
  enum class Mark : std::uint8_t { unseen, open, done };
  std::unordered_map<void*, Mark> marks;
  for (void* object : objects) marks.emplace(object, Mark::unseen);
  std::vector<void*> ordered;
  ordered.reserve(objects.size());
  std::vector<void*> path;
  for (void* start : objects) {
    if (marks[start] == Mark::unseen) path.push_back(start);
    while (!path.empty()) {
      void* object = path.back();
      marks[object] = Mark::open;
      void* next = nullptr;
      for (const PropertyMeta* property : parents) {
        void* target = is_removal ? target_before(*property, object)
                                  : UnitOfWork::ref_at(object, *property).target();
        const auto mark = marks.find(target);
        if (mark != marks.end() && mark->second == Mark::unseen) next = target;
      }
      if (next != nullptr) {
        path.push_back(next);
        continue;
      }
      marks[object] = Mark::done;
      ordered.push_back(object);
      path.pop_back();
    }
  }
  if (is_removal) std::reverse(ordered.begin(), ordered.end());
  objects = std::move(ordered);
}

void ChangeSetComputer::collect_updates() {
  for (std::uint16_t id = 0; id < unit_.entity_count(); ++id) {
    TypeStore* store = unit_.find_store(id);
    if (store == nullptr) continue;
    const auto is_changed = store->functions().is_changed;
    store->each([&](void* object) {
      const SlotHeader& header = header_of(object);
      if (header.life != SlotHeader::managed || !header.is_constructed) return;
      if (is_changed(object, model::snapshot_of(object)) || header.has_forced)
        add_update(*store, object);
    });
  }
}

void ChangeSetComputer::run_on_update(const PropertyMeta& property,
                                      TypeStore& store,
                                      void* object) {
  const auto column = static_cast<std::uint16_t>(property.column);
  const auto value_now = [&] {
    value::Cell cell;
    store.functions().encode(object, &column, 1, &cell, unit_.scratch(), store);
    return Value(cell);
  };
  WrittenValue written{object, column, value_now(), {}};
  property.on_update(object);
  written.after = value_now();
  sets_.touched.push_back(std::move(written));
}

void ChangeSetComputer::add_update(TypeStore& store, void* object) {
  const EntityMeta& entity = store.entity();
  metadata::IndexSet changed;
  store.functions().changed_columns(object, model::snapshot_of(object), changed);
  check_references(entity, object, &changed);
  if (header_of(object).has_forced) changed |= unit_.forced[object];
  bool has_token = false;
  bool token_changed = false;
  for (const PropertyMeta* property : entity.columns) {
    const auto column = static_cast<std::size_t>(property->column);
    if (property->on_update != nullptr && !changed.has(column)) {
      run_on_update(*property, store, object);
      changed.add(column);
    }
    if (property->is_version) changed.add(column);
    if (!property->is_concurrency_check) continue;
    has_token = true;
    token_changed = token_changed || changed.has(column);
  }
  if (has_token && !token_changed) {
    throw OptimisticLockError("the concurrency token of " + UnitOfWork::name_of(object) +
                              " was not changed: every update must change at least one property "
                              "mapped with concurrency_check()");
  }
  for (auto group = sets_.updates.rbegin(); group != sets_.updates.rend(); ++group) {
    if (group->entity == &entity && group->changed == changed) {
      group->objects.push_back(object);
      return;
    }
  }
  sets_.updates.push_back({&entity, changed, {object}});
}

// A reference to a row that is inserted later: written by an update of its own, or with foreign keys deferred.
void ChangeSetComputer::find_late_references() {
  std::vector<std::size_t> rank(unit_.entity_count());
  const auto& order = unit_.state().insert_order;
  for (std::size_t i = 0; i < order.size(); ++i) rank[order[i]] = i;
  for (const EntityMeta& entity : unit_.state().registry.entities()) {
    for (const PropertyMeta* property : entity.to_one) {
      if (!property->is_owner || sets_.inserts[property->target->id].empty()) continue;
      const bool target_is_earlier = rank[property->target->id] < rank[entity.id];
      if (target_is_earlier) continue;
      for (void* object : sets_.inserts[entity.id]) {
        void* target = UnitOfWork::ref_at(object, *property).target();
        if (target == nullptr || header_of(target).life != SlotHeader::created) continue;
        if (property->target == &entity && header_of(target).work < header_of(object).work)
          continue;
        if (property->is_nullable) {
          if (target == object && !model::key_of(object).is_null()) continue;
          sets_.late.push_back({object, property});
        } else {
          sets_.must_defer = sets_.must_defer || target != object;
        }
      }
    }
  }
}

// A removed row may hold a unique value or key that another row takes: it must go first.
void ChangeSetComputer::separate_early_removals() {
  if (unit_.removed.empty()) return;
  bool is_any = false;
  for (const EntityMeta& entity : unit_.state().registry.entities()) {
    if (!sets_.removals[entity.id].empty()) separate_early_removals(entity);
    is_any = is_any || !sets_.early_removals[entity.id].empty();
  }
  if (is_any) find_leaving_references(complete_early_removals());
}

void ChangeSetComputer::separate_early_removals(const EntityMeta& entity) {
  const bool is_taken =
      !sets_.inserts[entity.id].empty() ||
      std::any_of(sets_.updates.begin(), sets_.updates.end(),
                  [&](const UpdateGroup& group) { return group.entity == &entity; });
  if (!is_taken) return;
  const std::vector<UniqueKey> keys = unique_keys_of(entity, true);
  UniqueValues values(unit_, entity);
  std::unordered_set<std::string> taken;
  const auto take = [&](void* object) {
    for (std::size_t i = 0; i < keys.size(); ++i) {
      if (const auto value = values.now(object, keys[i])) taken.insert(std::to_string(i) + *value);
    }
  };
  for (void* object : sets_.inserts[entity.id]) take(object);
  for (const UpdateGroup& group : sets_.updates) {
    if (group.entity == &entity) std::for_each(group.objects.begin(), group.objects.end(), take);
  }
  std::vector<void*> late;
  for (void* object : sets_.removals[entity.id]) {
    bool is_early = false;
    for (std::size_t i = 0; i < keys.size() && !is_early; ++i) {
      const auto value = values.before(object, keys[i]);
      is_early = value && taken.contains(std::to_string(i) + *value);
      // Rows that refer to a key which is taken over wait for the new row.
      if (is_early && keys[i].is_primary && !entity.referrers.empty() &&
          unit_.state().driver->capabilities().deferrable_constraints)
        sets_.must_defer = true;
    }
    (is_early ? sets_.early_removals[entity.id] : late).push_back(object);
  }
  sets_.removals[entity.id] = std::move(late);
}

// What is removed and refers to a row that goes early must go before it.
std::unordered_set<const void*> ChangeSetComputer::complete_early_removals() {
  const auto entities = unit_.state().registry.entities();
  std::unordered_map<const void*, std::vector<void*>> referrers;
  for (const EntityMeta& entity : entities) {
    for (void* object : sets_.removals[entity.id]) {
      for (const PropertyMeta* property : entity.to_one) {
        void* target = property->is_owner ? target_before(*property, object) : nullptr;
        if (target != nullptr) referrers[target].push_back(object);
      }
    }
  }
  std::unordered_set<const void*> early;
  std::vector<const void*> open;
  for (const std::vector<void*>& objects : sets_.early_removals) {
    early.insert(objects.begin(), objects.end());
    open.insert(open.end(), objects.begin(), objects.end());
  }
  while (!open.empty()) {
    const auto found = referrers.find(open.back());
    open.pop_back();
    if (found == referrers.end()) continue;
    for (void* object : found->second) {
      if (early.insert(object).second) open.push_back(object);
    }
  }
  for (const EntityMeta& entity : entities) {
    std::vector<void*>& objects = sets_.early_removals[entity.id];
    const std::size_t before = objects.size();
    std::erase_if(sets_.removals[entity.id], [&](void* object) {
      const bool is_early = early.contains(object);
      if (is_early) objects.push_back(object);
      return is_early;
    });
    if (objects.size() != before) order_by_depth(entity, objects, true);
  }
  return early;
}

// A row that stays must not refer to one that goes early, nor be taken along by its foreign key's rule.
void ChangeSetComputer::find_leaving_references(const std::unordered_set<const void*>& early) {
  for (const UpdateGroup& group : sets_.updates) {
    for (const PropertyMeta* property : group.entity->to_one) {
      if (!property->is_owner || !group.changed.has(static_cast<std::size_t>(property->column)))
        continue;
      for (void* object : group.objects) {
        if (!early.contains(target_before(*property, object))) continue;
        sets_.leaving.push_back({object, property});
        const void* target = UnitOfWork::ref_at(object, *property).target();
        const bool waits = target != nullptr && header_of(target).life == SlotHeader::created;
        if (waits && !property->is_nullable) sets_.must_defer = true;
      }
    }
  }
}

}  // namespace rowan::orm
