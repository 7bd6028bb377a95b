// Typed conditions over one entity, and the operators that make them.

#pragma once

#include <rowan/query/condition.hpp>
#include <rowan/query/path.hpp>

#include <initializer_list>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace rowan::query {

template <class R, class T>
class Aggregated;
template <class T>
class AggregateCondition;

template <class T>
struct IsAggregateCondition {
  static constexpr bool value = false;
};
template <class T>
struct IsAggregateCondition<AggregateCondition<T>> {
  static constexpr bool value = true;
};

/// Tells whether `K` is a list of keys.
template <class K>
consteval bool is_key_list() {
  if constexpr (is_text<K>) {
    return false;
  } else if constexpr (requires(const K& list) {
                         *list.begin();
                         list.end();
                       }) {
    return is_key<std::remove_cvref_t<decltype(*std::declval<const K&>().begin())>>();
  } else {
    return false;
  }
}

/// Returns the condition that the root's key is `key`, one of `key`, or what `key` says as JSON.
template <class T, class K>
Condition key_condition(const K& key) {
  static_assert(
      !IsAggregateCondition<K>::value,
      "aggregates are compared in having(), which follows group_by(): a filter cannot hold them");
  if constexpr (std::is_same_v<K, json>) {
    return json_text_condition(key);
  } else if constexpr (RelationTraits<K>::is_reference) {
    return value_condition(Op::key_eq, nullptr, reference_operand(key));
  } else if constexpr (is_key<K>()) {
    return value_condition(Op::key_eq, nullptr, key_operand<T>(key));
  } else if constexpr (is_key_list<K>()) {
    Condition list = list_condition(Op::key_in, nullptr);
    for (const auto& each : key) add_value(list, key_operand<T>(each));
    pad_list(list);
    return list;
  } else {
    static_assert(IsAggregateCondition<K>::value,
                  "a filter is a condition such as f<&User::name> == \"Ada\", a key, a list of "
                  "keys, or rowan::json");
    return {};
  }
}

/// Returns the condition `path op operand`.
template <class P, class U>
Condition compare(Op op, const U& operand) {
  using V = typename P::ValueOf;
  if constexpr (is_null_literal<U>) {
    static_assert(P::is_nullable,
                  "this member is never null: only an optional member or an OptionalRef can be");
    static_assert(!is_null_literal<U> || !P::is_collection,
                  "a collection is never null: ask is_empty()");
    return bare_condition(op == Op::eq ? Op::is_null : Op::is_not_null, P::info());
  } else if constexpr (OptionalTraits<U>::is_optional) {
    static_assert(P::is_nullable,
                  "this member is never null: compare it with the value inside the optional");
    if (!operand.has_value())
      return bare_condition(op == Op::ne ? Op::is_not_null : Op::is_null, P::info());
    return compare<P>(op, *operand);
  } else {
    static_assert(!P::is_collection,
                  "a collection is compared by some(), none(), every(), is_empty() or size()");
    static_assert(
        P::is_collection || is_comparable<V, U>(),
        "this value cannot be compared with this member: give one of the member's own type");
    if constexpr (P::is_collection || !is_comparable<V, U>()) {
      return {};
    } else {
      if constexpr (RelationTraits<U>::is_optional) {
        if (operand.empty())
          return bare_condition(op == Op::ne ? Op::is_not_null : Op::is_null, P::info());
      }
      return value_condition(op, P::info(), P::stored(to_operand<V>(operand)));
    }
  }
}

/// `P op operand`, before it is a condition.
template <class P, class U>
struct Comparison {
  Op op;
  const U& operand;
};

}  // namespace rowan::query

namespace rowan {

/// A condition over entity `T`. An empty one holds for every row.
///
/// A filter over a base of `T` is one over `T`. Cost: a comparison of one member allocates nothing
/// but a long text.
template <class T>
class Filter {
 public:
  Filter() noexcept = default;
  explicit Filter(query::Condition&& condition) noexcept : condition_(std::move(condition)) {}
  /// For operators: makes the condition in its place, for it is large to move.
  template <class P, class U>
  explicit Filter(query::Comparison<P, U> made)
      : condition_(query::compare<P>(made.op, made.operand)) {}
  Filter(query::Op op, query::Condition&& left, query::Condition&& right)
      : condition_(query::combine(op, std::move(left), std::move(right))) {}
  template <class U>
  Filter(const Filter<U>& other) : condition_(other.condition()) {  // NOLINT: implicit by design
    static_assert(query::serves<U, T>(), "this filter belongs to another entity");
  }
  template <class U>
  Filter(Filter<U>&& other) : condition_(std::move(other).take()) {  // NOLINT: implicit by design
    static_assert(query::serves<U, T>(), "this filter belongs to another entity");
  }
  /// Takes a key, a list of keys, or JSON such as `{"age": {"$gte": 18}}`, which is checked when
  /// the filter is used.
  template <class K>
  Filter(const K& key) : condition_(query::key_condition<T>(key)) {}  // NOLINT: implicit by design
  template <class K>
  requires(query::is_key<K>()) Filter(std::initializer_list<K> keys)
      : condition_(query::list_condition(query::Op::key_in, nullptr)) {
    for (const K& key : keys) query::add_value(condition_, query::key_operand<T>(key));
    query::pad_list(condition_);
  }

