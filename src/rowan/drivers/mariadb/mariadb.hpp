// The MariaDB driver.

#pragma once

#include <rowan/drivers/mariadb/mariadb_driver.hpp>
