// Filters given as JSON: checked against the metadata, turned into the same tree as typed ones.

#pragma once

#include <rowan/base/json.hpp>
#include <rowan/metadata/registry.hpp>
#include <rowan/query/expr.hpp>

namespace rowan::query {

/// Returns the condition that `filter` says over `root`.
///
/// Keys are properties, dotted paths, or $and, $or, $not; a value is what the property equals, a
/// list of such values, null, an object of operators, or for relations an object over the target.
/// An empty object holds for every row.
/// Errors: throws ValidationError that names entity, property and key for whatever does not fit the
/// metadata.
[[nodiscard]] Condition json_condition(const metadata::Registry& registry,
                                       const metadata::EntityMeta& root,
                                       const json& filter);

/// Returns `condition` with every JSON part of it replaced by its tree.
/// Errors: as json_condition().
[[nodiscard]] Condition resolve_json(const metadata::Registry& registry,
                                     const metadata::EntityMeta& root,
                                     const Condition& condition);

}  // namespace rowan::query
