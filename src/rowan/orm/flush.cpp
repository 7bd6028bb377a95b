// The write passes of a flush, and their effect on memory.

#include <rowan/orm/flush.hpp>

#include <rowan/base/error.hpp>
#include <rowan/base/time.hpp>
#include <rowan/orm/change_set_computer.hpp>

#include <algorithm>

namespace rowan::orm {

using metadata::EntityMeta;
using metadata::PropertyMeta;
using model::header_of;
using model::SlotHeader;
using value::Cell;

namespace {

std::uint16_t key_column(const EntityMeta& entity) {
  return static_cast<std::uint16_t>(entity.primary_key->column);
}

std::vector<std::uint16_t> check_columns(const EntityMeta& entity) {
  std::vector<std::uint16_t> out;
  for (const PropertyMeta* property : entity.columns) {
    if (property->is_version || property->is_concurrency_check)
      out.push_back(static_cast<std::uint16_t>(property->column));
  }
  return out;
}

/// Returns the version that an update writes: one more, or now.
Cell next_version(const PropertyMeta& version, const Cell& old) {
  if (version.type == ValueType::integer)
    return Cell::of_integer(old.is_null() ? 1 : old.integer + 1);
  return Cell::of_integer(now().time_since_epoch().count(), ValueType::timestamp);
}

class InsertSource final : public backend::RowSource {
 public:
  InsertSource(UnitOfWork& unit,
               const EntityMeta& entity,
               std::vector<void*>& objects,
               const std::vector<std::uint16_t>& columns,
               const std::vector<LateReference>& late)
      : unit_(unit),
        entity_(entity),
        store_(unit.store(entity)),
        objects_(objects),
        columns_(columns) {
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (columns[i] == key_column(entity)) key_at_ = i;
      if (entity.version != nullptr &&
          columns[i] == static_cast<std::uint16_t>(entity.version->column))
        version_at_ = i;
    }
    for (const LateReference& each : late) {
      if (&UnitOfWork::entity_of(each.object) == &entity) late_.push_back(each);
    }
  }
  [[nodiscard]] std::size_t size() const override { return objects_.size(); }
  void row(std::size_t index, Cell* out) override {
    void* object = objects_[index];
    entity_.functions->encode(object, columns_.data(), columns_.size(), out, unit_.scratch(),
                              store_);
    if (key_at_ < columns_.size()) out[key_at_] = model::key_of(object);
    if (version_at_ < columns_.size() && entity_.version->type == ValueType::integer &&
        out[version_at_].integer == 0) {
      out[version_at_].integer = 1;
    }
    for (const LateReference& each : late_) {
      if (each.object != object) continue;
      const auto at = std::find(columns_.begin(), columns_.end(),
                                static_cast<std::uint16_t>(each.property->column));
      out[at - columns_.begin()] = Cell::of_null();
    }
  }

 private:
  UnitOfWork& unit_;
  const EntityMeta& entity_;
  TypeStore& store_;
  std::vector<void*>& objects_;
  const std::vector<std::uint16_t>& columns_;
  std::size_t key_at_ = SIZE_MAX;
  std::size_t version_at_ = SIZE_MAX;
  std::vector<LateReference> late_;
};

class UpdateSource final : public backend::RowSource {
 public:
  UpdateSource(UnitOfWork& unit,
               const EntityMeta& entity,
               const std::vector<void*>& objects,
               const std::vector<std::uint16_t>& columns,
               const std::vector<std::uint16_t>& checks)
      : unit_(unit),
        entity_(entity),
        store_(unit.store(entity)),
        objects_(objects),
        columns_(columns),
        checks_(checks) {}
  [[nodiscard]] std::size_t size() const override { return objects_.size(); }
  void row(std::size_t index, Cell* out) override {
    void* object = objects_[index];
    const void* snapshot = model::snapshot_of(object);
    entity_.functions->encode(object, columns_.data(), columns_.size(), out, unit_.scratch(),
                              store_);
    Cell* after = out + columns_.size();
    *after++ = model::key_of(object);
    entity_.functions->encode_snapshot(snapshot, checks_.data(), checks_.size(), after,
                                       unit_.scratch(), store_);
    if (entity_.version == nullptr) return;
    const auto version = static_cast<std::uint16_t>(entity_.version->column);
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      if (columns_[i] != version) continue;
      Cell old;
      entity_.functions->encode_snapshot(snapshot, &version, 1, &old, unit_.scratch(), store_);
      out[i] = next_version(*entity_.version, old);
      written.push_back(Value(out[i]));
    }
  }

