// The words of Rowan that make_entities.py uses, with nothing behind them: what a front end of this interface costs at
// the least, and so the measure of the real one.
//
// A template has a body, as every template that a program uses must: it does nothing, or calls a function that is
// defined nowhere. Nothing is checked or stored. What a front end could do without is left out, in doubt too, for a
// costlier measure is a weaker gate.

#pragma once

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <tuple>
#include <vector>

namespace rowan {

using Timestamp = std::chrono::sys_time<std::chrono::microseconds>;
Timestamp now();

template <class T>
class Ref {
 public:
  Ref() noexcept = default;
  Ref(T& entity) noexcept : target_(&entity) {}
  T& operator*() const { return *static_cast<T*>(target_); }
  T* operator->() const { return static_cast<T*>(target_); }

 private:
  void* target_ = nullptr;
};

template <class T>
class Collection {
 public:
  std::size_t size() const;
  T& operator[](std::size_t i) const;

 private:
  void* state_ = nullptr;
};

template <class M>
struct MemberTraits;
template <class C, class V>
struct MemberTraits<V C::*> {
  using Class = C;
  using Value = V;
};
template <class V>
struct TargetOf {
  using Type = void;
};
template <class T>
struct TargetOf<Ref<T>> {
  using Type = T;
};
template <class T>
struct TargetOf<Collection<T>> {
  using Type = T;
};

template <auto Member>
struct Property {
  constexpr Property unique(std::string_view = {}) const { return {}; }
  constexpr Property length(std::uint32_t) const { return {}; }
  template <class Literal>
  constexpr Property default_value(Literal) const {
    return {};
  }
};
template <auto Member, auto Owner = nullptr>
struct Relation {
  constexpr Relation index(std::string_view = {}) const { return {}; }
};
template <auto Member>
inline constexpr Property<Member> property{};
template <auto Member>
inline constexpr Property<Member> primary_key{};
template <auto Member>
inline constexpr Relation<Member> many_to_one{};
template <auto Member, auto Owner>
inline constexpr Relation<Member, Owner> one_to_many{};

struct Unmapped {};
template <class T>
inline constexpr auto mapping = Unmapped{};
template <class T, class... P>
struct Mapping {};
template <class T, class... P>
constexpr Mapping<T, P...> entity(const P&...) {
  return {};
}

template <class T>
struct Filter;
template <class T>
struct OrderBy;

template <auto First, auto... Rest>
struct LastStep : LastStep<Rest...> {};
template <auto Last>
struct LastStep<Last> {
  using Value = typename MemberTraits<decltype(Last)>::Value;
};

template <auto First, auto... Rest>
struct Path {
  using Root = typename MemberTraits<decltype(First)>::Class;
  using Value = typename LastStep<First, Rest...>::Value;
  OrderBy<Root> desc() const { return *this; }
  Filter<Root> is_not_null() const { return {}; }
};
template <auto... M>
inline constexpr Path<M...> f{};

template <class T>
struct Filter {};
template <class T>
struct OrderBy {
  template <auto... M>
  OrderBy(Path<M...>) {}
};
template <class T>
struct RelationPath {
  template <auto... M>
  RelationPath(Path<M...>) {}
};

template <class A>
Filter<A> operator&&(const Filter<A>&, const Filter<A>&) {
  return {};
}
template <auto... M, class U>
Filter<typename Path<M...>::Root> operator==(Path<M...>, const U&) {
  return {};
}
template <auto... M, class U>
Filter<typename Path<M...>::Root> operator<(Path<M...>, const U&) {
  return {};
}
template <auto... M, class U>
Filter<typename Path<M...>::Root> operator>(Path<M...>, const U&) {
  return {};
}

template <class T>
struct PathList {
  PathList() = default;
  PathList(std::initializer_list<RelationPath<T>>) {}
};
template <class T>
struct OrderList {
  OrderList() = default;
  OrderList(std::initializer_list<OrderBy<T>>) {}
};
template <class T>
struct FindOptions {
  PathList<T> populate{};
  OrderList<T> order_by{};
  std::optional<std::int64_t> limit{};
};

template <class T>
struct EntityList {
  std::size_t size() const { return 0; }
  T& operator[](std::size_t i) const;
};

template <class T, class... Row>
struct SelectQuery {
  template <class... P>
  SelectQuery<T, typename P::Value...> select(const P&...) const {
    return {};
  }
  SelectQuery& where(const Filter<T>&) { return *this; }
  std::vector<std::tuple<Row...>> rows() const { return {}; }
};

class EntityManager {
 public:
  template <class T>
  T& create(T entity) & {
    return *static_cast<T*>(take(&entity));
  }
  template <class T>
  void remove(T& entity) {
    drop(&entity);
  }
  template <class T>
  EntityList<T> find(const Filter<T>&, const FindOptions<T>& = {}) & {
    return {};
  }
  template <class T>
  T& find_one_or_fail(const Filter<T>&, const FindOptions<T>& = {}) & {
    return *static_cast<T*>(get());
  }
  template <class T, std::integral Key>
  T& find_one_or_fail(Key) & {
    return *static_cast<T*>(get());
  }
  template <class T>
  std::size_t count(const Filter<T>& = {}) {
    return 0;
  }
  template <class T>
  SelectQuery<T> query() {
    return {};
  }
  void flush();

 private:
  static void* take(void* entity);
  static void* get();
  static void drop(void* entity);
};

}  // namespace rowan
