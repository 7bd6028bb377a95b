// A program that makes one driver by its typed configuration, and reaches for a server that is not there.

#include <rowan/rowan.hpp>

#if defined(CONSUMER_OF_SQLITE)
#include <rowan/drivers/sqlite/sqlite.hpp>
#elif defined(CONSUMER_OF_POSTGRES)
#include <rowan/drivers/postgres/postgres.hpp>
#elif defined(CONSUMER_OF_MYSQL)
#include <rowan/drivers/mysql/mysql.hpp>
#elif defined(CONSUMER_OF_MARIADB)
#include <rowan/drivers/mariadb/mariadb.hpp>
#include <rowan/drivers/mysql/mysql_config.hpp>
#endif

#include <cstdint>
#include <iostream>

struct Note {
  std::int64_t id{};
};

template <>
inline constexpr auto rowan::mapping<Note> = rowan::entity<Note>(rowan::primary_key<&Note::id>);

namespace {

// Nobody listens on port 1 of loopback, and no folder is called so: the client library must be there to find out.
std::shared_ptr<rowan::backend::Driver> make_driver() {
#if defined(CONSUMER_OF_SQLITE)
  return rowan::make_sqlite_driver({.path = "no_such_folder/a.db"});
#elif defined(CONSUMER_OF_POSTGRES)
  return rowan::make_postgres_driver({.host = "127.0.0.1", .port = 1});
#elif defined(CONSUMER_OF_MYSQL)
  return rowan::make_mysql_driver({.host = "127.0.0.1", .port = 1});
#elif defined(CONSUMER_OF_MARIADB)
  return rowan::make_mariadb_driver({.host = "127.0.0.1", .port = 1});
#endif
}

}  // namespace

int main() {
  rowan::Orm orm{{.driver = make_driver(), .entities = rowan::entities<Note>()}};
  try {
    (void)orm.em().fork().count<Note>();
  } catch (const rowan::ConnectionError&) {
    std::cout << "ok\n";
    return 0;
  }
  std::cerr << "nothing is there, and it was found\n";
  return 1;
}
