// What PostgreSQL's error codes mean, as errors of Rowan.

#pragma once

#include <string>
#include <string_view>

namespace rowan::drivers::postgres {

/// What PostgreSQL reported, field by field.
struct PostgresFailure {
  std::string sqlstate{};
  std::string message{};  ///< the primary one
  std::string detail{};   ///< may hold values; only names are taken from it
  std::string hint{};
  std::string table{};
  std::string column{};
  std::string constraint{};
  std::string source{};   ///< the server's file that raised it, which no language changes
  std::string context{};  ///< may hold values; only a column's name is taken from it
  std::string statement{};
};

/// Tells whether the connection has ended with this error, or must not be used again: the server goes down, or has
/// become one that only reads.
[[nodiscard]] bool ends_connection(const PostgresFailure& failure) noexcept;

/// Tells whether the server does not know the prepared statement (any more), or would answer with other columns.
[[nodiscard]] bool is_statement_lost(const PostgresFailure& failure) noexcept;

/// Throws the error that the code stands for, its message saying what to do, without any value of a row.
[[noreturn]] void throw_postgres_error(const PostgresFailure& failure);

/// Throws a ConnectionError for a connection that was lost under a statement.
[[noreturn]] void throw_connection_lost(std::string_view message, const std::string& statement);

/// Throws a ConnectionError for a server that cannot be reached, or does not let us in.
[[noreturn]] void throw_connect_error(std::string_view message);

}  // namespace rowan::drivers::postgres
