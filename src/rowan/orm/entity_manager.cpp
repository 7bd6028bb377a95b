// The compiled half of the entity manager.

#include <rowan/orm/entity_manager.hpp>

#include <rowan/base/error.hpp>
#include <rowan/orm/flush.hpp>
#include <rowan/orm/loader.hpp>
#include <rowan/orm/pending_match.hpp>
#include <rowan/orm/unit_of_work.hpp>
#include <rowan/query/binder.hpp>

#include <algorithm>

namespace rowan {

using metadata::EntityMeta;
using model::header_of;
using model::SlotHeader;
using orm::Flush;
using orm::Loader;
using orm::UnitOfWork;

namespace {

void require_version(const EntityMeta& entity) {
  if (entity.version != nullptr) return;
  throw OptimisticLockError("Cannot obtain optimistic lock on unversioned entity " + entity.name);
}

}  // namespace

EntityManager::EntityManager(std::shared_ptr<orm::OrmState> state, bool is_global) noexcept
    : state_(std::move(state)), is_global_(is_global) {}

EntityManager::EntityManager(EntityManager&& other) noexcept
    : state_(std::move(other.state_)),
      unit_(std::move(other.unit_)),
      is_global_(other.is_global_),
      flush_mode_(other.flush_mode_) {
  if (unit_ != nullptr) unit_->leave_thread();
}

EntityManager& EntityManager::operator=(EntityManager&& other) noexcept {
  std::swap(state_, other.state_);
  std::swap(unit_, other.unit_);
  std::swap(is_global_, other.is_global_);
  std::swap(flush_mode_, other.flush_mode_);
  if (unit_ != nullptr) unit_->leave_thread();
  return *this;
}

EntityManager::~EntityManager() {
  if (unit_ != nullptr) state_->give_back(std::move(unit_));
}

EntityManager EntityManager::fork(const ForkOptions& options) const {
  EntityManager made(state_, false);
  made.flush_mode_ = options.flush_mode;
  return made;
}

const EntityMeta& EntityManager::entity_meta(const metadata::TypeTag* tag,
                                             const char* pretty) const {
  if (const EntityMeta* found = state_->registry.find(tag)) return *found;
  return state_->registry.get(tag, declare::unqualified(declare::spelled_class(pretty)));
}

UnitOfWork& EntityManager::unit() {
  if (is_global_ && !state_->allow_global_context) {
    if (EntityManager* current = RequestContext::find(state_.get())) return current->unit();
    throw ValidationError(
        "Using global EntityManager instance methods for context specific actions is disallowed: "
        "work with "
        "orm.em().fork(), inside a RequestContext, or set Config::allow_global_context in tests");
  }
  if (unit_ == nullptr) {
    unit_ = state_->take_unit();
    unit_->flush_mode = flush_mode_;
  }
  unit_->require_own_thread();
  return *unit_;
}

void* EntityManager::do_create(const EntityMeta& entity, void* from, CreateOptions options) {
  return unit().create(entity, from, options.persist);
}

void* EntityManager::do_merge(const EntityMeta& entity, void* from) {
  return unit().merge(entity, from);
}

void EntityManager::do_persist(const EntityMeta& entity, void* object) {
  UnitOfWork& unit = this->unit();
  unit.require_managed(object, entity, "persist");
  unit.persist(object);
}

void EntityManager::do_remove(const EntityMeta& entity, void* object) {
  UnitOfWork& unit = this->unit();
  unit.require_managed(object, entity, "remove");
  unit.remove(object);
}

void EntityManager::do_detach(const EntityMeta& entity, void* object, void* into) {
  UnitOfWork& unit = this->unit();
  unit.require_managed(object, entity, "detach");
  unit.detach(object, into);
}

void EntityManager::do_mark_changed(const EntityMeta& entity,
                                    void* object,
                                    const metadata::MemberTag* member) {
  UnitOfWork& unit = this->unit();
  unit.require_managed(object, entity, "mark_changed");
  const metadata::PropertyMeta* property = entity.find(member);
  if (property == nullptr || property->column < 0) {
    throw ValidationError("em.mark_changed() was given a member of " + entity.name +
                          " that has no column of its own");
  }
  unit.mark_changed(object, static_cast<std::uint16_t>(property->column));
}

bool EntityManager::do_is_managed(const void* object) const {
  if (unit_ == nullptr) return false;
  unit_->require_own_thread();
  return unit_->owns(object) && header_of(object).life <= SlotHeader::removed;
}

std::vector<void*> EntityManager::do_find(const EntityMeta& entity,
                                          const query::Condition& where,
                                          const query::FindSpec& spec) {
  UnitOfWork& unit = this->unit();
  if (spec.lock_mode > query::LockMode::optimistic && unit.transaction == nullptr) {
    throw TransactionStateError(
        "An open transaction is required for this operation: a pessimistic lock ends with its "
        "transaction");
  }
  if (spec.lock_mode == query::LockMode::optimistic) require_version(entity);
  return Loader(unit).find(entity, where, spec);
}

void* EntityManager::do_find_by_key(const EntityMeta& entity, const value::Cell& key) {
  return Loader(unit()).find_by_key(entity, key);
}

void* EntityManager::do_find_one(const EntityMeta& entity,
                                 const query::Condition& where,
                                 bool or_fail) {
  const Value* key = query::key_of(where);
  if (key == nullptr) return do_find_one(entity, where, query::FindSpec{}, or_fail);
  void* object = do_find_by_key(entity, key->as_cell());
  if (object == nullptr && or_fail) fail_find(entity, key->as_cell());
  return object;
}

void* EntityManager::do_find_one(const EntityMeta& entity,
                                 const query::Condition& where,
                                 query::FindSpec spec,
                                 bool or_fail) {
  UnitOfWork& unit = this->unit();
  const Value* key = query::key_of(where);
  if (key != nullptr && spec.lock_mode == query::LockMode::none) {
    const value::Cell cell = key->as_cell();
    void* object = Loader(unit).find_by_key(entity, cell, spec);
    if (object == nullptr && or_fail) fail_find(entity, cell);
    return object;
  }
  if (!spec.limit) spec.limit = spec.strict ? 2 : 1;
  const std::vector<void*> found = do_find(entity, where, spec);
  if (!found.empty() && spec.lock_mode == query::LockMode::optimistic)
    do_lock(entity, found.front(), spec.lock_mode, spec.lock_version);
  if (spec.strict && found.size() > 1) {
    throw ValidationError("Wrong number of " + entity.name +
                          " entities found for query, expected exactly one");
  }
  if (found.empty() && or_fail)
    throw NotFoundError(entity.name + " not found: no row matches the filter");
  return found.empty() ? nullptr : found.front();
}

void* EntityManager::do_find_or_create(const EntityMeta& entity,
                                       const query::Condition& where,
                                       void* from,
                                       bool& created) {
  UnitOfWork& unit = this->unit();
  require_flushed_references(unit, entity, from);
  query::FindSpec spec;
  // The rest stays pending, unless the database alone can tell whether some of it is what is looked for.
  if (!orm::may_match_pending(unit, entity, where)) spec.flush_mode = FlushMode::commit;
  created = false;
  if (void* found = do_find_one(entity, where, spec, false)) return found;
  void* object = unit.create(entity, from, false);
  try {
    Flush(unit).run_only(object);
    created = true;
    return object;
  } catch (const UniqueConstraintViolation&) {
    unit.forget_new(object);
    // In a transaction that keeps to what it saw at first, only a locking read sees the new row.
    if (unit.transaction != nullptr && state_->driver->capabilities().row_locks)
      spec.lock_mode = query::LockMode::pessimistic_read;
    if (void* found = do_find_one(entity, where, spec, false)) return found;
    throw;
  } catch (...) {
    unit.forget_new(object);
    throw;
  }
}

void EntityManager::require_flushed_references(UnitOfWork& unit,
                                               const EntityMeta& entity,
                                               void* from) {
  unit.adopt_keys(entity, from);
  for (const metadata::PropertyMeta* property : entity.to_one) {
    void* target = UnitOfWork::ref_at(from, *property).target();
    unit.check_target(entity, *property, target);
    if (target == nullptr || header_of(target).life != SlotHeader::created) continue;
    throw ValidationError("em.find_or_create() was given a " + entity.name + " whose " +
                          property->name + " refers to " + UnitOfWork::name_of(target) +
                          ", which is not flushed yet: flush it first");
  }
}

std::size_t EntityManager::do_count(const EntityMeta& entity, const query::Condition& where) {
  return Loader(unit()).count(entity, where, {});
}

void* EntityManager::do_get_reference(const EntityMeta& entity, const query::Condition& key) {
  if (key.nodes.size() != 1 || key.nodes[0].op != query::Op::key_eq) {
    throw ValidationError("em.get_reference<" + entity.name + ">() takes a key");
  }
  const metadata::PropertyMeta& property = *entity.primary_key;
  if (key.values[0].type() != property.type) {
    throw ValidationError("em.get_reference<" + entity.name + ">() was given a value of type " +
                          std::string(to_string(key.values[0].type())) + ", and the key " +
                          entity.name + "." + property.name + " is of type " +
                          std::string(to_string(property.type)) + ": give a key of that type");
  }
  return unit().store(entity).find_or_refer(key.values[0].as_cell());
}

void EntityManager::do_populate(const EntityMeta& entity,
                                const std::vector<void*>& objects,
                                const query::FindSpec& spec) {
  UnitOfWork& unit = this->unit();
  for (void* object : objects) unit.require_managed(object, entity, "populate");
  Loader loader(unit);
  loader.flush_before(entity, {}, spec);
  loader.populate(entity, objects, spec);
}

bool EntityManager::do_refresh(const EntityMeta& entity, void* object, query::FindSpec spec) {
  UnitOfWork& unit = this->unit();
  unit.require_managed(object, entity, "refresh");
  if (model::key_of(object).is_null()) {
    throw ValidationError("em.refresh() was given " + UnitOfWork::name_of(object) +
                          ", which was never flushed");
  }
  if (header_of(object).life == SlotHeader::removed) {
    throw ValidationError("em.refresh() was given " + UnitOfWork::name_of(object) +
                          ", which is to be removed: persist() cancels that");
  }
  return Loader(unit).refresh(object, std::move(spec));
}

void EntityManager::fail_find(const EntityMeta& entity, const value::Cell& cell) {
  std::string shown = "(" + std::string(to_string(cell.type)) + ")";
  if (cell.type == ValueType::integer) shown = std::to_string(cell.integer);
  if (cell.type == ValueType::text) shown = "\"" + std::string(cell.bytes()) + "\"";
  if (entity.primary_key->is_hidden) shown = "<hidden>";
  throw NotFoundError(entity.name + " not found by its key " + shown);
}

void EntityManager::fail_refresh(const EntityMeta& entity) {
  throw NotFoundError(entity.name + " not found: the row of the object to refresh is gone");
}

void EntityManager::do_lock(const EntityMeta& entity,
                            void* object,
                            LockMode mode,
                            std::optional<std::int64_t> version) {
  UnitOfWork& unit = this->unit();
  unit.require_managed(object, entity, "lock");
  if (mode == LockMode::none) return;
  if (mode == LockMode::optimistic) {
    require_version(entity);
    const auto column = static_cast<std::uint16_t>(entity.version->column);
    value::Cell actual;
    entity.functions->encode(object, &column, 1, &actual, unit.scratch(), unit.store(entity));
    if (version && actual.integer != *version) {
      throw OptimisticLockError("The optimistic lock failed, version " + std::to_string(*version) +
                                " was expected, but is actually " + std::to_string(actual.integer));
    }
    return;
  }
  if (unit.transaction == nullptr) {
    throw TransactionStateError(
        "An open transaction is required for this operation: a pessimistic lock ends with its "
        "transaction");
  }
  Loader loader(unit);
  loader.flush_before(entity, {}, {});
  if (model::key_of(object).is_null()) {
    throw ValidationError("em.lock() was given " + UnitOfWork::name_of(object) +
                          ", which has no row yet: flush it first");
  }
  query::FindSpec spec;
  spec.lock_mode = mode;
  spec.flush_mode = FlushMode::commit;
  if (loader.find_by_key(entity, model::key_of(object), spec) != nullptr) return;
  const bool is_partial =
      mode == LockMode::pessimistic_partial_read || mode == LockMode::pessimistic_partial_write;
  throw NotFoundError("em.lock() could not lock " + UnitOfWork::name_of(object) +
                      (is_partial ? ": another transaction has locked the row, or it is gone"
                                  : ": the row is gone"));
}

void EntityManager::flush() { Flush(unit()).run(); }

void EntityManager::clear() {
  UnitOfWork& unit = this->unit();
  unit.clear();
}

void EntityManager::set_flush_mode(FlushMode mode) { unit().flush_mode = mode; }

bool EntityManager::is_in_transaction() const noexcept {
  const UnitOfWork* unit = unit_.get();
  if (is_global_) {
    if (EntityManager* current = RequestContext::find(state_.get())) unit = current->unit_.get();
  }
  return unit != nullptr && unit->transaction != nullptr;
}

Statistics EntityManager::statistics() const noexcept {
  const UnitOfWork* unit = unit_.get();
  if (is_global_) {
    if (EntityManager* current = RequestContext::find(state_.get())) unit = current->unit_.get();
  }
  if (unit == nullptr) return {};
  Statistics out{unit->counters.statements, unit->counters.rows, 0, unit->flushes};
  for (std::uint16_t id = 0; id < unit->entity_count(); ++id) {
    if (const orm::TypeStore* store = const_cast<UnitOfWork*>(unit)->find_store(id))
      out.managed += store->managed_count;
  }
  return out;
}

CancelHandle EntityManager::cancel_handle() {
  auto& point = unit().cancel_point;
  if (point == nullptr) point = std::make_shared<backend::CancelPoint>();
  return CancelHandle(point);
}

// Queries -------------------------------------------------------------------------------------------------------------

std::uint64_t EntityManager::execute(std::string_view sql, std::initializer_list<Value> values) {
  std::vector<value::Cell> cells;
  for (const Value& value : values) cells.push_back(value.as_cell());
  const orm::Lease lease = unit().lease(backend::Access::write);
  return lease->execute_native(sql, cells, nullptr);
}

std::vector<std::vector<Value>> EntityManager::execute_rows(std::string_view sql,
                                                            std::initializer_list<Value> values) {
  std::vector<value::Cell> cells;
  for (const Value& value : values) cells.push_back(value.as_cell());
  std::vector<std::vector<Value>> rows;
  // Text may write and give rows at once.
  const orm::Lease lease = unit().lease(backend::Access::write);
  lease->execute_native(sql, cells, &rows);
  return rows;
}

}  // namespace rowan
