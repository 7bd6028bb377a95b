// The order in which classes are inserted, so that what is referred to comes first.

#pragma once

#include <rowan/metadata/registry.hpp>

#include <cstdint>
#include <vector>

namespace rowan::orm {

/// Returns all entity ids, referred-to classes first; cycles are broken at references that may be empty.
///
/// Depth-first topological sort over required foreign keys, then over optional ones. Cost: linear in the references.
[[nodiscard]] std::vector<std::uint16_t> commit_order(const metadata::Registry& registry);

}  // namespace rowan::orm
