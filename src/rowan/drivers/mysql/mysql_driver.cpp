// Plugs MySQL's connection and dialect into the SQL driver.

#include <rowan/drivers/mysql/mysql_driver.hpp>

#include <rowan/base/error.hpp>
#include <rowan/drivers/mysql/mysql_connection.hpp>
#include <rowan/drivers/mysql/mysql_dialect.hpp>
#include <rowan/drivers/mysql/mysql_flavor.hpp>
#include <rowan/schema/schema_generator.hpp>
#include <rowan/sql/sql_driver.hpp>

#include <algorithm>
#include <utility>

namespace rowan {
namespace {

bool is_name(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == ',';
  });
}

void check(const MysqlConfig& config) {
  if (config.pool_size == 0)
    throw ValidationError("MysqlConfig::pool_size is 0: a driver needs one connection at least");
  if (config.ssl_mode == MysqlConfig::SslMode::verify_ca && config.ssl_ca.empty()) {
    throw ValidationError(
        "ssl-mode=verify-ca needs ssl-ca, the file of the authorities to trust; verify-full takes "
        "those of the system");
  }
  // These two are written into statements that set variables.
  if (!is_name(config.collation))
    throw ValidationError("MysqlConfig::collation is no name of a collation, as utf8mb4_bin is");
  if (!is_name(config.sql_mode))
    throw ValidationError("MysqlConfig::sql_mode is no list of names, as STRICT_TRANS_TABLES is");
}

}  // namespace

std::shared_ptr<backend::Driver> drivers::mysql::make_driver(const MysqlConfig& given,
                                                             const MysqlFlavor& flavor) {
  check(given);
  MysqlConfig config = given;
  if (config.collation.empty()) config.collation = flavor.collation;
  sql::SqlDriverParts parts;
  parts.name = flavor.name;
  parts.dialect = std::make_unique<MysqlDialect>(flavor, config.collation);
  parts.pool.writers = config.pool_size;
  parts.pool.readers = config.replicas.empty() ? 0 : config.pool_size;
  parts.pool.readers_take_transactions = false;
  parts.pool.wait_limit = config.pool_timeout;
  parts.pool.check_after = config.pool_check_after;
  parts.pool.maximum_age = config.pool_max_age;
  parts.connect = [config = std::move(config), &flavor](backend::Access access,
                                                        std::size_t number) {
    MysqlConfig chosen = config;
    if (access == backend::Access::read && !config.replicas.empty()) {
      const MysqlConfig::Server& replica = config.replicas[number % config.replicas.size()];
      chosen.host = replica.host;
      chosen.port = replica.port;
      chosen.socket.clear();
    }
    return open_mysql(chosen, flavor);
  };
  parts.make_schema_manager = [](sql::SqlDriver& driver, const metadata::Registry& registry) {
    return std::make_unique<schema::SchemaGenerator>(driver, driver.dialect(), registry);
  };
  return std::make_shared<sql::SqlDriver>(std::move(parts));
}

std::shared_ptr<backend::Driver> make_mysql_driver(const MysqlConfig& config) {
  return drivers::mysql::make_driver(config, drivers::mysql::mysql_flavor());
}

}  // namespace rowan
