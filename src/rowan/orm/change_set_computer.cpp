// Reachability, scrubbing, dirty checking and the order of rows within a class.

#include <rowan/orm/change_set_computer.hpp>

#include <rowan/base/error.hpp>
#include <rowan/orm/unique_order.hpp>

#include <algorithm>
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

ChangeSets ChangeSetComputer::compute() {
  ChangeSets sets;
  sets.inserts.resize(unit_.entity_count());
  sets.removals.resize(unit_.entity_count());
  sets.early_removals.resize(unit_.entity_count());
  if (unit_.unpersisted > 0) reach_unpersisted();
  if (!unit_.removed.empty()) scrub_references();
  collect_inserts(sets);
  collect_removals(sets);
  collect_updates(sets);
  find_late_references(sets);
  separate_early_removals(sets);
  order_unique_updates(unit_, sets);
  return sets;
}

// An object created with persist = false is inserted once a persisted object refers to it.
void ChangeSetComputer::reach_unpersisted() {
  bool again = true;
  while (again && unit_.unpersisted > 0) {
    again = false;
    for (std::uint16_t id = 0; id < unit_.entity_count(); ++id) {
      TypeStore* store = unit_.find_store(id);
      if (store == nullptr) continue;
      store->each([&](void* object) {
        const SlotHeader& header = header_of(object);
        if (!header.is_constructed || header.life > SlotHeader::managed || !header.is_persisted)
          return;
        for (const PropertyMeta* property : store->entity().to_one) {
          void* target = UnitOfWork::ref_at(object, *property).target();
          if (target == nullptr || header_of(target).is_persisted ||
              (property->cascade & metadata::cascade_persist) == 0)
            continue;
          unit_.persist(target);
          again = true;
        }
        for (const PropertyMeta* property : store->entity().to_many) {
          model::CollectionState* state = UnitOfWork::collection_at(object, *property).find_state();
          if (state == nullptr) continue;
          for (void* item : state->items) {
            if (header_of(item).is_persisted) continue;
            unit_.persist(item);
            again = true;
          }
        }
      });
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

void ChangeSetComputer::check_required(const EntityMeta& entity,
                                       void* object,
                                       const metadata::IndexSet* changed) {
  for (const PropertyMeta* property : entity.to_one) {
    if (!property->is_owner || property->is_nullable) continue;
    if (changed != nullptr && !changed->has(static_cast<std::size_t>(property->column))) continue;
    if (UnitOfWork::ref_at(object, *property).target() == nullptr) {
      throw ValidationError("Value for " + entity.name + "." + property->name +
                            " is required, an empty reference found in " +
                            UnitOfWork::name_of(object) +
                            ": assign it before flush, or make it an OptionalRef");
    }
  }
}

void ChangeSetComputer::collect_inserts(ChangeSets& sets) {
  for (std::uint16_t id = 0; id < unit_.entity_count(); ++id) {
    TypeStore* store = unit_.find_store(id);
    if (store == nullptr || store->created.empty()) continue;
    std::vector<void*>& rows = sets.inserts[id];
    rows.reserve(store->created.size());
    for (void* object : store->created) {
      SlotHeader& header = header_of(object);
      if (header.life != SlotHeader::created || !header.is_persisted || header.mark != 0) continue;
      check_required(store->entity(), object, nullptr);
      header.mark = 1;
      rows.push_back(object);
    }
    for (void* object : rows) header_of(object).mark = 0;
    order_by_depth(store->entity(), rows, false);
    for (std::size_t i = 0; i < rows.size(); ++i)
      header_of(rows[i]).work = static_cast<std::uint32_t>(i);
  }
}

void ChangeSetComputer::collect_removals(ChangeSets& sets) {
  for (void* object : unit_.removed) {
    if (model::key_of(object).is_null()) continue;
    sets.removals[UnitOfWork::entity_of(object).id].push_back(object);
  }
  for (const EntityMeta& entity : unit_.state().registry.entities())
    order_by_depth(entity, sets.removals[entity.id], true);
}

// Rows of one class that refer to each other: parents first on insert, children first on delete.
void ChangeSetComputer::order_by_depth(const EntityMeta& entity,
                                       std::vector<void*>& objects,
                                       bool children_first) {
  const bool refers_to_itself =
      std::any_of(entity.to_one.begin(), entity.to_one.end(), [&](const PropertyMeta* property) {
        return property->is_owner && property->target == &entity;
      });
  if (!refers_to_itself || objects.size() < 2) return;
  const std::unordered_set<void*> all(objects.begin(), objects.end());
  std::unordered_set<void*> done;
  std::vector<void*> ordered;
  ordered.reserve(objects.size());
  std::vector<void*> path;
  for (void* start : objects) {
    path.push_back(start);
    while (!path.empty()) {
      void* object = path.back();
      void* next = nullptr;
      if (header_of(object).is_constructed && !done.contains(object)) {
        for (const PropertyMeta* property : entity.to_one) {
          void* target = property->is_owner && property->target == &entity
                             ? UnitOfWork::ref_at(object, *property).target()
                             : nullptr;
          if (target == nullptr || !all.contains(target) || done.contains(target)) continue;
          if (std::find(path.begin(), path.end(), target) == path.end()) next = target;
        }
      }
      if (next != nullptr) {
        path.push_back(next);
        continue;
      }
      if (done.insert(object).second) ordered.push_back(object);
      path.pop_back();
    }
  }
  if (children_first) std::reverse(ordered.begin(), ordered.end());
  objects = std::move(ordered);
}

void ChangeSetComputer::collect_updates(ChangeSets& sets) {
  for (std::uint16_t id = 0; id < unit_.entity_count(); ++id) {
    TypeStore* store = unit_.find_store(id);
    if (store == nullptr) continue;
    const auto is_changed = store->functions().is_changed;
    store->each([&](void* object) {
      const SlotHeader& header = header_of(object);
      if (header.life != SlotHeader::managed || !header.is_constructed) return;
      if (is_changed(object, model::snapshot_of(object)) || header.has_forced)
        add_update(sets, *store, object);
    });
  }
}

void ChangeSetComputer::add_update(ChangeSets& sets, TypeStore& store, void* object) {
  const EntityMeta& entity = store.entity();
  metadata::IndexSet changed;
  store.functions().changed_columns(object, model::snapshot_of(object), changed);
  check_required(entity, object, &changed);
  if (header_of(object).has_forced) changed |= unit_.forced[object];
  bool has_token = false;
  bool token_changed = false;
  for (const PropertyMeta* property : entity.columns) {
    const auto column = static_cast<std::size_t>(property->column);
    if (property->on_update != nullptr && !changed.has(column)) {
      property->on_update(object);
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
  for (auto group = sets.updates.rbegin(); group != sets.updates.rend(); ++group) {
    if (group->entity == &entity && group->changed == changed) {
      group->objects.push_back(object);
      return;
    }
  }
  sets.updates.push_back({&entity, changed, {object}});
}

// A reference to a row that is inserted later: written by an update of its own, or with foreign keys deferred.
void ChangeSetComputer::find_late_references(ChangeSets& sets) {
  std::vector<std::size_t> rank(unit_.entity_count());
  const auto& order = unit_.state().insert_order;
  for (std::size_t i = 0; i < order.size(); ++i) rank[order[i]] = i;
  for (const EntityMeta& entity : unit_.state().registry.entities()) {
    for (const PropertyMeta* property : entity.to_one) {
      if (!property->is_owner || sets.inserts[property->target->id].empty()) continue;
      const bool target_is_earlier = rank[property->target->id] < rank[entity.id];
      if (target_is_earlier) continue;
      for (void* object : sets.inserts[entity.id]) {
        void* target = UnitOfWork::ref_at(object, *property).target();
        if (target == nullptr || header_of(target).life != SlotHeader::created) continue;
        if (property->target == &entity && header_of(target).work < header_of(object).work)
          continue;
        if (property->is_nullable) {
          if (target == object && !model::key_of(object).is_null()) continue;
          sets.late.push_back({object, property});
        } else {
          sets.must_defer = sets.must_defer || target != object;
        }
      }
    }
  }
}

// A removed row may hold a unique value or key that an inserted row takes: it must go first.
void ChangeSetComputer::separate_early_removals(ChangeSets& sets) {
  for (const EntityMeta& entity : unit_.state().registry.entities()) {
    std::vector<void*>& removals = sets.removals[entity.id];
    if (removals.empty()) continue;
    const bool is_taken =
        !sets.inserts[entity.id].empty() ||
        std::any_of(sets.updates.begin(), sets.updates.end(),
                    [&](const UpdateGroup& group) { return group.entity == &entity; });
    if (!is_taken) continue;
    TypeStore& store = unit_.store(entity);
    std::vector<std::uint16_t> unique;
    for (const PropertyMeta* property : entity.columns) {
      const bool is_client_key = property->is_primary_key;
      if (property->is_unique || is_client_key ||
          property->kind == metadata::PropertyKind::one_to_one) {
        unique.push_back(static_cast<std::uint16_t>(property->column));
      }
    }
    std::vector<value::Cell> cells(unique.size());
    std::unordered_set<std::uint64_t> taken;
    const auto take = [&](void* object) {
      entity.functions->encode(object, unique.data(), unique.size(), cells.data(), unit_.scratch(),
                               store);
      for (std::size_t i = 0; i < cells.size(); ++i) {
        if (!cells[i].is_null()) taken.insert(value::hash_of(cells[i]) + i);
      }
    };
    for (void* object : sets.inserts[entity.id]) take(object);
    for (const UpdateGroup& group : sets.updates) {
      if (group.entity == &entity) std::for_each(group.objects.begin(), group.objects.end(), take);
    }
    const bool has_compound =
        std::any_of(entity.indexes.begin(), entity.indexes.end(),
                    [](const metadata::IndexMeta& index) { return index.is_unique; });
    std::vector<void*> late;
    for (void* object : removals) {
      entity.functions->encode_snapshot(model::snapshot_of(object), unique.data(), unique.size(),
                                        cells.data(), unit_.scratch(), store);
      bool is_early = has_compound;
      for (std::size_t i = 0; i < cells.size(); ++i)
        is_early = is_early || taken.contains(value::hash_of(cells[i]) + i);
      (is_early ? sets.early_removals[entity.id] : late).push_back(object);
    }
    removals = std::move(late);
  }
}

}  // namespace rowan::orm
