// A connection to MySQL or MariaDB.

#pragma once

#include <rowan/drivers/mysql/mysql_config.hpp>
#include <rowan/drivers/mysql/mysql_flavor.hpp>
#include <rowan/sql/sql_connection.hpp>

#include <memory>

namespace rowan::drivers::mysql {

/// Opens a connection and sets it up: utf8mb4, UTC, autocommit, strict.
///
/// Where a wait hook other than the thread's is installed, it and all its statements wait through the hook.
/// Errors: ConnectionError; ValidationError where the server is of the other flavor; DriverError where it is not
/// strict.
[[nodiscard]] std::unique_ptr<sql::SqlConnection> open_mysql(const MysqlConfig& config,
                                                             const MysqlFlavor& flavor);

}  // namespace rowan::drivers::mysql
