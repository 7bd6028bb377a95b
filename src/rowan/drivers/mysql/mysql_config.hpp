// How a MySQL or MariaDB server is reached.

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rowan {

/// What a driver for MySQL or MariaDB is made of.
struct MysqlConfig {
  enum class SslMode : std::uint8_t {
    disabled,
    preferred,    ///< encrypted where the server can; anybody between may switch it off
    required,     ///< encrypted, but the server may be anybody
    verify_ca,    ///< the certificate must be of an authority that is trusted
    verify_full,  ///< and name the host
  };
  struct Server {
    std::string host;
    std::uint16_t port = 3306;
  };

  std::string host = "localhost";
  std::uint16_t port = 3306;
  std::string socket{};  ///< path of the server's Unix socket; then host and port are not looked at
  std::string user{};
  std::string password{};
  std::string database{};

  SslMode ssl_mode = SslMode::preferred;
  std::string ssl_ca{};    ///< file of the authorities that are trusted; empty: those of the system
  std::string ssl_cert{};  ///< the client's own certificate, where the server asks for one
  std::string ssl_key{};
  std::string server_public_key{};  ///< file of the key that encrypts a password sent without TLS
  std::string plugin_dir{};         ///< of libmariadb, where it is not where it was built for

  std::chrono::milliseconds connect_timeout{10000};
  std::chrono::milliseconds read_timeout{0};   ///< for an answer of the server; 0: none
  std::chrono::milliseconds write_timeout{0};  ///< for the server to take a statement; 0: none
  std::chrono::milliseconds statement_timeout{
      0};                                     ///< of selects (MySQL), of every statement (MariaDB)
  std::chrono::milliseconds lock_timeout{0};  ///< for row locks, in whole seconds; 0: the server's
  std::string sql_mode{};                     ///< of our connections; empty: the server's
  std::string collation{};  ///< of connections and new tables; empty: the driver's, by code point

  std::size_t pool_size = 10;
  std::chrono::milliseconds pool_timeout{30000};  ///< for a connection, where all are lent; 0: none
  std::chrono::milliseconds pool_check_after{30000};  ///< idle so long, it is asked first; 0: never
  std::chrono::milliseconds pool_max_age{0};          ///< older ones are opened anew; 0: never

  std::vector<Server> replicas{};  ///< take the reads outside of transactions, in turn
};

/// Reads `mysql://user:password@host:port/database?name=value&...`, or the same with another `scheme`. %XX is decoded.
///
/// Parameters are socket, ssl-mode (disabled, preferred, required, verify-ca, verify-full), ssl-ca, ssl-cert, ssl-key,
/// server-public-key, plugin-dir, connect-timeout, read-timeout, write-timeout, statement-timeout, lock-timeout,
/// sql-mode, collation, pool-size, pool-timeout, pool-check-after, pool-max-age, and replicas (host:port,host:port).
/// Times are in milliseconds; `_` may stand for `-`.
/// Errors: ValidationError naming what is unknown and what is known, never the password.
[[nodiscard]] MysqlConfig parse_mysql_url(std::string_view url, std::string_view scheme = "mysql");

}  // namespace rowan
