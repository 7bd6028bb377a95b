// Makes drivers for SQLite.

#pragma once

#include <rowan/backend/driver.hpp>
#include <rowan/drivers/sqlite/sqlite_config.hpp>

#include <memory>
#include <string_view>

namespace rowan {

/// Returns a driver for the database. Nothing is opened before the first use.
///
/// A database in memory has one connection, lent for one statement or one transaction at a time. A file has one
/// connection that writes and a few that read beside it.
/// Errors: ValidationError for a configuration that cannot be.
[[nodiscard]] std::shared_ptr<backend::Driver> make_sqlite_driver(const SqliteConfig& config);

}  // namespace rowan
