// A connection to PostgreSQL.

#pragma once

#include <rowan/drivers/postgres/postgres_config.hpp>
#include <rowan/sql/sql_connection.hpp>

#include <memory>
#include <string>

namespace rowan::drivers::postgres {

/// Connects to the server, or to one of the configuration's replicas where `replica` is not empty.
///
/// Errors: ConnectionError.
[[nodiscard]] std::unique_ptr<sql::SqlConnection> open_postgres(const PostgresConfig& config,
                                                                const std::string& replica);

/// Throws a ValidationError where libpq does not understand the configuration.
void validate(const PostgresConfig& config);

}  // namespace rowan::drivers::postgres
