// Creates and drops what the entities need in a database.

#pragma once

#include <string>

namespace rowan::backend {

struct Observer;

/// What Orm::schema() returns: the tables of the mapped classes, made and unmade.
///
/// Errors: every function that runs statements throws DriverError as the database reports it.
class SchemaManager {
 public:
  virtual ~SchemaManager() = default;
  /// Tells where statements are reported. Lifetime: what it points to outlives the manager.
  virtual void set_observer(const Observer&) {}
  /// Creates every table, index and constraint; fails where a table exists.
  virtual void create() = 0;
  /// Drops every mapped table that exists. Loses their rows.
  virtual void drop() = 0;
  /// Drops and creates. Loses all rows: for tests.
  virtual void refresh() {
    drop();
    create();
  }
  /// Deletes all rows of every mapped table and keeps the tables.
  virtual void clear() = 0;
  /// Returns what create() would run, statements ended by `;` and newline.
  [[nodiscard]] virtual std::string create_sql() = 0;
  /// Returns what drop() would run.
  [[nodiscard]] virtual std::string drop_sql() = 0;
};

}  // namespace rowan::backend
