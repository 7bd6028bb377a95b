// What the templates of a mapping hand to compiled code, which makes the metadata of it.

#pragma once

#include <rowan/declare/entity_builder.hpp>
#include <rowan/metadata/entity_meta.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace rowan::declare {

/// What the type of a member says of its property, kept once for all members of that type.
struct TypeFacts {
  const char* pretty_class = "";
  const EnumNames& (*enum_names)() = nullptr;     ///< of enums stored by name
  const metadata::TypeTag* target_tag = nullptr;  ///< of relations
  ValueType type = ValueType::null;
  ValueType item_type = ValueType::null;  ///< of lists
  std::uint8_t byte_width = 8;
  bool is_unsigned = false;
  bool is_nullable = false;
  bool is_enum = false;
};

/// One property or relation, without its type.
struct PropertySpec {
  const PropertyOptions* options = nullptr;
  const TypeFacts* facts = nullptr;
  const char* pretty_member = "";
  const metadata::MemberTag* tag = nullptr;
  const metadata::MemberTag* mapped_by_tag = nullptr;
  void (*on_create)(void* object) = nullptr;
  void (*on_update)(void* object) = nullptr;
  metadata::PropertyKind kind = metadata::PropertyKind::scalar;
  bool is_primary_key = false;
  bool is_persistent = true;
};

struct EntitySpec {
  const char* pretty_class = "";
  std::string_view table{};
  std::string_view schema{};
  const metadata::TypeTag* tag = nullptr;
  const metadata::EntityFunctions* functions = nullptr;
  std::span<const PropertySpec> properties{};
  std::span<const std::size_t> offsets{};  ///< of the members, in bytes
  std::span<const IndexSpec> indexes{};
  std::span<const CheckSpec> checks{};
};

/// Returns the metadata of a class, not linked yet.
[[nodiscard]] metadata::EntityMeta make_entity_meta(const EntitySpec& spec);

}  // namespace rowan::declare
