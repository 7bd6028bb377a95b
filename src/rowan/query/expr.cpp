// Building conditions and joining them.

#include <rowan/query/expr.hpp>

#include <rowan/base/error.hpp>
#include <rowan/base/json.hpp>
#include <rowan/query/binder.hpp>
#include <rowan/query/condition.hpp>
#include <rowan/value/codec.hpp>

#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <utility>

namespace rowan::query {

namespace {

constexpr std::size_t max_children = std::numeric_limits<std::uint16_t>::max();

const std::shared_ptr<const std::string>& json_mark() {
  static const auto mark = std::make_shared<const std::string>();
  return mark;
}

Condition one_node(Op op, const PathInfo* path) {
  Condition out;
  Node& node = out.nodes.emplace_back();
  node.op = op;
  node.path = path;
  return out;
}

// Appends the nodes of `from` but the first `skipped`, and all that they refer to.
void append(Condition& to, Condition&& from, std::size_t skipped) {
  if (from.nodes.empty() && from.json != nullptr) {
    Node& node = to.nodes.emplace_back();
    node.op = Op::json;
    node.extra = static_cast<std::uint32_t>(to.texts.size());
    to.texts.push_back(*from.json);
    to.json = json_mark();
    return;
  }
  const auto texts = static_cast<std::uint32_t>(to.texts.size());
  const auto selects = static_cast<std::uint32_t>(to.selects.size());
  for (std::size_t i = skipped; i < from.nodes.size(); ++i) {
    Node& node = to.nodes.emplace_back(from.nodes[i]);
    if (node.op == Op::raw || node.op == Op::json) node.extra += texts;
    if (node.op == Op::in_select) node.extra += selects;
  }
  for (Value& value : from.values) to.values.push_back(std::move(value));
  for (std::string& text : from.texts) to.texts.push_back(std::move(text));
  for (std::shared_ptr<const Select>& select : from.selects)
    to.selects.push_back(std::move(select));
  if (from.json != nullptr) to.json = json_mark();
}

bool is_group(const Condition& condition, Op op) {
  return !condition.nodes.empty() && condition.nodes[0].op == op;
}

// Makes a group of two, or of one and the parts of the other.
Condition group_of(Op op, Condition&& left, Condition&& right, std::size_t added) {
  const bool is_flat = added < max_children;
  Condition out = one_node(op, nullptr);
  out.nodes[0].children = static_cast<std::uint16_t>(is_flat ? 1 + added : 2);
  const std::size_t skipped = is_flat && is_group(right, op) ? 1 : 0;
  append(out, std::move(left), 0);
  append(out, std::move(right), skipped);
  return out;
}

}  // namespace

Condition combine(Op op, Condition&& left, Condition&& right) {
  if (left.empty()) return op == Op::and_ ? std::move(right) : Condition();
  if (right.empty()) return op == Op::and_ ? std::move(left) : Condition();
  const std::size_t added = is_group(right, op) ? right.nodes[0].children : 1;
  if (!is_group(left, op) || left.nodes[0].children + added > max_children) {
    return group_of(op, std::move(left), std::move(right), added);
  }
  left.nodes[0].children = static_cast<std::uint16_t>(left.nodes[0].children + added);
  const std::size_t skipped = is_group(right, op) ? 1 : 0;
  append(left, std::move(right), skipped);
  return std::move(left);
}

Condition negate(Condition&& condition) {
  if (condition.empty()) return one_node(Op::or_, nullptr);
  Condition out = one_node(Op::not_, nullptr);
  out.nodes[0].children = 1;
  append(out, std::move(condition), 0);
  return out;
}

Condition value_condition(Op op, const PathInfo* path, Value value) {
  Condition out = one_node(op, path);
  out.nodes[0].value_count = 1;
  out.values.push_back(std::move(value));
  return out;
}

Condition comparison(Op op, const PathInfo* path, Value&& operand) {
  if (operand.is_null()) return one_node(op == Op::ne ? Op::is_not_null : Op::is_null, path);
  return value_condition(op, path, std::move(operand));
}

const Value* key_of(const Condition& condition) noexcept {
  const bool is_key = condition.nodes.size() == 1 && condition.nodes[0].op == Op::key_eq &&
                      condition.values[0].type() != ValueType::object;
  return is_key ? &condition.values[0] : nullptr;
}

Value pattern_value(std::string_view pattern) {
  const std::size_t last = pattern.find_last_not_of('\\');
  const std::size_t at_end = pattern.size() - (last == std::string_view::npos ? 0 : last + 1);
  if (at_end % 2 == 0) return Value(value::Cell::of_bytes(pattern));
  return Value::of_text(std::string(pattern) + '\\');
}

Condition keys_condition(Op op, const PathInfo* path, const std::vector<std::string>& keys) {
  return value_condition(op, path, value::to_value(keys));
}

std::string_view containment_name(Op op) noexcept {
  switch (op) {
    case Op::contains: return "$contains";
    case Op::contained: return "$contained";
    case Op::overlap: return "$overlap";
    case Op::has_key: return "$hasKey";
    case Op::has_keys: return "$hasKeys";
    case Op::has_some_keys: return "$hasSomeKeys";
    default: return {};
  }
}

Condition bare_condition(Op op, const PathInfo* path) { return one_node(op, path); }

Condition list_condition(Op op, const PathInfo* path) { return one_node(op, path); }

void add_value(Condition& list, Value value) {
  list.values.push_back(std::move(value));
  ++list.nodes[0].value_count;
}

void pad_list(Condition& list) {
  const std::uint32_t count = list.nodes[0].value_count;
  constexpr std::uint32_t longest_padded = 16'384;
  if (count == 0 || count >= longest_padded) return;
  std::uint32_t wanted = 1;
  while (wanted < count && wanted < 1024) wanted *= 2;
  if (wanted < count) wanted = (count + 1023) / 1024 * 1024;
  const Value last = list.values.back();
  for (std::uint32_t i = count; i < wanted; ++i) add_value(list, last);
}

Condition path_condition(Op comparison, const PathInfo* left, const PathInfo* right) {
  Condition out = one_node(Op::eq_path, left);
  out.nodes[0].inner = comparison;
  out.nodes[0].other = right;
  return out;
}

Condition collection_condition(Op op, const PathInfo* path, Condition item) {
  Condition out = one_node(op, path);
  if (item.empty()) return out;
  out.nodes[0].children = 1;
  append(out, std::move(item), 0);
  return out;
}

Condition size_condition(Op comparison, const PathInfo* path, std::int64_t size) {
  Condition out = value_condition(Op::size, path, Value::of_integer(size));
  out.nodes[0].inner = comparison;
  return out;
}

Condition subquery_condition(Op op,
                             const PathInfo* path,
                             const std::shared_ptr<const Select>& select) {
  Condition out = one_node(Op::in_select, path);
  out.nodes[0].inner = op;
  for (Value& value : values_of(*select)) add_value(out, std::move(value));
  if (select->where.json != nullptr) out.json = json_mark();
  out.selects.push_back(select);
  return out;
}

Condition raw_condition(std::string text) {
  Condition out = one_node(Op::raw, nullptr);
  out.texts.push_back(std::move(text));
  return out;
}

Condition json_text_condition(const json& filter) {
  Condition out;
  out.json = std::make_shared<const std::string>(filter.dump());
  return out;
}

void refuse_integer(std::uint64_t value) {
  throw ValidationError("the number " + std::to_string(value) +
                        " is too large for a database: integers have 64 bits with a sign");
}

}  // namespace rowan::query
