// Binds conditions, and keeps those through collections from doubling rows.

#include <rowan/query/condition_binder.hpp>

#include <rowan/base/error.hpp>

#include <algorithm>
#include <string>
#include <utility>

namespace rowan::query {

using metadata::EntityMeta;
using metadata::PropertyMeta;

namespace {

constexpr std::string_view verb = "query";

bool is_group(Op op) { return op == Op::and_ || op == Op::or_; }
bool asks_items(Op op) {
  return op == Op::some || op == Op::none_of || op == Op::every || op == Op::size;
}

BoundExpr constant(bool holds) {
  BoundExpr out;
  out.op = holds ? Op::nin : Op::in;
  return out;
}
bool is_constant(const BoundExpr& expr, bool holds) {
  return expr.op == (holds ? Op::nin : Op::in) && expr.value_count == 0 && expr.select == nullptr;
}

// Joins by and or or, leaving constants out.
BoundExpr joined(Op op, std::vector<BoundExpr> parts) {
  const bool neutral = op == Op::and_;
  BoundExpr out;
  out.op = op;
  for (BoundExpr& part : parts) {
    if (is_constant(part, !neutral)) return constant(!neutral);
    if (!is_constant(part, neutral)) out.children.push_back(std::move(part));
  }
  if (out.children.empty()) return constant(neutral);
  if (out.children.size() == 1) {
    BoundExpr only = std::move(out.children[0]);
    return only;
  }
  return out;
}

BoundExpr negated(BoundExpr expr) {
  if (is_constant(expr, true)) return constant(false);
  if (is_constant(expr, false)) return constant(true);
  BoundExpr out;
  out.op = Op::not_;
  out.children.push_back(std::move(expr));
  return out;
}

bool may_be_null(const BoundSelect& select, const BoundColumn& column) {
  if (column.property == nullptr) return true;
  std::uint16_t source = column.source;
  if (select.sources[source].kind == JoinKind::left) return true;
  return column.property->is_nullable && !column.property->is_primary_key;
}

// Whether the condition is neither true nor false for some row.
bool may_be_null(const BoundSelect& select, const BoundExpr& expr) {
  switch (expr.op) {
    case Op::is_null:
    case Op::is_not_null:
    case Op::some:
    case Op::none_of:
    case Op::every:
    case Op::size: return false;
    case Op::raw: return true;
    case Op::and_:
    case Op::or_:
    case Op::not_: break;
    default:
      if (is_constant(expr, true) || is_constant(expr, false)) return false;
      if (expr.op == Op::eq_path && may_be_null(select, expr.other)) return true;
      return may_be_null(select, expr.column);
  }
  return std::any_of(expr.children.begin(), expr.children.end(),
                     [&](const BoundExpr& child) { return may_be_null(select, child); });
}

// A null among the values of a subquery would keep `not in` from ever holding.
void leave_nulls_out(BoundSelect& values) {
  const BoundTerm& term = values.terms[0];
  const bool is_column = term.raw.empty() && term.aggregate == Aggregate::none;
  if (!is_column || values.has_limit || values.has_offset) {
    values.is_derived = true;
    return;
  }
  if (!may_be_null(values, term.column)) return;
  BoundExpr is_there;
  is_there.op = Op::is_not_null;
  is_there.column = term.column;
  std::vector<BoundExpr> parts;
  if (values.where.op != Op::none) parts.push_back(std::move(values.where));
  parts.push_back(std::move(is_there));
  values.where = joined(Op::and_, std::move(parts));
}

bool fits(ValueType expected, ValueType given) {
  if (expected == given || given == ValueType::null) return true;
  return expected == ValueType::decimal && given == ValueType::integer;
}

}  // namespace

ConditionBinder::ConditionBinder(const Condition& condition, std::uint32_t first_value)
    : condition_(condition), first_value_(first_value), places_(condition.nodes.size()) {
  if (condition.json != nullptr) {
    throw ValidationError(
        "a condition still holds JSON where it is bound: resolve_json() comes first");
  }
  std::uint32_t value = first_value;
  for (std::size_t at = 0; at < places_.size();) at = measure(at, value);
}

std::size_t ConditionBinder::measure(std::size_t at, std::uint32_t& value) {
  const Node& node = condition_.nodes[at];
  places_[at].value = value;
  value += node.value_count;
  std::size_t next = at + 1;
  for (std::uint16_t i = 0; i < node.children; ++i) next = measure(next, value);
  places_[at].end = next;
  return next;
}

std::vector<std::size_t> ConditionBinder::children_of(std::size_t at) const {
  std::vector<std::size_t> out;
  std::size_t next = at + 1;
  for (std::uint16_t i = 0; i < condition_.nodes[at].children; ++i) {
    out.push_back(next);
    next = places_[next].end;
  }
  return out;
}

bool ConditionBinder::passes_collection(std::size_t at,
                                        const PathBinder& paths,
                                        bool enters_not) const {
  const Node& node = condition_.nodes[at];
  if (is_group(node.op) || (node.op == Op::not_ && enters_not)) {
    for (const std::size_t child : children_of(at)) {
      if (passes_collection(child, paths, enters_not)) return true;
    }
    return false;
  }
  if (node.path != nullptr && paths.passes_collection(*node.path)) return true;
  return node.other != nullptr && paths.passes_collection(*node.other);
}

void ConditionBinder::bind_into(PathBinder& paths) const {
  if (condition_.nodes.empty()) return;
  const bool is_and = condition_.nodes[0].op == Op::and_;
  std::vector<std::size_t> plain;
  std::vector<std::size_t> doubling;
  for (const std::size_t at : is_and ? children_of(0) : std::vector<std::size_t>{0}) {
    (passes_collection(at, paths, false) ? doubling : plain).push_back(at);
  }
  BoundExpr where = bind_all(plain, paths);
  if (!is_constant(where, true)) paths.select().where = std::move(where);
  if (doubling.empty()) return;
  paths.select().key_filter =
      keys_where(doubling, paths, static_cast<std::uint16_t>(paths.select().depth + 1));
}

void ConditionBinder::bind_as_keys(PathBinder& paths) const {
  const auto depth = static_cast<std::uint16_t>(paths.select().depth + 1);
  paths.select().key_filter = keys_where({0}, paths, depth);
}

BoundExpr ConditionBinder::bind_all(const std::vector<std::size_t>& nodes,
                                    PathBinder& paths) const {
  std::vector<BoundExpr> parts;
  for (const std::size_t at : nodes) parts.push_back(bind(at, paths, true));
  return joined(Op::and_, std::move(parts));
}

// The keys of the root for which the nodes hold, each collection on their way joined once.
std::shared_ptr<BoundSelect> ConditionBinder::keys_where(const std::vector<std::size_t>& nodes,
                                                         const PathBinder& paths,
                                                         std::uint16_t depth) const {
  auto keys = std::make_shared<BoundSelect>();
  keys->depth = depth;
  keys->sources.push_back({&paths.root()});
  PathBinder inner(paths.registry(), *keys);
  BoundTerm key;
  key.column = inner.root_key();
  keys->terms.push_back(std::move(key));
  keys->where = bind_all(nodes, inner);
  return keys;
}

BoundExpr ConditionBinder::bind(std::size_t at, PathBinder& paths, bool is_required) const {
  const Node& node = condition_.nodes[at];
  if (is_group(node.op)) return bind_group(at, paths, is_required);
  if (node.op == Op::not_) return bind_not(at, paths);
  if (asks_items(node.op)) return bind_items(at, paths, is_required);
  BoundExpr out;
  out.op = node.op;
  out.value = places_[at].value;
  out.value_count = node.value_count;
  switch (node.op) {
    case Op::eq_path:
      out.inner = node.inner;
      out.column = paths.column_of(*node.path, is_required, verb);
      out.other = paths.column_of(*node.other, is_required, verb);
      return out;
    case Op::key_eq:
    case Op::key_in:
      out.op = node.op == Op::key_eq ? Op::eq : Op::in;
      out.column = paths.root_key();
      check_types(at, paths.root(), *paths.root().primary_key);
      return out;
    case Op::raw:
      out.raw = paths.bind_raw(condition_.texts[node.extra], node.value_count, out.raw_columns);
      return out;
    case Op::in_select: {
      out.inner = node.inner;
      out.column = paths.column_of(*node.path, is_required, verb);
      std::uint32_t value = out.value;
      const auto depth = static_cast<std::uint16_t>(paths.select().depth + 1);
      out.select = std::make_shared<BoundSelect>(
          bind_nested(paths.registry(), *condition_.selects[node.extra], value, depth));
      leave_nulls_out(*out.select);
      return out;
    }
    default: return bind_comparison(at, paths, is_required);
  }
}

BoundExpr ConditionBinder::bind_group(std::size_t at, PathBinder& paths, bool is_required) const {
  const Op op = condition_.nodes[at].op;
  std::vector<BoundExpr> parts;
  for (const std::size_t child : children_of(at))
    parts.push_back(bind(child, paths, is_required && op == Op::and_));
  return joined(op, std::move(parts));
}

// `not` of something through a collection asks that no item matches, so that it is the opposite for
// every row.
BoundExpr ConditionBinder::bind_not(std::size_t at, PathBinder& paths) const {
  if (!passes_collection(at + 1, paths, true)) return negated(bind(at + 1, paths, false));
  BoundExpr in;
  in.op = Op::in_select;
  in.column = paths.root_key();
  in.select = keys_where({at + 1}, paths, static_cast<std::uint16_t>(paths.select().depth + 1));
  return negated(std::move(in));
}

// What keeps an item from matching: that the condition is false, or null.
BoundExpr ConditionBinder::bind_misfit(std::size_t at, PathBinder& paths) const {
  BoundExpr out = bind_not(at, paths);
  if (out.op == Op::not_ && may_be_null(paths.select(), out.children[0])) out.inner = Op::is_null;
  return out;
}

BoundExpr ConditionBinder::bind_comparison(std::size_t at,
                                           PathBinder& paths,
                                           bool is_required) const {
  const Node& node = condition_.nodes[at];
  BoundExpr out;
  out.op = node.op;
  out.value = places_[at].value;
  out.value_count = node.value_count;
  if ((node.op == Op::in || node.op == Op::nin) && node.value_count == 0)
    return constant(node.op == Op::nin);
  out.column = paths.column_of(*node.path, is_required, verb);
  check_types(at, *paths.select().sources[out.column.source].entity, *out.column.property);
  return out;
}

BoundExpr ConditionBinder::bind_items(std::size_t at, PathBinder& paths, bool is_required) const {
  const Node& node = condition_.nodes[at];
  const PathBinder::End end = paths.end_of(*node.path, is_required, verb);
  const EntityMeta& owner = *paths.select().sources[end.column.source].entity;
  if (!end.is_collection) {
    throw ValidationError(
        "Collection operators can be used only inside a collection property context, but one was "
        "used for " +
        owner.name + "." + end.column.property->name);
  }
  BoundExpr out;
  out.op = node.op == Op::every ? Op::none_of : node.op;
  out.inner = node.inner;
  out.value = places_[at].value;
  out.value_count = node.value_count;
  out.column = end.column;
  out.relation = end.column.property;
  out.select = std::make_shared<BoundSelect>();
  out.select->depth = static_cast<std::uint16_t>(paths.select().depth + 1);
  out.select->correlated_relation = out.relation;
  out.select->correlated_source = end.column.source;
  out.select->sources.push_back({out.relation->target});
  PathBinder items(paths.registry(), *out.select);
  BoundTerm term;
  term.column = items.root_key();
  term.is_count_all = node.op == Op::size;
  if (term.is_count_all) term.aggregate = Aggregate::count;
  out.select->terms.push_back(std::move(term));
  if (node.children == 0) return out;
  // Whether an item is found is all that counts, so that collections below it may double it.
  BoundExpr where = node.op == Op::every ? bind_misfit(at, items) : bind(at + 1, items, true);
  if (!is_constant(where, true)) out.select->where = std::move(where);
  return out;
}

void ConditionBinder::check_types(std::size_t at,
                                  const EntityMeta& entity,
                                  const PropertyMeta& property) const {
  const bool is_key = property.is_relation() || property.is_primary_key;
  if (!is_key && !property.is_enum_text) return;  // typed paths and JSON have checked the others
  const std::uint32_t first = places_[at].value - first_value_;
  for (std::uint32_t i = first; i < first + condition_.nodes[at].value_count; ++i) {
    const ValueType given = condition_.values[i].type();
    if (given == ValueType::object || fits(property.type, given)) continue;
    if (!is_key) {
      throw ValidationError(entity.name + "." + property.name +
                            " is an enum kept as text, and a filter over a base class compares its"
                            " number: put the member into the mapped class itself");
    }
    const std::string what = property.is_relation()
                                 ? entity.name + "." + property.name + " refers to " +
                                       property.target->name + ", whose key is of type "
                                 : "the key " + entity.name + "." + property.name + " is of type ";
    throw ValidationError(what + std::string(to_string(property.type)) +
                          ", and a filter compares it with a value of type " +
                          std::string(to_string(given)) + ": give a key of the right type");
  }
}

}  // namespace rowan::query
