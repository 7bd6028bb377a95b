// Aggregates of a query with groups, and the conditions on them that only having() takes.

#pragma once

#include <rowan/query/filter.hpp>
#include <rowan/query/path.hpp>
#include <rowan/query/select.hpp>

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

namespace rowan::query {

/// A condition on aggregates over entity `T` (void: over any): comparisons joined by &&, || and !.
template <class T>
class AggregateCondition {
 public:
  using Root = T;
  explicit AggregateCondition(HavingTerm term) { terms_.push_back(std::move(term)); }
  AggregateCondition(Op op, std::initializer_list<const std::vector<HavingTerm>*> parts) {
    terms_.push_back({{}, op, {}, static_cast<std::uint16_t>(parts.size())});
    for (const std::vector<HavingTerm>* part : parts)
      terms_.insert(terms_.end(), part->begin(), part->end());
  }
  /// Returns its nodes in preorder.
  [[nodiscard]] const std::vector<HavingTerm>& terms() const noexcept { return terms_; }

 private:
  std::vector<HavingTerm> terms_;
};

/// The class of a condition on aggregates of both.
template <class A, class B>
struct CommonGroup : CommonRoot<A, B> {};
template <class B>
struct CommonGroup<void, B> {
  using Type = B;
};
template <class A>
struct CommonGroup<A, void> {
  using Type = A;
};
template <>
struct CommonGroup<void, void> {
  using Type = void;
};

template <class A, class B>
[[nodiscard]] auto operator&&(const AggregateCondition<A>& left,
                              const AggregateCondition<B>& right) {
  return AggregateCondition<typename CommonGroup<A, B>::Type>(Op::and_,
                                                              {&left.terms(), &right.terms()});
}
template <class A, class B>
[[nodiscard]] auto operator||(const AggregateCondition<A>& left,
                              const AggregateCondition<B>& right) {
  return AggregateCondition<typename CommonGroup<A, B>::Type>(Op::or_,
                                                              {&left.terms(), &right.terms()});
}
template <class T>
[[nodiscard]] auto operator!(const AggregateCondition<T>& condition) {
  return AggregateCondition<T>(Op::not_, {&condition.terms()});
}

/// An aggregate over entity `T` (void: over any) whose row holds an `R`.
template <class R, class T>
class Aggregated {
 public:
  using RowType = R;
  using Root = T;
  explicit Aggregated(Term term) : term_(std::move(term)) {}
  [[nodiscard]] const Term& term() const noexcept { return term_; }

  [[nodiscard]] OrderTerm asc() const {
    return {term_.path, false, Nulls::unspecified, term_.aggregate};
  }
  [[nodiscard]] OrderTerm desc() const {
    return {term_.path, true, Nulls::unspecified, term_.aggregate};
  }

  template <class U>
  [[nodiscard]] AggregateCondition<T> operator==(const U& value) const {
    return compare(Op::eq, value);
  }
  template <class U>
  [[nodiscard]] AggregateCondition<T> operator!=(const U& value) const {
    return compare(Op::ne, value);
  }
  template <class U>
  [[nodiscard]] AggregateCondition<T> operator<(const U& value) const {
    return compare(Op::lt, value);
  }
  template <class U>
  [[nodiscard]] AggregateCondition<T> operator<=(const U& value) const {
    return compare(Op::lte, value);
  }
  template <class U>
  [[nodiscard]] AggregateCondition<T> operator>(const U& value) const {
    return compare(Op::gt, value);
  }
  template <class U>
  [[nodiscard]] AggregateCondition<T> operator>=(const U& value) const {
    return compare(Op::gte, value);
  }

 private:
  template <class U>
  AggregateCondition<T> compare(Op op, const U& value) const {
    using V = typename OptionalTraits<R>::Inner;
    static_assert(
        is_comparable<V, U>(),
        "this value cannot be compared with this aggregate: give one of the aggregate's own type");
    if constexpr (is_comparable<V, U>()) {
      return AggregateCondition<T>({term_, op, to_operand<V>(value)});
    } else {
      return AggregateCondition<T>({});
    }
  }
  Term term_;
};

template <class S>
struct IsAggregated {
  static constexpr bool value = false;
};
template <class R, class T>
struct IsAggregated<Aggregated<R, T>> {
  static constexpr bool value = true;
};

/// The type that a sum of `V` has: 64 bits for integers, double for reals, `V` itself for exact
/// numbers.
template <class V>
using SumOf = std::conditional_t<std::is_integral_v<V>,
                                 std::int64_t,
                                 std::conditional_t<std::is_floating_point_v<V>, double, V>>;

template <class R, class P>
auto aggregate_of(Aggregate function) {
  return Aggregated<R, typename P::Root>(Term{P::info(), function});
}

/// Tells whether values of the path have a least and a greatest.
template <class P>
inline constexpr bool has_extremes =
    !std::is_same_v<typename P::ValueOf, bool> && !P::is_reference && !P::is_collection;

template <class V>
inline constexpr bool is_number =
    !std::is_same_v<V, bool> && !is_text<V> && !std::is_enum_v<V> &&
    (std::is_arithmetic_v<V> || value::Convert<V>::type == ValueType::decimal);

}  // namespace rowan::query

namespace rowan {

/// Counts rows.
[[nodiscard]] inline query::Aggregated<std::int64_t, void> count() {
  return query::Aggregated<std::int64_t, void>(query::Term{nullptr, query::Aggregate::count});
}
/// Counts the rows in which the path is not null.
template <auto... M>
[[nodiscard]] auto count(Path<M...>) {
  return query::aggregate_of<std::int64_t, Path<M...>>(query::Aggregate::count);
}
template <auto... M>
[[nodiscard]] auto count_distinct(Path<M...>) {
  return query::aggregate_of<std::int64_t, Path<M...>>(query::Aggregate::count_distinct);
}
/// Adds up; empty where there is no value.
template <auto... M>
[[nodiscard]] auto sum(Path<M...>) {
  using V = typename Path<M...>::ValueOf;
  static_assert(query::is_number<V>, "sum() adds numbers: this member is none");
  return query::aggregate_of<std::optional<query::SumOf<V>>, Path<M...>>(query::Aggregate::sum);
}
template <auto... M>
[[nodiscard]] auto avg(Path<M...>) {
  static_assert(query::is_number<typename Path<M...>::ValueOf>,
                "avg() takes numbers: this member is none");
  return query::aggregate_of<std::optional<double>, Path<M...>>(query::Aggregate::avg);
}
template <auto... M>
[[nodiscard]] auto min(Path<M...>) {
  static_assert(
      query::has_extremes<Path<M...>>,
      "min() takes values that have an order: a bool, a reference and a collection have none");
  return query::aggregate_of<std::optional<typename Path<M...>::ValueOf>, Path<M...>>(
      query::Aggregate::min);
}
template <auto... M>
[[nodiscard]] auto max(Path<M...>) {
  static_assert(
      query::has_extremes<Path<M...>>,
      "max() takes values that have an order: a bool, a reference and a collection have none");
  return query::aggregate_of<std::optional<typename Path<M...>::ValueOf>, Path<M...>>(
      query::Aggregate::max);
}

}  // namespace rowan
