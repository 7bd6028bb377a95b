// Finds out which entities a query reads.

#include <rowan/query/binder.hpp>

#include <rowan/base/error.hpp>
#include <rowan/query/path_binder.hpp>

namespace rowan::query {

using metadata::EntityMeta;
using metadata::IndexSet;
using metadata::PropertyMeta;
using metadata::Registry;

namespace {

// Adds what a path passes and returns what it leads to; unknown members are left to the binder to
// refuse.
const EntityMeta& add_path(const EntityMeta& root, const PathInfo& path, IndexSet& entities) {
  const EntityMeta* at = &root;
  for (std::size_t i = 0; i < path.count; ++i) {
    const PropertyMeta* property = at->find(path.steps[i]);
    if (property == nullptr || property->target == nullptr) break;
    at = property->target;
    entities.add(at->id);
  }
  return *at;
}

void add_raw(const EntityMeta& root, const std::string& text, IndexSet& entities) {
  for (std::size_t from = text.find('{'); from != std::string::npos;
       from = text.find('{', from + 1)) {
    const EntityMeta* at = &root;
    std::size_t start = from + 1;
    for (std::size_t dot = text.find_first_of(".}", start);
         dot != std::string::npos && text[dot] == '.'; dot = text.find_first_of(".}", start)) {
      const PropertyMeta* property = at->find(std::string_view(text).substr(start, dot - start));
      if (property == nullptr || property->target == nullptr) break;
      at = property->target;
      entities.add(at->id);
      start = dot + 1;
    }
  }
}

std::size_t add_node(const Registry& registry,
                     const EntityMeta& root,
                     const Condition& where,
                     std::size_t at,
                     IndexSet& entities) {
  const Node& node = where.nodes[at];
  const EntityMeta* below = &root;
  if (node.path != nullptr) {
    const EntityMeta& target = add_path(root, *node.path, entities);
    if (node.op == Op::some || node.op == Op::none_of || node.op == Op::every) below = &target;
  }
  if (node.other != nullptr) add_path(root, *node.other, entities);
  if (node.op == Op::raw) add_raw(root, where.texts[node.extra], entities);
  if (node.op == Op::in_select) collect_entities(registry, *where.selects[node.extra], entities);
  std::size_t next = at + 1;
  for (std::uint16_t i = 0; i < node.children; ++i)
    next = add_node(registry, *below, where, next, entities);
  return next;
}

void add_condition(const Registry& registry,
                   const EntityMeta& root,
                   const Condition& where,
                   IndexSet& entities) {
  for (std::size_t at = 0; at < where.nodes.size();)
    at = add_node(registry, root, where, at, entities);
}

}  // namespace

void collect_entities(const Registry& registry,
                      const EntityMeta& root,
                      const Condition& where,
                      std::span<const OrderTerm> order_by,
                      IndexSet& entities) {
  entities.add(root.id);
  if (where.json != nullptr) {
    add_condition(registry, root, resolve_json(registry, root, where), entities);
  } else {
    add_condition(registry, root, where, entities);
  }
  for (const OrderTerm& order : order_by) {
    if (order.path != nullptr) add_path(root, *order.path, entities);
  }
}

void collect_entities(const Registry& registry, const Select& select, IndexSet& entities) {
  const EntityMeta& root = entity_of(registry, select.root);
  collect_entities(registry, root, select.where, select.order_by, entities);
  for (const NamedJoin& join : select.joins) add_path(root, *join.path, entities);
  for (const Term& term : select.terms) {
    if (term.path != nullptr) add_path(root, *term.path, entities);
    if (!term.raw.empty()) add_raw(root, term.raw, entities);
  }
  for (const Term& term : select.group_by) {
    if (term.path != nullptr) add_path(root, *term.path, entities);
  }
  for (const Term& term : select.order_texts) add_raw(root, term.raw, entities);
  for (const HavingTerm& having : select.having) {
    if (having.term.path != nullptr) add_path(root, *having.term.path, entities);
  }
}

}  // namespace rowan::query
