// The shape of a request, its plan, and the walk over its rows.

#include <rowan/orm/fetch.hpp>

#include <rowan/base/error.hpp>
#include <rowan/query/binder.hpp>
#include <rowan/query/shape.hpp>

#include <algorithm>

namespace rowan::orm {

using metadata::EntityMeta;
using metadata::PropertyMeta;
using value::Cell;

namespace {

Cell key_of_operand(UnitOfWork& unit, const void* object) {
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

bool is_read(const std::vector<FetchJoin>& joins, int parent, const PropertyMeta* property) {
  return std::any_of(joins.begin(), joins.end(), [&](const FetchJoin& join) {
    return join.parent == parent && join.path.back() == property;
  });
}

// The side of a one-to-one that has no column learns by a join whom it refers to.
void join_inverses(std::vector<FetchJoin>& joins, const EntityMeta& entity, int parent) {
  for (const PropertyMeta* property : entity.to_one) {
    if (property->is_owner || is_read(joins, parent, property)) continue;
    // What came by its own owning side needs no way back.
    if (parent >= 0 && joins[static_cast<std::size_t>(parent)].path.back()->inverse == property)
      continue;
    FetchJoin join;
    if (parent >= 0) join.path = joins[static_cast<std::size_t>(parent)].path;
    join.path.push_back(property);
    join.parent = parent;
    const EntityMeta& target = *property->target;
    join.columns = std::span(target.all_columns)
                       .subspan(static_cast<std::size_t>(target.primary_key->column), 1);
    join.is_reference = true;
    joins.push_back(std::move(join));
  }
}

FetchRequest with_inverses(FetchRequest request) {
  if (request.manage == Manage::none) return request;
  if (!request.is_root_reference) join_inverses(request.joins, *request.entity, -1);
  for (std::size_t i = 0; i < request.joins.size(); ++i) {
    const FetchJoin& join = request.joins[i];
    if (!join.is_reference)
      join_inverses(request.joins, *join.path.back()->target, static_cast<int>(i));
  }
  return request;
}

bool is_ancestor(const std::vector<FetchJoin>& joins, std::size_t ancestor, std::size_t join) {
  for (int at = joins[join].parent; at >= 0; at = joins[static_cast<std::size_t>(at)].parent) {
    if (static_cast<std::size_t>(at) == ancestor) return true;
  }
  return false;
}

// Whether rows may bring an owner's item again: another collection multiplies them, or several objects share the owner.
bool may_repeat(const std::vector<FetchJoin>& joins, std::size_t join) {
  for (int at = joins[join].parent; at >= 0; at = joins[static_cast<std::size_t>(at)].parent) {
    const metadata::PropertyKind kind = joins[static_cast<std::size_t>(at)].path.back()->kind;
    if (kind == metadata::PropertyKind::many_to_one || kind == metadata::PropertyKind::many_to_many)
      return true;
  }
  for (std::size_t other = 0; other < joins.size(); ++other) {
    if (other != join && joins[other].path.back()->is_to_many() && !is_ancestor(joins, other, join))
      return true;
  }
  return false;
}

}  // namespace

BoundValues::BoundValues(UnitOfWork& unit, const query::Condition& where) {
  for (const Value& value : where.values) {
    cells_.push_back(value.type() == ValueType::object ? key_of_operand(unit, value.object())
                                                       : value.as_cell());
  }
}

Fetch::Fetch(UnitOfWork& unit, FetchRequest request)
    : request_(with_inverses(std::move(request))),
      unit_(unit),
      root_(unit, *request_.entity, request_.columns, request_.manage) {
  std::size_t first_cell = request_.columns.size();
  joined_.reserve(request_.joins.size());
  for (std::size_t i = 0; i < request_.joins.size(); ++i) {
    const FetchJoin& join = request_.joins[i];
    const PropertyMeta& property = *join.path.back();
    joined_.push_back({RowReader(unit, *property.target, join.columns, request_.manage), &join,
                       &property, first_cell, may_repeat(request_.joins, i), nullptr,
                       ItemLists(property)});
    first_cell += join.columns.size();
  }
  BoundValues values(unit, *request_.where);
  if (request_.limit) values.add(*request_.limit);
  if (request_.offset) values.add(*request_.offset);
  plan_ = plan();
  lease_.emplace(unit.lease(backend::Access::read));
  cursor_ = &(*lease_)->select(*plan_, values.cells());
}

PlanCache::Plan Fetch::plan() {
  const EntityMeta& entity = *request_.entity;
  ShapeKey key;
  key.push_back(static_cast<std::uint64_t>(PlanKind::find) |
                static_cast<std::uint64_t>(request_.limit.has_value()) << 8 |
                static_cast<std::uint64_t>(request_.offset.has_value()) << 9 |
                static_cast<std::uint64_t>(request_.lock) << 16 |
                static_cast<std::uint64_t>(entity.id) << 32);
  const auto add_columns = [&](std::span<const std::uint16_t> columns, const EntityMeta& of) {
    key.push_back(columns.size());
    if (columns.size() == of.all_columns.size()) return;
    for (const std::uint16_t column : columns) key.push_back(column);
  };
  add_columns(request_.columns, entity);
  key.push_back(request_.joins.size());
  for (const FetchJoin& join : request_.joins) {
    for (const PropertyMeta* step : join.path) key.push_back(reinterpret_cast<std::uint64_t>(step));
    key.push_back(join.is_inner ? 1 : 0);
    add_columns(join.columns, *join.path.back()->target);
  }
  key.push_back(request_.order.size());
  for (const query::OrderTerm& term : request_.order) {
    key.push_back(reinterpret_cast<std::uint64_t>(term.path));
    key.push_back(static_cast<std::uint64_t>(term.descending) * 4 +
                  static_cast<std::uint64_t>(term.nulls));
  }
  query::append_shape(*request_.where, key);
  OrmState& state = unit_.state();
  return state.plans.get(key, [&] {
    std::vector<query::FindBinding::Join> joins;
    for (const FetchJoin& join : request_.joins)
      joins.push_back({join.path, join.columns, join.is_inner});
    query::FindBinding binding;
    binding.root = &entity;
    binding.where = request_.where;
    binding.order_by = request_.order;
    binding.has_limit = request_.limit.has_value();
    binding.has_offset = request_.offset.has_value();
    binding.columns = request_.columns;
    binding.joins = joins;
    binding.lock = request_.lock;
    query::BoundSelect bound = query::bind_find(state.registry, binding);
    bound.repeats_root = !joins.empty();
    return state.driver->prepare(std::move(bound));
  });
}

void* Fetch::next() {
  while ((row_ = cursor_->next()) != nullptr) {
    if (joined_.empty()) return root_.read(row_);
    // Of a row that repeats the root only the root's key is there.
    const bool is_repeated = last_ != nullptr && model::key_of(last_) == root_.key_in(row_);
    if (!is_repeated) last_ = request_.is_root_reference ? root_.refer(row_) : root_.read(row_);
    read_joined();
    if (!is_repeated && returned_.insert(last_).second) return last_;
  }
  return nullptr;
}

void* Fetch::owner_of(const Joined& joined) const noexcept {
  return joined.join->parent < 0 ? last_
                                 : joined_[static_cast<std::size_t>(joined.join->parent)].object;
}

void Fetch::read_joined() {
  for (Joined& joined : joined_) {
    void* owner = owner_of(joined);
    joined.object = nullptr;
    if (owner == nullptr) continue;
    const Cell* cells = row_ + joined.first_cell;
    const bool is_absent = cells[joined.reader.key_at()].is_null();
    if (joined.property->is_to_many()) {
      if (!is_absent) {
        joined.object =
            joined.join->is_reference ? joined.reader.refer(cells) : joined.reader.read(cells);
      }
      add_item(joined, owner, joined.object);
      continue;
    }
    if (is_absent) continue;
    joined.object =
        joined.join->is_reference ? joined.reader.refer(cells) : joined.reader.read(cells);
    bind_other_side(joined, owner);
  }
}

void Fetch::bind_other_side(const Joined& joined, void* owner) {
  const PropertyMeta& property = *joined.property;
  const PropertyMeta* inverse = property.inverse;
  if (inverse == nullptr || property.kind != metadata::PropertyKind::one_to_one) return;
  const bool is_loaded = model::header_of(joined.object).is_constructed;
  if (property.is_owner) {
    if (is_loaded) UnitOfWork::ref_at(joined.object, *inverse).bind(owner);
    return;
  }
  // Where memory says otherwise the user has moved it, and the flush is yet to come.
  const bool is_moved = is_loaded && UnitOfWork::ref_at(joined.object, *inverse).target() != owner;
  model::RefBase& reference = UnitOfWork::ref_at(owner, property);
  if (reference.target() == nullptr && !is_moved) reference.bind(joined.object);
}

void Fetch::add_item(Joined& joined, void* owner, void* item) {
  const bool is_repeated =
      item != nullptr && joined.may_repeat && !joined.seen.emplace(owner, item).second;
  joined.lists.add(owner, is_repeated ? nullptr : item);
}

std::vector<FetchedItems> Fetch::take_items() {
  std::vector<FetchedItems> out;
  for (Joined& joined : joined_) {
    std::vector<FetchedItems> lists = joined.lists.take();
    out.insert(out.end(), std::make_move_iterator(lists.begin()),
               std::make_move_iterator(lists.end()));
  }
  return out;
}

void ItemLists::end_run() {
  if (owner_ == nullptr) return;
  const auto [at, is_new] = list_of_.try_emplace(owner_, lists_.size());
  if (is_new) {
    lists_.push_back({owner_, property_, {run_.begin(), run_.end()}});
  } else {
    std::vector<void*>& items = lists_[at->second].items;
    items.insert(items.end(), run_.begin(), run_.end());
  }
  run_.clear();
}

std::vector<FetchedItems> ItemLists::take() {
  end_run();
  owner_ = nullptr;
  return std::move(lists_);
}

}  // namespace rowan::orm
