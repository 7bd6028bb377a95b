// Names of module value, declared and not defined.

#pragma once

#include <cstdint>

namespace rowan {

class Value;
enum class ValueType : std::uint8_t;
template <class T>
struct Codec;

namespace value {

struct Cell;

}  // namespace value
}  // namespace rowan
