// Makes drivers for PostgreSQL.

#pragma once

#include <rowan/backend/driver.hpp>
#include <rowan/drivers/postgres/postgres_config.hpp>

#include <memory>

namespace rowan {

/// Returns a driver for the database. Nothing is opened before the first use.
///
/// Errors: ValidationError for a configuration that cannot be.
[[nodiscard]] std::shared_ptr<backend::Driver> make_postgres_driver(const PostgresConfig& config);

}  // namespace rowan