  [[nodiscard]] bool empty() const noexcept { return condition_.empty(); }
  [[nodiscard]] const query::Condition& condition() const noexcept { return condition_; }
  /// Returns the key where the filter is nothing else, null otherwise.
  [[nodiscard]] const Value* key() const noexcept {
    const bool is_key = condition_.nodes.size() == 1 &&
                        condition_.nodes[0].op == query::Op::key_eq &&
                        condition_.values[0].type() != ValueType::object;
    return is_key ? &condition_.values[0] : nullptr;
  }
  [[nodiscard]] query::Condition&& take() && noexcept { return std::move(condition_); }

 private:
  query::Condition condition_;
};

/// Returns a condition in the database's own language: `?` stands for a value, `{member}` for a
/// member's column.
template <class T, class... Values>
[[nodiscard]] Filter<T> sql_filter(std::string text, const Values&... values) {
  query::Condition condition = query::raw_condition(std::move(text));
  (query::add_value(condition, query::key_operand<void>(values)), ...);
  return Filter<T>(std::move(condition));
}

template <class A, class B>
[[nodiscard]] Filter<typename query::CommonRoot<A, B>::Type> operator&&(Filter<A> left,
                                                                        Filter<B> right) {
  using Root = typename query::CommonRoot<A, B>::Type;
  return Filter<Root>(query::Op::and_, std::move(left).take(), std::move(right).take());
}
template <class A, class B>
[[nodiscard]] Filter<typename query::CommonRoot<A, B>::Type> operator||(Filter<A> left,
                                                                        Filter<B> right) {
  using Root = typename query::CommonRoot<A, B>::Type;
  return Filter<Root>(query::Op::or_, std::move(left).take(), std::move(right).take());
}
template <class T>
[[nodiscard]] Filter<T> operator!(Filter<T> filter) {
  return Filter<T>(query::negate(std::move(filter).take()));
}

}  // namespace rowan

namespace rowan::query {

/// Returns the condition that compares two paths, or a path with a value.
template <class P, class U>
auto compare_any(Op op, const U& operand) {
  if constexpr (is_path<U>) {
    using Left = typename P::ValueOf;
    using Right = typename U::ValueOf;
    constexpr bool are_values =
        std::is_void_v<typename P::Target> && std::is_void_v<typename U::Target>;
    static_assert(are_values ? is_comparable<Left, Right>()
                             : std::is_same_v<typename P::Target, typename U::Target>,
                  "these two paths lead to values of different types");
    static_assert(!P::is_collection && !U::is_collection,
                  "collections cannot be compared with each other");
    using Root = typename CommonRoot<typename P::Root, typename U::Root>::Type;
    return Filter<Root>(path_condition(op, P::info(), U::info()));
  } else {
    return Filter<typename P::Root>(Comparison<P, U>{op, operand});
  }
}

/// Returns the condition of an order comparison, which plain members alone have.
template <class P, class U>
auto compare_order(Op op, const U& operand) {
  static_assert(!is_null_literal<U>, "null has no order: compare with == or !=");
  static_assert(!std::is_same_v<typename P::ValueOf, bool>,
                "bool has no order: compare with == or !=");
  static_assert(!P::is_reference, "a reference has no order: compare a member of its target");
  return compare_any<P>(op, operand);
}

template <class T>
[[nodiscard]] Filter<T> operator==(CollectionSize<T> size, std::int64_t count) {
  return Filter<T>(size_condition(Op::eq, size.path, count));
}
template <class T>
[[nodiscard]] Filter<T> operator!=(CollectionSize<T> size, std::int64_t count) {
  return Filter<T>(size_condition(Op::ne, size.path, count));
}
template <class T>
[[nodiscard]] Filter<T> operator<(CollectionSize<T> size, std::int64_t count) {
  return Filter<T>(size_condition(Op::lt, size.path, count));
}
template <class T>
[[nodiscard]] Filter<T> operator<=(CollectionSize<T> size, std::int64_t count) {
  return Filter<T>(size_condition(Op::lte, size.path, count));
}
template <class T>
[[nodiscard]] Filter<T> operator>(CollectionSize<T> size, std::int64_t count) {
  return Filter<T>(size_condition(Op::gt, size.path, count));
}
template <class T>
[[nodiscard]] Filter<T> operator>=(CollectionSize<T> size, std::int64_t count) {
  return Filter<T>(size_condition(Op::gte, size.path, count));
}

}  // namespace rowan::query

namespace rowan {

template <auto... M, class U>
[[nodiscard]] auto operator==(Path<M...>, const U& operand) {
  return query::compare_any<Path<M...>>(query::Op::eq, operand);
}
template <auto... M, class U>
[[nodiscard]] auto operator!=(Path<M...>, const U& operand) {
  return query::compare_any<Path<M...>>(query::Op::ne, operand);
}
template <auto... M, class U>
[[nodiscard]] auto operator<(Path<M...>, const U& operand) {
  return query::compare_order<Path<M...>>(query::Op::lt, operand);
}
template <auto... M, class U>
[[nodiscard]] auto operator<=(Path<M...>, const U& operand) {
  return query::compare_order<Path<M...>>(query::Op::lte, operand);
}
template <auto... M, class U>
[[nodiscard]] auto operator>(Path<M...>, const U& operand) {
  return query::compare_order<Path<M...>>(query::Op::gt, operand);
}
template <auto... M, class U>
[[nodiscard]] auto operator>=(Path<M...>, const U& operand) {
  return query::compare_order<Path<M...>>(query::Op::gte, operand);
}

}  // namespace rowan
