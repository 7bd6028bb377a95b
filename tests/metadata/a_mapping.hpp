// Builders of metadata for tests: classes A and B with just what a test is about.

#pragma once

#include <rowan/metadata/entity_meta.hpp>

#include <string>
#include <utility>
#include <vector>

namespace rowan::metadata::test {

inline constexpr TypeTag tag_a{}, tag_b{}, tag_c{};
inline constexpr MemberTag members_a[8]{}, members_b[8]{};

inline PropertyMeta a_property(const MemberTag& tag,
                               std::string name,
                               ValueType type = ValueType::text) {
  PropertyMeta out;
  out.tag = &tag;
  out.name = std::move(name);
  out.type = type;
  return out;
}

inline PropertyMeta a_key(const MemberTag& tag, std::string name = "id") {
  PropertyMeta out = a_property(tag, std::move(name), ValueType::integer);
  out.is_primary_key = true;
  out.is_generated = true;
  return out;
}

/// A relation to the class of `target`; with `mapped_by` the side that does not own it.
inline PropertyMeta a_relation(const MemberTag& tag,
                               std::string name,
                               PropertyKind kind,
                               const TypeTag& target,
                               const MemberTag* mapped_by = nullptr) {
  PropertyMeta out = a_property(tag, std::move(name), ValueType::null);
  out.kind = kind;
  out.target_tag = &target;
  out.mapped_by_tag = mapped_by;
  out.is_owner = mapped_by == nullptr;
  out.cpp_type = "rowan::Ref<B>";
  return out;
}

inline EntityMeta an_entity(const TypeTag& tag,
                            std::string name,
                            std::vector<PropertyMeta> properties) {
  EntityMeta out;
  out.tag = &tag;
  out.name = out.full_name = std::move(name);
  out.properties = std::move(properties);
  return out;
}

}  // namespace rowan::metadata::test
