// Typed queries of rows, and typed bulk changes, over one entity.

#pragma once

#include <rowan/query/aggregate.hpp>
#include <rowan/query/bound.hpp>
#include <rowan/query/filter.hpp>
#include <rowan/query/mutation.hpp>
#include <rowan/query/path.hpp>
#include <rowan/query/select.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace rowan {

/// A path that goes through a collection joined by name, see SelectQuery::join().
template <auto... M>
struct JoinedPath {
  using Root = typename Path<M...>::Root;
  [[nodiscard]] OrderBy<Root> asc() const { return order(false); }
  [[nodiscard]] OrderBy<Root> desc() const { return order(true); }

 private:
  static OrderBy<Root> order(bool descending) {
    static_assert(!Path<M...>::is_collection,
                  "a collection has no order: order by a member of its items");
    query::OrderTerm term{Path<M...>::path, descending};
    term.is_joined = true;
    return OrderBy<Root>(term);
  }
};

/// A path that goes through a collection joined by name, see SelectQuery::left_join().
template <auto... M>
struct LeftJoinedPath : JoinedPath<M...> {};

/// Says that a path goes through a collection that join() names: each of its items makes a row.
template <auto... M>
[[nodiscard]] constexpr JoinedPath<M...> joined(Path<M...>) noexcept {
  return {};
}
/// Says that a path goes through a collection that left_join() names: its rows hold an optional.
template <auto... M>
[[nodiscard]] constexpr LeftJoinedPath<M...> left_joined(Path<M...>) noexcept {
  return {};
}

/// An order of a query by what is written in the database's own language.
struct RawOrder {
  query::Term term;
  query::OrderTerm order{};

  [[nodiscard]] RawOrder nulls_first() const {
    RawOrder out = *this;
    out.order.nulls = query::Nulls::first;
    return out;
  }
  [[nodiscard]] RawOrder nulls_last() const {
    RawOrder out = *this;
    out.order.nulls = query::Nulls::last;
    return out;
  }
};

/// One column in the database's own language, whose rows hold an `R`.
template <class R>
struct RawTerm {
  using RowType = R;
  query::Term term;

  [[nodiscard]] RawOrder asc() const { return {term}; }
  [[nodiscard]] RawOrder desc() const { return {term, {nullptr, true}}; }
};

/// Returns a column in the database's own language: `?` stands for a value, `{member}` for a
/// member's column.
template <class R, class... Values>
[[nodiscard]] RawTerm<R> raw(std::string text, const Values&... values) {
  return {
      {nullptr, query::Aggregate::none, std::move(text), {query::key_operand<void>(values)...}}};
}

}  // namespace rowan

