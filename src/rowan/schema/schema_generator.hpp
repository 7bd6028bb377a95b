// Makes and unmakes the tables of the mapped classes.

#pragma once

#include <rowan/backend/driver.hpp>
#include <rowan/backend/schema_manager.hpp>
#include <rowan/metadata/registry.hpp>
#include <rowan/schema/table.hpp>
#include <rowan/sql/dialect.hpp>

#include <string>
#include <vector>

namespace rowan::schema {

/// What Orm::schema() is on SQL databases.
///
/// Lifetime: the driver and its dialect outlive it. Thread safety: none.
class SchemaGenerator final : public backend::SchemaManager {
 public:
  SchemaGenerator(backend::Driver& driver,
                  const sql::Dialect& dialect,
                  const metadata::Registry& registry);
  SchemaGenerator(const SchemaGenerator&) = delete;
  SchemaGenerator& operator=(const SchemaGenerator&) = delete;

  void set_observer(const backend::Observer& observer) override { observer_ = observer; }
  void create() override;
  void drop() override;
  void clear() override;
  [[nodiscard]] std::string create_sql() override;
  [[nodiscard]] std::string drop_sql() override;
  /// Returns the tables that the mapped classes need.
  [[nodiscard]] const std::vector<Table>& tables() const noexcept { return tables_; }

 private:
  /// Tells whether statements that change tables are part of a transaction; on some databases they end it.
  [[nodiscard]] bool has_transactions() const {
    return dialect_.facts().capabilities.transactional_schema;
  }
  void run_without_foreign_keys(const std::vector<std::string>& statements, bool in_transaction);

  backend::Driver& driver_;
  const sql::Dialect& dialect_;
  backend::Observer observer_{};
  std::vector<Table> tables_;
};

}  // namespace rowan::schema
