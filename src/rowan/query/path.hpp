// Typed paths: the one word of the query language.

#pragma once

#include <rowan/declare/entity_builder.hpp>
#include <rowan/declare/enum_names.hpp>
#include <rowan/declare/tags.hpp>
#include <rowan/query/expr.hpp>
#include <rowan/query/fwd.hpp>
#include <rowan/query/operand.hpp>

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace rowan::query {

template <auto... M>
inline constexpr const metadata::MemberTag* path_steps[] = {&declare::member_tag<M>...};

template <class Root, auto... M>
inline constexpr PathInfo path_info{&declare::type_tag<Root>, path_steps<M...>, sizeof...(M)};

/// Whether each step starts from the class that the step before leads to.
template <auto... M>
struct StepsFit;
template <auto Last>
struct StepsFit<Last> {
  static constexpr bool value = true;
};
template <auto First, auto Second, auto... More>
struct StepsFit<First, Second, More...> {
  using Target = typename RelationTraits<declare::MemberType<First>>::Target;
  static consteval bool check() {
    if constexpr (std::is_void_v<Target>) {
      return false;
    } else {
      return serves<declare::ClassOf<Second>, Target>;
    }
  }
  static constexpr bool value = check() && StepsFit<Second, More...>::value;
};

template <auto First, auto... Rest>
struct FirstStep {
  using Root = declare::ClassOf<First>;
};
template <auto First, auto... Rest>
struct LastStep : LastStep<Rest...> {};
template <auto Last>
struct LastStep<Last> {
  static constexpr auto member = Last;
  using Member = declare::MemberType<Last>;
};

template <auto Left, auto Right>
inline constexpr bool is_same_member =
    std::is_same_v<std::integral_constant<decltype(Left), Left>,
                   std::integral_constant<decltype(Right), Right>>;

template <auto Member, class Mapping>
struct EnumStorage {
  static constexpr bool is_text = false;
};
template <auto Member, class T, std::size_t Indexes, std::size_t Checks, class... P>
struct EnumStorage<Member, declare::EntityBuilder<T, Indexes, Checks, P...>> {
  template <class Property>
  static consteval bool is_text_of() {
    if constexpr (requires { Property::is_enum_text; }) {
      return Property::is_enum_text && is_same_member<Property::member, Member>;
    } else {
      return false;
    }
  }
  static constexpr bool is_text = (is_text_of<P>() || ...);
};

/// Returns an operand of an enum as its member is stored: by number, or by name where the mapping
/// says so.
///
/// Only comparisons of enums ask for a mapping.
template <auto Member, class E>
Value stored_enum(Value number) {
  using Class = declare::ClassOf<Member>;
  if constexpr (declare::is_mapped<Class>) {
    if constexpr (EnumStorage<Member, declare::MappingOf<Class>>::is_text) {
      base::Arena scratch;
      const auto enumerator = static_cast<E>(number.integer());
      return Value(declare::EnumTextConvert<E>::to_cell(enumerator, scratch));
    }
  }
  return number;
}

template <class T>
struct IsPath {
  static constexpr bool value = false;
};
template <auto... M>
struct IsPath<Path<M...>> {
  static constexpr bool value = true;
};
template <class T>
inline constexpr bool is_path = IsPath<T>::value;

/// The class of a condition over both A and B: the derived one.
template <class A, class B>
struct CommonRoot {
  static consteval int pick() {
    if constexpr (serves<B, A>) {
      return 0;
    } else if constexpr (serves<A, B>) {
      return 1;
    } else {
      return 2;
    }
  }
  static_assert(pick() != 2,
                "conditions of two entities cannot be joined: one must be a base of the other");
  using Type = std::conditional_t<pick() == 1, B, A>;
};
template <class A>
struct CommonRoot<A, A> {
  using Type = A;
};

/// The number of items of a collection, to be compared.
template <class T>
struct CollectionSize {
  const PathInfo* path;
};

}  // namespace rowan::query

