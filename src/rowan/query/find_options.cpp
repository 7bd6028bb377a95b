// The parts of paths, orders and options that need no type.

#include <rowan/query/find_options.hpp>

#include <rowan/query/path.hpp>

#include <cstddef>
#include <memory>

namespace rowan::query {

ErasedPaths::ErasedPaths(const ErasedPath* first, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) paths_.push_back(first[i].info());
}

ErasedPaths::ErasedPaths(const PathInfo* path) { paths_.push_back(path); }

void ErasedPaths::append(const PathInfo* path) { paths_.push_back(path); }

ErasedOrders::ErasedOrders(const ErasedOrder* first, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) terms_.push_back(first[i].term());
}

ErasedOrders::ErasedOrders(const OrderTerm& term) { terms_.push_back(term); }

void ErasedOrders::append(const OrderTerm& term) { terms_.push_back(term); }

ErasedStrategies::ErasedStrategies(const StrategyOfPath* first, std::size_t count)
    : strategies_(first, first + count) {}

void ErasedStrategies::append(const StrategyOfPath& strategy) { strategies_.push_back(strategy); }

ErasedPopulateWhere::ErasedPopulateWhere(const Condition& condition)
    : items_(PopulateItems::filter), condition_(std::make_shared<const Condition>(condition)) {}

const FindSpec& no_options() noexcept {
  static const FindSpec none{};
  return none;
}

FindSpec make_find_spec(const ErasedPaths& populate,
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
                        bool strict) {
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
          strategies.strategies(),
          flush_mode,
          lock_mode,
          lock_version,
          strict};
}

}  // namespace rowan::query
