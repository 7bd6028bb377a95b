// Objects entering and leaving a unit of work, and the relations between them kept in step.

#include <rowan/orm/unit_of_work.hpp>

#include <rowan/base/error.hpp>
#include <rowan/orm/loader.hpp>

#include <algorithm>

namespace rowan::orm {

using metadata::EntityMeta;
using metadata::PropertyKind;
using metadata::PropertyMeta;
using model::CollectionBase;
using model::header_of;
using model::RefBase;
using model::SlotHeader;

namespace {

const PropertyMeta& property_at(const EntityMeta& entity, std::size_t offset) {
  for (const PropertyMeta* property : entity.to_one) {
    if (property->offset == offset) return *property;
  }
  for (const PropertyMeta* property : entity.to_many) {
    if (property->offset == offset) return *property;
  }
  throw ValidationError(
      entity.name + " has a relation member that its mapping does not name: add it to the mapping");
}

std::size_t offset_in(const void* object, const void* member) {
  return static_cast<std::size_t>(static_cast<const char*>(member) -
                                  static_cast<const char*>(object));
}

bool erase_item(std::vector<void*>& items, const void* item) {
  const auto found = std::find(items.rbegin(), items.rend(), item);
  if (found == items.rend()) return false;
  items.erase(std::next(found).base());
  return true;
}

}  // namespace

UnitOfWork::UnitOfWork(OrmState& state)
    : state_(&state), stores_(state.registry.entities().size()) {}

UnitOfWork::~UnitOfWork() {
  transaction.reset();
  stores_.clear();
}

TypeStore& UnitOfWork::store(const EntityMeta& entity) {
  auto& slot = stores_[entity.id];
  if (slot == nullptr) slot = std::make_unique<TypeStore>(*this, entity);
  return *slot;
}

void* UnitOfWork::acquire_chunk() {
  void* chunk = state_->chunks.take();
  chunks_.insert(reinterpret_cast<std::uintptr_t>(chunk));
  return chunk;
}

void UnitOfWork::release_chunk(void* chunk) noexcept {
  chunks_.erase(reinterpret_cast<std::uintptr_t>(chunk));
  state_->chunks.give_back(chunk);
}

bool UnitOfWork::owns(const void* object) const noexcept {
  const auto address = reinterpret_cast<std::uintptr_t>(object);
  const auto base = address & ~(model::chunk_bytes - 1);
  if (!chunks_.contains(base)) return false;
  const auto& chunk = *reinterpret_cast<const model::ChunkHeader*>(base);
  const auto first = base + model::chunk_head_bytes + model::slot_prefix_bytes;
  if (address < first || (address - first) % chunk.slot_bytes != 0) return false;
  return (address - first) / chunk.slot_bytes < chunk.used;
}

std::string UnitOfWork::name_of(const void* object) {
  const value::Cell& key = model::key_of(object);
  std::string name = entity_of(object).name + "[";
  if (key.is_null()) return name + "new]";
  if (key.type == ValueType::integer) return name + std::to_string(key.integer) + "]";
  if (key.type == ValueType::text) return name + "\"" + std::string(key.bytes()) + "\"]";
  return name + std::string(to_string(key.type)) + "]";
}

void UnitOfWork::require_managed(const void* object,
                                 const EntityMeta& entity,
                                 std::string_view call) const {
  if (!owns(object)) {
    throw ValidationError(
        "em." + std::string(call) + "() was given a " + entity.name +
        " that is no object of this entity manager: use the reference that create() or find() of "
        "this manager returned, or bring the object in with merge()");
  }
  if (header_of(object).life == SlotHeader::detached) {
    throw ValidationError("em." + std::string(call) + "() was given " + name_of(object) +
                          ", which is no longer managed: find or create it again");
  }
}

void UnitOfWork::check_target(const EntityMeta& entity,
                              const PropertyMeta& property,
                              void* target) const {
  if (target == nullptr) return;
  if (!owns(target)) {
    throw ValidationError(entity.name + "." + property.name +
                          " refers to an object that is none of this entity manager's: " +
                          "use the reference that create() or find() of this manager returned, "
                          "get_reference(), or merge()");
  }
  if (header_of(target).life == SlotHeader::detached) {
    throw ValidationError(entity.name + "." + property.name + " refers to " + name_of(target) +
                          ", which is no longer managed: find or create it again");
  }
}

void UnitOfWork::require_key_is_free(const EntityMeta& entity,
                                     TypeStore& store,
                                     const value::Cell& key) {
  void* known = store.map.find(key);
  if (known == nullptr) return;
  if (header_of(known).life == SlotHeader::removed) {
    store.map.erase(key);  // U-11: the new object replaces the removed one, delete then insert
    return;
  }
  throw ValidationError("em.create() was given the key of " + name_of(known) +
                        ", which is managed already: change that " +
                        "object, or remove it first to replace it (entity " + entity.name + ")");
}

void* UnitOfWork::create(const EntityMeta& entity, void* from, bool persist) {
  for (const PropertyMeta* property : entity.to_one)
    check_target(entity, *property, ref_at(from, *property).target());
  TypeStore& store = this->store(entity);
  const metadata::EntityFunctions& functions = *entity.functions;
  const auto key_column = static_cast<std::uint16_t>(entity.primary_key->column);
  for (const PropertyMeta* property : entity.columns) {
    if (property->on_create != nullptr &&
        functions.is_unset(from, static_cast<std::uint16_t>(property->column))) {
      property->on_create(from);
    }
  }
  value::Cell key;
  if (!functions.is_unset(from, key_column) || !entity.primary_key->is_generated) {
    functions.encode(from, &key_column, 1, &key, scratch_, store);
    require_key_is_free(entity, store, key);
    // Short text lies inside the object, which is about to be moved from.
    if (key.has_bytes()) key = value::Cell::of_bytes(scratch_.copy(key.bytes()), key.type);
  }
  void* object = store.allocate();
  store.clear_snapshot(object);
  try {
    functions.move_construct(object, from);
  } catch (...) {
    store.drop_last(object);
    throw;
  }
  SlotHeader& header = header_of(object);
  header.life = SlotHeader::created;
  header.is_constructed = true;
  header.is_persisted = persist;
  store.created.push_back(object);
  ++store.managed_count;
  if (persist) {
    ++store.pending;
  } else {
    ++unpersisted;
  }
  if (!key.is_null()) store.set_key(object, key);
  attach_relations(entity, object, true);
  return object;
}

void UnitOfWork::attach_relations(const EntityMeta& entity, void* object, bool is_new) {
  for (const PropertyMeta* property : entity.to_many) {
    CollectionBase& collection = collection_at(object, *property);
    collection.attach();
    if (is_new) collection.set_initialized(true);
  }
  for (const PropertyMeta* property : entity.to_one) {
    RefBase& reference = ref_at(object, *property);
    void* target = reference.target();
    reference.bind(target);
    reference.attach();
    if (is_new && target != nullptr) link(*property, object, target);
  }
}

void* UnitOfWork::merge(const EntityMeta& entity, void* from) {
  TypeStore& store = this->store(entity);
  const auto key_column = static_cast<std::uint16_t>(entity.primary_key->column);
  value::Cell key;
  if (!entity.functions->is_unset(from, key_column))
    entity.functions->encode(from, &key_column, 1, &key, scratch_, store);
  if (key.is_null()) {
    throw ValidationError("em.merge() was given a " + entity.name + " without a key: set " +
                          entity.name + "." + entity.primary_key->name +
                          ", or use create() for a new one");
  }
  for (const PropertyMeta* property : entity.to_one)
    check_target(entity, *property, ref_at(from, *property).target());
  void* object = store.find_or_refer(key);
  SlotHeader& header = header_of(object);
  if (header.is_constructed) return object;
  entity.functions->move_construct(object, from);
  header.life = SlotHeader::managed;
  header.is_constructed = true;
  ++store.managed_count;
  attach_relations(entity, object, false);
  entity.functions->take_snapshot(object, model::snapshot_of(object), arena_);
  return object;
}

void UnitOfWork::persist(void* object) {
  SlotHeader& header = header_of(object);
  TypeStore& store = store_of(object);
  if (header.life == SlotHeader::removed) {
    erase_item(removed, object);
    header.life = model::key_of(object).is_null() ? SlotHeader::created : SlotHeader::managed;
    ++store.pending;
    if (header.life == SlotHeader::created) {
      store.created.push_back(object);
      const auto column = static_cast<std::uint16_t>(store.entity().primary_key->column);
      value::Cell key;
      if (!store.functions().is_unset(object, column)) {
        store.functions().encode(object, &column, 1, &key, scratch_, store);
        require_key_is_free(store.entity(), store, key);
        store.set_key(object, key);
      }
    }
  }
  if (header.life == SlotHeader::created && !header.is_persisted) {
    header.is_persisted = true;
    --unpersisted;
    ++store.pending;
  }
}

void UnitOfWork::remove(void* object) {
  SlotHeader& header = header_of(object);
  if (header.life == SlotHeader::removed) return;
  TypeStore& store = store_of(object);
  ++store.pending;
  const bool was_new = header.life == SlotHeader::created;
  header.life = SlotHeader::removed;
  if (was_new) {
    if (!header.is_persisted) --unpersisted;
    header.is_persisted = true;
    if (!model::key_of(object).is_null()) {
      store.map.erase(model::key_of(object));
      model::key_of(object) = {};
    }
  }
  removed.push_back(object);
  if (!header.is_constructed) return;
  for (const PropertyMeta* property : store.entity().to_one) {
    if (void* target = ref_at(object, *property).target()) {
      if (property->is_owner) unlink(*property, object, target);
    }
  }
  for (const PropertyMeta* property : store.entity().to_many) {
    CollectionBase& collection = collection_at(object, *property);
    if (!collection.is_initialized() || collection.find_state() == nullptr) continue;
    if ((property->cascade & metadata::cascade_remove) == 0 && !property->orphan_removal) continue;
    for (void* item : std::vector<void*>(collection.find_state()->items)) remove(item);
  }
  for (const PropertyMeta* property : store.entity().to_one) {
    void* target = ref_at(object, *property).target();
    const bool goes_along =
        (property->cascade & metadata::cascade_remove) != 0 || property->orphan_removal;
    if (target != nullptr && goes_along) remove(target);
  }
}

void UnitOfWork::detach(void* object, void* into) {
  TypeStore& store = store_of(object);
  for (const PropertyMeta* property : store.entity().to_one) ref_at(object, *property).detach();
  store.functions().move_construct(into, object);
  SlotHeader& header = header_of(object);
  if (header.life == SlotHeader::removed) erase_item(removed, object);
  if (header.life == SlotHeader::created && !header.is_persisted) --unpersisted;
  header.life = SlotHeader::detached;
  --store.managed_count;
  if (!model::key_of(object).is_null()) store.map.erase(model::key_of(object));
}

void UnitOfWork::forget_new(void* object) {
  TypeStore& store = store_of(object);
  for (const PropertyMeta* property : store.entity().to_one) {
    void* target = ref_at(object, *property).target();
    if (target != nullptr) unlink(*property, object, target);
  }
  SlotHeader& header = header_of(object);
  if (!header.is_persisted) --unpersisted;
  header.life = SlotHeader::detached;
  --store.managed_count;
  if (!model::key_of(object).is_null()) store.map.erase(model::key_of(object));
  std::erase(store.created, object);
}

void UnitOfWork::mark_changed(void* object, std::uint16_t column) {
  forced[object].add(column);
  header_of(object).has_forced = true;
}

void UnitOfWork::clear() noexcept {
  for (auto& store : stores_) {
    if (store != nullptr) store->clear();
  }
  removed.clear();
  changed_collections.clear();
  forced.clear();
  undo_log.clear();
  collection_undo_log.clear();
  unpersisted = 0;
  arena_.reset();
  scratch_.reset();
}

void UnitOfWork::recycle() noexcept {
  transaction.reset();
  transaction_depth = 0;
  is_rollback_only = false;
  clear();
  counters = {};
  flushes = 0;
}

// Relations -----------------------------------------------------------------------------------------------------------

void UnitOfWork::link(const PropertyMeta& property, void* object, void* target) {
  const PropertyMeta* inverse = property.inverse;
  if (inverse == nullptr || !header_of(target).is_constructed) return;
  if (inverse->kind == PropertyKind::one_to_many) {
    CollectionBase& collection = collection_at(target, *inverse);
    if (collection.is_initialized() && !collection.is_partial())
      collection.state().items.push_back(object);
    return;
  }
  RefBase& back = ref_at(target, *inverse);
  void* before = back.target();
  if (before == object) return;
  back.bind(object);
  if (before != nullptr && header_of(before).is_constructed) {
    ref_at(before, property).bind(nullptr);
    store_of(before).relations_changed = true;
  }
  store_of(target).relations_changed = true;
}

void UnitOfWork::unlink(const PropertyMeta& property, void* object, void* target) {
  const PropertyMeta* inverse = property.inverse;
  if (inverse == nullptr || !header_of(target).is_constructed) return;
  if (inverse->kind == PropertyKind::one_to_many) {
    if (model::CollectionState* state = collection_at(target, *inverse).find_state())
      erase_item(state->items, object);
    return;
  }
  RefBase& back = ref_at(target, *inverse);
  if (back.target() == object) back.bind(nullptr);
}

void UnitOfWork::assign(RefBase& reference, void* target) {
  void* object = model::object_of(&reference);
  const EntityMeta& entity = entity_of(object);
  const PropertyMeta& property = property_at(entity, offset_in(object, &reference));
  check_target(entity, property, target);
  void* before = reference.target();
  if (before == target) return;
  if (before != nullptr) unlink(property, object, before);
  reference.bind(target);
  if (target != nullptr) link(property, object, target);
  store_of(object).relations_changed = true;
  if (!property.is_owner && property.orphan_removal && before != nullptr) remove(before);
}

bool UnitOfWork::change_pair(const PropertyMeta& owning, void* owner, void* target, bool present) {
  CollectionBase& collection = collection_at(owner, owning);
  model::CollectionState& state = collection.state();
  const bool is_in = std::find(state.items.begin(), state.items.end(), target) != state.items.end();
  if (present ? is_in : (!is_in && collection.is_initialized())) return false;
  if (present) {
    state.items.push_back(target);
    erase_item(state.removed, target);
  } else {
    erase_item(state.items, target);
    if (!collection.is_initialized()) state.removed.push_back(target);
  }
  queue(collection);
  if (owning.inverse != nullptr && header_of(target).is_constructed) {
    CollectionBase& other = collection_at(target, *owning.inverse);
    if (other.is_initialized()) {
      std::vector<void*>& items = other.state().items;
      if (!present) {
        erase_item(items, owner);
      } else if (std::find(items.begin(), items.end(), owner) == items.end()) {
        items.push_back(owner);
      }
    }
  }
  return true;
}

void UnitOfWork::queue(CollectionBase& collection) {
  model::CollectionState& state = collection.state();
  state.is_dirty = true;
  store_of(model::object_of(&collection)).relations_changed = true;
  if (state.is_queued) return;
  state.is_queued = true;
  changed_collections.push_back(&collection);
}

bool UnitOfWork::add(CollectionBase& collection, void* item) {
  void* owner = model::object_of(&collection);
  const EntityMeta& entity = entity_of(owner);
  const PropertyMeta& property = property_at(entity, offset_in(owner, &collection));
  check_target(entity, property, item);
  if (collection.is_read_only()) {
    throw ValidationError("You cannot modify collection " + entity.name + "." + property.name +
                          " as it is marked as readonly: load it again with init()");
  }
  persist(item);
  if (property.kind == PropertyKind::one_to_many) {
    RefBase& back = ref_at(item, *property.inverse);
    if (!header_of(item).is_constructed) load(item);
    if (back.target() == owner) return false;
    assign(back, owner);
    return true;
  }
  if (property.is_owner) return change_pair(property, owner, item, true);
  if (!header_of(item).is_constructed) load(item);
  return change_pair(*property.inverse, item, owner, true);
}

bool UnitOfWork::remove(CollectionBase& collection, void* item) {
  void* owner = model::object_of(&collection);
  const EntityMeta& entity = entity_of(owner);
  const PropertyMeta& property = property_at(entity, offset_in(owner, &collection));
  check_target(entity, property, item);
  if (property.kind == PropertyKind::many_to_many) {
    if (property.is_owner) return change_pair(property, owner, item, false);
    if (!header_of(item).is_constructed) load(item);
    return change_pair(*property.inverse, item, owner, false);
  }
  if (!collection.is_initialized()) refuse_unloaded(collection);
  RefBase& back = ref_at(item, *property.inverse);
  if (back.target() != owner) return false;
  if (property.orphan_removal) {
    remove(item);
    return true;
  }
  if (!property.inverse->is_nullable) {
    throw ValidationError(
        "removing " + name_of(item) + " from " + entity.name + "." + property.name +
        " would leave its required reference " + property.target->name + "." +
        property.inverse->name +
        " empty: give the item another owner, remove it with em.remove(), map the collection with "
        "orphan_removal(), or make the reference an OptionalRef");
  }
  assign(back, nullptr);
  return true;
}

void UnitOfWork::set(CollectionBase& collection, void* const* items, std::size_t count) {
  void* owner = model::object_of(&collection);
  const EntityMeta& entity = entity_of(owner);
  const PropertyMeta& property = property_at(entity, offset_in(owner, &collection));
  for (std::size_t i = 0; i < count; ++i) check_target(entity, property, items[i]);
  if (!collection.is_initialized()) load(collection, false, nullptr, nullptr);
  for (std::size_t i = 0; i < count; ++i) header_of(items[i]).mark = 1;
  for (void* present : std::vector<void*>(collection.state().items)) {
    if (header_of(present).mark == 0) remove(collection, present);
  }
  for (std::size_t i = 0; i < count; ++i) {
    header_of(items[i]).mark = 0;
    add(collection, items[i]);
  }
}

void UnitOfWork::refuse_unloaded(const void* object) {
  throw ValidationError(
      name_of(object) +
      " is not loaded: name the reference that leads to it in populate, or call load() on it");
}

void UnitOfWork::refuse_unloaded(const CollectionBase& collection) {
  void* owner = model::object_of(&collection);
  const EntityMeta& entity = entity_of(owner);
  const PropertyMeta& property = property_at(entity, offset_in(owner, &collection));
  throw ValidationError("Collection<" + property.target->name + "> of entity " + name_of(owner) +
                        " not initialized: populate " + entity.name + "." + property.name +
                        " when it is loaded, or call init() on it");
}

void UnitOfWork::load(void* object) { Loader(*this).load(object); }

void UnitOfWork::load(CollectionBase& collection,
                      bool reload,
                      const query::FindSpec* options,
                      const query::Condition* where) {
  if (collection.is_initialized() && !reload) return;
  void* owner = model::object_of(&collection);
  Loader(*this).load(owner, property_at(entity_of(owner), offset_in(owner, &collection)), options,
                     where);
}

std::size_t UnitOfWork::count(CollectionBase& collection, const query::Condition* where) {
  if (collection.is_initialized() && where == nullptr && !collection.is_partial()) {
    return collection.find_state() == nullptr ? 0 : collection.find_state()->items.size();
  }
  void* owner = model::object_of(&collection);
  return Loader(*this).count(owner, property_at(entity_of(owner), offset_in(owner, &collection)),
                             where);
}

// Transactions --------------------------------------------------------------------------------------------------------

void UnitOfWork::remember(void* object) {
  if (transaction_depth == 0) return;
  const auto size = store_of(object).functions().snapshot_size;
  const auto* snapshot = static_cast<const std::byte*>(model::snapshot_of(object));
  undo_log.push_back({object, header_of(object).life, model::key_of(object),
                      std::vector<std::byte>(snapshot, snapshot + size)});
}

void UnitOfWork::remember(CollectionBase& collection) {
  if (transaction_depth == 0 || !collection.is_initialized()) return;
  collection_undo_log.push_back({&collection, collection.state().original});
}

TransactionMark UnitOfWork::mark_transaction() {
  TransactionMark mark{undo_log.size(), collection_undo_log.size(), {}, removed};
  for (const auto& store : stores_)
    mark.next_order.push_back(store == nullptr ? 0 : store->next_order());
  return mark;
}

void UnitOfWork::take_back(const TransactionMark& mark) {
  while (undo_log.size() > mark.undo) {
    const UndoRecord record = std::move(undo_log.back());
    undo_log.pop_back();
    TypeStore& store = store_of(record.object);
    SlotHeader& header = header_of(record.object);
    value::Cell& key = model::key_of(record.object);
    if (!(key == record.key) || header.life == SlotHeader::detached) {
      if (!key.is_null() && store.map.find(key) == record.object) store.map.erase(key);
      key = record.key;
      if (!key.is_null()) {
        store.map.insert(record.object);
      } else if (header.is_constructed) {
        const auto column = static_cast<std::uint16_t>(store.entity().primary_key->column);
        store.functions().decode(record.object, column, value::Cell::of_integer(0), store);
      }
    }
    std::copy(record.snapshot.begin(), record.snapshot.end(),
              static_cast<std::byte*>(model::snapshot_of(record.object)));
    if (header.life == SlotHeader::detached) ++store.managed_count;
    header.life = record.life;
    if (record.life == SlotHeader::created) store.created.push_back(record.object);
    if (record.life == SlotHeader::removed) removed.push_back(record.object);
    ++store.pending;
    const PropertyMeta* version = store.entity().version;
    if (version != nullptr && record.life == SlotHeader::managed) {
      const auto column = static_cast<std::uint16_t>(version->column);
      value::Cell old;
      store.functions().encode_snapshot(model::snapshot_of(record.object), &column, 1, &old,
                                        scratch_, store);
      store.functions().decode(record.object, column, old, store);
    }
  }
  while (collection_undo_log.size() > mark.collection_undo) {
    CollectionUndo record = std::move(collection_undo_log.back());
    collection_undo_log.pop_back();
    record.collection->state().original = std::move(record.original);
    queue(*record.collection);
  }
  for (const auto& store : stores_) {
    if (store == nullptr || store->created.empty()) continue;
    std::sort(store->created.begin(), store->created.end(),
              [](void* a, void* b) { return header_of(a).order < header_of(b).order; });
  }
}

void UnitOfWork::forget_since(const TransactionMark& mark) {
  for (std::size_t id = 0; id < stores_.size(); ++id) {
    if (stores_[id] == nullptr) continue;
    TypeStore& store = *stores_[id];
    for (void* object : store.created) {
      SlotHeader& header = header_of(object);
      if (header.order < mark.next_order[id] || header.life != SlotHeader::created) continue;
      for (const PropertyMeta* property : store.entity().to_one) {
        void* target = ref_at(object, *property).target();
        if (target != nullptr) unlink(*property, object, target);
      }
      if (!header.is_persisted) --unpersisted;
      header.life = SlotHeader::detached;
      --store.managed_count;
      if (!model::key_of(object).is_null()) store.map.erase(model::key_of(object));
    }
    std::erase_if(store.created,
                  [](void* object) { return header_of(object).life == SlotHeader::detached; });
  }
  std::erase_if(changed_collections, [](CollectionBase* collection) {
    return header_of(model::object_of(collection)).life == SlotHeader::detached;
  });
  for (void* object : std::vector<void*>(removed)) {
    if (std::find(mark.removed.begin(), mark.removed.end(), object) != mark.removed.end()) continue;
    erase_item(removed, object);
    if (header_of(object).life == SlotHeader::removed) {
      header_of(object).life =
          model::key_of(object).is_null() ? SlotHeader::detached : SlotHeader::managed;
    }
    if (!header_of(object).is_constructed) continue;
    for (const PropertyMeta* property : entity_of(object).to_one) {
      void* target = ref_at(object, *property).target();
      if (target != nullptr && property->is_owner) link(*property, object, target);
    }
  }
}

backend::Observer UnitOfWork::observer() noexcept {
  return {&counters, state_->logger.get(), state_->slow_query_threshold};
}

Lease UnitOfWork::lease(backend::Access access) {
  if (transaction != nullptr) return Lease(*transaction);
  return Lease(state_->driver->session(access, observer()));
}

}  // namespace rowan::orm
