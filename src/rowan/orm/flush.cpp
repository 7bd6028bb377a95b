// The write passes of a flush, and their effect on memory.

#include <rowan/orm/flush.hpp>

#include <rowan/base/error.hpp>
#include <rowan/base/time.hpp>
#include <rowan/orm/change_set_computer.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>

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

/// Encodes columns of an object; where a value cannot be stored, the error names it.
void encode(UnitOfWork& unit, void* object, const std::vector<std::uint16_t>& columns, Cell* out) {
  TypeStore& store = UnitOfWork::store_of(object);
  const auto encode_some = [&](const std::uint16_t* first, std::size_t count) {
    store.functions().encode(object, first, count, out, unit.scratch(), store);
  };
  try {
    encode_some(columns.data(), columns.size());
  } catch (const ValidationError&) {
    for (const std::uint16_t column : columns) {
      try {
        encode_some(&column, 1);
      } catch (const ValidationError& error) {
        const PropertyMeta& property = *store.entity().columns[column];
        throw ValidationError(
            property.full_name() + " of " + UnitOfWork::name_of(object) + " cannot be stored: " +
            (property.is_hidden ? "its value is none of its type" : error.message()));
      }
    }
    throw;
  }
}

/// Returns the references of `from` to rows of `to` that are columns.
std::vector<const PropertyMeta*> references_to(const EntityMeta& to, const EntityMeta& from) {
  std::vector<const PropertyMeta*> out;
  for (const PropertyMeta* property : from.to_one) {
    if (property->is_owner && property->target == &to) out.push_back(property);
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
               const std::vector<LateReference>& late,
               const Cell& first_version)
      : unit_(unit),
        entity_(entity),
        objects_(objects),
        columns_(columns),
        first_version_(first_version) {
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (columns[i] == key_column(entity)) key_at_ = i;
      if (entity.version != nullptr &&
          columns[i] == static_cast<std::uint16_t>(entity.version->column))
        version_at_ = i;
    }
    for (const LateReference& each : late) {
      if (&UnitOfWork::entity_of(each.object) == &entity)
        late_[each.object].push_back(static_cast<std::uint16_t>(each.property->column));
    }
  }
  [[nodiscard]] std::size_t size() const override { return objects_.size(); }
  void row(std::size_t index, Cell* out) override {
    void* object = objects_[index];
    encode(unit_, object, columns_, out);
    if (key_at_ < columns_.size()) out[key_at_] = model::key_of(object);
    if (version_at_ < columns_.size() && out[version_at_].integer == 0)
      out[version_at_] = first_version_;
    const auto late = late_.empty() ? late_.end() : late_.find(object);
    if (late == late_.end()) return;
    for (const std::uint16_t column : late->second) {
      const auto at = std::find(columns_.begin(), columns_.end(), column);
      if (at != columns_.end()) out[at - columns_.begin()] = Cell::of_null();
    }
  }

 private:
  UnitOfWork& unit_;
  const EntityMeta& entity_;
  std::vector<void*>& objects_;
  const std::vector<std::uint16_t>& columns_;
  const Cell& first_version_;
  std::size_t key_at_ = SIZE_MAX;
  std::size_t version_at_ = SIZE_MAX;
  std::unordered_map<void*, std::vector<std::uint16_t>> late_;  ///< columns written later
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
    encode(unit_, object, columns_, out);
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
      written.resize(std::max(written.size(), index + 1));
      written[index] = Value(out[i]);
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

/// One row given as it is.
class CellSource final : public backend::RowSource {
 public:
  explicit CellSource(std::vector<Cell> cells) : cells_(std::move(cells)) {}
  [[nodiscard]] std::size_t size() const override { return 1; }
  void row(std::size_t, Cell* out) override { std::copy(cells_.begin(), cells_.end(), out); }

 private:
  std::vector<Cell> cells_;
};

