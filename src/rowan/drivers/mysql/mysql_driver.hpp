// Makes drivers for MySQL.

#pragma once

#include <rowan/backend/driver.hpp>
#include <rowan/drivers/mysql/fwd.hpp>
#include <rowan/drivers/mysql/mysql_config.hpp>

#include <memory>

namespace rowan {

/// Returns a driver for a MySQL server, 8.0.19 or later. Nothing is opened before the first use.
///
/// Errors: ValidationError for a configuration that cannot be, and, at the first use, where the server is MariaDB.
[[nodiscard]] std::shared_ptr<backend::Driver> make_mysql_driver(const MysqlConfig& config);

namespace drivers::mysql {

/// Returns a driver for a server of this flavor, which lives as long as the program.
[[nodiscard]] std::shared_ptr<backend::Driver> make_driver(const MysqlConfig& config,
                                                           const MysqlFlavor& flavor);

}  // namespace drivers::mysql
}  // namespace rowan
