// MariaDB's own facts.

#include <rowan/drivers/mariadb/mariadb_flavor.hpp>

namespace rowan::drivers::mariadb {

const mysql::MysqlFlavor& mariadb_flavor() noexcept {
  static constexpr mysql::MysqlFlavor flavor = {
      .name = "MariaDB",
      .scheme = "mariadb",
      .other_name = "MySQL",
      .other_scheme = "mysql",
      .is_mariadb = true,
      .oldest_version = 100600,
      .oldest_name = "10.6",
      .collation = "utf8mb4_nopad_bin",
      .has_returning = true,
      .has_json_type = false,
      .new_row = "",
      .share_lock = " lock in share mode",
      .timeout_variable = "max_statement_time",
      .counts_seconds = true,
      .group_mode = "",
  };
  return flavor;
}

}  // namespace rowan::drivers::mariadb
