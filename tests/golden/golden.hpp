// Golden files: one query a file, one section a dialect.

#pragma once

#include <rowan/backend/driver.hpp>

#include <functional>
#include <string>

namespace rowan::golden {

/// Returns what a driver makes of the query.
using Render = std::function<std::string(backend::Driver& driver)>;

/// Compares what each dialect of the build makes of a query with `<area>/<name>.golden`.
///
/// A missing section fails, and one of a dialect that the build leaves out is kept as it is. With ROWAN_APPROVE=1 in
/// the environment the file is written instead; see tools/approve.py.
void check(const std::string& area,
           const std::string& name,
           const std::string& query,
           const Render& render);

}  // namespace rowan::golden
