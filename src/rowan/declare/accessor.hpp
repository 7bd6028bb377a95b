// Names and places of classes and members, asked of the compiler.

#pragma once

#include <rowan/declare/tags.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace rowan::declare {

// The names below end in `char*` and not in a view: g++ would spell a view's type behind the name.
template <class T>
constexpr const char* pretty_class() noexcept {
  return __PRETTY_FUNCTION__;
}
template <auto Member>
consteval const char* pretty_member() noexcept {
  return __PRETTY_FUNCTION__;
}

/// Returns what stands between "T = " and the bracket that closes `pretty`.
constexpr std::string_view spelled_class(std::string_view pretty) noexcept {
  const std::size_t first = pretty.find("T = ") + 4;
  return pretty.substr(first, pretty.rfind(']') - first);
}

/// Returns the part of `name` behind its namespaces; template arguments stay whole.
constexpr std::string_view unqualified(std::string_view name) noexcept {
  const std::size_t arguments = name.find('<');
  const std::size_t last = name.rfind("::", arguments);
  return last == std::string_view::npos ? name : name.substr(last + 2);
}

template <class T>
inline constexpr std::string_view class_name_of = unqualified(spelled_class(pretty_class<T>()));

/// Returns the name of T without its namespaces.
template <class T>
constexpr std::string_view class_name() noexcept {
  return class_name_of<T>;
}

/// Returns the name of a member as Rowan uses it, from its pretty_member(): `owner` for `owner`, `owner_`, `m_owner`.
[[nodiscard]] std::string spelled_member(std::string_view pretty);
/// Returns the name of a type as programs spell it, from its pretty_class().
[[nodiscard]] std::string spelled_type(std::string_view pretty);

}  // namespace rowan::declare
