// The SQLite driver.

#pragma once

#include <rowan/drivers/sqlite/sqlite_driver.hpp>