/// Marks the unit of work while a flush looks at it: the functions of a mapping that it calls cannot flush again.
class Flushing {
 public:
  explicit Flushing(UnitOfWork& unit) : unit_(unit) {
    if (unit.is_flushing)
      throw ValidationError("You cannot call em.flush() from inside lifecycle hook handlers");
    unit.is_flushing = true;
  }
  Flushing(const Flushing&) = delete;
  Flushing& operator=(const Flushing&) = delete;
  ~Flushing() { unit_.is_flushing = false; }

 private:
  UnitOfWork& unit_;
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

void Flush::run(OnFailure on_failure) {
  const Flushing flushing(unit_);
  try {
    ChangeSetComputer(unit_, sets_).compute();
    if (has_work()) {
      unit_.require_known_outcome();
      execute(on_failure);
    }
  } catch (...) {
    undo();
    throw;
  }
  apply();
}

void Flush::run_only(void* object) {
  const Flushing flushing(unit_);
  is_single_ = true;
  sets_.inserts.resize(unit_.entity_count());
  sets_.removals.resize(unit_.entity_count());
  sets_.early_removals.resize(unit_.entity_count());
  sets_.inserts[UnitOfWork::entity_of(object).id].push_back(object);
  try {
    ChangeSetComputer(unit_, sets_).require_references(object);
    execute(OnFailure::keeps_transaction);
  } catch (...) {
    undo();
    throw;
  }
  if (!header_of(object).is_persisted) {
    header_of(object).is_persisted = true;
    --unit_.unpersisted;
  }
  if (unit_.transaction_depth > 0) remember();
  apply_inserts();
  UnitOfWork::store_of(object).drop_created(object);
}

void Flush::rehearse(backend::Session& session) {
  const Flushing flushing(unit_);
  is_rehearsal_ = true;
  try {
    ChangeSetComputer(unit_, sets_).compute();
    if (has_work()) write(session);
  } catch (...) {
    undo();
    throw;
  }
  undo();
}

bool Flush::has_work() const noexcept {
  return !sets_.empty() || !unit_.changed_collections.empty();
}

// Inside of a transaction a savepoint lets a flush that fails take its own statements back, and nothing else.
void Flush::execute(OnFailure on_failure) {
  const backend::Capabilities& can = unit_.state().driver->capabilities();
  const Lease lease = unit_.lease(backend::Access::write);
  const bool has_outer = unit_.transaction != nullptr;
  const bool is_own = !has_outer && can.transactions;
  const bool is_guarded = has_outer && can.savepoints && on_failure == OnFailure::keeps_transaction;
  constexpr std::string_view guard = "rowan_flush";
  if (is_own) lease->begin({});
  if (is_guarded) lease->savepoint(guard);
  const auto take_back = [&](bool ends_transaction) {
    if (is_guarded) lease->rollback_to_savepoint(guard);
    if (is_own) lease->rollback();
    const bool is_half_done = !is_guarded && on_failure == OnFailure::keeps_transaction;
    if (has_outer && (ends_transaction || is_half_done)) unit_.has_ended_by_itself = true;
  };
  try {
    write(*lease);
    require_fitting();
    // A release and a commit wait for everything that was sent.
    if (has_outer && !is_guarded && on_failure == OnFailure::keeps_transaction) lease->settle();
    if (is_guarded) lease->release_savepoint(guard);
    if (is_own) unit_.commit(*lease);
  } catch (const Error& error) {
    take_back(error.poisons_transaction());
    throw;
  } catch (...) {
    take_back(false);
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
  CollectionWrites collections(unit_);
  if (!is_single_) collections.write_removed(session);
  write_leaving(session);
  for (auto id = order.rbegin(); id != order.rend(); ++id)
    remove(session, entities[*id], sets_.early_removals[*id]);
  park_unique_values(session);
  for (const std::uint16_t id : order) insert(session, entities[id]);
  made_values_ = returned_.size();
  for (const UpdateGroup& group : sets_.ordered) update(session, group);
  for (const UpdateGroup& group : sets_.updates) update(session, group);
  write_late(session);
  if (!is_single_) collections.write(session);
  for (auto id = order.rbegin(); id != order.rend(); ++id)
    remove(session, entities[*id], sets_.removals[*id]);
}

void Flush::assign_keys(backend::Session& session) {
  for (const std::uint16_t id : unit_.state().insert_order) {
    const EntityMeta& entity = unit_.state().registry.entities()[id];
    if (!entity.primary_key->is_generated) continue;
    std::vector<void*> without;
    std::unordered_set<std::int64_t> taken;  // keys that the user gave to rows of this flush
    for (void* object : sets_.inserts[id]) {
      const Cell& key = model::key_of(object);
      if (key.is_null()) {
        without.push_back(object);
      } else {
        taken.insert(key.integer);
      }
    }
    if (without.empty()) continue;
    std::vector<std::int64_t> keys;
    if (!session.reserve_keys(entity, without.size() + taken.size(), keys)) continue;
    keyed_.reserve(keyed_.size() + without.size());
    auto next = keys.begin();
    for (void* object : without) {
      while (taken.contains(*next)) ++next;
      model::key_of(object) = Cell::of_integer(*next++);
      header_of(object).has_pending_key = true;
      keyed_.push_back(object);
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
  const bool key_is_made = std::any_of(objects.begin(), objects.end(), [](const void* object) {
    return model::key_of(object).is_null();
  });
  if (omittable.empty() && !key_is_made) return insert_rows(session, entity, {}, objects);
  struct Group {
    metadata::IndexSet omitted;
    std::vector<void*> rows;
  };
  std::vector<Group> groups;
  std::unordered_map<const void*, std::size_t> group_of;  // where rows may refer to each other
  const std::vector<const PropertyMeta*> to_own_class = references_to(entity, entity);
  for (void* object : objects) {
    metadata::IndexSet omitted;
    if (model::key_of(object).is_null()) omitted.add(key_column(entity));
    for (const std::uint16_t column : omittable) {
      if (entity.functions->is_unset(object, column)) omitted.add(column);
    }
    // Not before a row that it refers to, and after its statement where that one's key comes from the insert.
    std::size_t at = 0;
    for (const PropertyMeta* property : to_own_class) {
      const void* target = UnitOfWork::ref_at(object, *property).target();
      const auto found = group_of.find(target);
      if (found == group_of.end()) continue;
      at = std::max(at, found->second + (model::key_of(target).is_null() ? 1 : 0));
    }
    while (at < groups.size() && groups[at].omitted != omitted) ++at;
    if (at == groups.size()) groups.push_back({omitted, {}});
    groups[at].rows.push_back(object);
    if (!to_own_class.empty()) group_of.emplace(object, at);
  }
  for (Group& group : groups) insert_rows(session, entity, group.omitted, group.rows);
}

void Flush::insert_rows(backend::Session& session,
                        const EntityMeta& entity,
                        const metadata::IndexSet& omitted,
                        std::vector<void*>& objects) {
  std::vector<std::uint16_t> columns;
  std::vector<std::uint16_t> returning;
  for (const std::uint16_t column : entity.all_columns)
    (omitted.has(column) ? returning : columns).push_back(column);
  const Cell version = first_version(entity);
  InsertSource source(unit_, entity, objects, columns, sets_.late, version);
  InsertRows returned(*this, entity, objects, returning);
  session.insert({&entity, columns, returning, &source}, returning.empty() ? nullptr : &returned);
}

Cell Flush::first_version(const EntityMeta& entity) {
  if (entity.version == nullptr) return {};
  if (entity.version->type == ValueType::integer) return Cell::of_integer(1);
  // One time for the whole flush, so that memory learns what was written.
  if (!first_time_) first_time_ = now().time_since_epoch().count();
  return Cell::of_integer(*first_time_, ValueType::timestamp);
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
  if (!is_rehearsal_ && !checks.empty() && matched != group.objects.size()) {
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

// Takes rows away from those that are removed before they are updated.
void Flush::write_leaving(backend::Session& session) {
  for (const LateReference& each : sets_.leaving) {
    const EntityMeta& entity = UnitOfWork::entity_of(each.object);
    const void* target = UnitOfWork::ref_at(each.object, *each.property).target();
    // A new target has no row yet: the column waits empty, or the foreign key for the commit.
    const bool waits = target == nullptr || header_of(target).life == SlotHeader::created;
    if (waits && !each.property->is_nullable) continue;
    CellSource row({waits ? Cell() : model::key_of(target), model::key_of(each.object)});
    const std::vector<std::uint16_t> columns{static_cast<std::uint16_t>(each.property->column)};
    session.update({&entity, columns, {}, {}, &row}, nullptr);
  }
}

void Flush::park_unique_values(backend::Session& session) {
  for (const ParkedValue& each : sets_.parked) {
    const EntityMeta& entity = UnitOfWork::entity_of(each.object);
    const std::vector<std::uint16_t> columns{static_cast<std::uint16_t>(each.property->column)};
    CellSource row({each.temporary.as_cell(), model::key_of(each.object)});
    session.update({&entity, columns, {}, {}, &row}, nullptr);
  }
}

void Flush::write_late(backend::Session& session) {
  std::vector<std::pair<const PropertyMeta*, std::vector<void*>>> groups;
  for (const LateReference& each : sets_.late) {
    if (groups.empty() || groups.back().first != each.property)
      groups.push_back({each.property, {}});
    groups.back().second.push_back(each.object);
  }
  for (const auto& [property, objects] : groups) {
    const EntityMeta& entity = UnitOfWork::entity_of(objects.front());
    const std::vector<std::uint16_t> columns{static_cast<std::uint16_t>(property->column)};
    const std::vector<std::uint16_t> checks;
    UpdateSource source(unit_, entity, objects, columns, checks);
    session.update({&entity, columns, checks, {}, &source}, nullptr);
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
  if (!is_rehearsal_ && !checks.empty() && matched != objects.size()) {
    throw OptimisticLockError("The optimistic lock on entity " + entity.name +
                              " failed: a row to be removed was changed or " +
                              "deleted by somebody else (" + UnitOfWork::name_of(objects.front()) +
                              " or one removed with it)");
  }
}

void Flush::undo() noexcept {
  for (void* object : keyed_) {
    model::key_of(object) = {};
    header_of(object).has_pending_key = false;
  }
  keyed_.clear();
  for (auto each = sets_.touched.rbegin(); each != sets_.touched.rend(); ++each)
    restore_value(unit_, *each);
  for (const TakenReference& each : sets_.emptied)
    UnitOfWork::ref_at(each.object, *each.property).bind(each.target);
  for (void* object : sets_.reached) {
    header_of(object).is_persisted = false;
    ++unit_.unpersisted;
  }
  for (auto each = sets_.orphans.rbegin(); each != sets_.orphans.rend(); ++each)
    unit_.persist(*each);
  sets_ = {};
}

Value Flush::value_in(void* object, std::uint16_t column) {
  TypeStore& store = UnitOfWork::store_of(object);
  Cell now;
  store.functions().encode(object, &column, 1, &now, unit_.scratch(), store);
  return Value(now);
}

// What the database made must fit the members: found before the commit, after it memory could not follow.
void Flush::require_fitting() {
  for (std::size_t i = 0; i < made_values_; ++i) {
    const Returned& each = returned_[i];
    TypeStore& store = UnitOfWork::store_of(each.object);
    const Value before = value_in(each.object, each.column);
    store.functions().decode(each.object, each.column, each.value.as_cell(), store);
    store.functions().decode(each.object, each.column, before.as_cell(), store);
  }
  for (void* object : keyed_) {
    TypeStore& store = UnitOfWork::store_of(object);
    const PropertyMeta& key = *store.entity().primary_key;
    if (key.byte_width >= 8) continue;
    const Cell& made = model::key_of(object);
    const std::int64_t limit = std::int64_t{1} << (key.byte_width * 8 - (key.is_unsigned ? 0 : 1));
    if (made.integer >= limit) store.refuse(key.index, made);
  }
}

void Flush::remember() {
  for (void* object : keyed_) {
    const Cell key = model::key_of(object);
    model::key_of(object) = {};
    unit_.undo.remember(unit_, object);
    model::key_of(object) = key;
  }
  for (const std::vector<void*>& objects : sets_.inserts) {
    for (void* object : objects) {
      if (!header_of(object).has_pending_key) unit_.undo.remember(unit_, object);
    }
  }
  for (const auto* groups : {&sets_.updates, &sets_.ordered}) {
    for (const UpdateGroup& group : *groups) {
      for (void* object : group.objects) unit_.undo.remember(unit_, object);
    }
  }
  for (WrittenValue& each : sets_.touched) unit_.undo.remember(std::move(each));
  if (is_single_) return;
  for (void* object : unit_.removed) unit_.undo.remember(unit_, object);
  for (const TakenReference& each : sets_.emptied) unit_.undo.remember(each);
  for (const auto& [target, references] : unit_.emptied_by_removal) {
    for (const EmptiedReference& each : references)
      unit_.undo.remember(TakenReference{each.object, each.property, target, true});
  }
}

void Flush::learn(void* object, std::uint16_t column, const Cell& cell) {
  TypeStore& store = UnitOfWork::store_of(object);
  WrittenValue written{object, column, {}, {}};
  const bool is_noted = unit_.transaction_depth > 0;
  if (is_noted) written.before = value_in(object, column);
  store.functions().decode(object, column, cell, store);
  if (!is_noted) return;
  written.after = value_in(object, column);
  unit_.undo.remember(std::move(written));
}

void Flush::apply_inserts() {
  for (void* object : keyed_) {
    TypeStore& store = UnitOfWork::store_of(object);
    const Cell key = model::key_of(object);
    header_of(object).has_pending_key = false;
    learn(object, key_column(store.entity()), key);
    store.set_key(object, key);
  }
  for (const Returned& each : returned_) learn(each.object, each.column, each.value.as_cell());
  for (std::vector<void*>& objects : sets_.inserts) {
    for (void* object : objects) {
      header_of(object).life = SlotHeader::managed;
      TypeStore& store = UnitOfWork::store_of(object);
      if (store.entity().version != nullptr) {
        const auto column = static_cast<std::uint16_t>(store.entity().version->column);
        if (store.functions().is_unset(object, column))
          learn(object, column, first_version(store.entity()));
      }
      store.functions().take_snapshot(object, model::snapshot_of(object), unit_.arena());
    }
  }
}

void Flush::apply_updates() {
  sets_.updates.insert(sets_.updates.end(), sets_.ordered.begin(), sets_.ordered.end());
  // Keys may change hands: all old ones go before the first new one comes.
  const auto each_changed_key = [&](auto visit) {
    for (const UpdateGroup& group : sets_.updates) {
      if (!group.changed.has(key_column(*group.entity))) continue;
      for (void* object : group.objects) visit(unit_.store(*group.entity), object);
    }
  };
  each_changed_key([](TypeStore& store, void* object) {
    if (store.map.find(model::key_of(object)) == object) store.map.erase(model::key_of(object));
  });
  each_changed_key([&](TypeStore& store, void* object) {
    const std::uint16_t column = key_column(store.entity());
    Cell key;
    store.functions().encode(object, &column, 1, &key, unit_.scratch(), store);
    store.set_key(object, key);
  });
  for (const UpdateGroup& group : sets_.updates) {
    TypeStore& store = unit_.store(*group.entity);
    for (void* object : group.objects) {
      store.functions().take_snapshot(object, model::snapshot_of(object), unit_.arena());
      header_of(object).has_forced = false;
    }
  }
}

void Flush::apply_removals() {
  for (void* object : unit_.removed) unit_.forget(object);
  unit_.removed.clear();
  unit_.emptied_by_removal.clear();
}

void Flush::apply() {
  if (unit_.transaction_depth > 0) remember();
  apply_inserts();
  apply_updates();
  unit_.forced.clear();
  CollectionWrites(unit_).apply();
  apply_removals();
  for (std::uint16_t id = 0; id < unit_.entity_count(); ++id) {
    TypeStore* store = unit_.find_store(id);
    if (store == nullptr) continue;
    std::erase_if(store->created, [](void* o) { return header_of(o).life != SlotHeader::created; });
    store->pending = 0;
    store->relations_changed = false;
  }
  unit_.scratch().reset();
}

}  // namespace rowan::orm
