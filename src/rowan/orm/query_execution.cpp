// The typed query builder's queries and bulk changes, run in a manager's transaction or by themselves.

#include <rowan/orm/entity_manager.hpp>
#include <rowan/orm/flush.hpp>
#include <rowan/orm/unit_of_work.hpp>
#include <rowan/query/binder.hpp>
#include <rowan/query/shape.hpp>

#include <rowan/base/error.hpp>

#include <algorithm>

namespace rowan {

namespace {

using orm::UnitOfWork;

/// Returns the cells of values, operands that are objects replaced by their keys.
std::vector<value::Cell> cells_of(UnitOfWork& unit, const std::vector<Value>& values) {
  std::vector<value::Cell> cells;
  cells.reserve(values.size());
  for (const Value& value : values) {
    if (value.type() != ValueType::object) {
      cells.push_back(value.as_cell());
      continue;
    }
    if (!unit.owns(value.object()) || model::key_of(value.object()).is_null()) {
      throw ValidationError(
          "a query compares with an object that this entity manager does not know or that has no "
          "key "
          "yet: flush it first, or use its key");
    }
    cells.push_back(model::key_of(value.object()));
  }
  return cells;
}

void flush_for(UnitOfWork& unit, const metadata::IndexSet& read) {
  const FlushMode mode = unit.flush_mode_for({});
  if (mode == FlushMode::commit || unit.is_flushing) return;
  if (mode == FlushMode::always) return orm::Flush(unit).run();
  for (std::uint16_t id = 0; id < unit.entity_count(); ++id) {
    const orm::TypeStore* store = unit.find_store(id);
    const bool is_pending = store != nullptr && (store->pending > 0 || store->relations_changed);
    if (read.has(id) && is_pending) return orm::Flush(unit).run();
  }
}

/// How many values one insert sends at most; databases take some more, the least of them 7,000.
constexpr std::size_t values_per_insert = 5'000;

/// Inserts more rows than one statement takes, all of them or none.
std::uint64_t insert_in_parts(UnitOfWork& unit, const query::Mutation& mutation) {
  const std::size_t width = mutation.assignments.size();
  const std::size_t part_values = std::max<std::size_t>(values_per_insert / width, 1) * width;
  const bool is_alone = unit.transaction == nullptr;
  const orm::Lease lease = unit.lease(backend::Access::write);
  static constexpr std::string_view savepoint = "rowan_insert";
  if (is_alone) {
    lease->begin({});
  } else {
    lease->savepoint(savepoint);
  }
  std::uint64_t inserted = 0;
  try {
    query::Mutation part = mutation;
    for (std::size_t from = 0; from < mutation.values.size(); from += part_values) {
      const std::size_t to = std::min(from + part_values, mutation.values.size());
      const auto first = mutation.values.begin() + static_cast<std::ptrdiff_t>(from);
      part.values.assign(first, first + static_cast<std::ptrdiff_t>(to - from));
      part.row_count = static_cast<std::uint32_t>((to - from) / width);
      const auto bound =
          query::bind_mutation(unit.state().registry, query::BoundMutation::Kind::insert, part);
      const std::uint64_t affected = lease->execute(bound, cells_of(unit, part.values), nullptr);
      inserted += part.merges ? part.row_count : affected;
    }
  } catch (...) {
    if (is_alone) {
      lease->rollback();
    } else {
      lease->rollback_to_savepoint(savepoint);
    }
    throw;
  }
  if (is_alone) {
    lease->commit();
  } else {
    lease->release_savepoint(savepoint);
  }
  return inserted;
}

}  // namespace

void EntityManager::select(const query::Select& given, query::RowSink& sink) {
  UnitOfWork& unit = this->unit();
  const metadata::Registry& registry = state_->registry;
  const query::Select select = query::resolve_json(registry, given);
  metadata::IndexSet read;
  query::collect_entities(registry, select, read);
  flush_for(unit, read);
  orm::ShapeKey key;
  key.push_back(static_cast<std::uint64_t>(orm::PlanKind::rows));
  query::append_shape(select, key);
  const orm::PlanCache::Plan plan = state_->plans.get(
      key, [&] { return state_->driver->prepare(query::bind_select(registry, select)); });
  const std::vector<Value> values = query::values_of(select);
  const std::vector<value::Cell> cells = cells_of(unit, values);
  const std::size_t width = select.terms.size();
  const orm::Lease lease = unit.lease(backend::Access::read);
  backend::Cursor& cursor = lease->select(*plan, cells);
  struct Close {
    backend::Cursor& cursor;
    ~Close() { cursor.close(); }
  } close{cursor};
  while (const value::Cell* row = cursor.next()) sink.row({row, width});
}

std::uint64_t EntityManager::change(query::BoundMutation::Kind kind, const query::Mutation& given) {
  UnitOfWork& unit = this->unit();
  const metadata::Registry& registry = state_->registry;
  const metadata::EntityMeta& entity = registry.get(given.root, "the query's class");
  query::Mutation mutation = given;
  mutation.where = query::resolve_json(registry, entity, given.where);
  metadata::IndexSet read;
  query::collect_entities(registry, entity, mutation.where, {}, read);
  flush_for(unit, read);
  if (kind == query::BoundMutation::Kind::insert && mutation.values.size() > values_per_insert)
    return insert_in_parts(unit, mutation);
  const query::BoundMutation bound = query::bind_mutation(registry, kind, mutation);
  const std::vector<Value> values = query::values_of(mutation);
  const std::vector<value::Cell> cells = cells_of(unit, values);
  const orm::Lease lease = unit.lease(backend::Access::write);
  const std::uint64_t affected = lease->execute(bound, cells, nullptr);
  // MySQL counts a row that was there twice; and each is either inserted or changed.
  return mutation.merges ? mutation.row_count : affected;
}

}  // namespace rowan