namespace rowan {

/// A condition's subquery of one column of type `V`; SelectQuery::as_subquery() makes it.
template <class V>
struct Subquery {
  std::shared_ptr<const query::Select> select;
};

/// A path from the entity that its first member belongs to: `f<&Post::author, &User::name>`.
///
/// Its type knows the root and the type of its value. All of it is constant: an object holds
/// nothing.
template <auto... M>
struct Path {
  static_assert(sizeof...(M) > 0, "rowan::f needs at least one member");
  static_assert(query::StepsFit<M...>::value,
                "rowan::f: each step must be a member of the class that the step before leads to");

  using Root = typename query::FirstStep<M...>::Root;
  using Member = typename query::LastStep<M...>::Member;          ///< as declared
  using ValueOf = typename query::OptionalTraits<Member>::Inner;  ///< the same without optional
  using Target = typename query::RelationTraits<Member>::Target;  ///< void for a plain member
  static constexpr bool is_reference = query::RelationTraits<Member>::is_reference;
  static constexpr bool is_collection = query::RelationTraits<Member>::is_collection;
  /// Whether a row may hold null there.
  static constexpr bool is_nullable =
      query::OptionalTraits<Member>::is_optional ||
      (query::RelationTraits<declare::MemberType<M>>::is_optional || ...);
  /// Whether a step leads through a collection, or to one.
  static constexpr bool passes_collection =
      (query::RelationTraits<declare::MemberType<M>>::is_collection || ...);
  static constexpr std::size_t step_count = sizeof...(M);
  using RowType = std::conditional_t<is_nullable, std::optional<ValueOf>, ValueOf>;
  /// What stored() depends on: this member, or its type alone.
  using StoredBy = std::conditional_t<std::is_enum_v<ValueOf>, Path, query::AnyMember>;

  /// Returns the path without its types.
  static constexpr const query::PathInfo* info() noexcept { return &query::path_info<Root, M...>; }
  /// The same, for the front end's own use: a constant needs no function.
  static constexpr const query::PathInfo* path = &query::path_info<Root, M...>;

  /// Returns an operand as this member is stored.
  static Value stored(Value operand) {
    if constexpr (std::is_enum_v<ValueOf>) {
      if (operand.type() != ValueType::integer) return operand;
      return query::stored_enum<query::LastStep<M...>::member, ValueOf>(std::move(operand));
    } else {
      return operand;
    }
  }

  [[nodiscard]] OrderBy<Root> asc() const { return *this; }
  [[nodiscard]] OrderBy<Root> desc() const {
    static_assert(!is_collection, "a collection has no order: order by a member of its items");
    return OrderBy<Root>(query::OrderTerm{path, true});
  }

  [[nodiscard]] Filter<Root> in(std::initializer_list<query::Operand<ValueOf>> values) const {
    return list(query::Op::in, values);
  }
  template <class Range>
  requires requires(const Range& range) { range.begin() != range.end(); }
  [[nodiscard]] Filter<Root> in(const Range& values) const { return list(query::Op::in, values); }
  template <class V>
  [[nodiscard]] Filter<Root> in(const Subquery<V>& subquery) const {
    return among(query::Op::in, subquery);
  }
  /// Nulls among the subquery's values count for nothing.
  template <class V>
  [[nodiscard]] Filter<Root> nin(const Subquery<V>& subquery) const {
    return among(query::Op::nin, subquery);
  }
  [[nodiscard]] Filter<Root> nin(std::initializer_list<query::Operand<ValueOf>> values) const {
    return list(query::Op::nin, values);
  }
  template <class Range>
  requires requires(const Range& range) { range.begin() != range.end(); }
  [[nodiscard]] Filter<Root> nin(const Range& values) const { return list(query::Op::nin, values); }

