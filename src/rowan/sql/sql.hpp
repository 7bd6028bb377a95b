// What the drivers of SQL databases share.

#pragma once

#include <rowan/sql/dialect.hpp>
#include <rowan/sql/sql_connection.hpp>
#include <rowan/sql/sql_driver.hpp>