  std::vector<Value> written;  ///< versions, by row

 private:
  UnitOfWork& unit_;
  const EntityMeta& entity_;
  TypeStore& store_;
  const std::vector<void*>& objects_;
  const std::vector<std::uint16_t>& columns_;
  const std::vector<std::uint16_t>& checks_;
};

class DeleteSource final : public backend::RowSource {
 public:
  DeleteSource(UnitOfWork& unit,
               const EntityMeta& entity,
               const std::vector<void*>& objects,
               const std::vector<std::uint16_t>& checks)
      : unit_(unit),
        entity_(entity),
        store_(unit.store(entity)),
        objects_(objects),
        checks_(checks) {}
  [[nodiscard]] std::size_t size() const override { return objects_.size(); }
  void row(std::size_t index, Cell* out) override {
    out[0] = model::key_of(objects_[index]);
    if (checks_.empty()) return;
    entity_.functions->encode_snapshot(model::snapshot_of(objects_[index]), checks_.data(),
                                       checks_.size(), out + 1, unit_.scratch(), store_);
  }

 private:
  UnitOfWork& unit_;
  const EntityMeta& entity_;
  TypeStore& store_;
  const std::vector<void*>& objects_;
  const std::vector<std::uint16_t>& checks_;
};

class PairSource final : public backend::RowSource {
 public:
  [[nodiscard]] std::size_t size() const override { return cells.empty() ? pairs.size() : 1; }
  void row(std::size_t index, Cell* out) override {
    if (!cells.empty()) {
      std::copy(cells.begin(), cells.end(), out);
      return;
    }
    out[0] = model::key_of(pairs[index].first);
    out[1] = model::key_of(pairs[index].second);
  }
  std::vector<std::pair<void*, void*>> pairs;
  std::vector<Cell> cells;  ///< one row given as it is
};

}  // namespace

/// Writes what an insert returned into the pending keys at once, so that later rows can refer to them.
class InsertRows final : public backend::ReturnedRows {
 public:
  InsertRows(Flush& flush,
             const EntityMeta& entity,
             const std::vector<void*>& objects,
             const std::vector<std::uint16_t>& columns)
      : flush_(flush), entity_(entity), objects_(objects), columns_(columns) {}
  void returned(std::size_t row, std::span<const Cell> cells) override {
    void* object = objects_[row];
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      if (columns_[i] == key_column(entity_)) {
        model::key_of(object) = cells[i];
        header_of(object).has_pending_key = true;
        flush_.keyed_.push_back(object);
      } else {
        flush_.returned_.push_back({object, columns_[i], Value(cells[i])});
      }
    }
  }

 private:
  Flush& flush_;
  const EntityMeta& entity_;
  const std::vector<void*>& objects_;
  const std::vector<std::uint16_t>& columns_;
};

void Flush::run() {
  if (unit_.is_flushing)
    throw ValidationError("You cannot call em.flush() from inside lifecycle hook handlers");
  sets_ = ChangeSetComputer(unit_).compute();
  if (!sets_.empty() || !unit_.changed_collections.empty()) execute(false);
  apply();
}

void Flush::run_only(void* object) {
  is_single_ = true;
  sets_.inserts.resize(unit_.entity_count());
  sets_.removals.resize(unit_.entity_count());
  sets_.early_removals.resize(unit_.entity_count());
  sets_.inserts[UnitOfWork::entity_of(object).id].push_back(object);
  execute(true);
  if (!header_of(object).is_persisted) {
    header_of(object).is_persisted = true;
    --unit_.unpersisted;
  }
  if (unit_.transaction_depth > 0) remember();
  apply_inserts();
  std::erase(UnitOfWork::store_of(object).created, object);
}

void Flush::execute(bool only_one) {
  unit_.is_flushing = true;
  struct Reset {
    bool& flag;
    ~Reset() { flag = false; }
  } reset{unit_.is_flushing};
  try {
    Lease lease = unit_.lease(backend::Access::write);
    const bool own =
        unit_.transaction == nullptr && unit_.state().driver->capabilities().transactions;
    const bool guards = !own && only_one && unit_.state().driver->capabilities().savepoints;
    if (own) lease->begin({});
    if (guards) lease->savepoint("rowan_one");
    try {
      write(*lease);
      if (guards) lease->release_savepoint("rowan_one");
      if (own) lease->commit();
    } catch (...) {
      if (guards) lease->rollback_to_savepoint("rowan_one");
      if (own) lease->rollback();
      throw;
    }
  } catch (...) {
    undo();
    throw;
  }
  ++unit_.flushes;
}

