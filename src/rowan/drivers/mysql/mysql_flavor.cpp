// MySQL's own facts.

#include <rowan/drivers/mysql/mysql_flavor.hpp>

namespace rowan::drivers::mysql {

const MysqlFlavor& mysql_flavor() noexcept {
  static constexpr MysqlFlavor flavor = {
      .name = "MySQL",
      .scheme = "mysql",
      .other_name = "MariaDB",
      .other_scheme = "mariadb",
      .is_mariadb = false,
      .oldest_version = 80019,
      .oldest_name = "8.0.19",
      .collation = "utf8mb4_0900_bin",
      .derived_bytes = 65535,
      .has_returning = false,
      .has_json_type = true,
      .new_row = "n",
      .share_lock = " for share",
      .timeout_variable = "max_execution_time",
      .counts_seconds = false,
      .group_mode = "@@group_replication_single_primary_mode",
  };
  return flavor;
}

}  // namespace rowan::drivers::mysql
