// Taking flushes back: keys, snapshots, lives, collections.

#include <rowan/orm/undo_log.hpp>

#include <rowan/orm/unit_of_work.hpp>

#include <algorithm>
#include <unordered_set>
#include <utility>

namespace rowan::orm {

using model::header_of;
using model::SlotHeader;
using value::Cell;

void restore_value(UnitOfWork& unit, const WrittenValue& written) {
  TypeStore& store = UnitOfWork::store_of(written.object);
  Cell now;
  store.functions().encode(written.object, &written.column, 1, &now, unit.scratch(), store);
  if (now == written.after.as_cell())
    store.functions().decode(written.object, written.column, written.before.as_cell(), store);
}

void UndoLog::remember(UnitOfWork& unit, void* object) {
  const SlotHeader& header = header_of(object);
  const auto size = UnitOfWork::store_of(object).functions().snapshot_size;
  const auto* snapshot = static_cast<const std::byte*>(model::snapshot_of(object));
  objects_.push_back({object, header.life, model::key_of(object),
                      std::vector<std::byte>(snapshot, snapshot + size),
                      header.has_forced ? unit.forced[object] : metadata::IndexSet{}});
}

void UndoLog::remember(model::CollectionBase& collection) {
  const model::CollectionState& state = collection.state();
  CollectionState& saved = collections_.emplace_back();
  saved.collection = &collection;
  saved.is_initialized = collection.is_initialized();
  saved.is_replaced = state.is_replaced;
  saved.original = state.original;
  if (saved.is_initialized) return;
  saved.items = state.items.view();
  saved.removed = state.removed.view();
}

void UndoLog::remember_losing(model::CollectionBase& collection) {
  CollectionState& saved = collections_.emplace_back();
  saved.collection = &collection;
  saved.is_losing = true;
  saved.original = collection.state().original;
  saved.items = collection.state().items.view();
}

void UndoLog::forget_since(const Mark& mark) noexcept {
  if (objects_.size() > mark.objects) objects_.resize(mark.objects);
  if (values_.size() > mark.values) values_.resize(mark.values);
  if (collections_.size() > mark.collections) collections_.resize(mark.collections);
  if (references_.size() > mark.references) references_.resize(mark.references);
}

void UndoLog::take_back(UnitOfWork& unit, const Mark& mark) {
  for (; values_.size() > mark.values; values_.pop_back()) restore_value(unit, values_.back());
  std::vector<void*> restored;
  for (; objects_.size() > mark.objects; objects_.pop_back()) {
    restore(unit, objects_.back());
    restored.push_back(objects_.back().object);
  }
  // A removed object gives its key up to the one that replaces it.
  for (const bool is_removed : {false, true}) {
    for (void* object : restored) {
      const Cell& key = model::key_of(object);
      const bool now_removed = header_of(object).life == SlotHeader::removed;
      TypeStore& store = UnitOfWork::store_of(object);
      if (now_removed == is_removed && !key.is_null() && store.map.find(key) == nullptr)
        store.map.insert(object);
    }
  }
  for (std::uint16_t id = 0; id < unit.entity_count(); ++id) {
    TypeStore* store = unit.find_store(id);
    if (store == nullptr || store->created.empty()) continue;
    std::sort(store->created.begin(), store->created.end(),
              [](void* a, void* b) { return header_of(a).order < header_of(b).order; });
  }
  for (; collections_.size() > mark.collections; collections_.pop_back())
    restore(unit, collections_.back());
  for (; references_.size() > mark.references; references_.pop_back())
    restore(unit, references_.back());
}

void UndoLog::restore(UnitOfWork& unit, const TakenReference& before) {
  const bool is_there = header_of(before.object).life <= SlotHeader::removed &&
                        header_of(before.target).life <= SlotHeader::removed;
  model::RefBase& reference = UnitOfWork::ref_at(before.object, *before.property);
  if (!is_there || !reference.empty()) return;  // it has another target since
  if (before.is_by_removal) {
    unit.emptied_by_removal[before.target].push_back({before.object, before.property});
    return;
  }
  reference.bind(before.target);
  UnitOfWork::store_of(before.object).relations_changed = true;
}

void UndoLog::restore(UnitOfWork& unit, const ObjectState& before) {
  void* object = before.object;
  TypeStore& store = UnitOfWork::store_of(object);
  SlotHeader& header = header_of(object);
  Cell& key = model::key_of(object);
  if (!key.is_null() && store.map.find(key) == object) store.map.erase(key);
  key = before.key;
  std::copy(before.snapshot.begin(), before.snapshot.end(),
            static_cast<std::byte*>(model::snapshot_of(object)));
  if (header.life == SlotHeader::detached && header.is_constructed) ++store.managed_count;
  // Removed since it was flushed: that is still wanted, and there is a row to remove only if there was one.
  const bool is_removed = header.life == SlotHeader::removed;
  if (!is_removed) header.life = before.life;
  if (header.life == SlotHeader::created) store.created.push_back(object);
  if (header.life == SlotHeader::removed) unit.removed.insert(object);
  ++store.pending;
  if (before.forced.empty()) return;
  unit.forced[object] |= before.forced;
  header.has_forced = true;
}

void UndoLog::restore(UnitOfWork& unit, CollectionState& before) {
  model::CollectionBase& collection = *before.collection;
  if (header_of(model::object_of(&collection)).life == SlotHeader::detached) return;
  model::CollectionState& state = collection.state();
  if (before.is_losing) {
    state.original = std::move(before.original);
    for (void* item : before.items) {
      if (header_of(item).life != SlotHeader::detached) state.items.insert(item);
    }
    return;
  }
  if (before.is_initialized) {
    state.original = std::move(before.original);
    state.is_replaced = before.is_replaced;
  } else if (!collection.is_initialized()) {
    for (void* item : before.items) state.items.insert(item);
    for (void* item : before.removed) state.removed.insert(item);
  } else {
    // Loaded since: as it was loaded, less what the flush had done.
    const std::unordered_set<const void*> added(before.items.begin(), before.items.end());
    std::erase_if(state.original, [&](void* item) { return added.contains(item); });
    state.original.insert(state.original.end(), before.removed.begin(), before.removed.end());
  }
  unit.queue(collection);
}

}  // namespace rowan::orm
