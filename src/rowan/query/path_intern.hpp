// Paths that are made at run time, kept for ever, one address for each.

#pragma once

#include <rowan/metadata/entity_meta.hpp>
#include <rowan/query/expr.hpp>

#include <span>

namespace rowan::query {

/// Returns the path of these steps, the same address each time.
///
/// Lifetime: the program's. Thread safety: may be called from any thread.
/// Cost: a lock and a search. What is kept is bounded by the paths that the mapped classes have and
/// callers ask for.
[[nodiscard]] const PathInfo* intern_path(const metadata::TypeTag* root,
                                          std::span<const metadata::MemberTag* const> steps);

/// Returns the path of one step.
[[nodiscard]] const PathInfo* path_of(const metadata::EntityMeta& entity,
                                      const metadata::PropertyMeta& property);

}  // namespace rowan::query
