// What a find may be told beside its filter.

#pragma once

#include <rowan/query/filter.hpp>
#include <rowan/query/path.hpp>
#include <rowan/query/select.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace rowan {

using query::LockMode;

/// How relations that a find populates are read.
enum class LoadStrategy : std::uint8_t {
  select_in,  ///< one statement for each relation
  joined,     ///< one statement for all
  balanced,   ///< to-one joined, to-many by a statement each
};

/// When pending work is written before a query.
enum class FlushMode : std::uint8_t {
  automatic,  ///< where the query reads a class with pending work
  commit,     ///< never: flush() and the commit alone write
  always,
};

/// Which items a populated collection gets.
template <class T>
class PopulateWhere;

}  // namespace rowan

namespace rowan::query {

/// How populate chooses the items of a collection.
enum class PopulateItems : std::uint8_t {
  all,     ///< every item
  infer,   ///< those that the find's own filter holds for
  filter,  ///< those that a filter of its own holds for
};

/// How the relation at the end of one path is read.
struct StrategyOfPath {
  const PathInfo* path = nullptr;
  LoadStrategy strategy = LoadStrategy::balanced;
};

/// FindOptions without its types.
struct FindSpec {
  base::SmallVector<const PathInfo*, 2> populate;
  bool populates_all = false;  ///< every relation of whatever is reached
  base::SmallVector<const PathInfo*, 2> fields;
  base::SmallVector<const PathInfo*, 2> exclude;
  PopulateItems populate_items = PopulateItems::all;
  std::shared_ptr<const Condition> populate_where;  ///< over the root, for PopulateItems::filter
  base::SmallVector<OrderTerm, 2> populate_order_by;
  base::SmallVector<OrderTerm, 2> order_by;
  std::optional<std::int64_t> limit;
  std::optional<std::int64_t> offset;
  bool refresh = false;
  bool disable_identity_map = false;
  std::optional<LoadStrategy> strategy;
  std::vector<StrategyOfPath> strategies;
  std::optional<FlushMode> flush_mode;
  LockMode lock_mode = LockMode::none;
  std::optional<std::int64_t> lock_version;
  bool strict = false;
};

}  // namespace rowan::query

namespace rowan {

template <class T>
class PopulateWhere {
 public:
  PopulateWhere() noexcept = default;
  PopulateWhere(query::PopulateItems items) noexcept
      : items_(items) {}  // NOLINT: implicit by design
  /// Takes a filter over the root, whose conditions through a populated collection choose its
  /// items.
  template <class U>
  PopulateWhere(const Filter<U>& where)  // NOLINT: implicit by design
      : items_(query::PopulateItems::filter),
        condition_(std::make_shared<const query::Condition>(Filter<T>(where).condition())) {}

  [[nodiscard]] query::PopulateItems items() const noexcept { return items_; }
  [[nodiscard]] const std::shared_ptr<const query::Condition>& condition() const noexcept {
    return condition_;
  }

 private:
  query::PopulateItems items_ = query::PopulateItems::all;
  std::shared_ptr<const query::Condition> condition_;
};

/// Values of FindOptions::populate_where.
inline constexpr query::PopulateItems populate_all = query::PopulateItems::all;
inline constexpr query::PopulateItems populate_infer = query::PopulateItems::infer;

/// How one relation is read: `{f<&User::posts>, LoadStrategy::joined}`.
template <class T>
struct PathStrategy : query::StrategyOfPath {
  PathStrategy(RelationPath<T> of, LoadStrategy by) noexcept : StrategyOfPath{of.info(), by} {}
};

/// What a find of `T` may be told: `{.populate = {f<&Post::author>}, .order_by =
/// {f<&Post::id>.desc()}, .limit = 10}`.
template <class T>
struct FindOptions {
  PathList<T> populate{};  ///< relations to load along
  FieldList<T> fields{};   ///< columns to read, all where empty; the key always is
  FieldList<T> exclude{};  ///< columns not to read
  PopulateWhere<T> populate_where{};
  OrderList<T> populate_order_by{};
  OrderList<T> order_by{};
  std::optional<std::int64_t> limit{};
  std::optional<std::int64_t> offset{};
  bool refresh = false;  ///< read rows again over local changes
  bool disable_identity_map = false;
  std::optional<LoadStrategy> strategy{};
  std::vector<PathStrategy<T>> strategies{};  ///< of single relations, over `strategy`
  std::optional<FlushMode> flush_mode{};
  LockMode lock_mode = LockMode::none;
  std::optional<std::int64_t> lock_version{};
  bool strict = false;  ///< find_one_or_fail refuses several rows

  /// Tells whether nothing is asked for but the object itself.
  [[nodiscard]] bool is_plain() const noexcept {
    return populate.empty() && fields.empty() && exclude.empty() && !refresh &&
           !disable_identity_map && !flush_mode && lock_mode == LockMode::none;
  }

  /// Returns the same without types. Cost: copies; no allocation while the lists have two terms at
  /// most.
  [[nodiscard]] query::FindSpec erased() const {
    return {populate.paths(),
            populate.has_all(),
            fields.paths(),
            exclude.paths(),
            populate_where.items(),
            populate_where.condition(),
            populate_order_by.terms(),
            order_by.terms(),
            limit,
            offset,
            refresh,
            disable_identity_map,
            strategy,
            {strategies.begin(), strategies.end()},
            flush_mode,
            lock_mode,
            lock_version,
            strict};
  }
};

}  // namespace rowan
