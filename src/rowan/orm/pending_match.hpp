// Whether a filter could hold for objects that are not written yet, so that a query would miss them.

#pragma once

#include <rowan/orm/unit_of_work.hpp>
#include <rowan/query/expr.hpp>

namespace rowan::orm {

/// Tells whether pending work of the class, or of others that the filter reads, may decide what the filter finds.
///
/// False is certain: only then may a find go before the flush. Comparisons of columns with values are answered from
/// memory, for anything else the answer is true.
[[nodiscard]] bool may_match_pending(UnitOfWork& unit,
                                     const metadata::EntityMeta& entity,
                                     const query::Condition& where);

}  // namespace rowan::orm
