// Finds: what is read, by which joins, and what is left to populate.

#include <rowan/orm/loader.hpp>

#include <rowan/base/error.hpp>
#include <rowan/orm/flush.hpp>
#include <rowan/orm/populator.hpp>
#include <rowan/query/binder.hpp>
#include <rowan/query/shape.hpp>

#include <algorithm>

namespace rowan::orm {

using metadata::EntityMeta;
using metadata::PropertyKind;
using metadata::PropertyMeta;
using model::header_of;
using model::SlotHeader;
using query::Condition;
using query::FindSpec;
using value::Cell;

namespace {

/// Returns the condition with its JSON replaced by its tree, in `room` where there is any.
const Condition& resolved(const OrmState& state,
                          const EntityMeta& entity,
                          const Condition& given,
                          Condition& room) {
  if (given.json == nullptr) return given;
  room = query::resolve_json(state.registry, entity, given);
  return room;
}

bool is_plain(const FindSpec& spec) {
  return spec.populate.empty() && !spec.populates_all && spec.fields.empty() &&
         spec.exclude.empty() && !spec.refresh && !spec.disable_identity_map && !spec.flush_mode &&
         spec.lock_mode <= query::LockMode::optimistic;
}

bool has_unmapped_side(const EntityMeta& entity) {
  return std::any_of(entity.to_one.begin(), entity.to_one.end(),
                     [](const PropertyMeta* property) { return !property->is_owner; });
}

Condition key_condition(const Cell& key) {
  Condition where;
  query::Node node;
  node.op = query::Op::key_eq;
  node.value_count = 1;
  where.nodes.push_back(node);
  where.values.push_back(Value(key));
  return where;
}

/// Adds a column to an ordered list of them. What an item refers to is read always, for it tells whose item it is.
void add_column(std::vector<std::uint16_t>& columns, std::int16_t column) {
  const auto added = static_cast<std::uint16_t>(column);
  const auto place = std::lower_bound(columns.begin(), columns.end(), added);
  if (place == columns.end() || *place != added) columns.insert(place, added);
}

/// Nested fields name relations to load along.
void populate_nested_fields(FindSpec& spec) {
  for (const query::PathInfo* path : spec.fields) {
    if (path->count < 2) continue;
    spec.populate.push_back(
        query::intern_path(path->root, std::span(path->steps, path->count - 1)));
  }
}

void check_page(const EntityMeta& entity, const FindSpec& spec) {
  const std::int64_t limit = spec.limit.value_or(0);
  const std::int64_t offset = spec.offset.value_or(0);
  if (limit >= 0 && offset >= 0) return;
  throw ValidationError(
      "a find of " + entity.name + " has the " +
      (limit < 0 ? "limit " + std::to_string(limit) : "offset " + std::to_string(offset)) +
      ", and rows are counted from 0: leave it out where there is none");
}

void check(const EntityMeta& entity, const FindSpec& spec) {
  check_page(entity, spec);
  if (!spec.fields.empty() && !spec.exclude.empty()) {
    throw ValidationError(
        "a find of " + entity.name +
        " has both fields and exclude: name the columns to read, or those not to");
  }
  if (spec.disable_identity_map && (!spec.populate.empty() || spec.populates_all)) {
    throw ValidationError("a find of " + entity.name +
                          " without identity map cannot populate: use a fork of its own instead");
  }
}

}  // namespace

void Loader::flush_before(const EntityMeta& entity) {
  const FlushMode mode = unit_.flush_mode_for({});
  if (mode == FlushMode::commit || unit_.is_flushing) return;
  const TypeStore* store = unit_.find_store(entity.id);
  const bool is_pending = store != nullptr && (store->pending > 0 || store->relations_changed);
  if (mode == FlushMode::always || is_pending) Flush(unit_).run();
}

void Loader::flush_before(const EntityMeta& entity, const Condition& where, const FindSpec& spec) {
  const FlushMode mode = unit_.flush_mode_for(spec.flush_mode);
  if (mode == FlushMode::commit || unit_.is_flushing) return;
  if (mode == FlushMode::always) return Flush(unit_).run();
  bool is_pending = false;
  for (std::uint16_t id = 0; id < unit_.entity_count() && !is_pending; ++id) {
    const TypeStore* store = unit_.find_store(id);
    is_pending = store != nullptr && (store->pending > 0 || store->relations_changed);
  }
  if (!is_pending) return;
  metadata::IndexSet read;
  query::collect_entities(unit_.state().registry, entity, where, spec.order_by, read);
  if (spec.populate_where != nullptr) {
    query::collect_entities(unit_.state().registry, entity, *spec.populate_where,
                            spec.populate_order_by, read);
  }
  for (const query::PathInfo* path : spec.populate) {
    const EntityMeta* at = &entity;
    for (std::size_t i = 0; i < path->count && at != nullptr; ++i) {
      at = step_of(*at, path->steps[i]).target;
      if (at != nullptr) read.add(at->id);
    }
  }
  for (std::uint16_t id = 0; id < unit_.entity_count(); ++id) {
    const TypeStore* store = unit_.find_store(id);
    const bool is_read = read.has(id) || spec.populates_all;
    if (store != nullptr && is_read && (store->pending > 0 || store->relations_changed))
      return Flush(unit_).run();
  }
}

std::vector<FetchJoin> Loader::joins_of(const EntityMeta& entity,
                                        const FindSpec& spec,
                                        std::vector<std::vector<std::uint16_t>>& columns) const {
  std::vector<FetchJoin> joins;
  const LoadStrategy strategy = spec.strategy.value_or(unit_.state().load_strategy);
  const auto strategy_at = [&](Steps steps) {
    for (const query::StrategyOfPath& own : spec.strategies) {
      if (std::ranges::equal(Steps(own.path->steps, own.path->count), steps)) return own.strategy;
    }
    return strategy;
  };
  if ((strategy == LoadStrategy::select_in && spec.strategies.empty()) ||
      !unit_.state().driver->capabilities().joins)
    return joins;
  const bool is_paged = spec.limit.has_value() || spec.offset.has_value();
  // Items that are chosen or ordered come by a select of their own.
  const bool is_narrowed = spec.populate_items != query::PopulateItems::all ||
                           !spec.populate_order_by.empty() || !spec.order_by.empty();
  for (const query::PathInfo* path : spec.populate) {
    const EntityMeta* at = &entity;
    std::vector<const PropertyMeta*> prefix;
    int parent = -1;
    for (std::size_t i = 0; i < path->count; ++i) {
      const PropertyMeta& property = step_of(*at, path->steps[i]);
      if (!property.is_relation()) break;
      const LoadStrategy own = strategy_at(Steps(path->steps, i + 1));
      if (own == LoadStrategy::select_in) break;
      if (property.is_to_many() && (own == LoadStrategy::balanced || is_paged || is_narrowed))
        break;
      prefix.push_back(&property);
      const auto known = std::find_if(joins.begin(), joins.end(),
                                      [&](const FetchJoin& join) { return join.path == prefix; });
      if (known == joins.end()) {
        columns.push_back(columns_at(*property.target, spec, Steps(path->steps, i + 1)));
        if (property.kind == PropertyKind::one_to_many)
          add_column(columns.back(), property.inverse->column);
        FetchJoin join;
        join.path = prefix;
        join.parent = parent;
        join.columns = columns.back();
        joins.push_back(std::move(join));
        parent = static_cast<int>(joins.size()) - 1;
      } else {
        parent = static_cast<int>(known - joins.begin());
      }
      at = property.target;
    }
  }
  return joins;
}

const FindSpec& Loader::prepared(const EntityMeta& entity,
                                 const FindSpec& given,
                                 FindSpec& own) const {
  const bool has_nested = std::any_of(given.fields.begin(), given.fields.end(),
                                      [](const query::PathInfo* path) { return path->count > 1; });
  const bool has_json = given.populate_where != nullptr && given.populate_where->json != nullptr;
  if (!has_nested && !has_json) return given;
  own = given;
  if (has_nested) populate_nested_fields(own);
  if (has_json) {
    own.populate_where = std::make_shared<const Condition>(
        query::resolve_json(unit_.state().registry, entity, *given.populate_where));
  }
  return own;
}

std::vector<void*> Loader::find(const EntityMeta& entity,
                                const Condition& given,
                                const FindSpec& given_spec) {
  check(entity, given_spec);
  FindSpec own;
  const FindSpec& spec = prepared(entity, given_spec, own);
  flush_before(entity, given, spec);
  Condition room;
  const Condition& where = resolved(unit_.state(), entity, given, room);
  std::vector<std::uint16_t> some_columns;
  const bool is_whole = spec.fields.empty() && spec.exclude.empty();
  if (!is_whole) some_columns = columns_at(entity, spec, {});
  std::vector<std::vector<std::uint16_t>> join_columns;
  FetchRequest request;
  request.entity = &entity;
  request.where = &where;
  request.order = {spec.order_by.data(), spec.order_by.size()};
  request.limit = spec.limit;
  request.offset = spec.offset;
  request.lock = spec.lock_mode;
  request.columns = is_whole ? std::span(entity.all_columns) : std::span(some_columns);
  if (!spec.populate.empty()) request.joins = joins_of(entity, spec, join_columns);
  request.manage = spec.disable_identity_map ? Manage::none
                   : spec.refresh            ? Manage::overwrite
                                             : Manage::keep_local;
  std::vector<void*> found = model::take_list();
  std::vector<FetchedItems> lists;
  {
    Fetch fetch(unit_, std::move(request));
    while (void* object = fetch.next()) found.push_back(object);
    lists = fetch.take_items();
  }
  lay_lists(unit_, std::move(lists), false);
  if (!found.empty() && (!spec.populate.empty() || spec.populates_all))
    Populator(unit_, spec).populate(entity, found, &where);
  return found;
}

void* Loader::find_by_key(const EntityMeta& entity, const Cell& key) {
  // A key of another type is converted or refused where filters are bound.
  if (key.type != entity.primary_key->type) [[unlikely]] {
    const std::vector<void*> found = find(entity, key_condition(key), FindSpec{});
    return found.empty() ? nullptr : found.front();
  }
  TypeStore& store = unit_.store(entity);
  if (void* known = store.map.find(key)) {
    const SlotHeader& header = header_of(known);
    if (header.life == SlotHeader::removed) return nullptr;
    if (header.is_constructed && !header.is_partial) return known;
  }
  if (has_unmapped_side(entity)) {
    const std::vector<void*> found = find(entity, key_condition(key), FindSpec{});
    return found.empty() ? nullptr : found.front();
  }
  flush_before(entity);
  return read_by_key(entity, key);
}

void* Loader::find_by_key(const EntityMeta& entity, const Cell& key, const FindSpec& spec) {
  if (is_plain(spec)) return find_by_key(entity, key);
  if (!spec.disable_identity_map && key.type == entity.primary_key->type) {
    const void* known = unit_.store(entity).map.find(key);
    if (known != nullptr && header_of(known).life == SlotHeader::removed) return nullptr;
  }
  const std::vector<void*> found = find(entity, key_condition(key), spec);
  return found.empty() ? nullptr : found.front();
}

void* Loader::read_by_key(const EntityMeta& entity, const Cell& key) {
  OrmState& state = unit_.state();
  const backend::PreparedSelect& plan = state.plans.get_by_key(entity.id, [&] {
    const Condition where = key_condition(key);
    query::FindBinding binding;
    binding.root = &entity;
    binding.where = &where;
    binding.columns = entity.all_columns;
    return state.driver->prepare(query::bind_find(state.registry, binding));
  });
  RowReader reader(unit_, entity, entity.all_columns, Manage::keep_local);
  const base::HydrationScope hydrating;
  const Lease lease = unit_.lease(backend::Access::read);
  backend::Cursor& cursor = lease->select(plan, {&key, 1});
  struct Close {
    backend::Cursor& cursor;
    ~Close() { cursor.close(); }
  } close{cursor};
  const Cell* row = cursor.next();
  return row == nullptr ? nullptr : reader.read(row);
}

std::size_t Loader::count(const EntityMeta& entity,
                          const Condition& given,
                          std::optional<FlushMode> mode) {
  FindSpec spec;
  spec.flush_mode = mode;
  flush_before(entity, given, spec);
  Condition room;
  const Condition& where = resolved(unit_.state(), entity, given, room);
  ShapeKey key;
  key.push_back(static_cast<std::uint64_t>(PlanKind::count) | static_cast<std::uint64_t>(entity.id)
                                                                  << 32);
  query::append_shape(where, key);
  const PlanCache::Plan plan = unit_.state().plans.get(key, [&] {
    query::FindBinding binding;
    binding.root = &entity;
    binding.where = &where;
    binding.count = true;
    return unit_.state().driver->prepare(query::bind_find(unit_.state().registry, binding));
  });
  const BoundValues values(unit_, where);
  const Lease lease = unit_.lease(backend::Access::read);
  backend::Cursor& cursor = lease->select(*plan, values.cells());
  const Cell* row = cursor.next();
  const std::size_t result = row == nullptr ? 0 : static_cast<std::size_t>(row[0].integer);
  cursor.close();
  return result;
}

void Loader::load(void* object) {
  if (header_of(object).life == SlotHeader::detached) unit_.refuse_unloaded(object);
  const EntityMeta& entity = UnitOfWork::entity_of(object);
  static_cast<void>(find_by_key(entity, model::key_of(object), {}));
  if (!header_of(object).is_constructed) {
    throw NotFoundError(entity.name + " not found: no row has the key of " +
                        UnitOfWork::name_of(object));
  }
}

bool Loader::refresh(void* object, FindSpec spec) {
  spec.refresh = true;
  spec.flush_mode = FlushMode::commit;
  const EntityMeta& entity = UnitOfWork::entity_of(object);
  if (find_by_key(entity, model::key_of(object), spec) != nullptr) return true;
  unit_.drop(object);
  return false;
}

void Loader::populate(const EntityMeta& entity,
                      std::span<void* const> objects,
                      const FindSpec& spec) {
  FindSpec own;
  Populator(unit_, prepared(entity, spec, own)).populate(entity, objects, nullptr);
}

void Loader::load(void* owner,
                  const PropertyMeta& property,
                  const FindSpec* options,
                  const Condition* where) {
  const EntityMeta& entity = UnitOfWork::entity_of(owner);
  const EntityMeta& target = *property.target;
  FindSpec before;
  if (options != nullptr) before.flush_mode = options->flush_mode;
  before.populate.push_back(query::path_of(entity, property));
  flush_before(entity, {}, before);
  ItemSelection selection;
  if (where != nullptr) {
    Condition room;
    selection.where = resolved(unit_.state(), target, *where, room);
  }
  const FindSpec none{};
  if (options != nullptr) check(target, *options);
  FindSpec own;
  const FindSpec& spec = options != nullptr ? prepared(target, *options, own) : none;
  for (const query::OrderTerm& term : spec.order_by) selection.order.push_back(term);
  selection.limit = spec.limit;
  selection.offset = spec.offset;
  const std::vector<std::uint16_t> columns = columns_at(target, spec, {});
  selection.columns = columns;
  void* const owners[] = {owner};
  Populator populator(unit_, spec);
  populator.load_collections(entity, owners, property, selection);
  const model::CollectionState* state = UnitOfWork::collection_at(owner, property).find_state();
  if (state != nullptr) {
    const std::vector<void*> items = state->items.view();
    populator.populate(target, items, where);
  }
}

std::size_t Loader::count(void* owner, const PropertyMeta& property, const Condition* where) {
  const EntityMeta& entity = UnitOfWork::entity_of(owner);
  const EntityMeta& target = *property.target;
  FindSpec spec;
  spec.populate.push_back(query::path_of(entity, property));
  flush_before(entity, {}, spec);
  if (model::key_of(owner).is_null()) return 0;
  if (property.inverse == nullptr) return count_pairs(owner, property, where);
  Condition both;
  query::Node node;
  node.op = query::Op::eq;
  node.value_count = 1;
  node.path = query::path_of(target, *property.inverse);
  if (property.kind == PropertyKind::many_to_many) {
    const metadata::MemberTag* const steps[] = {property.inverse->tag, entity.primary_key->tag};
    node.path = query::intern_path(target.tag, steps);
  }
  both.nodes.push_back(node);
  both.values.push_back(Value(model::key_of(owner)));
  if (where != nullptr) {
    Condition room;
    both = query::combine(query::Op::and_, std::move(both),
                          Condition(resolved(unit_.state(), target, *where, room)));
  }
  return count(target, both, FlushMode::commit);
}

// No path leads back from the items to the owner: the pairs are counted, with a filter their items.
std::size_t Loader::count_pairs(void* owner, const PropertyMeta& property, const Condition* where) {
  const EntityMeta& entity = UnitOfWork::entity_of(owner);
  const EntityMeta& target = *property.target;
  const auto own_key = static_cast<std::uint16_t>(entity.primary_key->column);
  const auto item_key = static_cast<std::uint16_t>(target.primary_key->column);
  const Condition where_owner = key_condition(model::key_of(owner));
  FetchRequest request;
  request.entity = &entity;
  request.where = &where_owner;
  request.columns = {&entity.all_columns[own_key], 1};
  request.is_root_reference = true;
  FetchJoin join;
  join.path = {&property};
  join.columns = {&target.all_columns[item_key], 1};
  join.is_reference = true;
  join.is_inner = true;
  request.joins.push_back(std::move(join));
  std::vector<void*> items;
  {
    Fetch fetch(unit_, std::move(request));
    while (fetch.next() != nullptr) {
    }
    for (FetchedItems& list : fetch.take_items()) items = std::move(list.items);
  }
  if (where == nullptr || items.empty()) return items.size();
  Condition room;
  const Condition& filter = resolved(unit_.state(), target, *where, room);
  Condition keys;
  query::Node node;
  node.op = query::Op::key_in;
  node.value_count = static_cast<std::uint32_t>(items.size());
  keys.nodes.push_back(node);
  for (void* item : items) keys.values.push_back(Value(model::key_of(item)));
  return count(target, query::combine(query::Op::and_, std::move(keys), Condition(filter)),
               FlushMode::commit);
}

}  // namespace rowan::orm
