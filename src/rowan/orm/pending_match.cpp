// Equality filters compared with the members of new objects.

#include <rowan/orm/pending_match.hpp>

#include <algorithm>
#include <utility>
#include <vector>

namespace rowan::orm {

using metadata::EntityMeta;
using metadata::PropertyMeta;
using model::header_of;
using model::SlotHeader;
using value::Cell;

namespace {

using Equalities = std::vector<std::pair<const PropertyMeta*, Cell>>;

/// Reads a conjunction of `column == value`; returns false where the filter is anything else.
bool read_equalities(const EntityMeta& entity, const query::Condition& where, Equalities& out) {
  if (where.empty() || where.json != nullptr) return false;
  std::size_t value = 0;
  for (const query::Node& node : where.nodes) {
    if (node.op == query::Op::and_) continue;
    const bool is_key = node.op == query::Op::key_eq;
    if (!is_key && (node.op != query::Op::eq || node.path->count != 1)) return false;
    const PropertyMeta* property = is_key ? entity.primary_key : entity.find(node.path->steps[0]);
    const Value& operand = where.values[value++];
    if (property == nullptr || property->column < 0 || property->is_relation() ||
        operand.type() != property->type)
      return false;
    out.emplace_back(property, operand.as_cell());
  }
  return true;
}

bool holds(UnitOfWork& unit, void* object, const Equalities& equalities) {
  TypeStore& store = UnitOfWork::store_of(object);
  return std::all_of(equalities.begin(), equalities.end(), [&](const auto& each) {
    const auto column = static_cast<std::uint16_t>(each.first->column);
    Cell own;
    store.functions().encode(object, &column, 1, &own, unit.scratch(), store);
    return own == each.second;
  });
}

}  // namespace

bool may_match_pending(UnitOfWork& unit, const EntityMeta& entity, const query::Condition& where) {
  Equalities equalities;
  if (!read_equalities(entity, where, equalities)) return true;
  const auto is_of_class = [&](const void* object) {
    return &UnitOfWork::entity_of(object) == &entity;
  };
  // A row that is to be removed is still there.
  if (std::any_of(unit.removed.begin(), unit.removed.end(), is_of_class)) return true;
  const TypeStore* store = unit.find_store(entity.id);
  if (store == nullptr) return false;
  return std::any_of(store->created.begin(), store->created.end(), [&](void* object) {
    return header_of(object).life == SlotHeader::created && holds(unit, object, equalities);
  });
}

}  // namespace rowan::orm
