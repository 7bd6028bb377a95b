// Queries as words to look their statements up by.

#include <rowan/query/shape.hpp>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <string_view>

namespace rowan::query {

namespace {

std::uint64_t word_of(const void* pointer) { return reinterpret_cast<std::uint64_t>(pointer); }

template <class Key>
void append_text(std::string_view text, Key& key) {
  key.push_back(text.size());
  for (std::size_t at = 0; at < text.size(); at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + at, std::min<std::size_t>(8, text.size() - at));
    key.push_back(word);
  }
}

// The types of a few values one by one, of many the set.
std::uint64_t types_of(const Value* values, std::size_t count) {
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const auto type = static_cast<std::uint64_t>(values[i].type());
    word = count <= 12 ? word << 4 | type : word | std::uint64_t{1} << (type + 48);
  }
  return word;
}

template <class Key>
void append_any(const Select& select, Key& key);

template <class Key>
void append_any(const Condition& condition, Key& key) {
  std::size_t at = 0;
  key.push_back(condition.nodes.size());
  for (const Node& node : condition.nodes) {
    key.push_back(static_cast<std::uint64_t>(node.op) |
                  static_cast<std::uint64_t>(node.inner) << 8 |
                  static_cast<std::uint64_t>(node.children) << 16 |
                  static_cast<std::uint64_t>(node.value_count) << 32);
    key.push_back(word_of(node.path));
    if (node.op == Op::eq_path) key.push_back(word_of(node.other));
    if (node.op == Op::raw) append_text(condition.texts[node.extra], key);
    if (node.op == Op::in_select) append_any(*condition.selects[node.extra], key);
    if (node.value_count > 0)
      key.push_back(types_of(condition.values.data() + at, node.value_count));
    at += node.value_count;
  }
}

template <class Key>
void append_term(const Term& term, Key& key) {
  key.push_back(word_of(term.path));
  key.push_back(static_cast<std::uint64_t>(term.aggregate));
  append_text(term.raw, key);
  key.push_back(term.values.size());
  key.push_back(types_of(term.values.data(), term.values.size()));
}

template <class Key>
void append_any(const Select& select, Key& key) {
  key.push_back(word_of(select.root));
  key.push_back(static_cast<std::uint64_t>(select.distinct) |
                static_cast<std::uint64_t>(select.limit.has_value()) << 1 |
                static_cast<std::uint64_t>(select.offset.has_value()) << 2);
  key.push_back(select.terms.size());
  for (const Term& term : select.terms) append_term(term, key);
  append_any(select.where, key);
  key.push_back(select.joins.size());
  for (const NamedJoin& join : select.joins) {
    key.push_back(word_of(join.path));
    key.push_back(join.is_left ? 1 : 0);
  }
  key.push_back(select.group_by.size());
  for (const Term& term : select.group_by) append_term(term, key);
  key.push_back(select.having.size());
  for (const HavingTerm& having : select.having) {
    append_term(having.term, key);
    key.push_back(static_cast<std::uint64_t>(having.children) << 16 |
                  static_cast<std::uint64_t>(having.op) << 8 |
                  static_cast<std::uint64_t>(having.value.type()));
  }
  key.push_back(select.order_by.size());
  for (const OrderTerm& order : select.order_by) {
    key.push_back(word_of(order.path));
    key.push_back(static_cast<std::uint64_t>(order.descending) |
                  static_cast<std::uint64_t>(order.nulls) << 1 |
                  static_cast<std::uint64_t>(order.raw > 0) << 4 |
                  static_cast<std::uint64_t>(order.is_joined) << 5 |
                  static_cast<std::uint64_t>(order.aggregate) << 8);
    if (order.raw > 0) append_term(select.order_texts[order.raw - 1], key);
  }
}

}  // namespace

void append_shape(const Condition& condition, std::vector<std::uint64_t>& key) {
  append_any(condition, key);
}
void append_shape(const Condition& condition, base::SmallVector<std::uint64_t, 32>& key) {
  append_any(condition, key);
}
void append_shape(const Select& select, std::vector<std::uint64_t>& key) {
  append_any(select, key);
}
void append_shape(const Select& select, base::SmallVector<std::uint64_t, 32>& key) {
  append_any(select, key);
}

}  // namespace rowan::query
