// A query as the user wrote it, before its names are bound to metadata.

#pragma once

#include <rowan/query/expr.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace rowan::query {

/// One selected or grouped term: a path, an aggregate of one, or raw SQL.
struct Term {
  const PathInfo* path = nullptr;  ///< null for count(*) and raw
  Aggregate aggregate = Aggregate::none;
  std::string raw{};
  std::vector<Value> values{};  ///< of raw, one for each question mark
};

/// A node of a condition on groups, in preorder: `aggregate(term) op value`, or and_, or_, not_.
struct HavingTerm {
  Term term;
  Op op = Op::eq;
  Value value;
  std::uint16_t children = 0;

  [[nodiscard]] bool is_group() const noexcept {
    return op == Op::and_ || op == Op::or_ || op == Op::not_;
  }
};

enum class LockMode : std::uint8_t {
  none,
  optimistic,
  pessimistic_read,
  pessimistic_write,
  pessimistic_partial_write,  ///< skip locked
  pessimistic_write_or_fail,  ///< nowait
  pessimistic_partial_read,
  pessimistic_read_or_fail,
};

/// A relation that a query joins by name.
struct NamedJoin {
  const PathInfo* path = nullptr;
  bool is_left = false;  ///< rows without a match stay
};

/// A typed query without its types.
struct Select {
  const metadata::TypeTag* root = nullptr;
  std::vector<Term> terms;
  Condition where;
  std::vector<NamedJoin> joins;
  std::vector<Term> group_by;
  std::vector<HavingTerm> having;  ///< trees in preorder, joined by and
  std::vector<Term> order_texts;   ///< raw SQL that OrderTerm::raw numbers
  std::vector<OrderTerm> order_by;
  std::optional<std::int64_t> limit;
  std::optional<std::int64_t> offset;
  bool distinct = false;
};

}  // namespace rowan::query
