// Addresses that stand for a class and for a member, the same in every translation unit.

#pragma once

#include <rowan/metadata/entity_meta.hpp>

namespace rowan::declare {

template <class T>
inline constexpr metadata::TypeTag type_tag{};

template <auto Member>
inline constexpr metadata::MemberTag member_tag{};

template <class M>
struct MemberTraits;
template <class C, class V>
struct MemberTraits<V C::*> {
  using Class = C;
  using ValueOf = V;
};

template <auto Member>
using ClassOf = typename MemberTraits<decltype(Member)>::Class;
template <auto Member>
using MemberType = typename MemberTraits<decltype(Member)>::ValueOf;

}  // namespace rowan::declare
