// The ORM: a driver, the mapped classes, and the managers made from them.

#pragma once

#include <rowan/backend/schema_manager.hpp>
#include <rowan/orm/entity_manager.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <vector>

namespace rowan {

class Logger;
class NamingStrategy;

/// What an Orm is made of.
struct Config {
  std::shared_ptr<backend::Driver> driver{};
  std::vector<metadata::EntityMeta> entities{};     ///< rowan::entities<User, Post>()
  const NamingStrategy* naming_strategy = nullptr;  ///< null: underscores; must outlive the Orm
  std::shared_ptr<Logger> logger{};                 ///< null: no log
  bool debug = false;  ///< a console logger of statements where `logger` is null
  std::optional<std::chrono::microseconds> slow_query_threshold{};
  LoadStrategy load_strategy = LoadStrategy::balanced;
  FlushMode flush_mode = FlushMode::automatic;
  bool allow_global_context = false;  ///< lets Orm::em() be used as a manager of its own, for tests
};

/// One database and its mapped classes.
///
/// Thread safety: share it between threads; a manager is for one. Lifetime: forks keep what they need alive.
class Orm {
 public:
  /// Errors: MetadataError that lists every mistake of the mappings; ValidationError where no driver was given.
  explicit Orm(Config config);
  Orm(const Orm&) = delete;
  Orm& operator=(const Orm&) = delete;
  ~Orm();

  /// Returns the global manager: fork() it, or use it inside a RequestContext.
  [[nodiscard]] EntityManager& em() noexcept { return global_; }
  /// Returns what creates and drops the tables of the mapped classes.
  [[nodiscard]] backend::SchemaManager& schema() noexcept { return *schema_; }
  [[nodiscard]] backend::Driver& driver() noexcept;
  /// Closes the connections; every later use of a manager that needs one is a ConnectionError.
  void close();

 private:
  std::shared_ptr<orm::OrmState> state_;
  std::unique_ptr<backend::SchemaManager> schema_;
  EntityManager global_;
};

}  // namespace rowan