namespace rowan::query {

/// Takes the rows of a select one by one.
class RowSink {
 public:
  virtual ~RowSink() = default;
  /// Lifetime: the cells are good during the call only.
  virtual void row(std::span<const value::Cell> cells) = 0;
};

/// Runs queries and bulk changes; the entity manager does.
class QueryExecutor {
 public:
  virtual ~QueryExecutor() = default;
  virtual void select(const Select& select, RowSink& sink) = 0;
  /// Returns the number of rows changed.
  virtual std::uint64_t change(BoundMutation::Kind kind, const Mutation& mutation) = 0;
};

/// Throws ValidationError for a cell that does not fit the row's type.
[[noreturn]] void refuse_cell(const value::Cell& cell, std::size_t column);
/// Throws ValidationError for a number that the member of `width` bytes cannot hold.
[[noreturn]] void refuse_assigned(const std::string& number, std::size_t width);
/// Throws ValidationError where the rows of one insert() name different members.
void check_row_members(const Mutation& mutation, std::span<const PathInfo* const> members);
/// Returns the number of rows that `select` would have.
[[nodiscard]] std::size_t count_rows(QueryExecutor& executor, const Select& select);

/// Appends the term of a path.
void add_path(std::vector<Term>& terms, const PathInfo* path);

/// Returns the value of a cell, empty for a null where `R` is optional.
template <class R>
R decode_cell(const value::Cell& cell, std::size_t column) {
  if constexpr (std::is_same_v<R, Value>) {
    return Value(cell);
  } else if constexpr (OptionalTraits<R>::is_optional) {
    if (cell.is_null()) return std::nullopt;
    return decode_cell<typename OptionalTraits<R>::Inner>(cell, column);
  } else {
    if (cell.is_null()) refuse_cell(cell, column);
    R out{};
    if constexpr (std::is_enum_v<R> && requires { R{0}; }) {  // stored by name, perhaps
      if (declare::EnumTextConvert<R>::from_cell(cell, out)) return out;
    }
    if (!value::Convert<R>::from_cell(cell, out)) refuse_cell(cell, column);
    return out;
  }
}

/// What may stand in select() and group_by(): its row type, and how it becomes a term.
template <class S>
struct Selected;
template <auto... M>
struct Selected<Path<M...>> {
  using P = Path<M...>;
  using Root = typename P::Root;
  static_assert(!P::passes_collection,
                "this path goes through a collection: join it by name, .join(f<...>), and say "
                "rowan::joined(f<...>)");
  static_assert(P::passes_collection || !P::is_reference,
                "a reference is no column's value: select a member of its target, such as its key");
  using RowType = typename P::RowType;
  static void add_to(std::vector<Term>& terms, P) { add_path(terms, P::path); }
};
template <auto... M>
struct Selected<JoinedPath<M...>> {
  using P = Path<M...>;
  using Root = typename P::Root;
  static_assert(!P::is_reference && !P::is_collection,
                "a relation is no column's value: select a member of its target, such as its key");
  using RowType = typename P::RowType;
  static void add_to(std::vector<Term>& terms, JoinedPath<M...>) { add_path(terms, P::path); }
};
template <auto... M>
struct Selected<LeftJoinedPath<M...>> : Selected<JoinedPath<M...>> {
  using RowType = std::optional<typename Path<M...>::ValueOf>;
  static void add_to(std::vector<Term>& terms, LeftJoinedPath<M...>) {
    add_path(terms, Path<M...>::path);
  }
};
template <class R, class T>
struct Selected<Aggregated<R, T>> {
  using Root = T;
  using RowType = R;
  static void add_to(std::vector<Term>& terms, const Aggregated<R, T>& aggregate) {
    terms.push_back(aggregate.term());
  }
};
template <class R>
struct Selected<RawTerm<R>> {
  using Root = void;
  using RowType = R;
  static void add_to(std::vector<Term>& terms, const RawTerm<R>& raw) { terms.push_back(raw.term); }
};

/// Decodes rows into tuples.
template <class... Row>
class TupleSink final : public RowSink {
 public:
  explicit TupleSink(std::vector<std::tuple<Row...>>& out) : out_(out) {}
  void row(std::span<const value::Cell> cells) override {
    add(cells, std::index_sequence_for<Row...>{});
  }

 private:
  template <std::size_t... I>
  void add(std::span<const value::Cell> cells, std::index_sequence<I...>) {
    // Braces, so that the cells are read from left to right.
    out_.push_back(std::tuple<Row...>{decode_cell<Row>(cells[I], I)...});
  }
  std::vector<std::tuple<Row...>>& out_;
};

/// One term of an order_by() of a query: a path, joined or not, an aggregate, or raw SQL.
template <class T>
class QueryOrder {
 public:
  template <auto... M>
  QueryOrder(Path<M...> path) : term_(OrderBy<T>(path).term()) {}  // NOLINT: implicit by design
  template <class U>
  QueryOrder(const OrderBy<U>& order)
      : term_(OrderBy<T>(order).term()) {}  // NOLINT: implicit by design
  template <auto... M>
  QueryOrder(const JoinedPath<M...>& path)
      : QueryOrder(path.asc()) {}                     // NOLINT: implicit by design
  QueryOrder(const OrderTerm& term) : term_(term) {}  // NOLINT: implicit by design
  template <class R, class U>
  QueryOrder(const Aggregated<R, U>& aggregate)
      : term_(aggregate.asc()) {  // NOLINT: implicit by design
    static_assert(serves<U, T>, "this aggregate belongs to another entity");
  }
  QueryOrder(const RawOrder& order)
      : term_(order.order), text_(order.term) {}  // NOLINT: implicit by design
  template <class R>
  QueryOrder(const RawTerm<R>& raw) : text_(raw.term) {}  // NOLINT: implicit by design

  void add_to(Select& select) const {
    OrderTerm& added = select.order_by.emplace_back(term_);
    if (text_.raw.empty()) return;
    select.order_texts.push_back(text_);
    added.raw = static_cast<std::uint32_t>(select.order_texts.size());
  }

