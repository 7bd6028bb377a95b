// Transactions, pipelines, pools and waits over one server.

#include "drivers/postgres/postgres_test.hpp"

#include <rowan/base/wait_hook.hpp>
#include <rowan/drivers/postgres/postgres_connection.hpp>
#include <rowan/orm/cancel_handle.hpp>

#include <atomic>
#include <chrono>
#include <initializer_list>
#include <string_view>
#include <thread>

namespace waits {

struct Item {
  std::int64_t id{};
  std::string name;
  std::int64_t amount{};
};

struct Ticket {
  std::int64_t id{};
  std::string name;
  rowan::Uuid code;
};

}  // namespace waits

template <>
inline constexpr auto rowan::mapping<waits::Item> =
    rowan::entity<waits::Item>(rowan::primary_key<&waits::Item::id>,
                               rowan::property<&waits::Item::name>.unique(),
                               rowan::property<&waits::Item::amount>)
        .table("pg_item");

template <>
inline constexpr auto rowan::mapping<waits::Ticket> =
    rowan::entity<waits::Ticket>(
        rowan::primary_key<&waits::Ticket::id>,
        rowan::property<&waits::Ticket::name>,
        rowan::property<&waits::Ticket::code>.default_raw("gen_random_uuid()"))
        .table("pg_ticket");

namespace rowan::test {
namespace {

using std::chrono::milliseconds;
using waits::Item;
using waits::Ticket;

/// Counts the waits for an answer.
class CountingHook final : public WaitHook {
 public:
  explicit CountingHook(WaitHook& inner) : inner_(inner) {}
  bool wait_socket(int socket, SocketEvent events, Timeout timeout) override {
    if (events == SocketEvent::readable) ++reads;
    return inner_.wait_socket(socket, events, timeout);
  }
  std::unique_ptr<Waiter> make_waiter() override { return inner_.make_waiter(); }
  void sleep(milliseconds duration) override { inner_.sleep(duration); }
  const void* current() noexcept override { return inner_.current(); }

  std::atomic<int> reads = 0;

 private:
  WaitHook& inner_;
};

class PostgresConnections : public ::testing::Test {
 protected:
  PostgresConnections() : orm(make_orm<Item>(server_url())) { orm.schema().refresh(); }
  ~PostgresConnections() override {
    set_wait_hook(nullptr);
    orm.schema().drop();
  }
  std::int64_t rows() {
    auto em = orm.em().fork();
    return number_of(em, "select count(*) from pg_item");
  }

