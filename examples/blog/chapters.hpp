// The chapters of the tutorial, in reading order.

#pragma once

#include <rowan/rowan.hpp>

namespace blog {

void first_steps(rowan::Orm& orm);
void unit_of_work(rowan::Orm& orm);
void relations(rowan::Orm& orm);
void queries(rowan::Orm& orm);
void transactions(rowan::Orm& orm);
void errors(rowan::Orm& orm);
void requests(rowan::Orm& orm);

}  // namespace blog
