// Select-in loading of references and collections.

#include <rowan/orm/populator.hpp>

#include <rowan/base/error.hpp>
#include <rowan/orm/relations.hpp>
#include <rowan/query/path_intern.hpp>
#include <rowan/value/codec.hpp>

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

namespace rowan::orm {

using metadata::EntityMeta;
using metadata::PropertyKind;
using metadata::PropertyMeta;
using model::header_of;
using model::SlotHeader;
using query::Condition;
using value::Cell;

namespace {

/// How many keys one statement asks for.
constexpr std::size_t keys_per_select = 512;

/// Returns `op` over the keys of the objects, their number rounded up so that few statements serve all.
Condition keys_condition(query::Op op,
                         const query::PathInfo* path,
                         std::span<void* const> objects) {
  Condition where;
  query::Node node;
  node.op = op;
  node.path = path;
  std::size_t padded = 1;
  while (padded < objects.size()) padded *= 2;
  node.value_count = static_cast<std::uint32_t>(padded);
  where.nodes.push_back(node);
  for (std::size_t i = 0; i < padded; ++i)
    where.values.push_back(Value(model::key_of(objects[std::min(i, objects.size() - 1)])));
  return where;
}

template <class Each>
void in_parts(std::span<void* const> all, Each each) {
  for (std::size_t from = 0; from < all.size(); from += keys_per_select)
    each(all.subspan(from, std::min(keys_per_select, all.size() - from)));
}

bool has_nested_fields(const query::FindSpec& spec, Steps prefix) {
  return std::any_of(spec.fields.begin(), spec.fields.end(), [&](const query::PathInfo* path) {
    return path->count > prefix.size() && std::equal(prefix.begin(), prefix.end(), path->steps);
  });
}

/// Gives every owner its list, one without items where the database has none.
void lay_lists_of(UnitOfWork& unit,
                  std::span<void* const> owners,
                  const PropertyMeta& property,
                  std::vector<FetchedItems> lists,
                  bool is_partial) {
  const std::size_t found = lists.size();
  for (std::size_t i = 0; i < found; ++i) header_of(lists[i].owner).mark = 1;
  for (void* owner : owners) {
    if (header_of(owner).mark == 0) lists.push_back({owner, &property, {}});
  }
  for (std::size_t i = 0; i < found; ++i) header_of(lists[i].owner).mark = 0;
  lay_lists(unit, std::move(lists), is_partial);
}

/// Returns the items of the collections, each once.
std::vector<void*> items_of(std::span<void* const> owners, const PropertyMeta& property) {
  std::vector<void*> items;
  std::unordered_set<void*> seen;
  for (void* owner : owners) {
    const model::CollectionState* state = UnitOfWork::collection_at(owner, property).find_state();
    if (state == nullptr) continue;
    for (void* item : state->items) {
      if (seen.insert(item).second) items.push_back(item);
    }
  }
  return items;
}

}  // namespace

const PropertyMeta& step_of(const EntityMeta& entity, const metadata::MemberTag* tag) {
  if (const PropertyMeta* property = entity.find(tag)) return *property;
  throw ValidationError(
      "Entity '" + entity.name +
      "' does not have the property that a path names: add the member to its mapping");
}

std::vector<std::uint16_t> columns_at(const EntityMeta& entity,
                                      const query::FindSpec& spec,
                                      Steps prefix) {
  metadata::IndexSet wanted;
  const bool names_some = has_nested_fields(spec, prefix);
  if (!names_some) {
    for (const std::uint16_t column : entity.all_columns) wanted.add(column);
  }
  const auto visit = [&](const query::PathInfo* path, bool is_wanted) {
    if (path->count <= prefix.size() || !std::equal(prefix.begin(), prefix.end(), path->steps))
      return;
    const PropertyMeta& property = step_of(entity, path->steps[prefix.size()]);
    if (property.column < 0) return;
    // A field behind a reference needs the reference; what is excluded behind it does not take it away.
    if (is_wanted) wanted.add(static_cast<std::size_t>(property.column));
    if (!is_wanted && path->count == prefix.size() + 1)
      wanted.remove(static_cast<std::size_t>(property.column));
  };
  for (const query::PathInfo* path : spec.fields) visit(path, true);
  for (const query::PathInfo* path : spec.exclude) visit(path, false);
  for (const query::PathInfo* path : spec.populate) visit(path, true);
  wanted.add(static_cast<std::size_t>(entity.primary_key->column));
  if (entity.version != nullptr) wanted.add(static_cast<std::size_t>(entity.version->column));
  std::vector<std::uint16_t> columns;
  for (const std::uint16_t column : entity.all_columns) {
    if (wanted.has(column)) columns.push_back(column);
  }
  return columns;
}

void Populator::populate(const EntityMeta& entity,
                         std::span<void* const> objects,
                         const Condition* where) {
  if (spec_.populates_all) populate_everything(entity, objects);
  for (const query::PathInfo* path : spec_.populate) {
    const EntityMeta* at = &entity;
    std::vector<void*> level(objects.begin(), objects.end());
    for (std::size_t i = 0; i < path->count && !level.empty(); ++i) {
      const PropertyMeta& property = step_of(*at, path->steps[i]);
      if (!property.is_relation()) {
        throw ValidationError("Entity '" + at->name + "' cannot populate '" + property.name +
                              "': it is no relation, name it in fields instead");
      }
      const Steps steps(path->steps, i + 1);
      std::vector<void*> reached;
      if (property.is_to_one()) {
        populate_to_one(level, property, steps, reached);
      } else {
        populate_to_many(*at, level, property, steps, where);
        if (i + 1 < path->count) reached = items_of(level, property);
      }
      level = std::move(reached);
      at = property.target;
    }
  }
}

void Populator::populate_everything(const EntityMeta& entity, std::span<void* const> objects) {
  const query::FindSpec whole{};
  Populator populator(unit_, whole);
  std::unordered_set<void*> seen(objects.begin(), objects.end());
  std::vector<std::pair<const EntityMeta*, std::vector<void*>>> levels;
  levels.push_back({&entity, {objects.begin(), objects.end()}});
  while (!levels.empty()) {
    const auto [of, level] = std::move(levels.back());
    levels.pop_back();
    for (const PropertyMeta& property : of->properties) {
      if (!property.is_relation()) continue;
      std::vector<void*> reached;
      if (property.is_to_one()) {
        populator.populate_to_one(level, property, Steps(&property.tag, 1), reached);
      } else {
        populator.populate_to_many(*of, level, property, Steps(&property.tag, 1), nullptr);
        reached = items_of(level, property);
      }
      std::erase_if(reached, [&](void* object) { return !seen.insert(object).second; });
      if (!reached.empty()) levels.push_back({property.target, std::move(reached)});
    }
  }
}

void Populator::populate_to_one(std::span<void* const> objects,
                                const PropertyMeta& property,
                                Steps steps,
                                std::vector<void*>& reached) {
  if (!property.is_owner) {
    // Objects that were not read since they were created know of no other side in the database.
    std::vector<void*> owners;
    for (void* object : objects) {
      if (UnitOfWork::ref_at(object, property).target() == nullptr &&
          !model::key_of(object).is_null())
        owners.push_back(object);
    }
    load_items(owners, property, {});
  }
  const std::vector<std::uint16_t> columns = columns_at(*property.target, spec_, steps);
  const bool is_partial_enough = columns.size() != property.target->all_columns.size();
  std::vector<void*> missing;
  std::unordered_set<void*> seen;
  for (void* object : objects) {
    void* target = UnitOfWork::ref_at(object, property).target();
    if (target == nullptr || !seen.insert(target).second) continue;
    reached.push_back(target);
    const SlotHeader& header = header_of(target);
    if (!header.is_constructed || (header.is_partial && !is_partial_enough))
      missing.push_back(target);
  }
  load_targets(*property.target, missing, columns);
  std::erase_if(reached, [](void* target) { return !header_of(target).is_constructed; });
}

void Populator::populate_to_many(const EntityMeta& entity,
                                 std::span<void* const> objects,
                                 const PropertyMeta& property,
                                 Steps steps,
                                 const Condition* where) {
  std::vector<void*> owners;
  for (void* object : objects) {
    const model::CollectionBase& collection = UnitOfWork::collection_at(object, property);
    if (!collection.is_initialized() || collection.is_partial() || spec_.refresh)
      owners.push_back(object);
  }
  if (!owners.empty()) {
    ItemSelection selection = selection_at(*property.target, steps, where);
    const std::vector<std::uint16_t> columns = columns_at(*property.target, spec_, steps);
    selection.columns = columns;
    load_collections(entity, owners, property, selection);
  }
}

ItemSelection Populator::selection_at(const EntityMeta& target,
                                      Steps steps,
                                      const Condition* where) const {
  ItemSelection selection;
  if (spec_.populate_items == query::PopulateItems::infer && where != nullptr) {
    selection.where = narrow(*where, steps, target);
  } else if (spec_.populate_items == query::PopulateItems::filter) {
    selection.where = narrow(*spec_.populate_where, steps, target);
  }
  const auto& order = spec_.populate_order_by.empty() ? spec_.order_by : spec_.populate_order_by;
  selection.order = narrow({order.data(), order.size()}, steps, target);
  return selection;
}

void Populator::load_targets(const EntityMeta& target,
                             std::span<void* const> targets,
                             std::span<const std::uint16_t> columns) {
  in_parts(targets, [&](std::span<void* const> part) {
    const Condition keys = keys_condition(query::Op::key_in, nullptr, part);
    FetchRequest request;
    request.entity = &target;
    request.where = &keys;
    request.columns = columns;
    Fetch fetch(unit_, std::move(request));
    while (fetch.next() != nullptr) {
    }
  });
}

void Populator::load_collections(const EntityMeta& entity,
                                 std::span<void* const> owners,
                                 const PropertyMeta& property,
                                 const ItemSelection& selection) {
  std::vector<void*> flushed;
  for (void* owner : owners) {
    if (model::key_of(owner).is_null()) {
      UnitOfWork::collection_at(owner, property).set_initialized(true);
    } else {
      flushed.push_back(owner);
    }
  }
  if (property.kind == PropertyKind::one_to_many) {
    load_items(flushed, property, selection);
  } else {
    load_pairs(entity, flushed, property, selection);
  }
}

// The items know their owner: one select of them by their reference.
void Populator::load_items(std::span<void* const> owners,
                           const PropertyMeta& property,
                           const ItemSelection& selection) {
  const EntityMeta& target = *property.target;
  const PropertyMeta& back = *property.inverse;
  const auto back_column = static_cast<std::uint16_t>(back.column);
  std::vector<std::uint16_t> columns(selection.columns.begin(), selection.columns.end());
  if (columns.empty()) columns = target.all_columns;
  auto place = std::lower_bound(columns.begin(), columns.end(), back_column);
  if (place == columns.end() || *place != back_column) place = columns.insert(place, back_column);
  const auto back_at = static_cast<std::size_t>(place - columns.begin());
  in_parts(owners, [&](std::span<void* const> part) {
    Condition where = keys_condition(query::Op::in, query::path_of(target, back), part);
    if (!selection.where.empty())
      where = query::combine(query::Op::and_, std::move(where), Condition(selection.where));
    FetchRequest request;
    request.entity = &target;
    request.where = &where;
    request.order = {selection.order.data(), selection.order.size()};
    request.limit = selection.limit;
    request.offset = selection.offset;
    request.columns = columns;
    ItemLists lists(property);
    {
      Fetch fetch(unit_, std::move(request));
      const IdentityMap& map = UnitOfWork::store_of(part.front()).map;
      const ValueType key_type = UnitOfWork::entity_of(part.front()).primary_key->type;
      char room[16];
      while (void* item = fetch.next()) {
        void* owner = map.find(value::as_type(fetch.row()[back_at], key_type, room));
        if (owner == nullptr) continue;
        if (property.is_to_one()) {
          UnitOfWork::ref_at(owner, property).bind(item);
        } else {
          lists.add(owner, item);
        }
      }
    }
    if (property.is_to_one()) return;
    lay_lists_of(unit_, part, property, lists.take(), selection.is_partial());
  });
}

// The pairs lie in a table of their own. What narrows them is asked of the items in a second select.
void Populator::load_pairs(const EntityMeta& entity,
                           std::span<void* const> owners,
                           const PropertyMeta& property,
                           const ItemSelection& selection) {
  const EntityMeta& target = *property.target;
  const bool is_narrowed = selection.is_partial() || !selection.order.empty();
  const std::span<const std::uint16_t> columns =
      selection.columns.empty() ? std::span(target.all_columns) : selection.columns;
  const std::vector<std::uint16_t> key_column{
      static_cast<std::uint16_t>(entity.primary_key->column)};
  in_parts(owners, [&](std::span<void* const> part) {
    const Condition keys = keys_condition(query::Op::key_in, nullptr, part);
    FetchRequest request;
    request.entity = &entity;
    request.where = &keys;
    request.columns = key_column;
    request.is_root_reference = true;
    FetchJoin join;
    join.path = {&property};
    join.columns = columns;
    join.is_inner = true;
    request.joins.push_back(std::move(join));
    std::vector<FetchedItems> lists;
    {
      Fetch fetch(unit_, std::move(request));
      while (fetch.next() != nullptr) {
      }
      lists = fetch.take_items();
    }
    if (is_narrowed) {
      std::unordered_map<void*, std::size_t> rank;
      std::vector<void*> all;
      for (const FetchedItems& list : lists) {
        for (void* item : list.items) {
          if (rank.try_emplace(item, 0).second) all.push_back(item);
        }
      }
      rank.clear();
      in_parts(all, [&](std::span<void* const> items) {
        Condition where = keys_condition(query::Op::key_in, nullptr, items);
        if (!selection.where.empty())
          where = query::combine(query::Op::and_, std::move(where), Condition(selection.where));
        FetchRequest narrowed;
        narrowed.entity = &target;
        narrowed.where = &where;
        narrowed.order = {selection.order.data(), selection.order.size()};
        narrowed.columns = columns;
        Fetch fetch(unit_, std::move(narrowed));
        while (void* item = fetch.next()) rank.emplace(item, rank.size());
      });
      for (FetchedItems& list : lists) {
        std::erase_if(list.items, [&](void* item) { return !rank.contains(item); });
        if (!selection.order.empty()) {
          std::stable_sort(list.items.begin(), list.items.end(),
                           [&](void* a, void* b) { return rank[a] < rank[b]; });
        }
        const auto size = static_cast<std::int64_t>(list.items.size());
        const auto first = std::min(selection.offset.value_or(0), size);
        const auto last = std::min(first + selection.limit.value_or(size), size);
        list.items = {list.items.begin() + first, list.items.begin() + last};
      }
    }
    lay_lists_of(unit_, part, property, std::move(lists), selection.is_partial());
  });
}

void lay_lists(UnitOfWork& unit, std::vector<FetchedItems> lists, bool is_partial) {
  Relations relations(unit);
  const PropertyMeta* property = nullptr;
  PendingItems pending;
  for (FetchedItems& list : lists) {
    if (list.property != property) {
      property = list.property;
      pending = relations.pending(*property);
    }
    relations.fill(list.owner, *property, std::move(list.items), pending, is_partial);
  }
}

}  // namespace rowan::orm
