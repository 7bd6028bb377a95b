// What a query over a root says of the items of one of its collections.

#pragma once

#include <rowan/metadata/entity_meta.hpp>
#include <rowan/query/expr.hpp>

#include <span>

namespace rowan::orm {

/// The steps from a root to a relation.
using Steps = std::span<const metadata::MemberTag* const>;

/// Returns those parts of a condition over a root, joined by and, that speak of nothing but what `steps` lead to, as a
/// condition over that; an empty one where there are none.
///
/// `some()` of exactly that collection counts as its inner condition; none() and every() say nothing of an item.
/// Requires: `where` holds no JSON.
[[nodiscard]] query::Condition narrow(const query::Condition& where,
                                      Steps steps,
                                      const metadata::EntityMeta& target);
/// Returns the terms of an order over a root that lead through `steps`, as an order over the target.
[[nodiscard]] base::SmallVector<query::OrderTerm, 2> narrow(std::span<const query::OrderTerm> order,
                                                            Steps steps,
                                                            const metadata::EntityMeta& target);

}  // namespace rowan::orm
