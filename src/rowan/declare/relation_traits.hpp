// Tells references and collections from other members.

#pragma once

#include <rowan/model/fwd.hpp>

namespace rowan::declare {

template <class V>
struct RelationTraits {
  static constexpr bool is_relation = false;
  static constexpr bool is_reference = false;
  static constexpr bool is_nullable = false;
  using Target = void;
};
template <class T>
struct RelationTraits<Ref<T>> {
  static constexpr bool is_relation = true;
  static constexpr bool is_reference = true;
  static constexpr bool is_nullable = false;
  using Target = T;
};
template <class T>
struct RelationTraits<OptionalRef<T>> {
  static constexpr bool is_relation = true;
  static constexpr bool is_reference = true;
  static constexpr bool is_nullable = true;
  using Target = T;
};
template <class T>
struct RelationTraits<Collection<T>> {
  static constexpr bool is_relation = true;
  static constexpr bool is_reference = false;
  static constexpr bool is_nullable = false;
  using Target = T;
};

}  // namespace rowan::declare