void Flush::write(backend::Session& session) {
  const auto& order = unit_.state().insert_order;
  const auto entities = unit_.state().registry.entities();
  assign_keys(session);
  if (sets_.must_defer) {
    if (!unit_.state().driver->capabilities().deferrable_constraints) {
      throw ValidationError(
          "new objects refer to each other in a cycle of required references: make one of them an "
          "OptionalRef");
    }
    session.defer_constraints();
  }
  for (auto id = order.rbegin(); id != order.rend(); ++id)
    remove(session, entities[*id], sets_.early_removals[*id]);
  park_unique_values(session);
  for (const std::uint16_t id : order) insert(session, entities[id]);
  for (const UpdateGroup& group : sets_.ordered) update(session, group);
  for (const UpdateGroup& group : sets_.updates) update(session, group);
  write_late(session);
  if (!is_single_) write_pivots(session);
  for (auto id = order.rbegin(); id != order.rend(); ++id)
    remove(session, entities[*id], sets_.removals[*id]);
}

void Flush::assign_keys(backend::Session& session) {
  for (const std::uint16_t id : unit_.state().insert_order) {
    const EntityMeta& entity = unit_.state().registry.entities()[id];
    if (!entity.primary_key->is_generated) continue;
    std::vector<void*> without;
    for (void* object : sets_.inserts[id]) {
      if (model::key_of(object).is_null()) without.push_back(object);
    }
    if (without.empty()) continue;
    const std::optional<std::int64_t> first = session.reserve_keys(entity, without.size());
    if (!first) continue;
    keyed_.reserve(keyed_.size() + without.size());
    for (std::size_t i = 0; i < without.size(); ++i) {
      model::key_of(without[i]) = Cell::of_integer(*first + static_cast<std::int64_t>(i));
      header_of(without[i]).has_pending_key = true;
      keyed_.push_back(without[i]);
    }
  }
}

void Flush::insert(backend::Session& session, const EntityMeta& entity) {
  std::vector<void*>& objects = sets_.inserts[entity.id];
  if (objects.empty()) return;
  std::vector<std::uint16_t> omittable;
  for (const PropertyMeta* property : entity.columns) {
    const bool has_default = property->default_value.kind != metadata::DefaultValue::Kind::none;
    const bool fills_optional = has_default && property->is_nullable;
    if (property->default_value.kind == metadata::DefaultValue::Kind::raw || fills_optional) {
      omittable.push_back(static_cast<std::uint16_t>(property->column));
    }
  }
  const bool key_is_made = model::key_of(objects.front()).is_null();
  if (omittable.empty() && !key_is_made) return insert_rows(session, entity, {}, objects);
  std::vector<std::pair<metadata::IndexSet, std::vector<void*>>> groups;
  for (void* object : objects) {
    metadata::IndexSet omitted;
    if (model::key_of(object).is_null()) omitted.add(key_column(entity));
    for (const std::uint16_t column : omittable) {
      if (entity.functions->is_unset(object, column)) omitted.add(column);
    }
    if (groups.empty() || !(groups.back().first == omitted)) groups.push_back({omitted, {}});
    groups.back().second.push_back(object);
  }
  for (auto& [omitted, rows] : groups) insert_rows(session, entity, omitted, rows);
}

void Flush::insert_rows(backend::Session& session,
                        const EntityMeta& entity,
                        const metadata::IndexSet& omitted,
                        std::vector<void*>& objects) {
  std::vector<std::uint16_t> columns;
  std::vector<std::uint16_t> returning;
  for (const std::uint16_t column : entity.all_columns)
    (omitted.has(column) ? returning : columns).push_back(column);
  InsertSource source(unit_, entity, objects, columns, sets_.late);
  InsertRows returned(*this, entity, objects, returning);
  session.insert({&entity, columns, returning, &source}, returning.empty() ? nullptr : &returned);
}

