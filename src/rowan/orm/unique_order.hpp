// Orders updates so that unique values can move, and parks a value where they go round in a ring.

#pragma once

#include <rowan/orm/change_set.hpp>
#include <rowan/orm/unit_of_work.hpp>

namespace rowan::orm {

/// Takes the updates that hand unique values to each other, or to inserted rows, out of their batches.
///
/// `sets.ordered` then holds them one by one, who gives before who takes; `sets.parked` what must first be set to null,
/// or to a temporary value where the column may not be null. No engine at hand checks plain uniques at the end of a
/// statement, so a ring needs that extra update.
/// Errors: ValidationError naming the objects where a column of the ring can hold no temporary value.
void order_unique_updates(UnitOfWork& unit, ChangeSets& sets);

}  // namespace rowan::orm
