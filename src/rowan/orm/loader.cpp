// Finds: shape, plan, rows, objects.

#include <rowan/orm/loader.hpp>

#include <rowan/base/error.hpp>
#include <rowan/base/time.hpp>
#include <rowan/orm/flush.hpp>
#include <rowan/query/binder.hpp>
#include <rowan/query/shape.hpp>

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

namespace rowan::orm {

using metadata::EntityMeta;
using metadata::MergeMode;
using metadata::PropertyKind;
using metadata::PropertyMeta;
using model::header_of;
using model::SlotHeader;
using query::Condition;
using query::FindSpec;
using value::Cell;

namespace {

enum class PlanKind : std::uint64_t { find = 1, count = 2, pairs = 3, pair_count = 4 };

/// How many keys one select-in statement asks for.
constexpr std::size_t keys_per_select = 500;

const PropertyMeta& step_of(const EntityMeta& entity, const metadata::MemberTag* tag) {
  if (const PropertyMeta* property = entity.find(tag)) return *property;
  throw ValidationError(
      "Entity '" + entity.name +
      "' does not have the property that a path names: add the member to its mapping");
}

/// The cells of a condition's values, objects replaced by their keys.
class BoundValues {
 public:
  BoundValues(UnitOfWork& unit, const Condition& where) {
    cells_.reserve(where.values.size() + 2);
    for (const Value& value : where.values) {
      if (value.type() == ValueType::object) {
        cells_.push_back(key_of(unit, value.object()));
      } else {
        cells_.push_back(value.as_cell());
      }
    }
  }
  void add(std::int64_t number) { cells_.push_back(Cell::of_integer(number)); }
  [[nodiscard]] std::span<const Cell> cells() const noexcept { return cells_; }

