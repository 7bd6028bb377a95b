// rowan::entities: the metadata of the classes that an ORM is to know.

#pragma once

#include <rowan/declare/entity_spec.hpp>
#include <rowan/declare/entity_table.hpp>
#include <rowan/metadata/entity_meta.hpp>

#include <cstddef>
#include <type_traits>
#include <utility>
#include <vector>

namespace rowan::declare {

/// Calls the function that stands in the mapping, a constant, so that nothing need be kept of it.
template <class T, class P, class F>
void assign_from(void* object, const F& function) {
  T& entity = *static_cast<T*>(object);
  if constexpr (std::is_invocable_v<const F&>) {
    entity.*P::member = function();
  } else {
    entity.*P::member = function(std::as_const(entity));
  }
}
template <class T, std::size_t I, class P>
void run_on_create(void* object) {
  constexpr const PackLeaf<I, P>& leaf = get_mapping<T>().properties;
  assign_from<T, P>(object, leaf.value.on_create_function);
}
template <class T, std::size_t I, class P>
void run_on_update(void* object) {
  constexpr const PackLeaf<I, P>& leaf = get_mapping<T>().properties;
  assign_from<T, P>(object, leaf.value.on_update_function);
}

using Assigner = void (*)(void* object);

template <class F>
struct AssignerChoice {
  template <class T, std::size_t I, class P>
  static constexpr Assigner create = run_on_create<T, I, P>;
  template <class T, std::size_t I, class P>
  static constexpr Assigner update = run_on_update<T, I, P>;
};
template <>
struct AssignerChoice<NoFunction> {
  template <class T, std::size_t I, class P>
  static constexpr Assigner create = nullptr;
  template <class T, std::size_t I, class P>
  static constexpr Assigner update = nullptr;
};

template <class V, class Converter, bool IsEnumText>
consteval TypeFacts make_scalar_facts() {
  using Plain = value::WithoutOptional<V>;
  TypeFacts out;
  out.pretty_class = pretty_class<V>();
  out.type = Converter::type;
  out.byte_width = Converter::byte_width;
  out.is_unsigned = Converter::is_unsigned;
  out.is_nullable = Converter::is_nullable;
  out.is_enum = std::is_enum_v<Plain>;
  if constexpr (value::is_list<Plain>) {
    using Item = value::Convert<typename Plain::value_type>;
    out.item_type = Item::type;
    out.byte_width = Item::byte_width;
    out.is_unsigned = Item::is_unsigned;
  }
  if constexpr (IsEnumText) out.enum_names = enum_names<Plain>;
  return out;
}
template <class V, class Traits>
consteval TypeFacts make_relation_facts() {
  TypeFacts out;
  out.pretty_class = pretty_class<V>();
  out.target_tag = &type_tag<typename Traits::Target>;
  out.is_nullable = Traits::is_nullable;
  return out;
}

template <bool IsRelation>
struct FactsChoice {
  template <class V, class Converter, bool IsEnumText>
  static constexpr TypeFacts facts = make_scalar_facts<V, Converter, IsEnumText>();
};
template <>
struct FactsChoice<true> {
  template <class V, class Traits, bool IsEnumText>
  static constexpr TypeFacts facts = make_relation_facts<V, Traits>();
};

/// The properties of a class, and room for one more because an array of none is none.
template <std::size_t Count>
struct SpecList {
  PropertySpec items[Count + 1] = {};
};

template <class T, std::size_t... I, class... P>
consteval SpecList<sizeof...(P)> make_specs(const Pack<std::index_sequence<I...>, P...>& pack) {
  return {
      {PropertySpec{
           &static_cast<const PackLeaf<I, P>&>(pack).value.options,
           &FactsChoice<P::is_relation>::template facts<typename P::Value, typename P::Converter,
                                                        P::is_enum_text>,
           pretty_member<P::member>(), &member_tag<P::member>, mapped_by_tag<P::mapped_by_member>(),
           AssignerChoice<typename P::Creator>::template create<T, I, P>,
           AssignerChoice<typename P::Updater>::template update<T, I, P>, P::kind,
           P::is_primary_key, P::is_persistent}...,
       PropertySpec{}}};
}

template <class T>
struct SpecTable {
  static constexpr auto specs = make_specs<T>(get_mapping<T>().properties);
};

template <class T>
metadata::EntityMeta make_meta() {
  using Mapping = MappingOf<T>;
  constexpr const Mapping& mapping_of = get_mapping<T>();
  std::size_t offsets[Mapping::property_count + 1] = {};
  list_offsets<T>(EntityTable<T>::properties, offsets);
  EntitySpec spec;
  spec.pretty_class = pretty_class<T>();
  spec.table = mapping_of.table_name;
  spec.schema = mapping_of.schema_name;
  spec.tag = &type_tag<T>;
  spec.functions = &entity_functions<T>();
  spec.properties = {SpecTable<T>::specs.items, Mapping::property_count};
  spec.offsets = {offsets, Mapping::property_count};
  spec.indexes = {mapping_of.indexes, Mapping::index_count};
  spec.checks = {mapping_of.checks, Mapping::check_count};
  return make_entity_meta(spec);
}

}  // namespace rowan::declare

namespace rowan {

/// Returns the metadata of the classes, to be handed to the ORM: `rowan::entities<User, Post, Tag>()`.
template <class... T>
[[nodiscard]] std::vector<metadata::EntityMeta> entities() {
  std::vector<metadata::EntityMeta> out;
  out.reserve(sizeof...(T));
  (out.push_back(declare::make_meta<T>()), ...);
  return out;
}

}  // namespace rowan
