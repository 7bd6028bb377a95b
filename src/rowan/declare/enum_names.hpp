// Names of enumerators, and the trait of enums that are stored by name.

#pragma once

#include <rowan/base/arena.hpp>
#include <rowan/value/codec.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace rowan::declare {

/// The enumerators of one enum, by ascending number.
struct EnumNames {
  std::vector<std::string_view> names;
  std::vector<std::int64_t> values;

  /// Returns the name of a number, or an empty view where it has none.
  [[nodiscard]] std::string_view name_of(std::int64_t value) const noexcept;
  /// Finds the number of a name and tells whether there is one.
  [[nodiscard]] bool find(std::string_view name, std::int64_t& value) const noexcept;
};

/// Reads the enumerators out of the compiler's name of a function over consecutive numbers from `first`.
[[nodiscard]] EnumNames parse_enum_names(std::string_view pretty, std::int64_t first);
[[noreturn]] void refuse_enumerator(std::string_view enum_pretty, std::int64_t value);

// One function over all numbers: an instantiation for each would cost a user's build hundreds.
template <class E, E... Values>
constexpr const char* pretty_enumerators() noexcept {
  return __PRETTY_FUNCTION__;
}
template <class E, int First, int... I>
constexpr const char* pretty_enumerators_from(std::integer_sequence<int, I...>) noexcept {
  return pretty_enumerators<E, static_cast<E>(First + I)...>();
}

/// Returns the enumerators of E between -128 and 256; those beyond are not seen.
template <class E>
const EnumNames& enum_names() {
  static_assert(
      requires { E{0}; },
      "an enum stored by name needs a fixed underlying type, as enum class has one");
  using Number = std::underlying_type_t<E>;
  constexpr int first = std::is_unsigned_v<Number> || std::is_same_v<Number, bool> ? 0 : -128;
  constexpr int last = std::is_same_v<Number, bool> ? 1
                       : sizeof(Number) == 1        ? (first == 0 ? 255 : 127)
                                                    : 256;
  static const EnumNames names = parse_enum_names(
      pretty_enumerators_from<E, first>(std::make_integer_sequence<int, last - first + 1>{}),
      first);
  return names;
}

template <class E>
constexpr const char* pretty_enum() noexcept {
  return __PRETTY_FUNCTION__;
}

/// The trait of an enum stored as the name of its enumerator.
template <class E>
struct EnumTextConvert : value::ConvertFacts<ValueType::text>, value::ScalarSnapshot<E> {
  static value::Cell to_cell(const E& v, base::Arena& /*scratch*/) {
    const std::string_view name = enum_names<E>().name_of(static_cast<std::int64_t>(v));
    if (name.empty()) refuse_enumerator(pretty_enum<E>(), static_cast<std::int64_t>(v));
    return value::Cell::of_bytes(name);
  }
  static bool from_cell(const value::Cell& cell, E& out) noexcept {
    std::int64_t number = 0;
    if (cell.type != ValueType::text || !enum_names<E>().find(cell.bytes(), number)) return false;
    out = static_cast<E>(number);
    return true;
  }
  static value::Cell snapshot_cell(const E& v, base::Arena& scratch) { return to_cell(v, scratch); }
};

}  // namespace rowan::declare