  /// Compares with a pattern: `%` is any text, `_` any character, `\%`, `\_` and `\\` are these themselves.
  [[nodiscard]] Filter<Root> like(std::string_view pattern) const {
    static_assert(query::is_text<ValueOf>, "like() compares text: this member is none");
    return Filter<Root>(
        query::value_condition(query::Op::like, info(), query::pattern_value(pattern)));
  }
  /// The same whatever the case of letters; of those beyond ASCII as the database knows them.
  [[nodiscard]] Filter<Root> ilike(std::string_view pattern) const {
    static_assert(query::is_text<ValueOf>, "ilike() compares text: this member is none");
    return Filter<Root>(
        query::value_condition(query::Op::ilike, info(), query::pattern_value(pattern)));
  }
  /// Holds where the database's full-text search finds the text by `search`, as "cats & dogs" on PostgreSQL.
  /// Errors: ValidationError where the database has none (capability `full_text`); SyntaxError where it does not
  /// understand `search`.
  [[nodiscard]] Filter<Root> matches(std::string_view search) const {
    static_assert(query::is_text<ValueOf>, "matches() searches text: this member is none");
    return Filter<Root>(
        query::value_condition(query::Op::full_text, info(), Value(value::Cell::of_bytes(search))));
  }

  /// Holds where the array, or the JSON document, has all that `operand` has. This and the next five are the operators
  /// `@>`, `<@`, `&&`, `?`, `?&` and `?|` of PostgreSQL.
  /// Errors: all throw ValidationError where the database has none of them (capability `containment`).
  template <class U = ValueOf>
  [[nodiscard]] Filter<Root> contains(const U& operand) const {
    return whole(query::Op::contains, operand);
  }
  /// Holds where `operand` has all that the array or the JSON document has.
  template <class U = ValueOf>
  [[nodiscard]] Filter<Root> contained_in(const U& operand) const {
    return whole(query::Op::contained, operand);
  }
  /// Holds where the arrays have an element in common.
  template <class U = ValueOf>
  [[nodiscard]] Filter<Root> overlaps(const U& operand) const {
    static_assert(!query::is_document<ValueOf>, "overlaps() compares arrays: this member is none");
    return whole(query::Op::overlap, operand);
  }
  /// Holds where the JSON document is an object with that key, or an array with that text.
  [[nodiscard]] Filter<Root> has_key(std::string_view key) const {
    static_assert(query::is_document<ValueOf>,
                  "has_key() asks a JSON document: this member is none");
    return Filter<Root>(
        query::value_condition(query::Op::has_key, info(), Value(value::Cell::of_bytes(key))));
  }
  /// The same for all of `keys`, which are one value for the database.
  [[nodiscard]] Filter<Root> has_keys(const std::vector<std::string>& keys) const {
    static_assert(query::is_document<ValueOf>,
                  "has_keys() asks a JSON document: this member is none");
    return Filter<Root>(query::keys_condition(query::Op::has_keys, info(), keys));
  }
  /// The same for at least one of `keys`.
  [[nodiscard]] Filter<Root> has_some_keys(const std::vector<std::string>& keys) const {
    static_assert(query::is_document<ValueOf>,
                  "has_some_keys() asks a JSON document: this member is none");
    return Filter<Root>(query::keys_condition(query::Op::has_some_keys, info(), keys));
  }
  [[nodiscard]] Filter<Root> is_null() const {
    static_assert(!is_collection, "a collection is never null: ask is_empty()");
    return {query::Op::eq, path, Value()};
  }
  [[nodiscard]] Filter<Root> is_not_null() const {
    static_assert(!is_collection, "a collection is never null: ask some()");
    return {query::Op::ne, path, Value()};
  }

