// Conditions and bound selects as text, for messages and tests.

#pragma once

#include <rowan/query/bound.hpp>
#include <rowan/query/expr.hpp>

#include <string>

namespace rowan::query {

/// Returns the operator's name, "eq".
[[nodiscard]] std::string_view to_string(Op op) noexcept;
/// Returns the tree without values: "and(eq[1], in[1]:3)", paths by their number of steps.
[[nodiscard]] std::string to_string(const Condition& condition);
/// Returns a bound condition: "eq(t0.age, ?0)".
[[nodiscard]] std::string to_string(const BoundExpr& expr, const BoundSelect& select);
/// Returns a bound select on one line, near to SQL but of no dialect.
[[nodiscard]] std::string to_string(const BoundSelect& select);

}  // namespace rowan::query
