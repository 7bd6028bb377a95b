// Values of JSON filters in the database's form.

#pragma once

#include <rowan/base/json.hpp>
#include <rowan/metadata/entity_meta.hpp>
#include <rowan/query/expr.hpp>
#include <rowan/value/value.hpp>

namespace rowan::query {

/// Returns the plain JSON value as one of `property`, or of its target's key where it is a
/// relation.
/// Errors: throws ValidationError naming entity, property and both types where it does not fit.
[[nodiscard]] Value json_operand(const metadata::EntityMeta& entity,
                                 const metadata::PropertyMeta& property,
                                 const json& value);

/// Returns the operand of an operator for arrays and JSON documents, `$contains` and its kin, as one value.
/// Errors: throws ValidationError naming entity, property, operator and what it takes where `value` or `property` does
/// not fit.
[[nodiscard]] Value whole_operand(const metadata::EntityMeta& entity,
                                  const metadata::PropertyMeta& property,
                                  Op op,
                                  const json& value);

}  // namespace rowan::query
