// What a find may be told beside its filter.

#pragma once

#include <rowan/query/filter.hpp>
#include <rowan/query/path.hpp>
#include <rowan/query/select.hpp>

#include <cstddef>
#include <cstdint>
#include <initializer_list>
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

class ErasedStrategies {
 public:
  [[nodiscard]] bool empty() const noexcept { return strategies_.empty(); }
  [[nodiscard]] const std::vector<StrategyOfPath>& strategies() const noexcept {
    return strategies_;
  }

 protected:
  ErasedStrategies() noexcept = default;
  ErasedStrategies(const StrategyOfPath* first, std::size_t count);
  void append(const StrategyOfPath& strategy);

 private:
  std::vector<StrategyOfPath> strategies_;
};

class ErasedPopulateWhere {
 public:
  [[nodiscard]] PopulateItems items() const noexcept { return items_; }
  [[nodiscard]] const std::shared_ptr<const Condition>& condition() const noexcept {
    return condition_;
  }

 protected:
  ErasedPopulateWhere() noexcept = default;
  explicit ErasedPopulateWhere(PopulateItems items) noexcept : items_(items) {}
  explicit ErasedPopulateWhere(const Condition& condition);

 private:
  PopulateItems items_ = PopulateItems::all;
  std::shared_ptr<const Condition> condition_;
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

/// Returns the options of a find that was given none.
[[nodiscard]] const FindSpec& no_options() noexcept;

/// Returns the options of a find, given in their order.
[[nodiscard]] FindSpec make_find_spec(const ErasedPaths& populate,
                                      const ErasedPaths& fields,
                                      const ErasedPaths& exclude,
                                      const ErasedPopulateWhere& populate_where,
                                      const ErasedOrders& populate_order_by,
                                      const ErasedOrders& order_by,
                                      const std::optional<std::int64_t>& limit,
                                      const std::optional<std::int64_t>& offset,
                                      bool refresh,
                                      bool disable_identity_map,
                                      const std::optional<LoadStrategy>& strategy,
                                      const ErasedStrategies& strategies,
                                      const std::optional<FlushMode>& flush_mode,
                                      LockMode lock_mode,
                                      const std::optional<std::int64_t>& lock_version,
                                      bool strict);

}  // namespace rowan::query

namespace rowan {

template <class T>
class PopulateWhere : public query::ErasedPopulateWhere {
 public:
  PopulateWhere() noexcept = default;
  PopulateWhere(query::PopulateItems items) noexcept  // NOLINT: implicit by design
      : ErasedPopulateWhere(items) {}
  /// Takes a filter over the root, whose conditions through a populated collection choose its
  /// items.
  template <class U>
  PopulateWhere(const Filter<U>& where)  // NOLINT: implicit by design
      : ErasedPopulateWhere(where.condition()) {
    static_assert(query::serves<U, T>, "this filter belongs to another entity");
  }
};

/// Values of FindOptions::populate_where.
inline constexpr query::PopulateItems populate_all = query::PopulateItems::all;
inline constexpr query::PopulateItems populate_infer = query::PopulateItems::infer;

/// How one relation is read: `{f<&User::posts>, LoadStrategy::joined}`.
template <class T>
struct PathStrategy : query::StrategyOfPath {
  PathStrategy(RelationPath<T> of, LoadStrategy by) noexcept : StrategyOfPath{of.info(), by} {}
};

/// How single relations of entity `T` are read.
template <class T>
class StrategyList : public query::ErasedStrategies {
 public:
  StrategyList() noexcept = default;
  StrategyList(std::initializer_list<PathStrategy<T>> strategies)
      : ErasedStrategies(strategies.begin(), strategies.size()) {}
  void add(const PathStrategy<T>& strategy) { append(strategy); }
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
  StrategyList<T> strategies{};  ///< of single relations, over `strategy`
  std::optional<FlushMode> flush_mode{};
  LockMode lock_mode = LockMode::none;
  std::optional<std::int64_t> lock_version{};
  bool strict = false;  ///< find_one_or_fail refuses several rows

  /// Returns the same without types. Cost: copies; no allocation while the lists have two terms at
  /// most.
  [[nodiscard]] query::FindSpec erased() const {
    return query::make_find_spec(populate, fields, exclude, populate_where, populate_order_by,
                                 order_by, limit, offset, refresh, disable_identity_map, strategy,
                                 strategies, flush_mode, lock_mode, lock_version, strict);
  }
};

}  // namespace rowan