  /// Holds where at least one item matches. This and the next ask about the collection as a whole.
  template <class Item = Filter<Target>>
  [[nodiscard]] Filter<Root> some(const Item& item = {}) const {
    return items(query::Op::some, item);
  }
  template <class Item = Filter<Target>>
  [[nodiscard]] Filter<Root> none(const Item& item = {}) const {
    return items(query::Op::none_of, item);
  }
  template <class Item>
  [[nodiscard]] Filter<Root> every(const Item& item) const {
    return items(query::Op::every, item);
  }
  [[nodiscard]] Filter<Root> is_empty() const { return none(); }
  /// Returns the number of items, to be compared: `f<&User::posts>.size() > 3`.
  [[nodiscard]] query::CollectionSize<Root> size() const {
    static_assert(is_collection, "size() asks a collection: this path leads to none");
    return {info()};
  }

 private:
  template <class V>
  static Filter<Root> among(query::Op op, const Subquery<V>& subquery) {
    static_assert(std::is_same_v<V, ValueOf> || is_reference,
                  "this subquery selects values of another type than this member's");
    return Filter<Root>(query::subquery_condition(op, info(), subquery.select));
  }
  template <class U>
  static Filter<Root> whole(query::Op op, const U& operand) {
    return Filter<Root>(query::value_condition(op, info(), query::whole_operand<ValueOf>(operand)));
  }
  template <class Item>
  static Filter<Root> items(query::Op op, const Item& item) {
    static_assert(is_collection,
                  "some(), none() and every() ask a collection: this path leads to none");
    return Filter<Root>(query::collection_condition(op, info(), Filter<Target>(item).condition()));
  }
  template <class Range>
  static Filter<Root> list(query::Op op, const Range& values) {
    query::Condition condition = query::list_condition(op, info());
    for (const auto& value : values) query::add_value(condition, element(value));
    query::pad_list(condition);
    return Filter<Root>(std::move(condition));
  }
  static Value element(const query::Operand<ValueOf>& operand) { return stored(operand.value); }
};

/// The path through these members.
template <auto... M>
inline constexpr Path<M...> f{};

/// Stands for every relation, and those of what they lead to, without end.
struct AllRelations {};
inline constexpr AllRelations all_relations{};

}  // namespace rowan

namespace rowan::query {

// The parts of the lists below that know no entity type. What a list adds to its part are checks of the compiler.

/// A path without its types.
class ErasedPath {
 public:
  [[nodiscard]] constexpr const PathInfo* info() const noexcept { return info_; }

 protected:
  constexpr explicit ErasedPath(const PathInfo* info) noexcept : info_(info) {}

 private:
  const PathInfo* info_;
};

class ErasedPaths {
 public:
  [[nodiscard]] bool empty() const noexcept { return paths_.empty() && !has_all_; }
  [[nodiscard]] bool has_all() const noexcept { return has_all_; }
  [[nodiscard]] const base::SmallVector<const PathInfo*, 2>& paths() const noexcept {
    return paths_;
  }

 protected:
  ErasedPaths() noexcept = default;
  ErasedPaths(const ErasedPath* first, std::size_t count);
  explicit ErasedPaths(const PathInfo* path);
  explicit ErasedPaths(AllRelations) noexcept : has_all_(true) {}
  void append(const PathInfo* path);

 private:
  base::SmallVector<const PathInfo*, 2> paths_;
  bool has_all_ = false;
};

class ErasedOrder {
 public:
  [[nodiscard]] const OrderTerm& term() const noexcept { return term_; }

 protected:
  explicit ErasedOrder(const PathInfo* path) noexcept : term_{path} {}
  explicit ErasedOrder(const OrderTerm& term) noexcept : term_(term) {}

  OrderTerm term_;
};

class ErasedOrders {
 public:
  [[nodiscard]] bool empty() const noexcept { return terms_.empty(); }
  [[nodiscard]] const base::SmallVector<OrderTerm, 2>& terms() const noexcept { return terms_; }

 protected:
  ErasedOrders() noexcept = default;
  ErasedOrders(const ErasedOrder* first, std::size_t count);
  explicit ErasedOrders(const OrderTerm& term);
  void append(const OrderTerm& term);

 private:
  base::SmallVector<OrderTerm, 2> terms_;
};

}  // namespace rowan::query