 private:
  OrderTerm term_{};
  Term text_{};
};

/// Runs a query and decodes its rows.
template <class... Row>
std::vector<std::tuple<Row...>> fetch_rows(QueryExecutor& executor, const Select& select) {
  std::vector<std::tuple<Row...>> out;
  TupleSink<Row...> sink(out);
  executor.select(select, sink);
  return out;
}

/// The part of SelectQuery that knows no type.
class ErasedSelectQuery {
 public:
  [[nodiscard]] const Select& erased() const noexcept { return select_; }

 protected:
  ErasedSelectQuery(QueryExecutor& executor, const metadata::TypeTag* root);
  void narrow(Condition&& condition);
  void add_having(const std::vector<HavingTerm>& terms);

  QueryExecutor* executor_;
  Select select_;
};

/// A query of rows over `T`; `Row` are the types of what it selects. Nothing is sent before rows(),
/// one() or count().
///
/// Relations that a path leads through are joined by themselves, collections by join() only.
template <class T, class... Row>
class SelectQuery : public ErasedSelectQuery {
 public:
  using RowTuple = std::tuple<Row...>;

  explicit SelectQuery(QueryExecutor& executor)
      : ErasedSelectQuery(executor, &declare::type_tag<T>) {}
  explicit SelectQuery(const ErasedSelectQuery& same) : ErasedSelectQuery(same) {}

  /// Chooses the columns: paths, aggregates, raw<R>("...").
  template <class... S>
  [[nodiscard]] SelectQuery<T, typename Selected<S>::RowType...> select(
      const S&... selected) const {
    static_assert(sizeof...(Row) == 0,
                  "select() is said once: give it everything that a row shall hold");
    static_assert((serves<typename Selected<S>::Root, T> && ...),
                  "this path belongs to another entity");
    SelectQuery<T, typename Selected<S>::RowType...> chosen(*this);
    (Selected<S>::add_to(chosen.select_.terms, selected), ...);
    return chosen;
  }
  /// Joins a relation, so that each item of a collection makes a row of its own; rows without a
  /// target or an item are left out.
  template <auto... M>
  SelectQuery& join(Path<M...> path) {
    return join_by_name(path, false);
  }
  /// The same, but a row without a target or an item stays; see left_joined().
  template <auto... M>
  SelectQuery& left_join(Path<M...> path) {
    return join_by_name(path, true);
  }
  /// Narrows the rows; said again, both conditions hold.
  SelectQuery& where(Filter<T> filter) {
    narrow(std::move(filter).take());
    return *this;
  }
  template <class... S>
  SelectQuery& group_by(const S&... grouped) {
    static_assert((serves<typename Selected<S>::Root, T> && ...),
                  "this path belongs to another entity");
    static_assert((!IsAggregated<S>::value && ...),
                  "groups are made by paths: an aggregate is computed for each of them");
    (Selected<S>::add_to(select_.group_by, grouped), ...);
    return *this;
  }
  /// Narrows the groups; said again, both conditions hold.
  template <class C>
  SelectQuery& having(const C& condition) {
    static_assert(IsAggregateCondition<C>::value,
                  "having() compares aggregates, as in rowan::count() > 1: rows are filtered by "
                  "where()");
    if constexpr (IsAggregateCondition<C>::value) {
      static_assert(serves<typename C::Root, T>, "this aggregate belongs to another entity");
      add_having(condition.terms());
    }
    return *this;
  }
  template <class... O>
  SelectQuery& order_by(const O&... orders) {
    (QueryOrder<T>(orders).add_to(select_), ...);
    return *this;
  }
  SelectQuery& distinct() {
    select_.distinct = true;
    return *this;
  }
  SelectQuery& limit(std::int64_t rows) {
    select_.limit = rows;
    return *this;
  }
  SelectQuery& offset(std::int64_t rows) {
    select_.offset = rows;
    return *this;
  }

