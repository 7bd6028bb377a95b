// What the error numbers of MySQL and MariaDB mean, as errors of Rowan.

#pragma once

#include <string>
#include <string_view>

namespace rowan::drivers::mysql {

/// What the server or its client library reported.
struct MysqlFailure {
  unsigned int code = 0;
  std::string sqlstate{};
  std::string message{};  ///< may hold values; they are cut out before anybody sees them
  std::string statement{};
  std::string_view product = "MySQL";
};

/// Throws the error that the number stands for, its message saying what to do and holding no value.
[[noreturn]] void throw_mysql_error(const MysqlFailure& failure);

/// Throws a ConnectionError for a connection that could not be opened to `where`.
[[noreturn]] void throw_mysql_connect_error(const MysqlFailure& failure, std::string_view where);

/// Tells whether after this error the connection is of no more use.
[[nodiscard]] bool is_connection_lost(unsigned int code) noexcept;

/// Tells whether with this error the server has rolled back the whole transaction.
[[nodiscard]] bool is_transaction_lost(const MysqlFailure& failure) noexcept;

/// Tells whether with this error the server rolls back the whole transaction where it is set up so
/// (`innodb_rollback_on_timeout`), and one statement otherwise.
[[nodiscard]] bool may_roll_back_all(unsigned int code) noexcept;

/// Returns the server's message without the values in it.
[[nodiscard]] std::string without_values(unsigned int code, std::string_view message);

}  // namespace rowan::drivers::mysql
