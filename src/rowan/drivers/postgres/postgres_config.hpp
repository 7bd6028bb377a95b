// How a PostgreSQL database is reached.

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rowan {

/// What a driver for PostgreSQL is made of.
///
/// What is empty or 0 here comes from `url`, then from libpq's own defaults (PGHOST and its kin, the service file, the
/// password file).
struct PostgresConfig {
  /// Whether the server keeps prepared statements between transactions.
  enum class Pooler : std::uint8_t {
    none,         ///< a server, or a pooler that lends a session: statements are prepared once
    transaction,  ///< a pooler that lends a server for one transaction: no statement has a name, nothing is set for the
                  ///< session
  };

  std::string
      url{};  ///< as libpq takes it: postgresql://user@host:port/db?..., or `host=... dbname=...`
  std::string host{};
  std::uint16_t port = 0;
  std::string user{};
  std::string password{};  ///< never part of a message
  std::string database{};
  /// Further parameters by libpq's names: sslmode, sslrootcert, target_session_attrs, connect_timeout, options, ...
  std::vector<std::pair<std::string, std::string>> parameters{};

  std::size_t pool_size = 10;  ///< connections at most; as many more for each replica
  std::chrono::milliseconds pool_timeout{30000};  ///< how long to wait for one; 0: for ever
  std::chrono::milliseconds pool_max_age{0};      ///< older connections are opened anew; 0: never
  std::chrono::milliseconds pool_check_after{
      30000};  ///< idle so long, a connection is tried first; 0: never
  std::chrono::milliseconds statement_timeout{0};  ///< 0: the server's
  std::chrono::milliseconds lock_timeout{0};       ///< 0: the server's
  Pooler pooler = Pooler::none;
  /// Servers that only read: `host:port`, the rest being as above, or whole URLs. Statements that read, outside of
  /// transactions, go to them in turn.
  std::vector<std::string> replicas{};
};

/// Reads `postgresql://...` or `postgres://...`: everything that libpq knows is passed on, and `pool_size`,
/// `pool_timeout`, `pool_max_age`, `pool_check_after`, `statement_timeout`, `lock_timeout` (milliseconds, or with a
/// unit:
/// 500ms, 5s, 10min), `pooler` (none, transaction) and `replicas` (separated by commas, %XX decoded) are Rowan's own.
///
/// Errors: ValidationError naming what is wrong; never with the URL itself, which may hold a password.
[[nodiscard]] PostgresConfig parse_postgres_url(std::string_view url);

}  // namespace rowan
