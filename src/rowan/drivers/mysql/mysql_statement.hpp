// A statement on MySQL or MariaDB.

#pragma once

#include <rowan/drivers/mysql/mysql_client.hpp>
#include <rowan/sql/sql_connection.hpp>

#include <memory>
#include <string_view>

namespace rowan::drivers::mysql {

/// Prepares a text, or keeps it as it is where the server cannot prepare it: then it takes no values and its rows are
/// not read. Lives at most as long as `session`. Errors: those of the server.
[[nodiscard]] std::unique_ptr<sql::SqlStatement> prepare_mysql(MysqlSession& session,
                                                               std::string_view text);

}  // namespace rowan::drivers::mysql
