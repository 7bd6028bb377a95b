// A connection to nothing, which writes down the statements that it is given.

#pragma once

#include <rowan/sql/sql_connection.hpp>

#include <memory>
#include <string>
#include <vector>

namespace rowan::sql {

/// Returns a connection that appends the text of each run to `statements` while `is_recording`, and answers nothing.
///
/// Lifetime: both references outlive it.
[[nodiscard]] std::unique_ptr<SqlConnection> make_rehearsal_connection(
    std::vector<std::string>& statements, const bool& is_recording);

}  // namespace rowan::sql
