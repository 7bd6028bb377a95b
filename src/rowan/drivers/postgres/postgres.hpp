// The PostgreSQL driver.

#pragma once

#include <rowan/drivers/postgres/postgres_driver.hpp>
