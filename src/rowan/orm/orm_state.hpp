// What all entity managers of one ORM share.

#pragma once

#include <rowan/backend/driver.hpp>
#include <rowan/metadata/registry.hpp>
#include <rowan/orm/chunk_pool.hpp>
#include <rowan/orm/plan_cache.hpp>
#include <rowan/query/find_options.hpp>

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

namespace rowan::orm {

class UnitOfWork;

/// Shared by every manager of one Orm, and alive as long as any of them.
///
/// Thread safety: frozen parts are read freely, the rest locks.
struct OrmState {
  OrmState(std::shared_ptr<backend::Driver> the_driver,
           std::vector<metadata::EntityMeta> entities,
           const NamingStrategy& naming);
  ~OrmState();

  /// Lends an empty unit of work, a used one where there is one.
  [[nodiscard]] std::unique_ptr<UnitOfWork> take_unit();
  void give_back(std::unique_ptr<UnitOfWork> unit) noexcept;

  std::shared_ptr<backend::Driver> driver;
  metadata::Registry registry;
  std::vector<std::uint16_t> insert_order;  ///< entity ids, what is referred to first
  ChunkPool chunks;
  PlanCache plans;
  std::shared_ptr<Logger> logger;
  std::optional<std::chrono::microseconds> slow_query_threshold;
  LoadStrategy load_strategy = LoadStrategy::balanced;
  FlushMode flush_mode = FlushMode::automatic;
  std::size_t batch_rows = 300;
  bool allow_global_context = false;

 private:
  std::atomic<UnitOfWork*> spare_unit_ =
      nullptr;  ///< the last one given back, taken without a lock
  std::mutex mutex_;
  std::vector<std::unique_ptr<UnitOfWork>> free_units_;
};

}  // namespace rowan::orm
