// MariaDB's driver is that of MySQL with facts of its own.

#include <rowan/drivers/mariadb/mariadb_driver.hpp>

#include <rowan/drivers/mariadb/mariadb_flavor.hpp>
#include <rowan/drivers/mysql/mysql_driver.hpp>

namespace rowan {

std::shared_ptr<backend::Driver> make_mariadb_driver(const MysqlConfig& config) {
  return drivers::mysql::make_driver(config, drivers::mariadb::mariadb_flavor());
}

}  // namespace rowan
