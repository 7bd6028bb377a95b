// A driver for any SQL database, made of a dialect and of connections.

#pragma once

#include <rowan/backend/driver.hpp>
#include <rowan/sql/connection_pool.hpp>
#include <rowan/sql/dialect.hpp>
#include <rowan/sql/sql_plan.hpp>

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace rowan::sql {

class SqlDriver;

/// What a database's driver plugs in.
struct SqlDriverParts {
  std::string name;  ///< the product's, for people
  std::unique_ptr<const Dialect> dialect;
  ConnectionPool::Connect connect;
  PoolOptions pool{};
  /// Makes the schema manager; module schema is above this one, so it is handed in.
  std::function<std::unique_ptr<backend::SchemaManager>(SqlDriver&, const metadata::Registry&)>
      make_schema_manager{};
};

/// Compiles bound trees by the dialect and lends sessions of the pool.
///
/// Thread safety: any thread.
class SqlDriver final : public backend::Driver {
 public:
  explicit SqlDriver(SqlDriverParts parts);
  SqlDriver(const SqlDriver&) = delete;
  SqlDriver& operator=(const SqlDriver&) = delete;
  ~SqlDriver() override;

  [[nodiscard]] const Dialect& dialect() const noexcept { return *parts_.dialect; }
  [[nodiscard]] const backend::Capabilities& capabilities() const noexcept override {
    return parts_.dialect->facts().capabilities;
  }
  [[nodiscard]] std::string_view name() const noexcept override { return parts_.name; }
  [[nodiscard]] std::unique_ptr<backend::PreparedSelect> prepare(
      query::BoundSelect select) override;
  [[nodiscard]] std::string text_of(const query::BoundMutation& mutation) override;
  [[nodiscard]] std::vector<std::string> rehearse(
      const std::function<void(backend::Session&)>& work) override;
  [[nodiscard]] std::unique_ptr<backend::Session> session(backend::Access access,
                                                          backend::Observer observer) override;
  [[nodiscard]] std::unique_ptr<backend::SchemaManager> schema_manager(
      const metadata::Registry& registry) override;
  void close() override { pool_.close(); }

 private:
  SqlDriverParts parts_;
  std::shared_ptr<PlanNumbers> numbers_ = std::make_shared<PlanNumbers>();
  ConnectionPool pool_;
};

}  // namespace rowan::sql