namespace rowan {

/// A path of entity `T` whatever it leads to.
template <class T>
class AnyPath : public query::ErasedPath {
 public:
  template <auto... M>
  constexpr AnyPath(Path<M...>) noexcept  // NOLINT: implicit by design
      : ErasedPath(Path<M...>::path) {
    static_assert(query::serves<typename Path<M...>::Root, T>,
                  "this path belongs to another entity");
  }
};

/// A path of entity `T` that leads to a relation.
template <class T>
class RelationPath : public query::ErasedPath {
 public:
  template <auto... M>
  constexpr RelationPath(Path<M...>) noexcept  // NOLINT: implicit by design
      : ErasedPath(Path<M...>::path) {
    static_assert(query::serves<typename Path<M...>::Root, T>,
                  "this path belongs to another entity");
    static_assert(Path<M...>::is_reference || Path<M...>::is_collection,
                  "only relations are populated: name a column in fields instead");
  }
};

/// A list of columns of entity `T` and of what its relations lead to.
template <class T>
class FieldList : public query::ErasedPaths {
 public:
  FieldList() noexcept = default;
  FieldList(std::initializer_list<AnyPath<T>> paths) : ErasedPaths(paths.begin(), paths.size()) {}
  template <auto... M>
  FieldList(Path<M...> path)  // NOLINT: implicit by design
      : ErasedPaths(AnyPath<T>(path).info()) {}
  void add(AnyPath<T> path) { append(path.info()); }
};

/// A list of relations of entity `T`, or all of them.
template <class T>
class PathList : public query::ErasedPaths {
 public:
  PathList() noexcept = default;
  PathList(std::initializer_list<RelationPath<T>> paths)
      : ErasedPaths(paths.begin(), paths.size()) {}
  template <auto... M>
  PathList(Path<M...> path)  // NOLINT: implicit by design
      : ErasedPaths(RelationPath<T>(path).info()) {}
  PathList(AllRelations all) noexcept : ErasedPaths(all) {}  // NOLINT: implicit by design
  void add(RelationPath<T> path) { append(path.info()); }
};

/// One term of an order: a path of entity `T`, ascending unless it says otherwise.
template <class T>
class OrderBy : public query::ErasedOrder {
 public:
  template <auto... M>
  OrderBy(Path<M...>) : ErasedOrder(Path<M...>::path) {  // NOLINT: implicit by design
    static_assert(query::serves<typename Path<M...>::Root, T>,
                  "this path belongs to another entity");
    static_assert(!Path<M...>::is_collection,
                  "a collection has no order: order by a member of its items");
  }
  template <class U>
  OrderBy(const OrderBy<U>& other) : ErasedOrder(other.term()) {  // NOLINT: implicit by design
    static_assert(query::serves<U, T>, "this order belongs to another entity");
  }
  explicit OrderBy(const query::OrderTerm& term) : ErasedOrder(term) {}

  [[nodiscard]] OrderBy nulls_first() const {
    OrderBy out = *this;
    out.term_.nulls = query::Nulls::first;
    return out;
  }
  [[nodiscard]] OrderBy nulls_last() const {
    OrderBy out = *this;
    out.term_.nulls = query::Nulls::last;
    return out;
  }
};

/// An order of entity `T`: its terms, the first counts most.
template <class T>
class OrderList : public query::ErasedOrders {
 public:
  OrderList() noexcept = default;
  OrderList(std::initializer_list<OrderBy<T>> terms) : ErasedOrders(terms.begin(), terms.size()) {}
  template <auto... M>
  OrderList(Path<M...> path)  // NOLINT: implicit by design
      : ErasedOrders(OrderBy<T>(path).term()) {}
  template <class U>
  OrderList(const OrderBy<U>& term)  // NOLINT: implicit by design
      : ErasedOrders(OrderBy<T>(term).term()) {}
  void add(const OrderBy<T>& term) { append(term.term()); }
};

}  // namespace rowan
