// Names of module declare, declared and not defined.

#pragma once

#include <cstddef>

namespace rowan::declare {

struct EntitySpec;
struct EnumNames;
struct PropertyOptions;
struct PropertySpec;
template <class T, std::size_t Indexes, std::size_t Checks, class... P>
struct EntityBuilder;

}  // namespace rowan::declare
