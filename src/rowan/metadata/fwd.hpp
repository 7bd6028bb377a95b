// Names of module metadata, declared and not defined.

#pragma once

#include <cstdint>

namespace rowan {

class NamingStrategy;

namespace metadata {

class ReferenceResolver;
class Registry;
enum class PropertyKind : std::uint8_t;
enum class ReferentialAction : std::uint8_t;
struct EntityFunctions;
struct EntityMeta;
struct IndexSet;
struct MemberTag;
struct PropertyMeta;
struct TypeTag;

}  // namespace metadata
}  // namespace rowan
