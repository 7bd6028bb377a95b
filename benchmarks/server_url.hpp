// The URL of a database with a server, taken apart as far as the benchmark must.

#pragma once

#include <string>
#include <string_view>

namespace benchmarks {

/// `scheme://user:password@host:port/database?parameters`.
struct ServerUrl {
  std::string scheme;
  std::string user;
  std::string password;
  std::string host;
  unsigned int port = 0;
  std::string database;
};

[[nodiscard]] ServerUrl parts_of(std::string_view url);
/// Returns the URL with another database.
[[nodiscard]] std::string with_database(std::string_view url, std::string_view name);

}  // namespace benchmarks
