// Plugs SQLite's connection and dialect into the SQL driver.

#include <rowan/drivers/sqlite/sqlite_driver.hpp>

#include <rowan/drivers/sqlite/sqlite_connection.hpp>
#include <rowan/drivers/sqlite/sqlite_dialect.hpp>
#include <rowan/schema/schema_generator.hpp>
#include <rowan/sql/sql_driver.hpp>

namespace rowan {

std::shared_ptr<backend::Driver> make_sqlite_driver(const SqliteConfig& config) {
  check_sqlite_config(config);
  sql::SqlDriverParts parts;
  parts.name = "SQLite";
  parts.dialect = std::make_unique<drivers::sqlite::SqliteDialect>();
  parts.connect = [config](backend::Access access, std::size_t) {
    const bool is_reader = access == backend::Access::read && !config.is_in_memory();
    return drivers::sqlite::open_sqlite(config, is_reader);
  };
  parts.pool.writers = 1;
  parts.pool.readers = config.is_in_memory() ? 0 : config.readers;
  parts.make_schema_manager = [](sql::SqlDriver& driver, const metadata::Registry& registry) {
    return std::make_unique<schema::SchemaGenerator>(driver, driver.dialect(), registry);
  };
  return std::make_shared<sql::SqlDriver>(std::move(parts));
}

}  // namespace rowan