  /// Returns every row. Cost: one statement.
  [[nodiscard]] std::vector<RowTuple> rows() const {
    static_assert(sizeof...(Row) > 0, "nothing is selected: say select() before rows()");
    return fetch_rows<Row...>(*executor_, select_);
  }
  /// Returns every row as an aggregate that is initialised by the columns in their order.
  template <class Struct>
  [[nodiscard]] std::vector<Struct> rows_as() const {
    constexpr bool is_made_of_columns = requires { Struct{std::declval<Row>()...}; };
    static_assert(is_made_of_columns,
                  "this struct cannot be made of the selected columns: give it their types, in "
                  "their order, with std::optional for what may be null");
    std::vector<Struct> out;
    if constexpr (is_made_of_columns) {
      for (RowTuple& row : rows()) {
        out.push_back(
            std::apply([](Row&... columns) { return Struct{std::move(columns)...}; }, row));
      }
    }
    return out;
  }
  /// Returns the first row, empty where there is none.
  [[nodiscard]] std::optional<RowTuple> one() const {
    Select first = select_;
    if (first.limit.value_or(1) > 0) first.limit = 1;
    std::vector<RowTuple> found = fetch_rows<Row...>(*executor_, first);
    if (found.empty()) return std::nullopt;
    return std::move(found.front());
  }
  /// Returns how many rows there are, whatever the limit.
  [[nodiscard]] std::size_t count() const { return count_rows(*executor_, select_); }
  /// Returns this query of one column for use in `in`.
  [[nodiscard]] auto as_subquery() const {
    static_assert(sizeof...(Row) == 1, "a subquery selects one column");
    using V = typename OptionalTraits<std::tuple_element_t<0, std::tuple<Row..., void>>>::Inner;
    return Subquery<V>{std::make_shared<const Select>(select_)};
  }

 private:
  template <class, class...>
  friend class SelectQuery;

  template <auto... M>
  SelectQuery& join_by_name(Path<M...> path, bool is_left) {
    static_assert(Path<M...>::is_collection || Path<M...>::is_reference,
                  "join() follows a relation: this member is none");
    select_.joins.push_back({AnyPath<T>(path).info(), is_left});
    return *this;
  }
};

/// Tells whether a whole number can be a `V`.
template <class V, class U>
constexpr bool is_in_range(U number) noexcept {
  const auto wide = static_cast<V>(number);
  return static_cast<U>(wide) == number && (wide < V{}) == (number < U{});
}

/// Returns the value to write into the member that `P` leads to.
template <class P, class U>
Value assigned_value(const U& operand) {
  using V = typename P::ValueOf;
  if constexpr (is_null_literal<U>) {
    static_assert(P::is_nullable,
                  "this member is never null: only an optional member or an OptionalRef can be");
    return {};
  } else if constexpr (OptionalTraits<U>::is_optional) {
    static_assert(P::is_nullable, "this member is never null: give the value inside the optional");
    return operand.has_value() ? assigned_value<P>(*operand) : Value();
  } else {
    static_assert(is_comparable<V, U>(),
                  "this value does not fit this member: give one of the member's own type");
    if constexpr (!is_comparable<V, U>()) {
      return {};
    } else {
      if constexpr (RelationTraits<U>::is_optional) {
        if (operand.empty()) return {};
      }
      if constexpr (is_whole_number<V> && is_whole_number<U>) {
        if (!is_in_range<V>(operand)) refuse_assigned(std::to_string(operand), sizeof(V));
      }
      return P::stored(to_operand<V>(operand));
    }
  }
}

template <class T, class P>
consteval void check_assigned() {
  static_assert(P::step_count == 1,
                "only members of the entity itself can be written: this path leads to another");
  static_assert(P::step_count != 1 || serves<typename P::Root, T>,
                "this path belongs to another entity");
  static_assert(!P::is_collection, "a collection is no column: change it through the entity");
}

/// Changes every row of `T` that a filter holds for, past the unit of work: managed objects do not
/// hear of it.
template <class T>
class UpdateQuery {
 public:
  explicit UpdateQuery(QueryExecutor& executor) : executor_(&executor) {
    mutation_.root = &declare::type_tag<T>;
  }

  template <auto... M, class U>
  UpdateQuery& set(Path<M...>, const U& value) {
    check_assigned<T, Path<M...>>();
    mutation_.assignments.push_back({Path<M...>::path});
    mutation_.values.push_back(assigned_value<Path<M...>>(value));
    return *this;
  }
  /// Writes what `text` says in the database's own language: `?` stands for a value, `{member}` for
  /// a member's column.
  template <auto... M, class... Values>
  UpdateQuery& set_raw(Path<M...>, std::string text, const Values&... values) {
    check_assigned<T, Path<M...>>();
    mutation_.assignments.push_back({Path<M...>::path, std::move(text), sizeof...(Values)});
    (mutation_.values.push_back(key_operand<void>(values)), ...);
    return *this;
  }
  UpdateQuery& where(Filter<T> filter) {
    mutation_.where = combine(Op::and_, std::move(mutation_.where), std::move(filter).take());
    return *this;
  }
  /// Returns the number of rows changed. Without where(): all of them.
  std::uint64_t execute() { return executor_->change(BoundMutation::Kind::update, mutation_); }
  [[nodiscard]] const Mutation& erased() const noexcept { return mutation_; }