  Orm orm;
};

// libpq takes the description of so many for a broken connection.
TEST_F(PostgresConnections, refuse_more_values_than_the_client_library_can_describe) {
  auto em = orm.em().fork();
  const auto any_of = [](int count) {
    std::string list;
    for (int i = 0; i < count; ++i)
      list += (i == 0 ? "" : ",") + (R"({"amount":)" + std::to_string(i) + "}");
    return json::parse(R"({"$or":[)" + list + "]}");
  };
  EXPECT_EQ(em.count<Item>(any_of(7000)), 0u);
  EXPECT_THROW((void)em.count<Item>(any_of(7001)), ValidationError);
  EXPECT_EQ(em.count<Item>(), 0u);
}

TEST_F(PostgresConnections, small_flushes_are_one_round_trip) {
  auto em = orm.em().fork();
  Item& first = em.create<Item>({.name = "a"});
  em.flush();
  em.create<Item>({.name = "b"});
  em.flush();
  first.amount = 1;
  em.flush();

  const auto hook = std::make_shared<CountingHook>(wait_hook());
  set_wait_hook(hook);
  const auto waits_of = [&](auto work) {
    hook->reads = 0;
    work();
    return hook->reads.load();
  };
  // begin, insert ... returning | commit
  EXPECT_LE(waits_of([&] {
              em.create<Item>({.name = "c"});
              em.flush();
            }),
            2);
  // begin, update, commit
  EXPECT_LE(waits_of([&] {
              first.amount = 2;
              em.flush();
            }),
            1);
  const auto find = [&] {
    auto fork = orm.em().fork();
    EXPECT_NE(fork.find_one<Item>(first.id), nullptr);
  };
  EXPECT_LE(waits_of(find), 2);
  EXPECT_LE(waits_of(find), 1);
  set_wait_hook(nullptr);
  EXPECT_EQ(rows(), 3);
}

TEST_F(PostgresConnections, a_thousand_rows_are_few_statements) {
  auto em = orm.em().fork();
  for (int i = 0; i < 1000; ++i) em.create<Item>({.name = std::to_string(i)});
  em.flush();
  EXPECT_LE(em.statistics().statements, 10u);
  auto before = em.statistics().statements;
  auto items = em.find<Item>({});
  for (Item& item : items) item.amount = item.id;
  em.flush();
  EXPECT_LE(em.statistics().statements - before, 10u);
  before = em.statistics().statements;
  EXPECT_EQ(number_of(em, "select count(*) from pg_item where amount = id"), 1000);
  for (Item& item : items) em.remove(item);
  em.flush();
  EXPECT_LE(em.statistics().statements - before, 10u);
  EXPECT_EQ(rows(), 0);
}

TEST(PostgresReturning, of_many_rows_finds_each_by_its_key) {
  Orm orm = make_orm<Ticket>(server_url());
  orm.schema().refresh();
  auto em = orm.em().fork();
  for (int i = 0; i < 500; ++i) em.create<Ticket>({.name = std::to_string(i), .code = {}});
  em.flush();
  EXPECT_LE(em.statistics().statements, 10u);
  auto other = orm.em().fork();
  auto read = other.find<Ticket>({});
  ASSERT_EQ(read.size(), 500u);
  for (const Ticket& ticket : read) {
    const Ticket* written = em.find_one<Ticket>(ticket.id);
    ASSERT_NE(written, nullptr);
    EXPECT_EQ(written->name, ticket.name);
    EXPECT_EQ(written->code, ticket.code);
    EXPECT_FALSE(ticket.code.is_nil());
  }
  orm.schema().drop();
}

/// Lets a trigger leave out the rows of the table that are named "out".
void leave_out(EntityManager& em, std::string_view table) {
  em.execute(
      "create or replace function pg_leave_out() returns trigger language plpgsql as $$ begin if "
      "new.name = 'out' then return null; end if; return new; end $$");
  em.execute("create trigger leave_out before insert on " + std::string(table) +
             " for each row execute function pg_leave_out()");
}

template <class Entity>
void expect_left_out(EntityManager& em, std::string_view words) {
  try {
    em.flush();
    ADD_FAILURE() << "inserted";
  } catch (const DriverError& error) {
    EXPECT_NE(error.message().find(words), std::string::npos) << error.message();
    EXPECT_NE(error.statement().find("insert into"), std::string::npos);
  }
  em.clear();
  EXPECT_EQ(em.count<Entity>(), 0u);
}

TEST_F(PostgresConnections, an_insert_that_a_trigger_leaves_out_is_an_error) {
  auto em = orm.em().fork();
  leave_out(em, "pg_item");
  em.create<Item>({.name = "out"});
  expect_left_out<Item>(em, "no row");
  em.create<Item>({.name = "in"});
  em.flush();
  EXPECT_EQ(rows(), 1);
}

TEST(PostgresReturning, of_rows_that_a_trigger_leaves_out_is_an_error) {
  Orm orm = make_orm<Ticket>(server_url());
  orm.schema().refresh();
  auto em = orm.em().fork();
  leave_out(em, "pg_ticket");
  for (const char* name : {"a", "out", "b"}) em.create<Ticket>({.name = name, .code = {}});
  expect_left_out<Ticket>(em, "inserted 2");
  orm.schema().drop();
  em.execute("drop function pg_leave_out() cascade");
}

TEST_F(PostgresConnections, an_error_in_the_middle_of_a_pipeline_names_its_statement) {
  auto em = orm.em().fork();
  for (const char* name : {"a", "b"}) em.create<Item>({.name = name});
  em.flush();
  // Two kinds of statement: the update fails, the delete behind it is given up by the server.
  auto items = em.find<Item>({}, {.order_by = {f<&Item::id>}});
  Item& third = em.create<Item>({.name = "b"});
  items[0].amount = 5;
  try {
    em.flush();
    FAIL() << "written";
  } catch (const UniqueConstraintViolation& error) {
    EXPECT_EQ(error.sqlstate(), "23505");
    EXPECT_NE(error.statement().find("insert into"), std::string::npos) << error.statement();
  }
  // All of it is pending again, and the connection of use.
  third.name = "c";
  em.flush();
  EXPECT_EQ(rows(), 3);
  EXPECT_EQ(orm.em().fork().count<Item>(f<&Item::amount> == 5), 1u);
}

TEST_F(PostgresConnections, a_posted_write_that_fails_is_told_by_its_flush) {
  auto em = orm.em().fork();
  Item& item = em.create<Item>({.name = "a"});
  em.create<Item>({.name = "b"});
  em.flush();
  em.begin();
  item.name = "b";
  EXPECT_THROW(em.flush(), UniqueConstraintViolation);
  em.rollback();
  item.name = "c";
  em.flush();
  EXPECT_EQ(orm.em().fork().count<Item>(f<&Item::name> == std::string("c")), 1u);
}

TEST_F(PostgresConnections, a_savepoint_takes_back_what_failed_behind_it) {
  auto em = orm.em().fork();
  em.transactional([&](EntityManager& tx) {
    tx.create<Item>({.name = "kept"});
    tx.flush();
    try {
      tx.transactional([&](EntityManager& inner) {
        inner.create<Item>({.name = "kept"});
        inner.flush();
      });
      FAIL() << "written";
    } catch (const UniqueConstraintViolation&) {
    }
    tx.create<Item>({.name = "also kept"});
  });
  EXPECT_EQ(rows(), 2);
}

TEST_F(PostgresConnections, a_commit_after_an_error_is_no_success) {
  auto em = orm.em().fork();
  em.begin();
  EXPECT_THROW(em.execute("select 1 / 0"), DriverError);
  EXPECT_THROW(em.commit(), Error);
  if (em.is_in_transaction()) em.rollback();
  EXPECT_EQ(number_of(em, "select 1"), 1);
}

TEST_F(PostgresConnections, a_copy_that_fails_leaves_nothing_and_a_connection_of_use) {
  auto em = orm.em().fork();
  for (int i = 0; i < 500; ++i) em.create<Item>({.name = std::to_string(i % 499)});
  EXPECT_THROW(em.flush(), UniqueConstraintViolation);
  EXPECT_EQ(rows(), 0);
}

TEST_F(PostgresConnections, rows_are_inserted_without_a_right_to_the_sequence) {
  auto em = orm.em().fork();
  em.execute("drop role if exists rowan_guest");
  em.execute("create role rowan_guest");
  em.execute("grant select, insert on pg_item to rowan_guest");
  for (const int count : {1, 3, 250}) {
    em.transactional([&](EntityManager& tx) {
      tx.execute("set local role rowan_guest");
      std::vector<Item*> items;
      for (int i = 0; i < count; ++i) {
        const std::string name = std::to_string(count) + "/" + std::to_string(i);
        items.push_back(&tx.create<Item>({.name = name, .amount = i}));
      }
      tx.flush();
      for (const Item* item : items) {
        EXPECT_EQ(number_of(tx, "select amount from pg_item where id = " +
                                    std::to_string(item->id) + " and name = '" + item->name + "'"),
                  item->amount);
      }
    });
  }
  EXPECT_EQ(rows(), 254);
  em.execute("drop owned by rowan_guest");
  em.execute("drop role rowan_guest");
}

/// Adds as many items as go by a copy, as the user or to the table that `prepare` makes of it.
void add_many(std::initializer_list<std::string_view> prepare) {
  Orm other = make_orm<Item>(server_url());
  auto em = other.em().fork();
  em.begin();
  for (const std::string_view text : prepare) em.execute(text);
  for (int i = 0; i < 500; ++i) em.create<Item>({.name = std::to_string(i), .amount = i});
  em.flush();
  em.commit();
}

TEST_F(PostgresConnections, many_rows_go_where_row_level_security_allows_no_copy) {
  auto em = orm.em().fork();
  em.execute("drop role if exists rowan_guest");
  em.execute("create role rowan_guest");
  em.execute("grant all on pg_item, pg_item_id_seq to rowan_guest");
  em.execute("alter table pg_item enable row level security");
  em.execute(
      "create policy guests on pg_item to rowan_guest using (true) with check (amount < 500)");
  add_many({"set local role rowan_guest"});
  EXPECT_EQ(rows(), 500);
  em.execute("drop policy guests on pg_item");
  em.execute("alter table pg_item disable row level security");
  em.execute("drop owned by rowan_guest");
  em.execute("drop role rowan_guest");
}

TEST_F(PostgresConnections, many_rows_go_into_a_view) {
  add_many({"alter table pg_item rename to pg_item_behind",
            "create view pg_item as select * from pg_item_behind"});
  EXPECT_EQ(rows(), 500);
  auto em = orm.em().fork();
  em.execute("drop view pg_item");
  em.execute("alter table pg_item_behind rename to pg_item");
}

TEST_F(PostgresConnections, many_rows_meet_a_rule) {
  // A copy would pass it by.
  add_many(
      {"create rule nothing as on insert to pg_item where new.amount >= 400 do instead nothing"});
  EXPECT_EQ(rows(), 400);
  auto em = orm.em().fork();
  em.execute("drop rule nothing on pg_item");
}

TEST_F(PostgresConnections, statements_of_changed_tables_are_prepared_anew) {
  auto em = orm.em().fork();
  em.create<Item>({.name = "a"});
  em.flush();
  const std::string text = "select * from pg_item where id > ?";
  ASSERT_EQ(em.execute_rows(text, {Value::of_integer(0)}).at(0).size(), 3u);
  em.execute("alter table pg_item add column more integer");
  EXPECT_EQ(em.execute_rows(text, {Value::of_integer(0)}).at(0).size(), 4u);
}

TEST_F(PostgresConnections, a_table_that_changes_makes_a_transaction_worth_another_attempt) {
  Orm single = make_orm<Item>(server_url_with("pool_size=1"));
  auto em = single.em().fork();
  em.create<Item>({.name = "a", .amount = 7});
  em.flush();
  const auto find = [](EntityManager& tx) {
    tx.clear();
    return tx.find_one_or_fail<Item>(f<&Item::name> == std::string("a")).amount;
  };
  EXPECT_EQ(find(em), 7);
  auto other = orm.em().fork();
  other.execute("alter table pg_item alter column amount type integer");
  int attempts = 0;
  EXPECT_EQ(em.transactional(
                [&](EntityManager& tx) {
                  ++attempts;
                  return find(tx);
                },
                {.retries = 3}),
            7);
  EXPECT_EQ(attempts, 2);

  other.execute("alter table pg_item alter column amount type bigint");
  em.begin();
  try {
    (void)find(em);
    ADD_FAILURE() << "found";
  } catch (const SerializationFailure& error) {
    EXPECT_TRUE(error.is_retryable());
    EXPECT_EQ(error.sqlstate(), "0A000");
    EXPECT_NE(error.message().find("prepared anew"), std::string::npos) << error.message();
  }
  em.rollback();
  EXPECT_EQ(find(em), 7);
}

TEST_F(PostgresConnections, a_statement_is_cancelled_from_another_thread) {
  auto em = orm.em().fork();
  const CancelHandle handle = em.cancel_handle();
  std::atomic<bool> is_done = false;
  std::thread canceller([&] {
    while (!is_done) {
      handle.cancel();
      std::this_thread::sleep_for(milliseconds(20));
    }
  });
  EXPECT_THROW(em.execute("select pg_sleep(60)"), QueryCanceledError);
  is_done = true;
  canceller.join();
  EXPECT_EQ(number_of(em, "select 1"), 1);
}

TEST_F(PostgresConnections, statements_and_locks_have_their_limits) {
  Orm limited = make_orm<Item>(server_url_with("statement_timeout=100&lock_timeout=50ms"));
  auto em = limited.em().fork();
  EXPECT_THROW(em.execute("select pg_sleep(60)"), QueryCanceledError);

  auto other = orm.em().fork();
  other.create<Item>({.name = "a"});
  other.flush();
  other.begin();
  other.execute("lock table pg_item in access exclusive mode");
  EXPECT_THROW(em.execute("select * from pg_item"), LockWaitTimeoutError);
  other.rollback();
  EXPECT_EQ(number_of(em, "select count(*) from pg_item"), 1);
}

TEST_F(PostgresConnections, a_killed_idle_connection_costs_nothing) {
  Orm single = make_orm<Item>(server_url_with("pool_size=1"));
  auto em = single.em().fork();
  const std::int64_t process = number_of(em, "select pg_backend_pid()");
  auto killer = orm.em().fork();
  killer.execute("select pg_terminate_backend(?::integer)", {Value::of_integer(process)});
  while (number_of(killer, "select count(*) from pg_stat_activity where pid = " +
                               std::to_string(process)) > 0)
    std::this_thread::sleep_for(milliseconds(5));
  EXPECT_NE(number_of(em, "select pg_backend_pid()"), process);
}

TEST_F(PostgresConnections, a_connection_that_is_killed_under_way_fails_and_the_next_works) {
  Orm single = make_orm<Item>(server_url_with("pool_size=1"));
  auto em = single.em().fork();
  em.begin();
  em.create<Item>({.name = "lost"});
  em.flush();
  const std::int64_t process = number_of(em, "select pg_backend_pid()");
  auto killer = orm.em().fork();
  killer.execute("select pg_terminate_backend(?::integer)", {Value::of_integer(process)});
  try {
    (void)number_of(em, "select 1");
    FAIL() << "answered";
  } catch (const ConnectionError& error) {
    EXPECT_TRUE(error.poisons_connection());
    EXPECT_NE(error.message().find("again"), std::string::npos);
  }
  em.rollback();
  em.flush();
  EXPECT_EQ(rows(), 1);
}

TEST_F(PostgresConnections, who_waits_too_long_for_a_connection_is_told) {
  Orm single = make_orm<Item>(server_url_with("pool_size=1&pool_timeout=50ms"));
  auto em = single.em().fork();
  em.begin();
  (void)number_of(em, "select 1");
  std::string message;
  std::thread other([&] {
    try {
      auto fork = single.em().fork();
      (void)number_of(fork, "select 1");
    } catch (const ConnectionError& error) {
      message = error.message();
    }
  });
  other.join();
  EXPECT_NE(message.find("50 ms"), std::string::npos) << message;
  em.rollback();
}

TEST_F(PostgresConnections, two_that_lock_each_other_out_are_told_apart_from_other_errors) {
  auto em = orm.em().fork();
  const std::int64_t a = em.create<Item>({.name = "a"}).id;
  em.create<Item>({.name = "b"});
  em.flush();
  static_cast<void>(a);
  std::atomic<int> ready = 0, deadlocks = 0;
  const auto work = [&](const char* first, const char* second) {
    auto tx = orm.em().fork();
    tx.begin();
    const auto add = [&](const char* name) {
      tx.execute("update pg_item set amount = amount + 1 where name = ?", {Value::of_text(name)});
    };
    add(first);
    ++ready;
    while (ready < 2) std::this_thread::yield();
    try {
      add(second);
      tx.commit();
    } catch (const DeadlockError& error) {
      EXPECT_TRUE(error.is_retryable());
      ++deadlocks;
      tx.rollback();
    }
  };
  std::thread one(work, "a", "b");
  std::thread two(work, "b", "a");
  one.join();
  two.join();
  EXPECT_EQ(deadlocks, 1);
}

TEST_F(PostgresConnections, serialization_failures_are_run_again) {
  auto em = orm.em().fork();
  em.create<Item>({.name = "a", .amount = 0});
  em.flush();
  std::atomic<int> attempts = 0;
  const auto add = [&] {
    auto fork = orm.em().fork();
    fork.transactional(
        [&](EntityManager& tx) {
          ++attempts;
          Item& item = tx.find_one_or_fail<Item>(f<&Item::name> == std::string("a"));
          std::this_thread::sleep_for(milliseconds(20));
          ++item.amount;
        },
        {.isolation = IsolationLevel::serializable, .retries = 20});
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) threads.emplace_back(add);
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(number_of(em, "select amount from pg_item"), 4);
  EXPECT_GT(attempts, 4);
}

TEST_F(PostgresConnections, reading_transactions_refuse_writes_and_keep_their_connection) {
  Orm single = make_orm<Item>(server_url_with("pool_size=1"));
  auto em = single.em().fork();
  const std::int64_t process = number_of(em, "select pg_backend_pid()");
  em.begin({.read_only = true});
  em.create<Item>({.name = "a"});
  EXPECT_THROW(em.flush(), ReadOnlyError);
  em.rollback();
  EXPECT_EQ(number_of(em, "select pg_backend_pid()"), process);
}

TEST_F(PostgresConnections, a_transaction_that_was_left_open_does_not_reach_the_next_unit) {
  const auto connection =
      drivers::postgres::open_postgres(parse_postgres_url(server_url()), std::string());
  connection->run("begin");
  connection->run("insert into pg_item (name, amount) values ('a', 1)");
  connection->clean();
  EXPECT_FALSE(connection->is_in_transaction());
  EXPECT_EQ(rows(), 0);
  // One that has failed is left open as well.
  connection->run("begin");
  EXPECT_THROW(connection->run("select 1 / 0"), DriverError);
  connection->clean();
  EXPECT_FALSE(connection->is_in_transaction());
  connection->run("insert into pg_item (name, amount) values ('b', 1)");
  EXPECT_EQ(rows(), 1);
}

TEST_F(PostgresConnections, what_native_sql_leaves_in_a_session_goes_with_its_unit) {
  Orm single = make_orm<Item>(server_url_with("pool_size=1&statement_timeout=9s"));
  const auto left_by = [&](std::string_view left, std::string_view asked) {
    {
      auto em = single.em().fork();
      em.execute(left);
    }
    auto em = single.em().fork();
    return text_of(em, asked);
  };
  const std::int64_t process = [&] {
    auto em = single.em().fork();
    return number_of(em, "select pg_backend_pid()");
  }();
  const std::string path = left_by("select 1", "show search_path");
  EXPECT_EQ(left_by("set search_path to pg_catalog", "show search_path"), path);
  EXPECT_EQ(left_by("SET\ntime zone 'Asia/Tokyo'", "show time zone"), "UTC");
  EXPECT_EQ(left_by("/* why */ set statement_timeout = 1", "show statement_timeout"), "9s");
  EXPECT_EQ(
      left_by("select set_config('statement_timeout', '1ms', false)", "show statement_timeout"),
      "9s");
  EXPECT_EQ(left_by("set default_transaction_read_only = on", "show transaction_read_only"), "off");
  EXPECT_EQ(left_by("create temp table pg_item (name text)",
                    "select count(*)::text from pg_class where relpersistence = 't' and relname = "
                    "'pg_item'"),
            "0");
  EXPECT_EQ(left_by("select pg_advisory_lock(4711)",
                    "select count(*)::text from pg_locks where locktype = 'advisory' and pid = "
                    "pg_backend_pid()"),
            "0");
  EXPECT_EQ(left_by("listen news", "select count(*)::text from pg_listening_channels()"), "0");
  EXPECT_EQ(left_by("prepare mine as select 1",
                    "select count(*)::text from pg_prepared_statements where name = 'mine'"),
            "0");
  EXPECT_EQ(left_by("declare mine cursor with hold for select 1",
                    "select count(*)::text from pg_cursors where name = 'mine'"),
            "0");
  EXPECT_EQ(left_by("deallocate all", "select 'known'"), "known");
  // The connection is the same, and statements that it knew are of use.
  auto em = single.em().fork();
  EXPECT_EQ(number_of(em, "select pg_backend_pid()"), process);
  for (int i = 0; i < 3; ++i) {
    for (int k = 0; k < 5; ++k)
      em.create<Item>({.name = std::to_string(i) + "/" + std::to_string(k)});
    em.flush();
    em.execute("set time zone 'Asia/Tokyo'");
  }
  EXPECT_EQ(rows(), 15);
}

TEST_F(PostgresConnections, settings_of_a_transaction_cost_the_session_nothing) {
  Orm single = make_orm<Item>(server_url_with("pool_size=1"));
  const auto known = [&] {
    auto em = single.em().fork();
    (void)em.count<Item>();
    return text_of(em,
                   "select min(name) from pg_prepared_statements where statement like '%item%'");
  };
  const std::string before = known();
  for (const std::string_view text :
       {"set local work_mem = '1MB'", "select set_config('app.user', 'a', true)",
        "select 'set temporary pg_advisory_lock' as \"temporary\""}) {
    auto em = single.em().fork();
    em.transactional([&](EntityManager& tx) { tx.execute(text); });
  }
  EXPECT_EQ(known(), before);
  auto em = single.em().fork();
  em.execute("set work_mem = '1MB'");
  EXPECT_NE(known(), before);
}

TEST_F(PostgresConnections, keys_come_from_the_table_that_the_search_path_names) {
  Orm single = make_orm<Item>(server_url_with("pool_size=1"));
  auto em = single.em().fork();
  for (const char* tenant : {"tenant_a", "tenant_b"}) {
    em.execute("create schema " + std::string(tenant));
    em.execute("create table " + std::string(tenant) +
               ".pg_item (like public.pg_item including all)");
  }
  em.execute("alter sequence tenant_b.pg_item_id_seq restart with 1000");
  for (const char* tenant : {"tenant_a", "tenant_b"}) {
    em.transactional([&](EntityManager& tx) {
      tx.execute("set local search_path to " + std::string(tenant));
      for (int i = 0; i < 5; ++i) tx.create<Item>({.name = std::to_string(i)});
    });
    em.clear();
  }
  EXPECT_EQ(number_of(em, "select max(id) from tenant_a.pg_item"), 5);
  EXPECT_EQ(number_of(em, "select min(id) from tenant_b.pg_item"), 1000);
  em.execute("drop schema tenant_a cascade");
  em.execute("drop schema tenant_b cascade");
}

TEST_F(PostgresConnections, sessions_run_in_utc_with_standard_strings) {
  auto em = orm.em().fork();
  EXPECT_EQ(text_of(em, "select current_setting('TimeZone')"), "UTC");
  EXPECT_EQ(text_of(em, "select current_setting('client_encoding')"), "UTF8");
  EXPECT_EQ(text_of(em, "select current_setting('standard_conforming_strings')"), "on");
}

TEST_F(PostgresConnections, text_with_a_zero_byte_is_refused_before_it_is_sent) {
  const auto refused = [&](auto work) {
    auto em = orm.em().fork();
    try {
      work(em);
      ADD_FAILURE() << "taken";
    } catch (const ValidationError& error) {
      EXPECT_NE(error.message().find("'name'"), std::string::npos) << error.message();
      EXPECT_NE(error.message().find("zero byte"), std::string::npos) << error.message();
    }
    EXPECT_EQ(number_of(em, "select 1"), 1);
  };
  refused([](EntityManager& em) { (void)em.find<Item>(json::parse(R"({"name":"a\u0000b"})")); });
  refused([](EntityManager& em) {
    (void)em.find<Item>(f<&Item::name>.in({std::string("a"), std::string("a\0b", 3)}));
  });
  for (const int count : {1, 3, 250}) {
    refused([&](EntityManager& em) {
      for (int i = 0; i < count; ++i) em.create<Item>({.name = std::to_string(i)});
      em.create<Item>({.name = std::string("a\0b", 3)});
      em.flush();
    });
    EXPECT_EQ(rows(), 0);
  }
}

TEST_F(PostgresConnections, malformed_words_of_a_search_are_data) {
  auto em = orm.em().fork();
  for (const char* words : {"secret & &", "secret (", "!", "'secret"}) {
    try {
      (void)em.count<Item>(f<&Item::name>.matches(words));
    } catch (const DataError& error) {
      EXPECT_EQ(error.sqlstate(), "42601");
      EXPECT_EQ(error.message().find("secret"), std::string::npos) << error.message();
      continue;
    }
    ADD_FAILURE() << words;
  }
}

TEST_F(PostgresConnections, invalid_text_is_refused_with_a_reason) {
  for (const int count : {1, 3, 250}) {
    auto em = orm.em().fork();
    for (int i = 0; i < count; ++i) em.create<Item>({.name = "\xff\xfe" + std::to_string(i)});
    try {
      em.flush();
      FAIL() << "stored";
    } catch (const DataError& error) {
      EXPECT_EQ(error.sqlstate(), "22021");
      EXPECT_EQ(error.message().find("0xff"), std::string::npos);
      EXPECT_NE(error.message().find("UTF-8"), std::string::npos);
      // The server says where only of a copy.
      const bool is_named = error.message().find("of (name)") != std::string::npos;
      EXPECT_EQ(is_named, count > 200) << error.message();
    }
  }
}

}  // namespace
}  // namespace rowan::test
