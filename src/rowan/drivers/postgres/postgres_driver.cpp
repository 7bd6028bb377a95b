// Plugs PostgreSQL's connection and dialect into the SQL driver.

#include <rowan/drivers/postgres/postgres_driver.hpp>

#include <rowan/base/error.hpp>
#include <rowan/drivers/postgres/postgres_connection.hpp>
#include <rowan/drivers/postgres/postgres_dialect.hpp>
#include <rowan/schema/schema_generator.hpp>
#include <rowan/sql/sql_driver.hpp>

namespace rowan {

std::shared_ptr<backend::Driver> make_postgres_driver(const PostgresConfig& config) {
  if (config.pool_size == 0)
    throw ValidationError("PostgresConfig::pool_size is 0: a pool needs one connection at least");
  drivers::postgres::validate(config);
  sql::SqlDriverParts parts;
  parts.name = "PostgreSQL";
  parts.dialect = std::make_unique<drivers::postgres::PostgresDialect>();
  parts.connect = [config](backend::Access access, std::size_t number) {
    const bool is_replica = access == backend::Access::read && !config.replicas.empty();
    return drivers::postgres::open_postgres(
        config, is_replica ? config.replicas[number % config.replicas.size()] : std::string());
  };
  parts.pool.writers = config.pool_size;
  parts.pool.readers = config.replicas.size() * config.pool_size;
  parts.pool.readers_take_transactions = false;
  parts.pool.readers_in_turn = true;
  parts.pool.wait_limit = config.pool_timeout;
  parts.pool.check_after = config.pool_check_after;
  parts.pool.maximum_age = config.pool_max_age;
  parts.make_schema_manager = [](sql::SqlDriver& driver, const metadata::Registry& registry) {
    return std::make_unique<schema::SchemaGenerator>(driver, driver.dialect(), registry);
  };
  return std::make_shared<sql::SqlDriver>(std::move(parts));
}

}  // namespace rowan
