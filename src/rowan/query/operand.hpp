// C++ values as operands of typed conditions, refused by a sentence where their type does not fit.

#pragma once

#include <rowan/base/json.hpp>
#include <rowan/declare/entity_builder.hpp>
#include <rowan/declare/enum_names.hpp>
#include <rowan/model/fwd.hpp>
#include <rowan/model/slot.hpp>
#include <rowan/query/condition.hpp>
#include <rowan/query/fwd.hpp>
#include <rowan/value/codec.hpp>
#include <rowan/value/value.hpp>

#include <cstddef>
#include <limits>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

namespace rowan::model {
class RefBase;
}

namespace rowan::query {

template <class T>
struct OptionalTraits {
  using Inner = value::WithoutOptional<T>;
  static constexpr bool is_optional = value::is_optional<T>;
};

/// What a member leads to: the target of a reference or collection, nothing for a plain member.
template <class V>
struct RelationTraits {
  using Target = void;
  static constexpr bool is_reference = false;
  static constexpr bool is_optional = false;
  static constexpr bool is_collection = false;
};
template <class T>
struct RelationTraits<Ref<T>> {
  using Target = T;
  static constexpr bool is_reference = true;
  static constexpr bool is_optional = false;
  static constexpr bool is_collection = false;
};
template <class T>
struct RelationTraits<OptionalRef<T>> {
  using Target = T;
  static constexpr bool is_reference = true;
  static constexpr bool is_optional = true;
  static constexpr bool is_collection = false;
};
template <class T>
struct RelationTraits<Collection<T>> {
  using Target = T;
  static constexpr bool is_reference = false;
  static constexpr bool is_optional = false;
  static constexpr bool is_collection = true;
};

/// Tells whether something over `Base` serves over `T`: the same class, or a base of it; void serves over all.
template <class Base, class T>
inline constexpr bool serves = std::is_base_of_v<Base, T>;
template <class T>
inline constexpr bool serves<T, T> = true;
template <class T>
inline constexpr bool serves<void, T> = true;
template <>
inline constexpr bool serves<void, void> = true;

template <class U>
inline constexpr bool is_null_literal =
    std::is_same_v<U, std::nullptr_t> || std::is_same_v<U, std::nullopt_t>;
template <class U>
inline constexpr bool is_whole_number = std::is_integral_v<U> && !std::is_same_v<U, bool>;
template <class U>
inline constexpr bool is_text =
    !is_null_literal<U> && std::is_convertible_v<const U&, std::string_view>;

template <class U>
consteval ValueType stored_type() {
  if constexpr (value::Mappable<U>) {
    return value::Convert<U>::type;
  } else {
    return ValueType::null;
  }
}
template <class U>
inline constexpr bool is_time = stored_type<U>() == ValueType::timestamp;

/// Tells whether a value of type `U` may stand for a key.
template <class U>
consteval bool is_key() {
  if constexpr (is_null_literal<U> || std::is_same_v<U, bool> || std::is_floating_point_v<U>) {
    return false;
  } else if constexpr (is_whole_number<U> || is_text<U>) {
    return true;
  } else {
    return value::Mappable<U> && stored_type<U>() != ValueType::json;
  }
}

/// Tells whether a member of type `V` (no optional) may be compared with a `U` (no optional).
template <class V, class U>
consteval bool is_comparable() {
  using Relation = RelationTraits<V>;
  if constexpr (is_null_literal<U> || Relation::is_collection) {
    return false;
  } else if constexpr (Relation::is_reference) {
    if constexpr (RelationTraits<U>::is_reference) {
      return serves<typename Relation::Target, typename RelationTraits<U>::Target>;
    } else if constexpr (std::is_same_v<U, typename Relation::Target>) {
      return true;
    } else if constexpr (is_key<U>()) {
      return true;
    } else if constexpr (std::is_class_v<U>) {
      return std::is_base_of_v<typename Relation::Target, U>;
    } else {
      return false;
    }
  } else if constexpr (std::is_same_v<V, U>) {
    return true;
  } else if constexpr (std::is_same_v<V, bool> || std::is_same_v<U, bool>) {
    return false;
  } else if constexpr (std::is_integral_v<V>) {
    return std::is_integral_v<U>;
  } else if constexpr (std::is_floating_point_v<V>) {
    return std::is_arithmetic_v<U>;
  } else if constexpr (std::is_enum_v<V>) {
    return false;
  } else if constexpr (is_text<V>) {
    return is_text<U>;
  } else if constexpr (is_time<V> && is_time<U>) {
    return true;
  } else {
    return !std::is_floating_point_v<U> && std::is_convertible_v<const U&, V>;
  }
}

/// Whether a `V` is a JSON document. A list is none, though it lies in one where a database has no arrays.
template <class V>
inline constexpr bool is_document = stored_type<V>() == ValueType::json && !value::is_list<V>;

/// Tells whether a member of type `V`, an array or a document, may be compared as a whole with a `U`.
template <class V, class U>
consteval bool is_same_whole() {
  if constexpr (is_document<V>) {
    return std::is_same_v<U, V> || std::is_convertible_v<const U&, json>;
  } else if constexpr (value::is_list<V> && !is_text<U> && requires { typename U::value_type; }) {
    return is_comparable<typename V::value_type, typename U::value_type>();
  } else {
    return false;
  }
}

/// Whether the key of a mapped class is the enum `E`, kept by name.
template <class E, class Mapping>
inline constexpr bool is_enum_text_key = false;
template <class E, class T, std::size_t Indexes, std::size_t Checks, class... P>
inline constexpr bool is_enum_text_key<E, declare::EntityBuilder<T, Indexes, Checks, P...>> =
    ((P::is_primary_key && P::is_enum_text && std::is_same_v<typename P::Value, E>) || ...);

/// Tells whether a `U` as key of entity `T` is stored by its name. Only enums ask for a mapping.
template <class T, class U>
consteval bool is_key_by_name() {
  if constexpr (std::is_void_v<T> || !std::is_enum_v<U>) {
    return false;
  } else if constexpr (declare::is_mapped<T>) {
    return is_enum_text_key<U, declare::MappingOf<T>>;
  } else {
    return false;
  }
}

/// Returns a key of entity `T` in the database's form; `T` is void for a value that is no key.
template <class T, class U>
Value key_operand(const U& key) {
  if constexpr (is_text<U>) {
    return Value(value::Cell::of_bytes(std::string_view(key)));
  } else if constexpr (is_key_by_name<T, U>()) {
    base::Arena scratch;
    return Value(declare::EnumTextConvert<U>::to_cell(key, scratch));
  } else {
    return value::to_value(key);
  }
}

/// Returns a reference as an operand: its object, whose key is read after the flush before the query, or its key.
template <class R>
Value reference_operand(const R& reference) {
  if (reference.is_key()) return Value(model::key_of(reference.target()));
  return Value::of_object(reference.target());
}

/// Returns a whole number as a key's cell.
template <class U>
value::Cell key_cell(U key) {
  if (!std::in_range<std::int64_t>(key)) refuse_integer(static_cast<std::uint64_t>(key));
  return value::Cell::of_integer(static_cast<std::int64_t>(key));
}

/// Returns the nearest number that a member of type `V` can hold, as its column does.
template <class V>
double real_operand(double operand) noexcept {
  if constexpr (sizeof(V) < sizeof(double)) {
    if (operand >= -std::numeric_limits<V>::max() && operand <= std::numeric_limits<V>::max())
      return static_cast<V>(operand);
  }
  return operand;
}

/// Returns the operand in the database's form.
/// Requires: `is_comparable<V, U>()`.
template <class V, class U>
Value to_operand(const U& operand) {
  if constexpr (RelationTraits<V>::is_reference) {
    if constexpr (RelationTraits<U>::is_reference) {
      return reference_operand(operand);
    } else if constexpr (serves<typename RelationTraits<V>::Target, U>) {
      return Value::of_object(static_cast<const typename RelationTraits<V>::Target*>(&operand));
    } else {
      return key_operand<typename RelationTraits<V>::Target>(operand);
    }
  } else if constexpr (is_whole_number<V> && is_whole_number<U> && !std::is_same_v<U, V>) {
    if (!std::in_range<std::int64_t>(operand)) refuse_integer(static_cast<std::uint64_t>(operand));
    return Value::of_integer(static_cast<std::int64_t>(operand));
  } else if constexpr (std::is_floating_point_v<V>) {
    return Value::of_real(real_operand<V>(static_cast<double>(operand)));
  } else if constexpr (is_text<V> && is_text<U>) {
    return Value(value::Cell::of_bytes(std::string_view(operand)));
  } else {
    base::Arena scratch;
    if constexpr (std::is_same_v<V, U> || (is_time<V> && is_time<U>)) {
      return Value(value::Convert<U>::to_cell(operand, scratch));
    } else {
      const V converted = operand;
      return Value(value::Convert<V>::to_cell(converted, scratch));
    }
  }
}

/// Stands for the member that operands are stored for, where all members of its type store them alike.
struct AnyMember {
  static Value stored(Value operand) { return operand; }
};

/// Returns what a member that holds a `V` is compared with; null for null and what holds nothing.
///
/// `Member` says how the member stores it. By types that many members share, so that few are compiled.
template <class V, bool IsNullable, class Member, class U>
Value comparison_operand(const U& operand) {
  constexpr bool is_collection = RelationTraits<V>::is_collection;
  if constexpr (is_null_literal<U>) {
    static_assert(IsNullable,
                  "this member is never null: only an optional member or an OptionalRef can be");
    static_assert(!is_null_literal<U> || !is_collection,
                  "a collection is never null: ask is_empty()");
    return {};
  } else if constexpr (OptionalTraits<U>::is_optional) {
    static_assert(IsNullable,
                  "this member is never null: compare it with the value inside the optional");
    return operand.has_value() ? comparison_operand<V, IsNullable, Member>(*operand) : Value();
  } else {
    static_assert(!is_collection,
                  "a collection is compared by some(), none(), every(), is_empty() or size()");
    static_assert(
        is_collection || is_comparable<V, U>(),
        "this value cannot be compared with this member: give one of the member's own type");
    if constexpr (is_collection || !is_comparable<V, U>()) {
      return {};
    } else {
      if constexpr (RelationTraits<U>::is_optional) {
        if (operand.empty()) return {};
      }
      return Member::stored(to_operand<V>(operand));
    }
  }
}

/// Returns what an array or a document is compared with as a whole, as one value.
template <class V, class U>
Value whole_operand(const U& operand) {
  constexpr bool is_whole = value::is_list<V> || is_document<V>;
  static_assert(is_whole,
                "contains(), contained_in() and overlaps() compare arrays and JSON documents: this "
                "member is neither");
  static_assert(!is_whole || is_same_whole<V, U>(),
                "an array is compared with a list of its own elements' type, a JSON document with "
                "rowan::json");
  if constexpr (std::is_same_v<U, V> && is_document<V>) {
    return value::to_value(operand);
  } else if constexpr (!is_same_whole<V, U>()) {
    return {};
  } else if constexpr (is_document<V>) {
    return value::to_value(json(operand));
  } else {
    // By way of JSON, so that a number beyond the member's range is not cut.
    json list = json::array();
    for (const auto& element : operand) list.push_back(json(element));
    return value::to_value(list);
  }
}

/// One element of the list that `in` and `nin` take, for a member of type `V`.
template <class V>
struct Operand {
  template <class U>
  Operand(const U& operand) {  // NOLINT: implicit by design
    static_assert(
        is_comparable<V, U>(),
        "this value cannot be compared with this member: give one of the member's own type");
    if constexpr (is_comparable<V, U>()) value = to_operand<V>(operand);
  }
  Value value;
};

}  // namespace rowan::query
