// Picks the driver that a URL asks for.

#include <rowan/drivers.hpp>

#include <rowan/base/error.hpp>
#include <rowan/base/text.hpp>
#ifdef ROWAN_WITH_POSTGRES
#include <rowan/drivers/postgres/postgres_driver.hpp>
#endif
#ifdef ROWAN_WITH_SQLITE
#include <rowan/drivers/sqlite/sqlite_driver.hpp>
#endif
#ifdef ROWAN_WITH_MYSQL
#include <rowan/drivers/mysql/mysql_driver.hpp>
#endif
#ifdef ROWAN_WITH_MARIADB
#include <rowan/drivers/mariadb/mariadb_driver.hpp>
#endif

#include <algorithm>
#include <string>
#include <vector>

namespace rowan {
namespace {

using Make = std::shared_ptr<backend::Driver> (*)(std::string_view url);

struct Scheme {
  std::string_view name;
  Make make;
};

const std::vector<Scheme>& schemes() {
  static const std::vector<Scheme> known = {
#ifdef ROWAN_WITH_POSTGRES
      {"postgresql",
       [](std::string_view url) { return make_postgres_driver(parse_postgres_url(url)); }},
      {"postgres",
       [](std::string_view url) { return make_postgres_driver(parse_postgres_url(url)); }},
#endif
#ifdef ROWAN_WITH_SQLITE
      {"sqlite", [](std::string_view url) { return make_sqlite_driver(parse_sqlite_url(url)); }},
#endif
#ifdef ROWAN_WITH_MYSQL
      {"mysql", [](std::string_view url) { return make_mysql_driver(parse_mysql_url(url)); }},
#endif
#ifdef ROWAN_WITH_MARIADB
      {"mariadb",
       [](std::string_view url) { return make_mariadb_driver(parse_mysql_url(url, "mariadb")); }},
#endif
  };
  return known;
}

}  // namespace

std::shared_ptr<backend::Driver> driver_from_url(std::string_view url) {
  const auto colon = url.find(':');
  const std::string_view wanted = url.substr(0, colon == std::string_view::npos ? 0 : colon);
  std::vector<std::string_view> names;
  for (const Scheme& scheme : schemes()) {
    if (scheme.name == wanted) return scheme.make(url);
    names.push_back(scheme.name);
  }
  // Only what can be a scheme is repeated: anything else may hold a password.
  const bool is_scheme = !wanted.empty() && wanted.size() < 20 &&
                         std::all_of(wanted.begin(), wanted.end(), [](char c) {
                           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+';
                         });
  throw ValidationError(
      (is_scheme ? "no driver of this build opens '" + std::string(wanted) + ":' URLs"
                 : std::string("a database URL begins with its driver's name and a colon")) +
      "; it has drivers for " + base::join(names, ", ") + ", as in sqlite::memory:");
}

}  // namespace rowan
