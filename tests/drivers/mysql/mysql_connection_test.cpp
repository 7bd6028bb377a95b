// Opening, losing, sharing and cleaning connections.

#include "mysql_server.hpp"

#include <rowan/drivers/mysql/mysql_config.hpp>
#include <rowan/drivers/mysql/mysql_driver.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <fstream>
#include <stdexcept>
#include <string>
#include <thread>

namespace connections {

struct Entry {
  std::int64_t id{};
  std::string text;
};

}  // namespace connections

template <>
inline constexpr auto rowan::mapping<connections::Entry> = rowan::entity<connections::Entry>(
    rowan::primary_key<&connections::Entry::id>, rowan::property<&connections::Entry::text>);

namespace rowan::test {
namespace {

using connections::Entry;
using ::testing::HasSubstr;
using ::testing::Not;
using MysqlConnections = ConformanceOf<Entry>;

std::int64_t connection_id(EntityManager& em) {
  return em.execute_rows("select connection_id()").at(0).at(0).integer();
}

/// The run's URL with something in it replaced.
std::string changed_url(const std::string& from, const std::string& to) {
  std::string url = database_url();
  const auto at = url.find(from);
  if (at == std::string::npos) throw std::logic_error("the URL has no " + from);
  return url.replace(at, from.size(), to);
}

MysqlConfig config_of_run() {
  return parse_mysql_url(database_url(), is_mariadb() ? "mariadb" : "mysql");
}

/// An authority that has signed nothing.
constexpr const char* stranger_certificate =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIDBzCCAe+gAwIBAgIUDkqTJyx5I407zXYLlBbVKcwVKl4wDQYJKoZIhvcNAQEL\n"
    "BQAwEzERMA8GA1UEAwwIT3RoZXIgQ0EwHhcNMjYxMTI2MDA0NDM2WhcNMjYxMjI2\n"
    "MDA0NDM2WjATMREwDwYDVQQDDAhPdGhlciBDQTCCASIwDQYJKoZIhvcNAQEBBQAD\n"
    "ggEPADCCAQoCggEBAKR4dgQzUiRv5VJt5yggTXDEqDnnUjKsGmjmWjhFPXe8IssU\n"
    "ZmQlmocTUa/ofGOkxPYLJ7m0cq1D1lhXRuyxoZ4H4EYbd6z9K//KNkwVxLga4H49\n"
    "z60Yron3Aha3JcqkcNKk3426pTVGifE2HB2/ON8Til3JMl/uF65bQ23GCEf37QkB\n"
    "6xwwAahLhdjF7QRklCp5uZ3hE4T3Ww+GfKJGSN15GCujHnVeTwFzRylC7vJ4e3xL\n"
    "PuP5vxX6TKW4ZV/Vh4ure46CZouun3qlbazH7VwlUEkgiM3seHA57WItW4r12zip\n"
    "FGiSBei4rCqnZKsomLqXwmMOk/avvnvZ8PW+rzcCAwEAAaNTMFEwHQYDVR0OBBYE\n"
    "FD1Oefjw1H3MEvMMAoNLkPl3qonjMB8GA1UdIwQYMBaAFD1Oefjw1H3MEvMMAoNL\n"
    "kPl3qonjMA8GA1UdEwEB/wQFMAMBAf8wDQYJKoZIhvcNAQELBQADggEBAAhMWjy/\n"
    "y1fsCNlz/AvLl9l3n8vNXE8eA1x9c4W8QXwA2hEqeOIBnyISlrityjvAsi3j7mdy\n"
    "gB3hYRILOKBeq5l0cevKSvLmJNBKM/yRYmbG8WzsbCm/Loo77xqrs8xDOIQeCWbI\n"
    "E69Uh+kR0C54as6iA5UAySfP+d1WLle6hQaZBkfFDcnDfxnQ3fNpvb41q65Rrc5I\n"
    "H3QTJTI8MuK7t/DXSgCjN6yjLHa/CMVG1cvz2xV1DQwXn9CGln0JUl0gEXurzGV8\n"
    "Pmtv43lZn03kP/hw4MQP7KVLa+xUiGMIiTJMob6hAIEnSbEW1RM0qpfP4TRVoUT0\n"
    "zzC5wl/xzR2evAQ=\n"
    "-----END CERTIFICATE-----\n";

std::string connect_error(const std::string& url) {
  Orm other(Config{.driver = driver_from_url(url), .entities = entities<Entry>()});
  auto em = other.em().fork();
  return message_of<ConnectionError>([&] { (void)em.count<Entry>(); });
}

TEST_F(MysqlConnections, speak_utf8_in_utc_and_strictly) {
  auto em = orm.em().fork();
  const auto row =
      em.execute_rows(
            "select @@character_set_client, @@character_set_results, @@time_zone, "
            "@@autocommit, @@collation_connection = (select collation_name from "
            "information_schema.columns where table_schema = database() and table_name "
            "= 'entry' and column_name = 'text')")
          .at(0);
  EXPECT_EQ(row[0].text(), "utf8mb4");
  EXPECT_EQ(row[1].text(), "utf8mb4");
  EXPECT_EQ(row[2].text(), "+00:00");
  EXPECT_EQ(row[3].integer(), 1);
  EXPECT_EQ(row[4].integer(), 1);
}

TEST_F(MysqlConnections, the_other_server_is_an_error_that_names_the_scheme) {
  const std::string wrong = is_mariadb() ? "mysql:" : "mariadb:";
  Orm other(
      Config{.driver = driver_from_url(changed_url(is_mariadb() ? "mariadb:" : "mysql:", wrong)),
             .entities = entities<Entry>()});
  auto em = other.em().fork();
  const std::string message = message_of<ValidationError>([&] { (void)em.count<Entry>(); });
  EXPECT_THAT(message, HasSubstr(is_mariadb() ? "'mariadb:'" : "'mysql:'"));
}

TEST_F(MysqlConnections, without_strict_mode_are_refused) {
  Orm other = make_orm<Entry>("sql-mode=NO_ENGINE_SUBSTITUTION");
  auto em = other.em().fork();
  const std::string message = message_of<DriverError>([&] { (void)em.count<Entry>(); });
  EXPECT_THAT(message, HasSubstr("STRICT_TRANS_TABLES"));

  Orm strict = make_orm<Entry>("sql-mode=STRICT_ALL_TABLES,NO_BACKSLASH_ESCAPES,NO_ZERO_DATE");
  auto other_em = strict.em().fork();
  const auto mode = other_em.execute_rows("select @@sql_mode").at(0).at(0).text();
  EXPECT_EQ(mode, "STRICT_ALL_TABLES,NO_ZERO_DATE");
}

TEST_F(MysqlConnections, a_wrong_password_is_told_without_the_password) {
  const MysqlConfig config = config_of_run();
  const std::string message =
      connect_error(changed_url(":" + config.password + "@", ":not-the-pass-word@"));
  EXPECT_THAT(message, HasSubstr(config.user));
  EXPECT_THAT(message, Not(HasSubstr("not-the-pass-word")));
  EXPECT_THAT(message, HasSubstr("password"));
}

TEST_F(MysqlConnections, an_unknown_database_or_server_is_told) {
  const MysqlConfig config = config_of_run();
  EXPECT_THAT(connect_error(changed_url("/" + config.database, "/no_such_database")),
              HasSubstr("no_such_database"));
  EXPECT_THAT(connect_error(changed_url(":" + std::to_string(config.port) + "/", ":1/")),
              HasSubstr(":1"));
}

TEST_F(MysqlConnections, a_unit_of_work_whose_connection_is_killed_fails_and_the_next_one_works) {
  Orm other = make_orm<Entry>("pool-size=2");
  auto em = other.em().fork();
  auto killer = orm.em().fork();
  em.begin();
  const std::int64_t id = connection_id(em);
  em.create<Entry>({.text = "lost"});
  killer.execute("kill " + std::to_string(id));
  EXPECT_THROW(em.flush(), ConnectionError);
  em.rollback();
  auto next = other.em().fork();
  next.create<Entry>({.text = "kept"});
  next.flush();
  EXPECT_EQ(orm.em().fork().count<Entry>(), 1u);
}

TEST_F(MysqlConnections, an_idle_connection_that_is_gone_costs_one_unit_of_work_at_most) {
  Orm other = make_orm<Entry>("pool-size=1&pool-check-after=1");
  std::int64_t id = 0;
  {
    auto em = other.em().fork();
    id = connection_id(em);
  }
  orm.em().fork().execute("kill " + std::to_string(id));
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  // It was idle for longer than pool-check-after, so it is asked first.
  auto em = other.em().fork();
  EXPECT_NE(connection_id(em), id);
}

TEST_F(MysqlConnections, an_idle_connection_that_the_server_closed_costs_no_unit_of_work) {
  for (const std::string_view mode : {"preferred", "disabled"}) {
    Orm other = make_orm<Entry>("pool-size=1&ssl-mode=" + std::string(mode));
    std::int64_t id = 0;
    {
      auto em = other.em().fork();
      id = connection_id(em);
    }
    orm.em().fork().execute("kill " + std::to_string(id));
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    auto em = other.em().fork();
    EXPECT_NE(connection_id(em), id) << mode;
  }
}

TEST_F(MysqlConnections, a_pool_that_is_exhausted_says_so_in_time) {
  Orm other = make_orm<Entry>("pool-size=1&pool-timeout=50");
  std::atomic<bool> is_held = false;
  std::atomic<bool> may_end = false;
  std::thread holder([&] {
    auto em = other.em().fork();
    em.transactional([&](EntityManager& tx) {
      (void)tx.count<Entry>();
      is_held = true;
      while (!may_end) std::this_thread::yield();
    });
  });
  while (!is_held) std::this_thread::yield();
  auto em = other.em().fork();
  EXPECT_THAT(message_of<ConnectionError>([&] { (void)em.count<Entry>(); }), HasSubstr("50 ms"));
  may_end = true;
  holder.join();
  EXPECT_EQ(em.count<Entry>(), 0u);
}

TEST_F(MysqlConnections, leave_nothing_to_the_next_unit_of_work) {
  Orm other = make_orm<Entry>("pool-size=1");
  std::int64_t id = 0;
  {
    auto em = other.em().fork();
    em.transactional([&](EntityManager& tx) {
      id = connection_id(tx);
      (void)tx.count<Entry>();
      tx.execute("set @left_behind = 5");
      tx.execute("set time_zone = '+05:00'");
      tx.execute("create temporary table left_behind (id int)");
      (void)tx.execute_rows("select get_lock('left_behind', 0)");
    });
  }
  auto em = other.em().fork();
  em.transactional([&](EntityManager& tx) {
    EXPECT_EQ(connection_id(tx), id);
    const auto row = tx.execute_rows("select @left_behind, @@time_zone").at(0);
    EXPECT_TRUE(row[0].is_null());
    EXPECT_EQ(row[1].text(), "+00:00");
    EXPECT_THROW(tx.execute("select * from left_behind"), TableNotFoundError);
    // What was prepared before is prepared again.
    EXPECT_EQ(tx.count<Entry>(), 0u);
    tx.create<Entry>({.text = "after"});
    tx.flush();
  });
  EXPECT_EQ(
      orm.em().fork().execute_rows("select is_free_lock('left_behind')").at(0).at(0).integer(), 1);
}

TEST_F(MysqlConnections, a_statement_can_be_canceled_from_another_thread) {
  auto em = orm.em().fork();
  const CancelHandle handle = em.cancel_handle();
  std::atomic<bool> is_done = false;
  std::thread canceler([&] {
    while (!is_done) {
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
      handle.cancel();
    }
  });
  // A sleep alone would only return 1.
  const auto started = std::chrono::steady_clock::now();
  EXPECT_THROW(
      em.execute(
          "select count(*) from information_schema.columns as a, information_schema.columns as b, "
          "information_schema.columns as c where sleep(0.01) = 0 and a.column_name <> "
          "b.column_name"),
      QueryCanceledError);
  is_done = true;
  canceler.join();
  EXPECT_LT(std::chrono::steady_clock::now() - started, std::chrono::seconds(30));
  // The connection goes on, and the kill does not reach what runs next.
  for (int i = 0; i < 20; ++i) EXPECT_EQ(em.count<Entry>(), 0u);
}

TEST_F(MysqlConnections, a_statement_that_takes_too_long_is_ended) {
  Orm other = make_orm<Entry>("statement-timeout=100");
  auto em = other.em().fork();
  EXPECT_THROW(
      em.execute(
          "select count(*) from information_schema.columns as a, information_schema.columns as b, "
          "information_schema.columns as c where sleep(0.01) = 0 and a.column_name <> "
          "b.column_name"),
      QueryCanceledError);
  EXPECT_EQ(em.count<Entry>(), 0u);
}

TEST_F(MysqlConnections, an_answer_that_does_not_come_ends_the_connection) {
  Orm other = make_orm<Entry>("read-timeout=1000&pool-size=1");
  auto em = other.em().fork();
  EXPECT_THROW(em.execute("select sleep(20)"), ConnectionError);
  EXPECT_EQ(em.count<Entry>(), 0u);
}

TEST_F(MysqlConnections, reads_outside_of_transactions_go_to_replicas) {
  const MysqlConfig config = config_of_run();
  // The same server plays the replica; its connections are others.
  Orm other =
      make_orm<Entry>("pool-size=1&replicas=" + config.host + ":" + std::to_string(config.port));
  auto em = other.em().fork();
  const std::int64_t writing =
      em.transactional([&](EntityManager& tx) { return connection_id(tx); });
  (void)em.count<Entry>();
  const auto count = orm.em().fork().execute_rows(
      "select count(*) from information_schema.processlist where id > " + std::to_string(writing) +
      " and db = database()");
  EXPECT_GE(count.at(0).at(0).integer(), 1);
}

/// Returns the path of a file that a variable of the server names; fails where it cannot be read from here.
std::string file_of_server(EntityManager& em, const std::string& variable) {
  const auto rows = em.execute_rows("show variables like '" + variable + "'");
  const std::string name = rows.empty() ? "" : rows.at(0).at(1).text();
  const std::string folder = em.execute_rows("select @@datadir").at(0).at(0).text();
  const std::string path = name.starts_with("/") ? name : folder + name;
  EXPECT_TRUE(!name.empty() && std::ifstream(path).good())
      << variable << " is '" << path
      << "': the server of this run must have TLS and lie on this machine, as that of "
      << "tools/databases.sh does";
  return path;
}

/// Returns what encrypts a connection of such parameters, "" where nothing does.
std::string cipher_with(const std::string& parameters) {
  Orm other = make_orm<Entry>(parameters);
  auto fork = other.em().fork();
  return fork.execute_rows("show session status like 'Ssl_cipher'").at(0).at(1).text();
}

TEST_F(MysqlConnections, may_be_encrypted) {
  EXPECT_EQ(cipher_with("ssl-mode=disabled"), "");
  EXPECT_NE(cipher_with("ssl-mode=preferred"), "");
  EXPECT_NE(cipher_with("ssl-mode=required"), "");
}

TEST_F(MysqlConnections, check_the_authority_of_a_certificate_where_asked) {
  auto em = orm.em().fork();
  const std::string authority = file_of_server(em, "ssl_ca");
  EXPECT_NE(cipher_with("ssl-mode=verify-ca&ssl-ca=" + authority), "");
  // The certificate's authority is none of the system's.
  EXPECT_THROW((void)driver_from_url(url_with("ssl-mode=verify-ca")), ValidationError);
  EXPECT_THAT(connect_error(url_with("ssl-mode=verify-full")), HasSubstr("ssl-ca"));
  // Another authority than that of the server.
  const std::string stranger = ::testing::TempDir() + "stranger.pem";
  std::ofstream(stranger) << stranger_certificate;
  for (const std::string mode : {"verify-ca", "verify-full"})
    EXPECT_THAT(connect_error(url_with("ssl-mode=" + mode + "&ssl-ca=" + stranger)),
                HasSubstr("ssl-ca"));
}

TEST_F(MysqlConnections, check_the_name_in_a_certificate_where_asked) {
  auto em = orm.em().fork();
  const std::string authority = file_of_server(em, "ssl_ca");
  // The certificate is for localhost, not for its number.
  const std::string by_number = url_with("ssl-mode=verify-full&ssl-ca=" + authority);
  EXPECT_NE(connect_error(by_number), "");
  const auto host = by_number.find("127.0.0.1");
  ASSERT_NE(host, std::string::npos);
  std::string by_name = by_number;
  Orm other(Config{.driver = driver_from_url(by_name.replace(host, 9, "localhost")),
                   .entities = entities<Entry>()});
  EXPECT_EQ(other.em().fork().count<Entry>(), 0u);
}

TEST_F(MysqlConnections, a_password_without_tls_is_encrypted_with_a_pinned_key) {
  auto em = orm.em().fork();
  if (is_mariadb()) GTEST_SKIP() << "this database lacks caching_sha2_password";
  const std::string key = file_of_server(em, "caching_sha2_password_public_key_path");
  Orm other = make_orm<Entry>("ssl-mode=disabled&server-public-key=" + key);
  auto fork = other.em().fork();
  fork.execute("create user if not exists pinned@'%' identified by 'p@ss'");
  fork.execute("grant select on *.* to pinned@'%'");
  // The server forgets who came before, so that the whole exchange of keys takes place.
  fork.execute("flush privileges");
  MysqlConfig config = config_of_run();
  config.user = "pinned";
  config.password = "p@ss";
  config.ssl_mode = MysqlConfig::SslMode::disabled;
  config.server_public_key = key;
  Orm pinned(Config{.driver = make_mysql_driver(config), .entities = entities<Entry>()});
  auto reader = pinned.em().fork();
  EXPECT_EQ(reader.count<Entry>(), 0u);
  fork.execute("drop user pinned@'%'");
}

}  // namespace
}  // namespace rowan::test
