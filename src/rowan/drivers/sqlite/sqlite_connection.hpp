// A connection to SQLite.

#pragma once

#include <rowan/drivers/sqlite/sqlite_config.hpp>
#include <rowan/sql/sql_connection.hpp>

#include <memory>

namespace rowan::drivers::sqlite {

/// Opens the database with all that the configuration says.
///
/// A connection that is to read only refuses writes. Errors: ConnectionError, StorageError.
[[nodiscard]] std::unique_ptr<sql::SqlConnection> open_sqlite(const SqliteConfig& config,
                                                              bool is_reader);

}  // namespace rowan::drivers::sqlite
