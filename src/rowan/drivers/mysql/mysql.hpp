// The MySQL driver.

#pragma once

#include <rowan/drivers/mysql/mysql_driver.hpp>