void Flush::update(backend::Session& session, const UpdateGroup& group) {
  const EntityMeta& entity = *group.entity;
  std::vector<std::uint16_t> columns;
  for (const std::uint16_t column : entity.all_columns) {
    if (group.changed.has(column)) columns.push_back(column);
  }
  const std::vector<std::uint16_t> checks = check_columns(entity);
  UpdateSource source(unit_, entity, group.objects, columns, checks);
  const std::uint64_t matched = session.update({&entity, columns, checks, {}, &source}, nullptr);
  if (!checks.empty() && matched != group.objects.size()) {
    throw OptimisticLockError(
        "The optimistic lock on entity " + entity.name +
        " failed: " + std::to_string(group.objects.size() - matched) + " of " +
        std::to_string(group.objects.size()) +
        " rows were changed or deleted by somebody else (first of them or near it: " +
        UnitOfWork::name_of(group.objects.front()) + "); refresh and try again");
  }
  if (entity.version == nullptr) return;
  for (std::size_t i = 0; i < group.objects.size(); ++i) {
    returned_.push_back(
        {group.objects[i], static_cast<std::uint16_t>(entity.version->column), source.written[i]});
  }
}

void Flush::park_unique_values(backend::Session& session) {
  for (const ParkedValue& each : sets_.parked) {
    const EntityMeta& entity = UnitOfWork::entity_of(each.object);
    const std::vector<std::uint16_t> columns{static_cast<std::uint16_t>(each.property->column)};
    PairSource row;
    row.cells = {each.temporary.as_cell(), model::key_of(each.object)};
    session.update({&entity, columns, {}, {}, &row}, nullptr);
  }
}

void Flush::write_late(backend::Session& session) {
  for (const LateReference& each : sets_.late) {
    const EntityMeta& entity = UnitOfWork::entity_of(each.object);
    const std::vector<std::uint16_t> columns{static_cast<std::uint16_t>(each.property->column)};
    const std::vector<std::uint16_t> checks;
    const std::vector<void*> objects{each.object};
    UpdateSource source(unit_, entity, objects, columns, checks);
    session.update({&entity, columns, checks, {}, &source}, nullptr);
  }
}

void Flush::write_pivots(backend::Session& session) {
  std::vector<const PropertyMeta*> relations;
  struct Work {
    const EntityMeta* owner;
    const PropertyMeta* relation;
    PairSource added, removed, careful;
  };
  std::vector<Work> works;
  for (model::CollectionBase* collection : unit_.changed_collections) {
    void* owner = model::object_of(collection);
    if (header_of(owner).life == SlotHeader::removed ||
        header_of(owner).life == SlotHeader::detached)
      continue;
    const EntityMeta& entity = UnitOfWork::entity_of(owner);
    const auto offset =
        static_cast<std::size_t>(reinterpret_cast<char*>(collection) - static_cast<char*>(owner));
    const auto relation =
        std::find_if(entity.to_many.begin(), entity.to_many.end(),
                     [&](const PropertyMeta* property) { return property->offset == offset; });
    auto work = std::find_if(works.begin(), works.end(),
                             [&](const Work& each) { return each.relation == *relation; });
    if (work == works.end()) work = works.insert(works.end(), Work{&entity, *relation, {}, {}, {}});
    const model::CollectionState& state = collection->state();
    if (collection->is_initialized()) {
      for (void* item : state.original) header_of(item).mark = 1;
      for (void* item : state.items) {
        if (header_of(item).mark != 1) work->added.pairs.emplace_back(owner, item);
        header_of(item).mark = 2;
      }
      for (void* item : state.original) {
        if (header_of(item).mark == 1 && header_of(item).life != SlotHeader::removed)
          work->removed.pairs.emplace_back(owner, item);
      }
      for (void* item : state.original) header_of(item).mark = 0;
      for (void* item : state.items) header_of(item).mark = 0;
    } else {
      for (void* item : state.items) work->careful.pairs.emplace_back(owner, item);
      for (void* item : state.removed) work->removed.pairs.emplace_back(owner, item);
    }
  }
  for (Work& work : works) {
    if (work.removed.size() > 0)
      session.remove_pivot({work.owner, work.relation, &work.removed, false, false});
    if (work.added.size() > 0)
      session.insert_pivot({work.owner, work.relation, &work.added, false, false});
    if (work.careful.size() > 0)
      session.insert_pivot({work.owner, work.relation, &work.careful, true, false});
  }
}

