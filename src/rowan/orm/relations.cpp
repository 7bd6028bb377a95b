// Assignments, additions and removals, seen from both ends of a relation.

#include <rowan/orm/relations.hpp>

#include <rowan/base/error.hpp>
#include <rowan/orm/unit_of_work.hpp>

#include <algorithm>
#include <unordered_set>
#include <utility>

namespace rowan::orm {

using metadata::EntityMeta;
using metadata::PropertyKind;
using metadata::PropertyMeta;
using model::CollectionBase;
using model::CollectionState;
using model::header_of;
using model::RefBase;
using model::SlotHeader;

namespace {

const PropertyMeta& property_at(const void* object, const void* member) {
  const EntityMeta& entity = UnitOfWork::entity_of(object);
  const auto offset =
      static_cast<std::size_t>(static_cast<const char*>(member) - static_cast<const char*>(object));
  for (const auto* list : {&entity.to_one, &entity.to_many}) {
    for (const PropertyMeta* property : *list) {
      if (property->offset == offset) return *property;
    }
  }
  throw ValidationError(
      entity.name + " has a relation member that its mapping does not name: add it to the mapping");
}

bool is_loaded(const void* object) { return header_of(object).is_constructed; }

/// Tells whether an object stands for a row that will be there after the next flush.
bool is_kept(const void* object) { return header_of(object).life <= SlotHeader::managed; }

std::vector<void*> without_repeats(void* const* items, std::size_t count) {
  std::vector<void*> out;
  out.reserve(count);
  std::unordered_set<const void*> seen;
  for (std::size_t i = 0; i < count; ++i) {
    if (seen.insert(items[i]).second) out.push_back(items[i]);
  }
  return out;
}

}  // namespace

const PropertyMeta& Relations::property_of(const CollectionBase& collection) {
  return property_at(model::object_of(&collection), &collection);
}

// References ----------------------------------------------------------------------------------------------------------

void Relations::attach(const EntityMeta& entity, void* object, bool is_new) {
  for (const PropertyMeta* property : entity.to_many) {
    CollectionBase& collection = UnitOfWork::collection_at(object, *property);
    collection.attach();
    if (is_new) collection.set_initialized(true);
  }
  for (const PropertyMeta* property : entity.to_one) {
    RefBase& reference = UnitOfWork::ref_at(object, *property);
    void* target = reference.target();
    reference.bind(target);
    reference.attach();
    if (is_new && target != nullptr) link(*property, object, target, true);
  }
}

void Relations::link(const PropertyMeta& property, void* object, void* target, bool is_new) {
  const PropertyMeta* inverse = property.inverse;
  if (inverse == nullptr || !is_loaded(target)) return;
  if (inverse->kind == PropertyKind::one_to_many) {
    CollectionBase& collection = UnitOfWork::collection_at(target, *inverse);
    if (!collection.is_initialized() || collection.is_partial()) return;
    if (is_new) {
      collection.state().items.push_back(object);
    } else {
      collection.state().items.insert(object);
    }
    return;
  }
  RefBase& back = UnitOfWork::ref_at(target, *inverse);
  void* before = back.target();
  if (before == object) return;
  back.bind(object);
  UnitOfWork::store_of(target).relations_changed = true;
  if (before == nullptr || !is_loaded(before)) return;
  UnitOfWork::ref_at(before, property).bind(nullptr);
  UnitOfWork::store_of(before).relations_changed = true;
  // Whichever side is assigned, the one that lost its owner goes.
  if (inverse->orphan_removal) unit_.remove_orphan(before);
}

void Relations::unlink(const PropertyMeta& property, void* object, void* target) {
  const PropertyMeta* inverse = property.inverse;
  if (inverse == nullptr || !is_loaded(target)) return;
  if (inverse->kind == PropertyKind::one_to_many) {
    if (CollectionState* state = UnitOfWork::collection_at(target, *inverse).find_state())
      state->items.erase(object);
    return;
  }
  RefBase& back = UnitOfWork::ref_at(target, *inverse);
  if (back.target() == object) back.bind(nullptr);
}

void Relations::link(void* object) {
  if (!is_loaded(object)) return;
  for (const PropertyMeta* property : UnitOfWork::entity_of(object).to_one) {
    void* target = UnitOfWork::ref_at(object, *property).target();
    if (target == nullptr || !property->is_owner) continue;
    // A one-to-one partner that has found another one keeps it.
    const bool is_taken = property->inverse != nullptr && property->inverse->is_to_one() &&
                          is_loaded(target) &&
                          !UnitOfWork::ref_at(target, *property->inverse).empty();
    if (!is_taken) link(*property, object, target, false);
  }
  mirror(object, true);
}

void Relations::unlink(void* object) {
  if (!is_loaded(object)) return;
  for (const PropertyMeta* property : UnitOfWork::entity_of(object).to_one) {
    void* target = UnitOfWork::ref_at(object, *property).target();
    if (target != nullptr && property->is_owner) unlink(*property, object, target);
  }
  mirror(object, false);
}

void Relations::mirror(void* object, bool present) {
  for (const PropertyMeta* property : UnitOfWork::entity_of(object).to_many) {
    const PropertyMeta* inverse = property->inverse;
    if (property->kind != PropertyKind::many_to_many || inverse == nullptr) continue;
    const CollectionState* state = UnitOfWork::collection_at(object, *property).find_state();
    if (state == nullptr) continue;
    for (void* item : state->items) {
      if (!is_loaded(item)) continue;
      CollectionBase& other = UnitOfWork::collection_at(item, *inverse);
      if (!other.is_initialized() || other.is_partial()) continue;
      if (present) {
        other.state().items.insert(object);
      } else {
        other.state().items.erase(object);
      }
    }
  }
}

void Relations::assign(RefBase& reference, void* target) {
  void* object = model::object_of(&reference);
  const PropertyMeta& property = property_at(object, &reference);
  unit_.check_target(UnitOfWork::entity_of(object), property, target);
  // U-16: what finds an owner again is no orphan.
  const PropertyMeta* inverse = property.is_owner ? property.inverse : &property;
  if (target != nullptr && inverse != nullptr && inverse->orphan_removal)
    unit_.keep_orphan(property.is_owner ? object : target);
  void* before = reference.target();
  if (before == target) return;
  if (before != nullptr) unlink(property, object, before);
  reference.bind(target);
  UnitOfWork::store_of(object).relations_changed = true;
  if (target != nullptr) link(property, object, target, false);
  if (before == nullptr) return;
  if (!property.is_owner) UnitOfWork::store_of(before).relations_changed = true;
  if (property.orphan_removal) unit_.remove_orphan(before);
}

// Collections ---------------------------------------------------------------------------------------------------------

void Relations::require_writable(const CollectionBase& collection) const {
  if (!collection.is_read_only()) return;
  const PropertyMeta& property = property_of(collection);
  throw ValidationError("You cannot modify collection " +
                        UnitOfWork::entity_of(model::object_of(&collection)).name + "." +
                        property.name +
                        " as it is marked as readonly: it holds a part of its items only, load "
                        "all of them with init()");
}

void Relations::require_removable(const PropertyMeta& property, void* owner, void* item) const {
  if (property.orphan_removal || property.inverse->is_nullable) return;
  throw ValidationError(
      "removing " + UnitOfWork::name_of(item) + " from " + UnitOfWork::entity_of(owner).name + "." +
      property.name + " would leave its required reference " + property.target->name + "." +
      property.inverse->name +
      " empty: give the item another owner, remove it with em.remove(), map the collection with "
      "orphan_removal(), or make the reference an OptionalRef");
}

bool Relations::change_pair(const PropertyMeta& owning, void* owner, void* target, bool present) {
  CollectionBase& collection = UnitOfWork::collection_at(owner, owning);
  require_writable(collection);
  CollectionState& state = collection.state();
  if (present) {
    if (!state.items.insert(target)) return false;
    state.removed.erase(target);
  } else if (collection.is_initialized()) {
    if (!state.items.erase(target)) return false;
  } else {
    state.items.erase(target);
    state.removed.insert(target);
  }
  unit_.queue(collection);
  if (owning.inverse == nullptr || !is_loaded(target)) return true;
  CollectionBase& other = UnitOfWork::collection_at(target, *owning.inverse);
  if (!other.is_initialized()) return true;
  if (present) {
    other.state().items.insert(owner);
  } else {
    other.state().items.erase(owner);
  }
  return true;
}

bool Relations::add(CollectionBase& collection, void* item) {
  void* owner = model::object_of(&collection);
  const PropertyMeta& property = property_of(collection);
  unit_.check_target(UnitOfWork::entity_of(owner), property, item);
  require_writable(collection);
  if (!is_loaded(item) && !(property.kind == PropertyKind::many_to_many && property.is_owner))
    unit_.refuse_unloaded(item);
  const bool was_removed = header_of(item).life == SlotHeader::removed;
  unit_.persist(item);
  if (property.kind == PropertyKind::one_to_many) {
    RefBase& back = UnitOfWork::ref_at(item, *property.inverse);
    if (back.target() == owner) return was_removed;
    assign(back, owner);
    return true;
  }
  return property.is_owner ? change_pair(property, owner, item, true)
                           : change_pair(*property.inverse, item, owner, true);
}

bool Relations::remove(CollectionBase& collection, void* item) {
  void* owner = model::object_of(&collection);
  const PropertyMeta& property = property_of(collection);
  unit_.check_target(UnitOfWork::entity_of(owner), property, item);
  require_writable(collection);
  if (property.kind == PropertyKind::many_to_many) {
    if (property.is_owner) return change_pair(property, owner, item, false);
    if (!is_loaded(item)) unit_.refuse_unloaded(item);
    return change_pair(*property.inverse, item, owner, false);
  }
  if (!collection.is_initialized()) unit_.refuse_unloaded(collection);
  RefBase& back = UnitOfWork::ref_at(item, *property.inverse);
  if (back.target() != owner || header_of(item).life == SlotHeader::removed) return false;
  require_removable(property, owner, item);
  if (property.orphan_removal) {
    unit_.remove_orphan(item);
  } else {
    assign(back, nullptr);
  }
  return true;
}

void Relations::set(CollectionBase& collection, void* const* items, std::size_t count) {
  const EntityMeta& entity = UnitOfWork::entity_of(model::object_of(&collection));
  const PropertyMeta& property = property_of(collection);
  for (std::size_t i = 0; i < count; ++i) {
    unit_.check_target(entity, property, items[i]);
    if (!is_loaded(items[i])) unit_.refuse_unloaded(items[i]);
  }
  require_writable(collection);
  std::vector<void*> wanted = without_repeats(items, count);
  if (collection.is_initialized()) {
    change_to(collection, std::move(wanted));
  } else {
    replace(collection, wanted);
  }
}

// The database's items are not known: they are overwritten as a whole.
void Relations::replace(CollectionBase& collection, const std::vector<void*>& wanted) {
  void* owner = model::object_of(&collection);
  const PropertyMeta& property = property_of(collection);
  CollectionState& state = collection.state();
  if (property.kind == PropertyKind::many_to_many && property.is_owner) {
    const std::unordered_set<const void*> kept(wanted.begin(), wanted.end());
    for (void* item : std::vector<void*>(state.items.view())) {
      if (!kept.contains(item)) change_pair(property, owner, item, false);
    }
  }
  state.items.clear();
  state.removed.clear();
  state.original.clear();
  state.is_replaced = true;
  collection.set_initialized(true);
  unit_.queue(collection);
  UnitOfWork::store_of(owner).relations_changed = true;
  unit_.store(*property.target).relations_changed = true;
  for (void* item : wanted) {
    if (!add(collection, item)) state.items.insert(item);
  }
}

void Relations::change_to(CollectionBase& collection, std::vector<void*> wanted) {
  void* owner = model::object_of(&collection);
  const PropertyMeta& property = property_of(collection);
  CollectionState& state = collection.state();
  if (state.items.view() == wanted) return;
  const std::unordered_set<const void*> kept(wanted.begin(), wanted.end());
  std::vector<void*> staying;
  std::vector<void*> leaving;
  for (void* item : state.items) (kept.contains(item) ? staying : leaving).push_back(item);
  if (property.kind == PropertyKind::one_to_many) {
    for (void* item : leaving) require_removable(property, owner, item);
  }
  for (void* item : leaving) remove(collection, item);
  for (void* item : wanted) add(collection, item);
  const bool is_reordered = !std::equal(
      staying.begin(), staying.end(), wanted.begin(),
      wanted.begin() + static_cast<std::ptrdiff_t>(std::min(staying.size(), wanted.size())));
  state.items = std::move(wanted);
  if (is_reordered && property.fixed_order && property.is_owner) unit_.queue(collection);
}

// Loading -------------------------------------------------------------------------------------------------------------

bool Relations::is_written(const PropertyMeta& reference, void* object, const void* target) {
  if (header_of(object).life == SlotHeader::created) return false;
  const auto column = static_cast<std::uint16_t>(reference.column);
  TypeStore& store = UnitOfWork::store_of(object);
  value::Cell saved;
  store.functions().encode_snapshot(model::snapshot_of(object), &column, 1, &saved, unit_.scratch(),
                                    store);
  return saved == model::key_of(target);
}

PendingItems Relations::pending(const PropertyMeta& property) {
  PendingItems out;
  if (property.kind == PropertyKind::one_to_many) {
    TypeStore* store = unit_.find_store(property.target->id);
    const bool is_pending = store != nullptr && (store->pending > 0 || store->relations_changed ||
                                                 unit_.unpersisted > 0);
    if (!is_pending) return out;
    store->each([&](void* object) {
      if (!is_loaded(object) || !is_kept(object)) return;
      void* owner = UnitOfWork::ref_at(object, *property.inverse).target();
      if (owner != nullptr && !is_written(*property.inverse, object, owner))
        out.added[owner].push_back(object);
    });
    return out;
  }
  if (property.is_owner) return out;  // a collection of the owning side knows its own changes
  for (CollectionBase* collection : unit_.changed_collections) {
    if (&property_of(*collection) != property.inverse) continue;
    void* item = model::object_of(collection);
    if (!is_kept(item)) continue;
    const CollectionState& state = collection->state();
    for (void* target : state.items) out.added[target].push_back(item);
    for (void* target : state.removed) out.removed[target].push_back(item);
    if (!collection->is_initialized()) continue;
    for (void* target : state.original) {
      if (!state.items.contains(target)) out.removed[target].push_back(item);
    }
  }
  return out;
}

void Relations::fill(void* owner,
                     const PropertyMeta& property,
                     std::vector<void*> items,
                     const PendingItems& pending,
                     bool is_partial) {
  CollectionBase& collection = UnitOfWork::collection_at(owner, property);
  CollectionState& state = collection.state();
  const bool is_pair_owner = property.kind == PropertyKind::many_to_many && property.is_owner;
  std::erase_if(items, [&](void* item) {
    if (header_of(item).life >= SlotHeader::removed) return true;
    return property.kind == PropertyKind::one_to_many &&
           UnitOfWork::ref_at(item, *property.inverse).target() != owner;
  });
  if (state.is_replaced) {
    // What was set stays so; now that the database's pairs are known, the flush can compare.
    if (is_pair_owner && !is_partial) {
      state.original = std::move(items);
      state.is_replaced = false;
    }
    return;
  }
  std::vector<void*> added;
  std::vector<void*> gone;
  if (is_pair_owner && state.is_dirty) {
    const std::unordered_set<const void*> original(state.original.begin(), state.original.end());
    for (void* item : state.items) {
      if (!original.contains(item)) added.push_back(item);
    }
    gone.assign(state.removed.begin(), state.removed.end());
    if (collection.is_initialized()) {
      for (void* item : state.original) {
        if (!state.items.contains(item)) gone.push_back(item);
      }
    }
  }
  if (const auto found = pending.added.find(owner); found != pending.added.end())
    added.insert(added.end(), found->second.begin(), found->second.end());
  if (const auto found = pending.removed.find(owner); found != pending.removed.end())
    gone.insert(gone.end(), found->second.begin(), found->second.end());
  state.removed.clear();
  if (is_pair_owner) state.original = items;
  if (!gone.empty()) {
    const std::unordered_set<const void*> left(gone.begin(), gone.end());
    std::erase_if(items, [&](void* item) { return left.contains(item); });
    // A part of the items may lack what was removed, and the removal is still to be written.
    if (is_pair_owner && is_partial) {
      state.original = items;
      state.original.insert(state.original.end(), gone.begin(), gone.end());
    }
  }
  state.items = std::move(items);
  for (void* item : added) {
    if (!is_partial || is_pair_owner) state.items.insert(item);
  }
  state.is_partial = is_partial;
  state.is_read_only = is_partial;
  collection.set_initialized(true);
}

// Flush ---------------------------------------------------------------------------------------------------------------

std::vector<void*> Relations::dropped_by_replacement() {
  std::vector<const PropertyMeta*> properties;
  for (CollectionBase* collection : unit_.changed_collections) {
    const PropertyMeta& property = property_of(*collection);
    if (property.kind == PropertyKind::one_to_many &&
        std::find(properties.begin(), properties.end(), &property) == properties.end())
      properties.push_back(&property);
  }
  std::vector<void*> dropped;
  for (const PropertyMeta* property : properties) {
    unit_.store(*property->target).each([&](void* object) {
      if (!is_loaded(object) || !is_kept(object)) return;
      void* owner = UnitOfWork::ref_at(object, *property->inverse).target();
      if (owner == nullptr || !is_loaded(owner)) return;
      const CollectionState* state = UnitOfWork::collection_at(owner, *property).find_state();
      if (state == nullptr || !state->is_replaced || state->items.contains(object)) return;
      require_removable(*property, owner, object);
      dropped.push_back(object);
    });
  }
  return dropped;
}

void Relations::mirror_replaced() {
  std::vector<const PropertyMeta*> sides;  // those whose collections mirror a replaced one
  for (CollectionBase* collection : unit_.changed_collections) {
    const PropertyMeta* other = property_of(*collection).inverse;
    if (!collection->state().is_replaced || other == nullptr || !other->is_to_many()) continue;
    if (std::find(sides.begin(), sides.end(), other) == sides.end()) sides.push_back(other);
  }
  for (const PropertyMeta* side : sides) {
    unit_.store(*side->inverse->target).each([&](void* object) {
      if (!is_loaded(object)) return;
      CollectionBase& collection = UnitOfWork::collection_at(object, *side);
      CollectionState* state = collection.find_state();
      if (state == nullptr || !collection.is_initialized()) return;
      for (void* item : std::vector<void*>(state->items.view())) {
        if (!is_loaded(item)) continue;
        const CollectionState* other = UnitOfWork::collection_at(item, *side->inverse).find_state();
        if (other == nullptr || !other->is_replaced || other->items.contains(object)) continue;
        state->items.erase(item);
        std::erase(state->original, item);
      }
    });
  }
}

}  // namespace rowan::orm
