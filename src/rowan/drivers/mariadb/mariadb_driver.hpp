// Makes drivers for MariaDB.

#pragma once

#include <rowan/backend/driver.hpp>
#include <rowan/drivers/mysql/mysql_config.hpp>

#include <memory>

namespace rowan {

/// Returns a driver for a MariaDB server, 10.6 or later. Nothing is opened before the first use.
///
/// Errors: ValidationError for a configuration that cannot be, and, at the first use, where the server is MySQL.
[[nodiscard]] std::shared_ptr<backend::Driver> make_mariadb_driver(const MysqlConfig& config);

}  // namespace rowan
