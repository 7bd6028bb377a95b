// What differs between MySQL and MariaDB, as data.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace rowan::drivers::mysql {

/// One of the servers that speak the protocol.
struct MysqlFlavor {
  std::string_view name;             ///< the product's
  std::string_view scheme;           ///< of its URLs
  std::string_view other_name;       ///< the product that answers where this one was asked for
  std::string_view other_scheme;     ///< of that one's URLs
  bool is_mariadb = false;           ///< its version says so
  unsigned long oldest_version = 0;  ///< 80019 for 8.0.19
  std::string_view oldest_name;
  /// Compares by code point, as SQLite and PostgreSQL do, and takes no notice of blanks at the end for nothing.
  std::string_view collation;
  std::size_t derived_bytes = 0;  ///< of a value in a derived table; 0: any number
  bool has_returning = false;     ///< insert ... returning
  bool has_json_type = false;     ///< else json is text with a check
  std::string_view
      new_row;  ///< names the row of an insert that is in conflict; empty where values() does
  std::string_view share_lock;        ///< what a reading lock is called
  std::string_view timeout_variable;  ///< that limits a statement's time
  bool counts_seconds = false;        ///< that variable does, else milliseconds
  /// Variable that is off where a group's members all take writes; unknown to a server in no group.
  std::string_view group_mode;
};

/// MySQL 8.0.19 and later.
[[nodiscard]] const MysqlFlavor& mysql_flavor() noexcept;

}  // namespace rowan::drivers::mysql
