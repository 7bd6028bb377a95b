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

/// The part of Filter that knows no entity type.
class AnyFilter {
 public:
  [[nodiscard]] bool empty() const noexcept { return condition_.empty(); }
  [[nodiscard]] const Condition& condition() const noexcept { return condition_; }
  /// Returns the key where the filter is nothing else, null otherwise.
  [[nodiscard]] const Value* key() const noexcept { return key_of(condition_); }
  [[nodiscard]] Condition&& take() && noexcept { return std::move(condition_); }

 protected:
  AnyFilter() noexcept = default;
  explicit AnyFilter(const Condition& condition) : condition_(condition) {}
  explicit AnyFilter(Condition&& condition) noexcept : condition_(std::move(condition)) {}
  // These make the condition in its place, for it is large to move.
  AnyFilter(Op op, const PathInfo* path, Value&& operand)
      : condition_(comparison(op, path, std::move(operand))) {}
  AnyFilter(Op op, const PathInfo* left, const PathInfo* right)
      : condition_(path_condition(op, left, right)) {}
  AnyFilter(Op op, Condition&& left, Condition&& right)
      : condition_(combine(op, std::move(left), std::move(right))) {}
  template <class T>
  struct OfKey {};
  template <class T, class K>
  AnyFilter(OfKey<T>, const K& key) : condition_(key_condition<T>(key)) {}

  Condition condition_;
};

}  // namespace rowan::query

