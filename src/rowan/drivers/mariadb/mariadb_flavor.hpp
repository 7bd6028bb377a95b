// What MariaDB has of its own.

#pragma once

#include <rowan/drivers/mysql/mysql_flavor.hpp>

namespace rowan::drivers::mariadb {

/// MariaDB 10.6 and later.
[[nodiscard]] const mysql::MysqlFlavor& mariadb_flavor() noexcept;

}  // namespace rowan::drivers::mariadb
