// Objects entering and leaving a unit of work, and the relations between them kept in step.

#include <rowan/orm/unit_of_work.hpp>

#include <rowan/base/error.hpp>
#include <rowan/orm/loader.hpp>
#include <rowan/orm/relations.hpp>
#include <rowan/orm/request_context.hpp>

#include <algorithm>

namespace rowan::orm {

using metadata::EntityMeta;
using metadata::PropertyKind;
using metadata::PropertyMeta;
using model::CollectionBase;
using model::header_of;
using model::RefBase;
using model::SlotHeader;

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
  if (entity_of(object).primary_key->is_hidden) return name + "<hidden>]";
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

void UnitOfWork::adopt_keys(const EntityMeta& entity, void* from) {
  for (const PropertyMeta* property : entity.to_one) {
    RefBase& reference = ref_at(from, *property);
    if (reference.is_key())
      reference.bind(store(*property->target).find_or_refer(model::key_of(reference.target())));
  }
}

void* UnitOfWork::create(const EntityMeta& entity, void* from, bool persist) {
  adopt_keys(entity, from);
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
  Relations(*this).attach(entity, object, is_new);
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
  adopt_keys(entity, from);
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
  if (header.life == SlotHeader::removed) revive(object);
  if (header.life == SlotHeader::created && !header.is_persisted) {
    header.is_persisted = true;
    --unpersisted;
    ++store.pending;
  }
}

void UnitOfWork::revive(void* object) {
  SlotHeader& header = header_of(object);
  TypeStore& store = store_of(object);
  const bool is_new = model::key_of(object).is_null();
  const auto column = static_cast<std::uint16_t>(store.entity().primary_key->column);
  if (is_new && !store.functions().is_unset(object, column)) {
    value::Cell key;
    store.functions().encode(object, &column, 1, &key, scratch_, store);
    require_key_is_free(store.entity(), store, key);
    store.set_key(object, key);
  } else if (!is_new && store.map.find(model::key_of(object)) != object) {
    require_key_is_free(store.entity(), store, model::key_of(object));
    store.map.insert(object);
  }
  removed.erase(object);
  orphans_.erase(object);
  ++store.pending;
  if (is_new) {
    header.life = SlotHeader::created;
    store.created.push_back(object);
  } else {
    header.life = header.is_constructed ? SlotHeader::managed : SlotHeader::reference;
  }
  if (const auto found = emptied_by_removal.find(object); found != emptied_by_removal.end()) {
    for (const EmptiedReference& each : found->second) {
      RefBase& reference = ref_at(each.object, *each.property);
      if (reference.empty() && header_of(each.object).life <= SlotHeader::managed)
        reference.bind(object);
    }
    emptied_by_removal.erase(found);
  }
  Relations(*this).link(object);
}

void UnitOfWork::remove_orphan(void* object) {
  if (header_of(object).life > SlotHeader::managed) return;
  remove(object);
  orphans_.insert(object);
}

void UnitOfWork::keep_orphan(void* object) {
  if (header_of(object).life == SlotHeader::removed && orphans_.contains(object)) revive(object);
}

void UnitOfWork::remove(void* object) {
  orphans_.erase(object);
  std::vector<void*> open{object};
  while (!open.empty()) {
    void* next = open.back();
    open.pop_back();
    if (header_of(next).life < SlotHeader::removed) remove_one(next, open);
  }
}

// Adds to `along` what goes with the object.
void UnitOfWork::remove_one(void* object, std::vector<void*>& along) {
  SlotHeader& header = header_of(object);
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
  Relations(*this).unlink(object);
  const std::size_t first = along.size();
  for (const PropertyMeta* property : store.entity().to_one) {
    void* target = ref_at(object, *property).target();
    const bool goes_along =
        (property->cascade & metadata::cascade_remove) != 0 || property->orphan_removal;
    if (target != nullptr && goes_along) along.push_back(target);
  }
  for (const PropertyMeta* property : store.entity().to_many) {
    CollectionBase& collection = collection_at(object, *property);
    if (!collection.is_initialized() || collection.find_state() == nullptr) continue;
    const model::ItemList& items = collection.find_state()->items;
    if ((property->cascade & metadata::cascade_remove) != 0 || property->orphan_removal) {
      along.insert(along.end(), items.begin(), items.end());
    } else if (property->kind == PropertyKind::one_to_many && property->inverse->is_nullable) {
      empty_references(object, *property, items);
    }
  }
  std::reverse(along.begin() + static_cast<std::ptrdiff_t>(first), along.end());
}

void UnitOfWork::empty_references(void* removed_object,
                                  const PropertyMeta& property,
                                  const model::ItemList& items) {
  for (void* item : items) {
    RefBase& back = ref_at(item, *property.inverse);
    if (back.target() != removed_object) continue;
    back.bind(nullptr);
    emptied_by_removal[removed_object].push_back({item, property.inverse});
    store_of(item).relations_changed = true;
  }
}

void UnitOfWork::detach(void* object, void* into) {
  TypeStore& store = store_of(object);
  Relations(*this).unlink(object);
  for (const PropertyMeta* property : store.entity().to_one) ref_at(object, *property).detach();
  store.functions().move_construct(into, object);
  for (const PropertyMeta* property : store.entity().to_one) {
    RefBase& reference = ref_at(into, *property);
    if (reference.empty() || model::key_of(reference.target()).is_null()) continue;
    reference.bind_key(model::key_of(reference.target()));
  }
  SlotHeader& header = header_of(object);
  if (header.life == SlotHeader::removed) removed.erase(object);
  if (header.life == SlotHeader::created && !header.is_persisted) --unpersisted;
  forget(object);
  std::erase_if(changed_collections,
                [&](CollectionBase* collection) { return model::object_of(collection) == object; });
}

void UnitOfWork::forget_new(void* object) {
  Relations(*this).unlink(object);
  if (!header_of(object).is_persisted) --unpersisted;
  forget(object);
  store_of(object).drop_created(object);
}

void UnitOfWork::drop(void* object) {
  Relations(*this).unlink(object);
  forget(object);
}

void UnitOfWork::forget(void* object) {
  TypeStore& store = store_of(object);
  header_of(object).life = SlotHeader::detached;
  if (header_of(object).is_constructed) --store.managed_count;
  const value::Cell& key = model::key_of(object);
  if (!key.is_null() && store.map.find(key) == object) store.map.erase(key);
}

void UnitOfWork::mark_changed(void* object, std::uint16_t column) {
  forced[object].add(column);
  header_of(object).has_forced = true;
}

void UnitOfWork::commit(backend::Session& session) {
  try {
    session.commit();
  } catch (const CommitUnknownError&) {
    is_outcome_unknown = true;
    throw;
  }
}

void UnitOfWork::require_known_outcome() const {
  if (!is_outcome_unknown) return;
  throw TransactionStateError(
      "the answer to a commit of this manager was lost, so what it would write may be in the "
      "database already: look there with another manager, and clear() this one");
}

void UnitOfWork::clear() noexcept {
  for (auto& store : stores_) {
    if (store != nullptr) store->clear();
  }
  removed.clear();
  emptied_by_removal.clear();
  orphans_.clear();
  changed_collections.clear();
  forced.clear();
  undo.clear();
  undo_base = {};
  unpersisted = 0;
  is_outcome_unknown = false;
  ++clears_;
  arena_.reset();
  scratch_.reset();
}

void UnitOfWork::recycle() noexcept {
  transaction.reset();
  transaction_depth = 0;
  block_depth = 0;
  is_rollback_only = false;
  has_ended_by_itself = false;
  flush_mode.reset();
  transaction_flush_mode.reset();
  place_ = nullptr;
  cancel_point.reset();
  clear();
  counters = {};
  flushes = 0;
}

// Relations -----------------------------------------------------------------------------------------------------------

void UnitOfWork::check_thread() {
  const void* here = RequestContext::place();
  if (place_ == nullptr) place_ = here;
  if (place_ == here) return;
  throw ValidationError(
      "this entity manager is used by a second thread: it serves one thread or fiber at a time, "
      "fork() one for each (fibers that change threads need RequestContext::set_storage())");
}

void UnitOfWork::assign(RefBase& reference, void* target) {
  require_own_thread();
  Relations(*this).assign(reference, target);
}

bool UnitOfWork::add(CollectionBase& collection, void* item) {
  require_own_thread();
  return Relations(*this).add(collection, item);
}

bool UnitOfWork::remove(CollectionBase& collection, void* item) {
  require_own_thread();
  return Relations(*this).remove(collection, item);
}

void UnitOfWork::set(CollectionBase& collection, void* const* items, std::size_t count) {
  require_own_thread();
  Relations(*this).set(collection, items, count);
}

void UnitOfWork::queue(CollectionBase& collection) {
  model::CollectionState& state = collection.state();
  state.is_dirty = true;
  store_of(model::object_of(&collection)).relations_changed = true;
  if (state.is_queued) return;
  state.is_queued = true;
  changed_collections.push_back(&collection);
}

void UnitOfWork::refuse_unloaded(const void* object) {
  throw ValidationError(
      name_of(object) +
      " is not loaded: name the reference that leads to it in populate, or call load() on it");
}

void UnitOfWork::refuse_unloaded(const CollectionBase& collection) {
  void* owner = model::object_of(&collection);
  const EntityMeta& entity = entity_of(owner);
  const PropertyMeta& property = Relations::property_of(collection);
  throw ValidationError("Collection<" + property.target->name + "> of entity " + name_of(owner) +
                        " not initialized: populate " + entity.name + "." + property.name +
                        " when it is loaded, or call init() on it");
}

void UnitOfWork::load(void* object) {
  require_own_thread();
  Loader(*this).load(object);
}

void UnitOfWork::load(CollectionBase& collection,
                      bool reload,
                      const query::FindSpec* options,
                      const query::Condition* where) {
  require_own_thread();
  if (collection.is_initialized() && !reload) return;
  void* owner = model::object_of(&collection);
  Loader(*this).load(owner, Relations::property_of(collection), options, where);
}

std::size_t UnitOfWork::count(CollectionBase& collection, const query::Condition* where) {
  require_own_thread();
  if (collection.is_initialized() && where == nullptr && !collection.is_partial()) {
    return collection.find_state() == nullptr ? 0 : collection.find_state()->items.size();
  }
  void* owner = model::object_of(&collection);
  return Loader(*this).count(owner, Relations::property_of(collection), where);
}

// Transactions --------------------------------------------------------------------------------------------------------

TransactionMark UnitOfWork::mark_transaction() {
  TransactionMark mark{undo.mark(), {}, removed.view(), clears_};
  for (const auto& store : stores_)
    mark.next_order.push_back(store == nullptr ? 0 : store->next_order());
  return mark;
}

void UnitOfWork::take_back(const TransactionMark& mark) {
  // A clear() inside the block emptied the log: all that stands there came later.
  undo.take_back(*this, is_current(mark) ? mark.undo : UndoLog::Mark{});
}

void UnitOfWork::forget_since(const TransactionMark& mark) {
  // After a clear() inside the block everything that is there came later.
  const bool knows_order = is_current(mark);
  const auto is_later = [&](std::size_t id, const void* object) {
    return !knows_order || header_of(object).order >= mark.next_order[id];
  };
  for (std::size_t id = 0; id < stores_.size(); ++id) {
    if (stores_[id] == nullptr) continue;
    TypeStore& store = *stores_[id];
    for (void* object : store.created) {
      if (header_of(object).life != SlotHeader::created || !is_later(id, object)) continue;
      Relations(*this).unlink(object);
      if (!header_of(object).is_persisted) --unpersisted;
      forget(object);
    }
    std::erase_if(store.created,
                  [](void* object) { return header_of(object).life == SlotHeader::detached; });
  }
  const std::unordered_set<const void*> before(mark.removed.begin(), mark.removed.end());
  for (void* object : std::vector<void*>(removed.view())) {
    if (knows_order && before.contains(object)) continue;
    const bool is_new = model::key_of(object).is_null();
    if (is_new && is_later(entity_of(object).id, object)) {
      removed.erase(object);
      forget(object);
      continue;
    }
    try {
      revive(object);
    } catch (const ValidationError&) {
      // Its key has another object now.
      removed.erase(object);
      forget(object);
    }
  }
  std::erase_if(changed_collections, [](CollectionBase* collection) {
    if (header_of(model::object_of(collection)).life == SlotHeader::detached) return true;
    model::ItemList& items = collection->state().items;
    for (void* item : std::vector<void*>(items.view())) {
      if (header_of(item).life == SlotHeader::detached) items.erase(item);
    }
    return false;
  });
}

backend::Observer UnitOfWork::observer() noexcept {
  return {&counters, state_->logger.get(), state_->slow_query_threshold};
}

FlushMode UnitOfWork::flush_mode_for(std::optional<FlushMode> of_query) const noexcept {
  for (const auto& mode : {of_query, transaction_flush_mode, flush_mode}) {
    if (mode) return *mode;
  }
  return state_->flush_mode;
}

Lease UnitOfWork::lease(backend::Access access) {
  if (transaction != nullptr) {
    if (has_ended_by_itself) {
      throw TransactionStateError(
          "the transaction has failed as a whole, nothing more can run in it: roll it back and "
          "start again");
    }
    return {*transaction, cancel_point.get()};
  }
  return {state_->driver->session(access, observer()), cancel_point.get()};
}

}  // namespace rowan::orm
