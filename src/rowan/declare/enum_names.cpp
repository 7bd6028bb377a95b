// Reads the names of enumerators out of the compiler's name of a function.

#include <rowan/declare/enum_names.hpp>

#include <rowan/base/error.hpp>

#include <string>

namespace rowan::declare {

std::string_view EnumNames::name_of(std::int64_t value) const noexcept {
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (values[i] == value) return names[i];
  }
  return {};
}

bool EnumNames::find(std::string_view name, std::int64_t& value) const noexcept {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] != name) continue;
    value = values[i];
    return true;
  }
  return false;
}

EnumNames parse_enum_names(std::string_view pretty, std::int64_t first) {
  // "... Values = {(E)-3, E::z, ...}]", in angle brackets with clang; a number in parentheses has no name.
  EnumNames out;
  std::size_t at = pretty.find("Values = ") + 10;
  const std::size_t end = pretty.size() - 2;
  for (std::int64_t value = first; at < end; ++value) {
    std::size_t comma = pretty.find(", ", at);
    if (comma == std::string_view::npos || comma > end) comma = end;
    const std::string_view item = pretty.substr(at, comma - at);
    if (item.front() != '(' && item.front() != '-' && (item.front() < '0' || item.front() > '9')) {
      const std::size_t colon = item.rfind(':');
      out.names.push_back(colon == std::string_view::npos ? item : item.substr(colon + 1));
      out.values.push_back(value);
    }
    at = comma + 2;
  }
  return out;
}

void refuse_enumerator(std::string_view enum_pretty, std::int64_t value) {
  const std::size_t first = enum_pretty.find("E = ") + 4;
  const std::string name(enum_pretty.substr(first, enum_pretty.rfind(']') - first));
  throw ValidationError("the number " + std::to_string(value) + " is no enumerator of " + name +
                        ", so it cannot be stored by name: assign one of the enumerators (those "
                        "between -128 and 256 are known)");
}

}  // namespace rowan::declare
