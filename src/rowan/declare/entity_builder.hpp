// rowan::entity and rowan::mapping: what a class says of itself to the database.

#pragma once

#include <rowan/declare/accessor.hpp>
#include <rowan/declare/property_builder.hpp>
#include <rowan/declare/relation_builder.hpp>

#include <cstddef>
#include <string_view>
#include <type_traits>
#include <utility>

namespace rowan::declare {

// A tuple with no more than a mapping needs, because std::tuple costs each mapping more to compile.
template <std::size_t I, class P>
struct PackLeaf {
  P value;
};
template <class Indexes, class... P>
struct Pack;
template <std::size_t... I, class... P>
struct Pack<std::index_sequence<I...>, P...> : PackLeaf<I, P>... {};

template <std::size_t I, class P>
constexpr const P& pack_get(const PackLeaf<I, P>& leaf) noexcept {
  return leaf.value;
}

struct IndexSpec {
  const metadata::MemberTag* const* tags = nullptr;
  std::size_t count = 0;
  std::string_view name{};
  bool is_unique = false;
};
struct CheckSpec {
  std::string_view expression{};
  std::string_view name{};
};

template <auto... Members>
inline constexpr const metadata::MemberTag* tags_of[] = {&member_tag<Members>...};

template <class T, class P>
constexpr bool is_member_of() {
  if constexpr (std::is_same_v<typename P::Class, T>) {
    return true;
  } else {
    return std::is_base_of_v<typename P::Class, T>;
  }
}

/// Tells whether two names are the same; from the back, where those of one class differ.
constexpr bool is_same_name(std::string_view a, std::string_view b) noexcept {
  if (a.size() != b.size()) return false;
  for (std::size_t i = a.size(); i > 0; --i) {
    if (a[i - 1] != b[i - 1]) return false;
  }
  return true;
}

// By name: a sanitizer keeps g++ from comparing the addresses of tags while it compiles.
template <class... P>
constexpr bool has_duplicates() {
  const std::string_view names[] = {pretty_member<P::member>()..., {}};
  for (std::size_t i = 0; i < sizeof...(P); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (is_same_name(names[i], names[j])) return true;
    }
  }
  return false;
}

/// The mapping of class T. Immutable: each function returns a changed copy.
template <class T, std::size_t Indexes, std::size_t Checks, class... P>
struct EntityBuilder {
  using Entity = T;
  using Properties = Pack<std::index_sequence_for<P...>, P...>;
  static constexpr std::size_t property_count = sizeof...(P);
  static constexpr std::size_t index_count = Indexes;
  static constexpr std::size_t check_count = Checks;

  Properties properties;
  std::string_view table_name{};
  std::string_view schema_name{};
  IndexSpec indexes[Indexes + 1]{};
  CheckSpec checks[Checks + 1]{};

  constexpr EntityBuilder table(std::string_view name) const {
    EntityBuilder copy = *this;
    copy.table_name = name;
    return copy;
  }
  /// The schema that the table lies in; the schema generator makes it. A database without schemas puts its name before
  /// that of the table, as in schema_table.
  constexpr EntityBuilder schema(std::string_view name) const {
    EntityBuilder copy = *this;
    copy.schema_name = name;
    return copy;
  }
  /// No two rows agree in all of these members.
  template <auto... Members>
  constexpr auto unique(std::string_view name = {}) const {
    return with_index<Members...>(name, true);
  }
  template <auto... Members>
  constexpr auto index(std::string_view name = {}) const {
    return with_index<Members...>(name, false);
  }
  /// A condition in SQL that every row meets.
  constexpr auto check(std::string_view expression, std::string_view name = {}) const {
    EntityBuilder<T, Indexes, Checks + 1, P...> out{properties, table_name, schema_name};
    for (std::size_t i = 0; i < Indexes; ++i) out.indexes[i] = indexes[i];
    for (std::size_t i = 0; i < Checks; ++i) out.checks[i] = checks[i];
    out.checks[Checks] = {expression, name};
    return out;
  }

 private:
  template <auto... Members>
  constexpr auto with_index(std::string_view name, bool is_unique) const {
    static_assert(sizeof...(Members) > 0, "an index needs at least one member");
    static_assert((std::is_base_of_v<ClassOf<Members>, T> && ...),
                  "an index of this entity names a member of another class");
    EntityBuilder<T, Indexes + 1, Checks, P...> out{properties, table_name, schema_name};
    for (std::size_t i = 0; i < Indexes; ++i) out.indexes[i] = indexes[i];
    for (std::size_t i = 0; i < Checks; ++i) out.checks[i] = checks[i];
    out.indexes[Indexes] = {tags_of<Members...>, sizeof...(Members), name, is_unique};
    return out;
  }
};

template <class T, class... P, std::size_t... I>
constexpr auto make_entity(std::index_sequence<I...>, const P&... properties) {
  return EntityBuilder<T, 0, 0, P...>{{PackLeaf<I, P>{properties}...}};
}

/// Stands for the mapping of a class that has none.
struct Unmapped {};

}  // namespace rowan::declare

namespace rowan {

/// Maps class T by the properties and relations given, in the order of the columns.
template <class T, class... P>
constexpr auto entity(const P&... properties) {
  static_assert((declare::is_member_of<T, P>() && ...),
                "a property of this entity is a member of another class");
  static_assert(!declare::has_duplicates<P...>(), "a member of this entity is mapped twice");
  return declare::make_entity<T, P...>(std::index_sequence_for<P...>{}, properties...);
}

/// The mapping of class T; specialise it beside the class, before the first query:
/// `template <> inline constexpr auto rowan::mapping<User> = rowan::entity<User>(...)`.
template <class T>
inline constexpr auto mapping = declare::Unmapped{};

}  // namespace rowan

namespace rowan::declare {

template <class T>
inline constexpr bool has_specialised_mapping =
    !std::is_same_v<decltype(mapping<T>), const Unmapped>;

template <class T>
concept HasOwnMapping = requires {
  T::mapping();
};

/// Tells whether class T has a mapping, beside it or in itself.
template <class T>
inline constexpr bool is_mapped = has_specialised_mapping<T> || HasOwnMapping<T>;

template <class T>
inline constexpr auto own_mapping = T::mapping();

/// Returns the mapping of T: the one beside the class before the one in it.
template <class T>
constexpr const auto& get_mapping() noexcept {
  static_assert(
      is_mapped<T>,
      "this class has no mapping: specialise rowan::mapping<T> beside it, or give the class a "
      "static consteval mapping(), before the first query");
  if constexpr (has_specialised_mapping<T>) {
    static_assert(
        std::is_same_v<typename std::remove_cvref_t<decltype(mapping<T>)>::Entity, T>,
        "this rowan::mapping<T> maps another class than T: begin it with rowan::entity<T>");
    return mapping<T>;
  } else if constexpr (HasOwnMapping<T>) {
    static_assert(std::is_same_v<typename decltype(T::mapping())::Entity, T>,
                  "this class only inherits the mapping of its base: give it a mapping of its own");
    return own_mapping<T>;
  } else {
    return mapping<T>;
  }
}

template <class T>
using MappingOf = std::remove_cvref_t<decltype(get_mapping<T>())>;

}  // namespace rowan::declare
