// Finds what is wrong with a set of mapped classes, all of it at once.

#pragma once

#include <rowan/metadata/entity_meta.hpp>

#include <span>
#include <string>
#include <vector>

namespace rowan::metadata {

/// Returns every mistake of the mapping, one line each with its remedy; none where it is sound.
///
/// Takes entities that the registry has linked as far as they can be: an unknown target is null.
[[nodiscard]] std::vector<std::string> find_mistakes(std::span<const EntityMeta> entities);

}  // namespace rowan::metadata
