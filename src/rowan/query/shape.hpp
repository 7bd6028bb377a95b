// What of a query decides its statement, as words to look it up by.

#pragma once

#include <rowan/base/small_vector.hpp>
#include <rowan/query/expr.hpp>
#include <rowan/query/select.hpp>

#include <cstdint>
#include <vector>

namespace rowan::query {

/// Appends words that are equal exactly where conditions differ in nothing but their values.
///
/// Types of values count, so that a plan made for one query has checked them for the next.
/// Requires: `condition` holds no JSON, see resolve_json().
void append_shape(const Condition& condition, std::vector<std::uint64_t>& key);
void append_shape(const Condition& condition, base::SmallVector<std::uint64_t, 32>& key);
/// The same for a whole query of rows.
void append_shape(const Select& select, std::vector<std::uint64_t>& key);
void append_shape(const Select& select, base::SmallVector<std::uint64_t, 32>& key);

}  // namespace rowan::query
