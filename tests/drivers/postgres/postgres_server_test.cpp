// What needs servers that come and go: restarts, several hosts, replicas, TLS, and a pooler in between.

#include "drivers/postgres/postgres_own_server.hpp"
#include "drivers/postgres/postgres_test.hpp"

#include <rowan/drivers/postgres/postgres_driver.hpp>

#include <sys/types.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <set>
#include <thread>

namespace visits {

struct Visit {
  std::int64_t id{};
  std::string name;
};

}  // namespace visits

template <>
inline constexpr auto rowan::mapping<visits::Visit> =
    rowan::entity<visits::Visit>(rowan::primary_key<&visits::Visit::id>,
                                 rowan::property<&visits::Visit::name>)
        .table("pg_visit");

namespace rowan::test {
namespace {

using visits::Visit;

TEST(PostgresServer, that_restarts_costs_the_unit_of_work_under_way_only) {
  OwnServer server;
  Orm orm = make_orm<Visit>(server.url() + "?pool_size=3");
  orm.schema().create();
  auto em = orm.em().fork();
  em.create<Visit>({.name = "committed"});
  em.flush();

  // Between two units of work.
  server.stop();
  server.start();
  EXPECT_EQ(orm.em().fork().count<Visit>(), 1u);

  // Under way.
  em.begin();
  em.create<Visit>({.name = "lost"});
  em.flush();
  server.stop();
  EXPECT_THROW((void)em.count<Visit>(), ConnectionError);
  EXPECT_THROW((void)orm.em().fork().count<Visit>(), ConnectionError);
  server.start();
  em.rollback();
  em.flush();
  EXPECT_EQ(orm.em().fork().count<Visit>(), 2u);
  orm.close();
}

TEST(PostgresServer, of_several_hosts_one_that_lives_is_found) {
  const int dead = free_port();
  OwnServer server;
  const std::string url = "postgresql://postgres@127.0.0.1:" + std::to_string(dead) +
                          ",127.0.0.1:" + std::to_string(server.port()) +
                          "/postgres?target_session_attrs=read-write&connect_timeout=2";
  Orm orm = make_orm<Visit>(url);
  auto em = orm.em().fork();
  EXPECT_EQ(number_of(em, "select 1"), 1);
  orm.close();
}

// What a failover looks like from outside: the old primary goes on living, and may only read.
TEST(PostgresServer, that_may_only_read_from_now_on_is_left_for_the_one_that_may_write) {
  OwnServer old_primary, new_primary;
  for (const OwnServer* server : {&old_primary, &new_primary}) {
    Orm single = make_orm<Visit>(server->url());
    single.schema().create();
    single.close();
  }
  Orm orm =
      make_orm<Visit>("postgresql://postgres@127.0.0.1:" + std::to_string(old_primary.port()) +
                      ",127.0.0.1:" + std::to_string(new_primary.port()) +
                      "/postgres?target_session_attrs=read-write&connect_timeout=2&pool_size=2");
  auto em = orm.em().fork();
  em.create<Visit>({.name = "before"});
  em.flush();
  Orm past = make_orm<Visit>(old_primary.url());
  auto administrator = past.em().fork();
  administrator.execute("alter system set default_transaction_read_only = on");
  static_cast<void>(administrator.execute_rows("select pg_reload_conf()"));
  const auto may_only_read = [&]() -> bool {
    return administrator.execute_rows("show default_transaction_read_only")[0][0].text() == "on";
  };
  for (int i = 0; i < 100 && !may_only_read(); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  ASSERT_TRUE(may_only_read());

  em.create<Visit>({.name = "after"});
  EXPECT_THROW(em.flush(), ReadOnlyError);
  // Nothing is lost: the next try takes another connection, to the server that may write.
  em.flush();
  EXPECT_EQ(orm.em().fork().count<Visit>(f<&Visit::name> == "after"), 1u);
  EXPECT_EQ(orm.em().fork().count<Visit>(), 1u);
  EXPECT_EQ(past.em().fork().count<Visit>(), 1u);
  past.close();
  orm.close();
}

// A host that takes connections and says nothing: only the time-out of the connection gets past it.
TEST(PostgresServer, of_several_hosts_one_that_keeps_silent_is_passed_over) {
  OwnServer silent;
  OwnServer server;
  silent.stop();
  // It listens and never accepts: the kernel does, for a while.
  const std::string listen =
      "exec setsid python3 -c \"import socket,time; s=socket.socket(); "
      "s.bind((\\\"127.0.0.1\\\"," +
      std::to_string(silent.port()) + ")); s.listen(5); time.sleep(8)\" &";
  run_as_server_user(listen);
  wait_for_port(silent.port());
  Orm orm = make_orm<Visit>("postgresql://postgres@127.0.0.1:" + std::to_string(silent.port()) +
                            ",127.0.0.1:" + std::to_string(server.port()) +
                            "/postgres?connect_timeout=2");
  auto em = orm.em().fork();
  EXPECT_EQ(number_of(em, "select 1"), 1);
  orm.close();
}

TEST(PostgresServer, reads_go_to_the_replicas_in_turn_and_transactions_do_not) {
  OwnServer primary, first, second;
  for (const OwnServer* server : {&primary, &first, &second}) {
    Orm single = make_orm<Visit>(server->url());
    single.schema().create();
    auto em = single.em().fork();
    em.create<Visit>({.name = server == &primary ? "primary"
                              : server == &first ? "first"
                                                 : "second"});
    em.flush();
    single.close();
  }
  Orm orm = make_orm<Visit>(primary.url() +
                            "?pool_size=2&replicas=127.0.0.1:" + std::to_string(first.port()) +
                            ",127.0.0.1:" + std::to_string(second.port()));
  std::multiset<std::string> read;
  for (int i = 0; i < 4; ++i) {
    auto em = orm.em().fork();
    read.insert(em.find<Visit>({})[0].name);
  }
  EXPECT_EQ(read, (std::multiset<std::string>{"first", "first", "second", "second"}));
  auto em = orm.em().fork();
  em.transactional([&](EntityManager& tx) { EXPECT_EQ(tx.find<Visit>({})[0].name, "primary"); });
  em.transactional([&](EntityManager& tx) { EXPECT_EQ(tx.find<Visit>({})[0].name, "primary"); },
                   {.read_only = true});
  em.create<Visit>({.name = "written"});
  em.flush();
  EXPECT_EQ(number_of(em, "select count(*) from pg_visit"), 2);
  orm.close();
}

TEST(PostgresServer, certificates_are_checked_as_the_url_says) {
  OwnServer server;
  server.make_certificates();
  server.stop();
  server.set_access_rules("hostssl all all 127.0.0.1/32 trust\n");
  OwnServer* running = &server;
  // The certificate is for localhost, not for its number.
  std::ofstream(server.folder() + "/data/postgresql.auto.conf", std::ios::app) << "ssl = on\n";
  running->start();
  const auto ask = [&](std::string_view host, const std::string& parameters) {
    Orm orm = make_orm<Visit>(server.url(host) + "?" + parameters);
    auto em = orm.em().fork();
    return text_of(em,
                   "select case when ssl then 'secret' else 'open' end from pg_stat_ssl where "
                   "pid = pg_backend_pid()");
  };
  const std::string authority = "&sslrootcert=" + server.folder() + "/ca.crt";
  const std::string wrong = "&sslrootcert=" + server.folder() + "/other.crt";
  EXPECT_EQ(ask("127.0.0.1", "sslmode=require"), "secret");
  EXPECT_EQ(ask("127.0.0.1", "sslmode=verify-ca" + authority), "secret");
  EXPECT_EQ(ask("localhost", "sslmode=verify-full" + authority), "secret");
  EXPECT_THROW(ask("127.0.0.1", "sslmode=verify-full" + authority), ConnectionError);
  EXPECT_THROW(ask("localhost", "sslmode=verify-full" + wrong), ConnectionError);
  EXPECT_THROW(ask("127.0.0.1", "sslmode=disable"), ConnectionError);

  // Answers longer than a record of TLS, and longer writes.
  Orm orm = make_orm<Visit>(server.url() + "?sslmode=require");
  auto em = orm.em().fork();
  const std::string text = text_of(em, "select repeat('x', 3000000)");
  EXPECT_EQ(text.size(), 3000000u);
  orm.schema().create();
  for (int i = 0; i < 500; ++i) em.create<Visit>({.name = std::string(5000, 'y')});
  em.flush();
  EXPECT_EQ(number_of(em, "select sum(length(name)) from pg_visit"), 2500000);
  orm.close();
}

/// pgbouncer 1.18 and later in transaction mode, over the test's own server.
class PostgresPooler : public ::testing::Test {
 protected:
  PostgresPooler() : port_(free_port()) {
    std::ofstream(server_.folder() + "/pgbouncer.ini")
        << "[databases]\n* = host=127.0.0.1 port=" << server_.port()
        << " user=postgres\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = " << port_
        << "\nunix_socket_dir =\nauth_type = any\npool_mode = transaction\ndefault_pool_size = 2\n"
        << "pidfile = " << server_.folder() << "/pgbouncer.pid\nlogfile = " << server_.folder()
        << "/pgbouncer.log\n";
    run_as_server_user("PATH=$PATH:/usr/sbin pgbouncer -d " + server_.folder() + "/pgbouncer.ini");
    wait_for_port(port_);
  }
  ~PostgresPooler() override {
    pid_t process = 0;
    std::ifstream(server_.folder() + "/pgbouncer.pid") >> process;
    if (process > 0) ::kill(process, SIGTERM);
  }
  [[nodiscard]] std::string url() const {
    return "postgresql://postgres@127.0.0.1:" + std::to_string(port_) +
           "/postgres?pooler=transaction&pool_size=8";
  }

  OwnServer server_;
  int port_;
};

TEST_F(PostgresPooler, of_transactions_serves_many_managers_over_few_servers) {
  Orm orm = make_orm<Visit>(url() + "&statement_timeout=5s");
  orm.schema().create();
  const auto work = [&](int thread) {
    for (int i = 0; i < 20; ++i) {
      auto em = orm.em().fork();
      Visit& visit = em.create<Visit>({.name = std::to_string(thread)});
      em.flush();
      visit.name += " changed";
      em.flush();
      auto other = orm.em().fork();
      EXPECT_EQ(other.find_one_or_fail<Visit>(visit.id).name, visit.name);
      em.transactional([&](EntityManager& tx) {
        for (int j = 0; j < 250; ++j) tx.create<Visit>({.name = "copied"});
        tx.flush();
        // In transactions the limit is set, for them alone.
        EXPECT_EQ(text_of(tx, "select current_setting('statement_timeout')"), "5s");
      });
      EXPECT_GE(em.count<Visit>(f<&Visit::name>.in({visit.name, std::string("none")})), 1u);
    }
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) threads.emplace_back(work, i);
  for (std::thread& thread : threads) thread.join();
  auto em = orm.em().fork();
  EXPECT_EQ(number_of(em, "select count(*) from pg_visit"), 4 * 20 * 251);
  EXPECT_EQ(number_of(em, "select count(*) from pg_prepared_statements where name <> ''"), 0);
  EXPECT_EQ(text_of(em, "select current_setting('statement_timeout')"), "0");
  orm.close();
}

}  // namespace
}  // namespace rowan::test
