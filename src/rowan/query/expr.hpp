// The tree of a condition as the user wrote it, its values apart from its shape.

#pragma once

#include <rowan/base/small_vector.hpp>
#include <rowan/value/value.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace rowan::metadata {
struct MemberTag;
struct TypeTag;
}  // namespace rowan::metadata

namespace rowan::query {

struct Select;

/// The steps of a path. Its address stands for the path: it is a constant of the program or kept by
/// the binder for ever.
struct PathInfo {
  const metadata::TypeTag* root = nullptr;
  const metadata::MemberTag* const* steps = nullptr;
  std::size_t count = 0;
};

enum class Op : std::uint8_t {
  none,  ///< no condition
  and_,
  or_,
  not_,
  eq,
  ne,
  gt,
  gte,
  lt,
  lte,
  in,
  nin,
  like,
  ilike,      ///< like, whatever the case of letters
  full_text,  ///< found by a query in the language of the database's full-text search
  contains,   ///< an array or a JSON document that has all of the value, which is one as well
  contained,  ///< the other way round
  overlap,    ///< arrays that have an element in common
  has_key,    ///< a JSON document with that key; the next two take an array of keys as one value
  has_keys,
  has_some_keys,
  is_null,
  is_not_null,
  some,  ///< collection operators: path leads there, one child is a condition on its items
  none_of,
  every,
  size,       ///< path leads to the collection; `inner` is the comparison, one value
  eq_path,    ///< comparison `inner` of two paths
  in_select,  ///< path in subquery `extra`
  key_eq,     ///< the root's key equals the value
  key_in,
  raw,   ///< SQL text `extra` with `?` for the values, `{member}` names resolved by the binder
  json,  ///< JSON text `extra`, replaced by its tree in resolve_json()
};

/// One node; a condition is its nodes in preorder.
struct Node {
  Op op = Op::none;
  Op inner = Op::none;
  std::uint16_t children = 0;     ///< direct children that follow
  std::uint32_t value_count = 0;  ///< of Condition::values, taken in order
  const PathInfo* path = nullptr;
  const PathInfo* other = nullptr;  ///< second path of eq_path
  std::uint32_t extra = 0;  ///< index into Condition::texts (raw) or Condition::selects (in_select)
};

/// A condition: its shape (nodes) and its values, so that equal shapes share one prepared
/// statement.
struct Condition {
  base::SmallVector<Node, 3> nodes;
  base::SmallVector<Value, 2> values;
  /// Set where the condition holds JSON that resolve_json() has yet to read: the text itself where
  /// `nodes` is empty, else an empty text, and nodes of Op::json say where.
  std::shared_ptr<const std::string> json;
  base::SmallVector<std::string, 1> texts;
  base::SmallVector<std::shared_ptr<const Select>, 1> selects;

  [[nodiscard]] bool empty() const noexcept { return nodes.empty() && json == nullptr; }
};

/// Returns both conditions joined by `op` (and_, or_); an empty one is left out of and_, and
/// swallows or_.
[[nodiscard]] Condition combine(Op op, Condition&& left, Condition&& right);
/// Returns the negation; that of an empty condition holds for nothing.
[[nodiscard]] Condition negate(Condition&& condition);

enum class Nulls : std::uint8_t { unspecified, first, last };

/// Tells whether the operator compares arrays and JSON documents as wholes: contains to has_some_keys.
[[nodiscard]] constexpr bool is_containment(Op op) noexcept {
  return op >= Op::contains && op <= Op::has_some_keys;
}
/// Returns the name that JSON filters have for such an operator: `$contains`.
[[nodiscard]] std::string_view containment_name(Op op) noexcept;

/// The aggregate functions.
enum class Aggregate : std::uint8_t { none, count, count_distinct, sum, min, max, avg };

struct OrderTerm {
  const PathInfo* path = nullptr;  ///< null for the number of rows of a group
  bool descending = false;
  Nulls nulls = Nulls::unspecified;
  Aggregate aggregate = Aggregate::none;  ///< of a query with groups
  std::uint32_t raw = 0;   ///< raw SQL: its number in Select::order_texts, counted from 1
  bool is_joined = false;  ///< the collections that the path leads through are joined by name
};

}  // namespace rowan::query