namespace rowan {

/// A condition over entity `T`. An empty one holds for every row.
///
/// A filter over a base of `T` is one over `T`. Cost: a comparison of one member allocates nothing
/// but a long text.
template <class T>
class Filter : public query::AnyFilter {
 public:
  Filter() noexcept = default;
  explicit Filter(query::Condition&& condition) noexcept : AnyFilter(std::move(condition)) {}
  // For operators.
  Filter(query::Op op, const query::PathInfo* path, Value&& operand)
      : AnyFilter(op, path, std::move(operand)) {}
  Filter(query::Op op, const query::PathInfo* left, const query::PathInfo* right)
      : AnyFilter(op, left, right) {}
  Filter(query::Op op, query::Condition&& left, query::Condition&& right)
      : AnyFilter(op, std::move(left), std::move(right)) {}
  template <class U>
  Filter(const Filter<U>& other) : AnyFilter(other.condition()) {  // NOLINT: implicit by design
    static_assert(query::serves<U, T>, "this filter belongs to another entity");
  }
  template <class U>
  Filter(Filter<U>&& other) : AnyFilter(std::move(other).take()) {  // NOLINT: implicit by design
    static_assert(query::serves<U, T>, "this filter belongs to another entity");
  }
  /// Takes a key, a list of keys, or JSON such as `{"age": {"$gte": 18}}`, which is checked when
  /// the filter is used.
  template <class K>
  Filter(const K& key) : AnyFilter(OfKey<T>{}, key) {}  // NOLINT: implicit by design
  template <class K>
  requires(query::is_key<K>()) Filter(std::initializer_list<K> keys)
      : AnyFilter(query::list_condition(query::Op::key_in, nullptr)) {
    for (const K& key : keys) query::add_value(condition_, query::key_operand<T>(key));
    query::pad_list(condition_);
  }
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

/// Refuses two paths that cannot be compared.
template <class P, class Q>
constexpr void check_paths() {
  constexpr bool are_values =
      std::is_void_v<typename P::Target> && std::is_void_v<typename Q::Target>;
  static_assert(are_values ? is_comparable<typename P::ValueOf, typename Q::ValueOf>()
                           : std::is_same_v<typename P::Target, typename Q::Target>,
                "these two paths lead to values of different types");
  static_assert(!P::is_collection && !Q::is_collection,
                "collections cannot be compared with each other");
}

/// Refuses an order comparison, which plain members alone have, of anything else.
template <class V, class U>
inline constexpr bool check_order = [] {
  static_assert(!is_null_literal<U>, "null has no order: compare with == or !=");
  static_assert(!std::is_same_v<V, bool>, "bool has no order: compare with == or !=");
  static_assert(!RelationTraits<V>::is_reference,
                "a reference has no order: compare a member of its target");
  return true;
}();

/// Returns the comparison of two paths.
template <class P, class Q>
auto compare_paths(Op op) {
  check_paths<P, Q>();
  using Root = typename CommonRoot<typename P::Root, typename Q::Root>::Type;
  return Filter<Root>(op, P::path, Q::path);
}

/// Returns the comparison of a collection's size with a whole number.
template <class T, class U>
Filter<T> compare_size(Op op, CollectionSize<T> size, const U& count) {
  static_assert(is_whole_number<U>, "the size of a collection is compared with a whole number");
  if constexpr (is_whole_number<U>) {
    return Filter<T>(size_condition(op, size.path, key_cell(count).integer));
  } else {
    return {};
  }
}

template <class T, class U>
[[nodiscard]] Filter<T> operator==(CollectionSize<T> size, const U& count) {
  return compare_size(Op::eq, size, count);
}
template <class T, class U>
[[nodiscard]] Filter<T> operator!=(CollectionSize<T> size, const U& count) {
  return compare_size(Op::ne, size, count);
}
template <class T, class U>
[[nodiscard]] Filter<T> operator<(CollectionSize<T> size, const U& count) {
  return compare_size(Op::lt, size, count);
}
template <class T, class U>
[[nodiscard]] Filter<T> operator<=(CollectionSize<T> size, const U& count) {
  return compare_size(Op::lte, size, count);
}
template <class T, class U>
[[nodiscard]] Filter<T> operator>(CollectionSize<T> size, const U& count) {
  return compare_size(Op::gt, size, count);
}
template <class T, class U>
[[nodiscard]] Filter<T> operator>=(CollectionSize<T> size, const U& count) {
  return compare_size(Op::gte, size, count);
}

}  // namespace rowan::query

namespace rowan {

template <auto... M, class U>
[[nodiscard]] Filter<typename Path<M...>::Root> operator==(Path<M...>, const U& operand) {
  using P = Path<M...>;
  return {query::Op::eq, P::path,
          query::comparison_operand<typename P::ValueOf, P::is_nullable, typename P::StoredBy>(
              operand)};
}
template <auto... M, class U>
[[nodiscard]] Filter<typename Path<M...>::Root> operator!=(Path<M...>, const U& operand) {
  using P = Path<M...>;
  return {query::Op::ne, P::path,
          query::comparison_operand<typename P::ValueOf, P::is_nullable, typename P::StoredBy>(
              operand)};
}
template <auto... M, class U>
[[nodiscard]] Filter<typename Path<M...>::Root> operator<(Path<M...>, const U& operand) {
  static_assert(query::check_order<typename Path<M...>::ValueOf, U>);
  using P = Path<M...>;
  return {query::Op::lt, P::path,
          query::comparison_operand<typename P::ValueOf, P::is_nullable, typename P::StoredBy>(
              operand)};
}
template <auto... M, class U>
[[nodiscard]] Filter<typename Path<M...>::Root> operator<=(Path<M...>, const U& operand) {
  static_assert(query::check_order<typename Path<M...>::ValueOf, U>);
  using P = Path<M...>;
  return {query::Op::lte, P::path,
          query::comparison_operand<typename P::ValueOf, P::is_nullable, typename P::StoredBy>(
              operand)};
}
template <auto... M, class U>
[[nodiscard]] Filter<typename Path<M...>::Root> operator>(Path<M...>, const U& operand) {
  static_assert(query::check_order<typename Path<M...>::ValueOf, U>);
  using P = Path<M...>;
  return {query::Op::gt, P::path,
          query::comparison_operand<typename P::ValueOf, P::is_nullable, typename P::StoredBy>(
              operand)};
}
template <auto... M, class U>
[[nodiscard]] Filter<typename Path<M...>::Root> operator>=(Path<M...>, const U& operand) {
  static_assert(query::check_order<typename Path<M...>::ValueOf, U>);
  using P = Path<M...>;
  return {query::Op::gte, P::path,
          query::comparison_operand<typename P::ValueOf, P::is_nullable, typename P::StoredBy>(
              operand)};
}
template <auto... M, auto... N>
[[nodiscard]] auto operator==(Path<M...>, Path<N...>) {
  return query::compare_paths<Path<M...>, Path<N...>>(query::Op::eq);
}
template <auto... M, auto... N>
[[nodiscard]] auto operator!=(Path<M...>, Path<N...>) {
  return query::compare_paths<Path<M...>, Path<N...>>(query::Op::ne);
}
template <auto... M, auto... N>
[[nodiscard]] auto operator<(Path<M...>, Path<N...>) {
  static_assert(query::check_order<typename Path<M...>::ValueOf, typename Path<N...>::ValueOf>);
  return query::compare_paths<Path<M...>, Path<N...>>(query::Op::lt);
}
template <auto... M, auto... N>
[[nodiscard]] auto operator<=(Path<M...>, Path<N...>) {
  static_assert(query::check_order<typename Path<M...>::ValueOf, typename Path<N...>::ValueOf>);
  return query::compare_paths<Path<M...>, Path<N...>>(query::Op::lte);
}
template <auto... M, auto... N>
[[nodiscard]] auto operator>(Path<M...>, Path<N...>) {
  static_assert(query::check_order<typename Path<M...>::ValueOf, typename Path<N...>::ValueOf>);
  return query::compare_paths<Path<M...>, Path<N...>>(query::Op::gt);
}
template <auto... M, auto... N>
[[nodiscard]] auto operator>=(Path<M...>, Path<N...>) {
  static_assert(query::check_order<typename Path<M...>::ValueOf, typename Path<N...>::ValueOf>);
  return query::compare_paths<Path<M...>, Path<N...>>(query::Op::gte);
}

}  // namespace rowan