void Flush::remove(backend::Session& session,
                   const EntityMeta& entity,
                   std::vector<void*>& objects) {
  if (objects.empty()) return;
  std::vector<std::uint16_t> checks;
  const bool all_loaded = std::all_of(objects.begin(), objects.end(),
                                      [](void* o) { return header_of(o).is_constructed; });
  if (entity.version != nullptr && all_loaded)
    checks.push_back(static_cast<std::uint16_t>(entity.version->column));
  DeleteSource source(unit_, entity, objects, checks);
  const std::uint64_t matched = session.remove({&entity, checks, &source});
  if (!checks.empty() && matched != objects.size()) {
    throw OptimisticLockError("The optimistic lock on entity " + entity.name +
                              " failed: a row to be removed was changed or " +
                              "deleted by somebody else (" + UnitOfWork::name_of(objects.front()) +
                              " or one removed with it)");
  }
}

void Flush::undo() {
  for (void* object : keyed_) {
    model::key_of(object) = {};
    header_of(object).has_pending_key = false;
  }
}

void Flush::remember() {
  for (void* object : keyed_) {
    const Cell key = model::key_of(object);
    model::key_of(object) = {};
    unit_.remember(object);
    model::key_of(object) = key;
  }
  for (const std::vector<void*>& objects : sets_.inserts) {
    for (void* object : objects) {
      if (!header_of(object).has_pending_key) unit_.remember(object);
    }
  }
  for (const auto* groups : {&sets_.updates, &sets_.ordered}) {
    for (const UpdateGroup& group : *groups) {
      for (void* object : group.objects) unit_.remember(object);
    }
  }
  if (is_single_) return;
  for (void* object : unit_.removed) unit_.remember(object);
  for (model::CollectionBase* collection : unit_.changed_collections) unit_.remember(*collection);
}

void Flush::apply_inserts() {
  for (void* object : keyed_) {
    TypeStore& store = UnitOfWork::store_of(object);
    const Cell key = model::key_of(object);
    header_of(object).has_pending_key = false;
    store.functions().decode(object, key_column(store.entity()), key, store);
    store.set_key(object, key);
  }
  for (const Returned& each : returned_) {
    TypeStore& store = UnitOfWork::store_of(each.object);
    store.functions().decode(each.object, each.column, each.value.as_cell(), store);
  }
  for (std::vector<void*>& objects : sets_.inserts) {
    for (void* object : objects) {
      header_of(object).life = SlotHeader::managed;
      TypeStore& store = UnitOfWork::store_of(object);
      if (store.entity().version != nullptr && store.entity().version->type == ValueType::integer) {
        const auto column = static_cast<std::uint16_t>(store.entity().version->column);
        if (store.functions().is_unset(object, column))
          store.functions().decode(object, column, Cell::of_integer(1), store);
      }
      store.functions().take_snapshot(object, model::snapshot_of(object), unit_.arena());
    }
  }
}

void Flush::apply() {
  if (unit_.transaction_depth > 0) remember();
  apply_inserts();
  sets_.updates.insert(sets_.updates.end(), sets_.ordered.begin(), sets_.ordered.end());
  for (const UpdateGroup& group : sets_.updates) {
    TypeStore& store = unit_.store(*group.entity);
    const bool key_changed = group.changed.has(key_column(*group.entity));
    for (void* object : group.objects) {
      if (key_changed) {
        store.map.erase(model::key_of(object));
        const std::uint16_t column = key_column(*group.entity);
        Cell key;
        store.functions().encode(object, &column, 1, &key, unit_.scratch(), store);
        store.set_key(object, key);
      }
      store.functions().take_snapshot(object, model::snapshot_of(object), unit_.arena());
      header_of(object).has_forced = false;
    }
  }
  for (void* object : unit_.removed) {
    TypeStore& store = UnitOfWork::store_of(object);
    header_of(object).life = SlotHeader::detached;
    --store.managed_count;
    if (!model::key_of(object).is_null() && store.map.find(model::key_of(object)) == object)
      store.map.erase(model::key_of(object));
  }
  unit_.removed.clear();
  unit_.forced.clear();
  apply_pivots();
  for (std::uint16_t id = 0; id < unit_.entity_count(); ++id) {
    TypeStore* store = unit_.find_store(id);
    if (store == nullptr) continue;
    std::erase_if(store->created, [](void* o) { return header_of(o).life != SlotHeader::created; });
    store->pending = 0;
    store->relations_changed = false;
  }
  unit_.scratch().reset();
}

void Flush::apply_pivots() {
  for (model::CollectionBase* collection : unit_.changed_collections) {
    model::CollectionState& state = collection->state();
    state.is_dirty = false;
    state.is_queued = false;
    if (collection->is_initialized()) {
      state.original = state.items;
    } else {
      collection->drop_state();
    }
  }
  unit_.changed_collections.clear();
}

}  // namespace rowan::orm