 private:
  QueryExecutor* executor_;
  Mutation mutation_;
};

/// Deletes every row of `T` that a filter holds for, past the unit of work: managed objects do not
/// hear of it.
template <class T>
class DeleteQuery {
 public:
  explicit DeleteQuery(QueryExecutor& executor) : executor_(&executor) {
    mutation_.root = &declare::type_tag<T>;
  }

  DeleteQuery& where(Filter<T> filter) {
    mutation_.where = combine(Op::and_, std::move(mutation_.where), std::move(filter).take());
    return *this;
  }
  /// Returns the number of rows deleted. Without where(): all of them.
  std::uint64_t execute() { return executor_->change(BoundMutation::Kind::remove, mutation_); }
  [[nodiscard]] const Mutation& erased() const noexcept { return mutation_; }

 private:
  QueryExecutor* executor_;
  Mutation mutation_;
};

/// Inserts rows of `T` past the unit of work.
template <class T>
class InsertQuery {
 public:
  explicit InsertQuery(QueryExecutor& executor) : executor_(&executor) {
    mutation_.root = &declare::type_tag<T>;
  }

  /// Adds one row: members and values in turn, `.values(f<&Tag::name>, "c++", f<&Tag::rank>, 1)`.
  /// Errors: ValidationError where a later row names other members than the first.
  template <class... PathsAndValues>
  InsertQuery& values(const PathsAndValues&... row) {
    static_assert(sizeof...(row) % 2 == 0 && sizeof...(row) > 0,
                  "values() takes members and values in turn");
    std::vector<const PathInfo*> members;
    std::vector<Value> row_values;
    add(members, row_values, row...);
    check_row_members(mutation_, members);
    for (Value& value : row_values) mutation_.values.push_back(std::move(value));
    if (mutation_.row_count++ == 0) {
      for (const PathInfo* member : members) mutation_.assignments.push_back({member});
    }
    return *this;
  }
  /// Leaves rows out that a unique value keeps from being inserted.
  InsertQuery& ignore_conflicts() {
    mutation_.ignore_conflicts = true;
    return *this;
  }
  /// Names the members of a unique key, or the key, by which a row may be there already; merge() says what becomes of
  /// it.
  template <class... Paths>
  InsertQuery& on_conflict(const Paths&...) {
    static_assert(sizeof...(Paths) > 0 && (is_path<Paths> && ...),
                  "on_conflict() takes the members of a unique key");
    (check_assigned<T, Paths>(), ...);
    mutation_.conflict_on = {Paths::path...};
    return *this;
  }
  /// Writes these members of a new row into the row that is there; without any, all of values() but those of the key.
  ///
  /// MySQL and MariaDB know no on_conflict(): there the conflict may be of any unique key.
  template <class... Paths>
  InsertQuery& merge(const Paths&...) {
    static_assert((is_path<Paths> && ...), "merge() takes members");
    (check_assigned<T, Paths>(), ...);
    mutation_.merges = true;
    mutation_.merged = {Paths::path...};
    return *this;
  }
  /// Returns the number of rows inserted, or changed by merge().
  /// Errors: ValidationError where on_conflict() names no unique key of the mapping, or comes without merge().
  std::uint64_t execute() { return executor_->change(BoundMutation::Kind::insert, mutation_); }
  [[nodiscard]] const Mutation& erased() const noexcept { return mutation_; }

 private:
  template <class P, class U, class... More>
  void add(std::vector<const PathInfo*>& members,
           std::vector<Value>& row_values,
           const P&,
           const U& value,
           const More&... more) {
    static_assert(is_path<P>, "values() takes members and values in turn");
    check_assigned<T, P>();
    members.push_back(P::path);
    row_values.push_back(assigned_value<P>(value));
    if constexpr (sizeof...(More) > 0) add(members, row_values, more...);
  }
  QueryExecutor* executor_;
  Mutation mutation_;
};

}  // namespace rowan::query