 private:
  static Cell key_of(UnitOfWork& unit, const void* object) {
    if (!unit.owns(object)) {
      throw ValidationError(
          "a filter compares with an object that is none of this entity manager's: use its key "
          "instead");
    }
    const Cell& key = model::key_of(object);
    if (key.is_null()) {
      throw ValidationError("a filter compares with " + UnitOfWork::name_of(object) +
                            ", which has no key yet: flush it first");
    }
    return key;
  }
  std::vector<Cell> cells_;
};

Condition keys_condition(std::span<void* const> objects) {
  Condition where;
  query::Node node;
  node.op = query::Op::key_in;
  std::size_t padded = 1;
  while (padded < objects.size()) padded *= 2;
  node.value_count = static_cast<std::uint32_t>(padded);
  where.nodes.push_back(node);
  for (std::size_t i = 0; i < padded; ++i)
    where.values.push_back(Value(model::key_of(objects[std::min(i, objects.size() - 1)])));
  return where;
}

void add_order(ShapeKey& key, std::span<const query::OrderTerm> order) {
  for (const query::OrderTerm& term : order) {
    key.push_back(reinterpret_cast<std::uint64_t>(term.path));
    key.push_back(static_cast<std::uint64_t>(term.descending) * 4 +
                  static_cast<std::uint64_t>(term.nulls));
  }
}

}  // namespace

std::vector<std::uint16_t> Loader::columns_of(const EntityMeta& entity,
                                              const FindSpec& spec) const {
  if (spec.fields.empty() && spec.exclude.empty()) return entity.all_columns;
  metadata::IndexSet wanted;
  if (spec.fields.empty()) {
    for (const std::uint16_t column : entity.all_columns) wanted.add(column);
  }
  for (const query::PathInfo* path : spec.fields) {
    const PropertyMeta& property = step_of(entity, path->steps[0]);
    if (property.column >= 0) wanted.add(static_cast<std::size_t>(property.column));
  }
  for (const query::PathInfo* path : spec.exclude) {
    const PropertyMeta& property = step_of(entity, path->steps[0]);
    if (property.column >= 0 && path->count == 1)
      wanted.remove(static_cast<std::size_t>(property.column));
  }
  wanted.add(static_cast<std::size_t>(entity.primary_key->column));
  if (entity.version != nullptr) wanted.add(static_cast<std::size_t>(entity.version->column));
  std::vector<std::uint16_t> columns;
  for (const std::uint16_t column : entity.all_columns) {
    if (wanted.has(column)) columns.push_back(column);
  }
  return columns;
}

void Loader::flush_before(const EntityMeta& entity, const Condition& where, const FindSpec& spec) {
  const FlushMode mode = spec.flush_mode.value_or(unit_.state().flush_mode);
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
  for (const query::PathInfo* path : spec.populate) {
    const EntityMeta* at = &entity;
    for (std::size_t i = 0; i < path->count && at != nullptr; ++i) {
      at = step_of(*at, path->steps[i]).target;
      if (at != nullptr) read.add(at->id);
    }
  }
  for (std::uint16_t id = 0; id < unit_.entity_count(); ++id) {
    const TypeStore* store = unit_.find_store(id);
    if (store != nullptr && read.has(id) && (store->pending > 0 || store->relations_changed))
      return Flush(unit_).run();
  }
}

std::vector<Loader::Join> Loader::joins_of(const EntityMeta& entity,
                                           const FindSpec& spec,
                                           LoadStrategy strategy) const {
  std::vector<Join> joins;
  if (strategy == LoadStrategy::select_in || !unit_.state().driver->capabilities().joins)
    return joins;
  const bool is_paged = spec.limit.has_value() || spec.offset.has_value();
  for (const query::PathInfo* path : spec.populate) {
    const EntityMeta* at = &entity;
    std::vector<const PropertyMeta*> prefix;
    int parent = -1;
    for (std::size_t i = 0; i < path->count; ++i) {
      const PropertyMeta& property = step_of(*at, path->steps[i]);
      if (!property.is_relation()) break;
      if (property.is_to_many() && (strategy == LoadStrategy::balanced || is_paged)) break;
      prefix.push_back(&property);
      const auto known = std::find_if(joins.begin(), joins.end(),
                                      [&](const Join& join) { return join.path == prefix; });
      if (known == joins.end()) {
        joins.push_back({prefix, parent});
        parent = static_cast<int>(joins.size()) - 1;
      } else {
        parent = static_cast<int>(known - joins.begin());
      }
      at = property.target;
    }
  }
  return joins;
}

void* Loader::hydrate(const EntityMeta& entity,
                      const Cell* row,
                      std::span<const std::uint16_t> columns,
                      bool is_whole,
                      MergeMode mode) {
  const auto key_column = static_cast<std::uint16_t>(entity.primary_key->column);
  std::size_t key_at = key_column;
  if (!is_whole)
    key_at = static_cast<std::size_t>(std::find(columns.begin(), columns.end(), key_column) -
                                      columns.begin());
  TypeStore& store = unit_.store(entity);
  Cell key = row[key_at];
  if (key.type != ValueType::integer && entity.primary_key->type == ValueType::uuid)
    key.type = ValueType::uuid;
  void* object = store.map.find(key);
  const metadata::EntityFunctions& functions = *entity.functions;
  if (object != nullptr && header_of(object).is_constructed) {
    SlotHeader& header = header_of(object);
    if (header.life != SlotHeader::managed) return object;
    void* snapshot = model::snapshot_of(object);
    const bool keeps_version = entity.version != nullptr && mode == MergeMode::keep_local &&
                               functions.is_changed(object, snapshot);
    if (!keeps_version)
      functions.merge(object, snapshot, row, columns.data(), columns.size(), mode, unit_.arena(),
                      store);
    if (is_whole) header.is_partial = false;
    return object;
  }
  const bool is_fresh = object == nullptr;
  if (is_fresh) object = store.allocate();
  SlotHeader& header = header_of(object);
  functions.construct(object);
  try {
    if (is_whole) {
      functions.hydrate(object, model::snapshot_of(object), row, unit_.arena(), store);
    } else {
      functions.hydrate_some(object, model::snapshot_of(object), row, columns.data(),
                             columns.size(), unit_.arena(), store);
    }
  } catch (...) {
    functions.destroy(object);
    if (is_fresh) header.life = SlotHeader::detached;
    throw;
  }
  header.is_constructed = true;
  header.life = SlotHeader::managed;
  header.is_partial = !is_whole;
  if (is_fresh) store.set_key(object, key);
  ++store.managed_count;
  if (!entity.to_one.empty() || !entity.to_many.empty())
    unit_.attach_relations(entity, object, false);
  for (const PropertyMeta* property : entity.to_one) {
    if (property->kind != PropertyKind::one_to_one || !property->is_owner ||
        property->inverse == nullptr)
      continue;
    void* target = UnitOfWork::ref_at(object, *property).target();
    if (target != nullptr && header_of(target).is_constructed)
      UnitOfWork::ref_at(target, *property->inverse).bind(object);
  }
  return object;
}

std::vector<void*> Loader::find(const EntityMeta& entity,
                                const Condition& given,
                                const FindSpec& spec) {
  flush_before(entity, given, spec);
  const Condition resolved = given.json != nullptr
                                 ? query::resolve_json(unit_.state().registry, entity, given)
                                 : Condition();
  const Condition& where = given.json != nullptr ? resolved : given;
  const LoadStrategy strategy = spec.strategy.value_or(unit_.state().load_strategy);
  const std::vector<Join> joins = joins_of(entity, spec, strategy);
  const std::vector<std::uint16_t> columns = columns_of(entity, spec);
  const bool is_whole = columns.size() == entity.all_columns.size();

  ShapeKey key{static_cast<std::uint64_t>(PlanKind::find),
               entity.id,
               static_cast<std::uint64_t>(spec.limit.has_value()),
               static_cast<std::uint64_t>(spec.offset.has_value()),
               static_cast<std::uint64_t>(spec.lock_mode),
               columns.size()};
  if (!is_whole) key.insert(key.end(), columns.begin(), columns.end());
  for (const Join& join : joins) {
    for (const PropertyMeta* step : join.path) key.push_back(reinterpret_cast<std::uint64_t>(step));
    key.push_back(0);
  }
  add_order(key, spec.order_by);
  key.push_back(1);
  query::append_shape(where, key);
  const backend::PreparedSelect& plan = unit_.state().plans.get(key, [&] {
    std::vector<query::FindBinding::Join> bound;
    for (const Join& join : joins)
      bound.push_back({join.path, join.path.back()->target->all_columns, false});
    query::FindBinding binding;
    binding.root = &entity;
    binding.where = &where;
    binding.order_by = {spec.order_by.begin(), spec.order_by.end()};
    binding.has_limit = spec.limit.has_value();
    binding.has_offset = spec.offset.has_value();
    binding.columns = columns;
    binding.joins = bound;
    binding.lock = spec.lock_mode;
    return unit_.state().driver->prepare(query::bind_find(unit_.state().registry, binding));
  });

  BoundValues values(unit_, where);
  if (spec.limit) values.add(*spec.limit);
  if (spec.offset) values.add(*spec.offset);
  const MergeMode mode = spec.refresh ? MergeMode::overwrite : MergeMode::keep_local;
  std::vector<void*> found;
  std::vector<std::unordered_map<void*, std::vector<void*>>> items(joins.size());
  std::vector<std::unordered_set<std::uint64_t>> seen(joins.size());
  {
    const base::HydrationScope hydrating;
    Lease lease = unit_.lease(backend::Access::read);
    backend::Cursor& cursor = lease->select(plan, values.cells());
    struct Close {
      backend::Cursor& cursor;
      ~Close() { cursor.close(); }
    } close{cursor};
    const auto key_at =
        static_cast<std::size_t>(std::find(columns.begin(), columns.end(),
                                           static_cast<std::uint16_t>(entity.primary_key->column)) -
                                 columns.begin());
    std::vector<void*> line(joins.size());
    void* last = nullptr;
    std::unordered_set<void*> roots;
    while (const Cell* row = cursor.next()) {
      if (last == nullptr || !(model::key_of(last) == row[key_at])) {
        last = hydrate(entity, row, columns, is_whole, mode);
        if (joins.empty() || roots.insert(last).second) found.push_back(last);
      }
      const Cell* cells = row + columns.size();
      for (std::size_t j = 0; j < joins.size(); ++j) {
        const PropertyMeta& property = *joins[j].path.back();
        void* parent = joins[j].parent < 0 ? last : line[static_cast<std::size_t>(joins[j].parent)];
        const Cell* own = cells;
        cells += property.target->all_columns.size();
        if (parent == nullptr) {
          line[j] = nullptr;
          continue;
        }
        if (property.is_to_many()) items[j].try_emplace(parent);
        if (own[property.target->primary_key->column].is_null()) {
          line[j] = nullptr;
          continue;
        }
        line[j] = hydrate(*property.target, own, property.target->all_columns, true, mode);
        if (property.is_to_one() && !property.is_owner)
          UnitOfWork::ref_at(parent, property).bind(line[j]);
        if (!property.is_to_many()) continue;
        const auto pair = reinterpret_cast<std::uint64_t>(parent) * 0x9E3779B97F4A7C15ULL ^
                          reinterpret_cast<std::uint64_t>(line[j]);
        if (seen[j].insert(pair).second) items[j][parent].push_back(line[j]);
      }
    }
  }
  for (std::size_t j = 0; j < joins.size(); ++j) {
    for (auto& [owner, list] : items[j]) fill(owner, *joins[j].path.back(), std::move(list), false);
  }
  if (!found.empty()) populate(entity, found, spec);
  return found;
}

void* Loader::find_by_key(const EntityMeta& entity, const Cell& key, const FindSpec& spec) {
  TypeStore& store = unit_.store(entity);
  if (void* known = store.map.find(key)) {
    const SlotHeader& header = header_of(known);
    if (header.life == SlotHeader::removed) return nullptr;
    const bool is_enough = header.is_constructed && (!header.is_partial || !spec.fields.empty()) &&
                           !spec.refresh && spec.populate.empty() &&
                           spec.lock_mode == query::LockMode::none;
    if (is_enough) return known;
  }
  Condition where;
  query::Node node;
  node.op = query::Op::key_eq;
  node.value_count = 1;
  where.nodes.push_back(node);
  where.values.push_back(Value(key));
  const std::vector<void*> found = find(entity, where, spec);
  return found.empty() ? nullptr : found.front();
}

std::size_t Loader::count(const EntityMeta& entity,
                          const Condition& given,
                          std::optional<FlushMode> mode) {
  FindSpec spec;
  spec.flush_mode = mode;
  flush_before(entity, given, spec);
  const Condition where =
      given.json != nullptr ? query::resolve_json(unit_.state().registry, entity, given) : given;
  ShapeKey key{static_cast<std::uint64_t>(PlanKind::count), entity.id};
  query::append_shape(where, key);
  const backend::PreparedSelect& plan = unit_.state().plans.get(key, [&] {
    query::FindBinding binding;
    binding.root = &entity;
    binding.where = &where;
    binding.count = true;
    return unit_.state().driver->prepare(query::bind_find(unit_.state().registry, binding));
  });
  const BoundValues values(unit_, where);
  Lease lease = unit_.lease(backend::Access::read);
  backend::Cursor& cursor = lease->select(plan, values.cells());
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

bool Loader::refresh(void* object) {
  FindSpec spec;
  spec.refresh = true;
  spec.flush_mode = FlushMode::commit;
  const EntityMeta& entity = UnitOfWork::entity_of(object);
  if (find_by_key(entity, model::key_of(object), spec) != nullptr) return true;
  TypeStore& store = unit_.store(entity);
  header_of(object).life = SlotHeader::detached;
  --store.managed_count;
  store.map.erase(model::key_of(object));
  return false;
}

// Populate ------------------------------------------------------------------------------------------------------------

void Loader::populate(const EntityMeta& entity,
                      std::span<void* const> objects,
                      const FindSpec& spec) {
  for (const query::PathInfo* path : spec.populate) {
    const EntityMeta* at = &entity;
    std::vector<void*> level(objects.begin(), objects.end());
    for (std::size_t i = 0; i < path->count && !level.empty(); ++i) {
      const PropertyMeta& property = step_of(*at, path->steps[i]);
      if (!property.is_relation()) {
        throw ValidationError("Entity '" + at->name + "' cannot populate '" + property.name +
                              "': it is no relation, name it in fields instead");
      }
      std::vector<void*> reached;
      populate_step(*at, level, property, spec, reached);
      level = std::move(reached);
      at = property.target;
    }
  }
}

void Loader::populate_step(const EntityMeta& entity,
                           std::span<void* const> objects,
                           const PropertyMeta& property,
                           const FindSpec& spec,
                           std::vector<void*>& reached) {
  static_cast<void>(spec);
  std::unordered_set<void*> seen;
  if (property.is_to_one()) {
    if (!property.is_owner) {
      std::vector<void*> owners;
      for (void* object : objects) {
        if (UnitOfWork::ref_at(object, property).target() == nullptr &&
            !model::key_of(object).is_null())
          owners.push_back(object);
      }
      load_collections(entity, owners, property, nullptr, {}, {}, {});
    }
    std::vector<void*> missing;
    for (void* object : objects) {
      void* target = UnitOfWork::ref_at(object, property).target();
      if (target == nullptr || !seen.insert(target).second) continue;
      reached.push_back(target);
      if (!header_of(target).is_constructed || header_of(target).is_partial)
        missing.push_back(target);
    }
    load_references(property, missing);
    std::erase_if(reached, [](void* target) { return !header_of(target).is_constructed; });
    return;
  }
  std::vector<void*> owners;
  for (void* object : objects) {
    if (!UnitOfWork::collection_at(object, property).is_initialized()) owners.push_back(object);
  }
  load_collections(entity, owners, property, nullptr, {}, {}, {});
  for (void* object : objects) {
    const model::CollectionState* state = UnitOfWork::collection_at(object, property).find_state();
    if (state == nullptr) continue;
    for (void* item : state->items) {
      if (seen.insert(item).second) reached.push_back(item);
    }
  }
}

void Loader::load_references(const PropertyMeta& property, const std::vector<void*>& targets) {
  for (std::size_t from = 0; from < targets.size(); from += keys_per_select) {
    const std::span<void* const> part(targets.data() + from,
                                      std::min(keys_per_select, targets.size() - from));
    FindSpec spec;
    spec.flush_mode = FlushMode::commit;
    static_cast<void>(find(*property.target, keys_condition(part), spec));
  }
}

void Loader::load_collections(const EntityMeta& entity,
                              std::span<void* const> owners,
                              const PropertyMeta& property,
                              const Condition* where,
                              std::span<const query::OrderTerm> order,
                              std::optional<std::int64_t> limit,
                              std::optional<std::int64_t> offset) {
  const bool is_narrowed = where != nullptr || !order.empty() || limit || offset;
  for (std::size_t from = 0; from < owners.size(); from += keys_per_select) {
    const std::span<void* const> part =
        owners.subspan(from, std::min(keys_per_select, owners.size() - from));
    const Condition keys = keys_condition(part);
    ShapeKey key{static_cast<std::uint64_t>(PlanKind::pairs), entity.id,
                 reinterpret_cast<std::uint64_t>(&property)};
    query::append_shape(keys, key);
    const EntityMeta& target = *property.target;
    const std::vector<std::uint16_t> columns{
        static_cast<std::uint16_t>(entity.primary_key->column)};
    const backend::PreparedSelect& plan = unit_.state().plans.get(key, [&] {
      const query::FindBinding::Join join{{&property}, target.all_columns, true};
      query::FindBinding binding;
      binding.root = &entity;
      binding.where = &keys;
      binding.columns = columns;
      binding.joins = {&join, 1};
      return unit_.state().driver->prepare(query::bind_find(unit_.state().registry, binding));
    });
    std::unordered_map<void*, std::vector<void*>> items;
    std::vector<void*> all;
    {
      const BoundValues values(unit_, keys);
      const base::HydrationScope hydrating;
      TypeStore& store = unit_.store(entity);
      Lease lease = unit_.lease(backend::Access::read);
      backend::Cursor& cursor = lease->select(plan, values.cells());
      while (const Cell* row = cursor.next()) {
        Cell owner_key = row[0];
        if (owner_key.type != ValueType::integer && entity.primary_key->type == ValueType::uuid)
          owner_key.type = ValueType::uuid;
        void* owner = store.map.find(owner_key);
        void* item = hydrate(target, row + 1, target.all_columns, true, MergeMode::keep_local);
        if (owner == nullptr) continue;
        if (property.is_to_one()) {
          UnitOfWork::ref_at(owner, property).bind(item);
          continue;
        }
        items[owner].push_back(item);
        if (is_narrowed) all.push_back(item);
      }
      cursor.close();
    }
    if (property.is_to_one()) continue;
    if (is_narrowed) {
      std::sort(all.begin(), all.end());
      all.erase(std::unique(all.begin(), all.end()), all.end());
      std::vector<void*> kept;
      if (!all.empty()) {
        Condition narrowed = keys_condition(all);
        if (where != nullptr) {
          Condition extra = where->json != nullptr
                                ? query::resolve_json(unit_.state().registry, target, *where)
                                : *where;
          narrowed = query::combine(query::Op::and_, std::move(narrowed), std::move(extra));
        }
        FindSpec spec;
        spec.flush_mode = FlushMode::commit;
        for (const query::OrderTerm& term : order) spec.order_by.push_back(term);
        kept = find(target, narrowed, spec);
      }
      for (auto& [owner, list] : items) {
        const std::unordered_set<void*> own(list.begin(), list.end());
        list.clear();
        for (void* item : kept) {
          if (own.contains(item)) list.push_back(item);
        }
        if (offset)
          list.erase(list.begin(),
                     list.begin() + std::min<std::ptrdiff_t>(
                                        *offset, static_cast<std::ptrdiff_t>(list.size())));
        if (limit && list.size() > static_cast<std::size_t>(*limit))
          list.resize(static_cast<std::size_t>(*limit));
      }
    }
    for (void* owner : part)
      fill(owner, property, std::move(items[owner]), where != nullptr || limit || offset);
  }
}

// Sets the items the database has, and lays what is pending over them.
void Loader::fill(void* owner,
                  const PropertyMeta& property,
                  std::vector<void*> items,
                  bool is_partial) {
  model::CollectionBase& collection = UnitOfWork::collection_at(owner, property);
  std::erase_if(items, [&](void* item) {
    if (header_of(item).life == SlotHeader::removed) return true;
    return property.kind == PropertyKind::one_to_many &&
           UnitOfWork::ref_at(item, *property.inverse).target() != owner;
  });
  model::CollectionState& state = collection.state();
  std::vector<void*> pending;
  std::vector<void*> gone;
  if (state.is_dirty) {
    if (collection.is_initialized()) {
      for (void* item : state.items) {
        if (std::find(state.original.begin(), state.original.end(), item) == state.original.end())
          pending.push_back(item);
      }
      for (void* item : state.original) {
        if (std::find(state.items.begin(), state.items.end(), item) == state.items.end())
          gone.push_back(item);
      }
    } else {
      pending = state.items;
      gone = state.removed;
    }
  }
  state.removed.clear();
  if (property.kind == PropertyKind::many_to_many) state.original = items;
  state.items = std::move(items);
  for (void* item : gone) std::erase(state.items, item);
  for (void* item : pending) {
    if (std::find(state.items.begin(), state.items.end(), item) == state.items.end())
      state.items.push_back(item);
  }
  state.is_partial = is_partial;
  state.is_read_only = is_partial;
  collection.set_initialized(true);
}

void Loader::load(void* owner,
                  const PropertyMeta& property,
                  const FindSpec* options,
                  const Condition* where) {
  const EntityMeta& entity = UnitOfWork::entity_of(owner);
  FindSpec spec;
  if (options != nullptr) spec = *options;
  spec.populate.push_back(query::path_of(entity, property));
  flush_before(entity, {}, spec);
  if (model::key_of(owner).is_null()) {
    UnitOfWork::collection_at(owner, property).set_initialized(true);
    return;
  }
  void* const owners[] = {owner};
  load_collections(entity, owners, property, where, {spec.order_by.begin(), spec.order_by.end()},
                   spec.limit, spec.offset);
  if (options != nullptr && !options->populate.empty()) {
    populate(*property.target, UnitOfWork::collection_at(owner, property).state().items, *options);
  }
}

std::size_t Loader::count(void* owner, const PropertyMeta& property, const Condition* where) {
  const EntityMeta& entity = UnitOfWork::entity_of(owner);
  FindSpec spec;
  spec.populate.push_back(query::path_of(entity, property));
  flush_before(entity, {}, spec);
  model::CollectionBase& collection = UnitOfWork::collection_at(owner, property);
  if (property.kind == PropertyKind::one_to_many) {
    Condition both;
    query::Node node;
    node.op = query::Op::eq;
    node.value_count = 1;
    node.path = query::path_of(*property.target, *property.inverse);
    both.nodes.push_back(node);
    both.values.push_back(Value(model::key_of(owner)));
    if (where != nullptr) {
      Condition extra = where->json != nullptr
                            ? query::resolve_json(unit_.state().registry, *property.target, *where)
                            : *where;
      both = query::combine(query::Op::and_, std::move(both), std::move(extra));
    }
    return count(*property.target, both, FlushMode::commit);
  }
  if (!collection.is_initialized() || where != nullptr) {
    void* const owners[] = {owner};
    load_collections(entity, owners, property, where, {}, {}, {});
  }
  const std::size_t result = collection.state().items.size();
  if (where != nullptr) collection.set_initialized(false);
  return result;
}

}  // namespace rowan::orm
