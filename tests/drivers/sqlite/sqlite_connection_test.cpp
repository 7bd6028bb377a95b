// How connections are opened, lent and kept: pragmas, statements, readers and the one writer.

#include "drivers/sqlite/sqlite_fixture.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <thread>

namespace rowan::test {
namespace {

using testing::HasSubstr;

std::int64_t number(EntityManager& em, const std::string& pragma) {
  return em.execute_rows("pragma " + pragma).at(0).at(0).integer();
}
std::string text(EntityManager& em, const std::string& pragma) {
  return em.execute_rows("pragma " + pragma).at(0).at(0).text();
}

using SqliteConnections = SqliteFile;

TEST_F(SqliteConnections, check_foreign_keys_and_log_ahead_by_default) {
  const auto orm = open();
  auto em = orm->em().fork();
  EXPECT_EQ(number(em, "foreign_keys"), 1);
  EXPECT_EQ(text(em, "journal_mode"), "wal");
  EXPECT_EQ(number(em, "busy_timeout"), 5000);
}

TEST_F(SqliteConnections, follow_the_url) {
  const auto orm = open(
      "?foreign_keys=off&journal_mode=delete&busy_timeout=77&synchronous=extra&cache_size=-321");
  auto em = orm->em().fork();
  EXPECT_EQ(number(em, "foreign_keys"), 0);
  EXPECT_EQ(text(em, "journal_mode"), "delete");
  EXPECT_EQ(number(em, "busy_timeout"), 77);
  EXPECT_EQ(number(em, "synchronous"), 3);
  EXPECT_EQ(number(em, "cache_size"), -321);
}

TEST_F(SqliteConnections, in_memory_check_foreign_keys_too) {
  Orm orm({.driver = make_sqlite_driver({}), .entities = entities<Note>()});
  auto em = orm.em().fork();
  EXPECT_EQ(number(em, "foreign_keys"), 1);
}

// A full disk or an interrupt may do the same; a trigger does it whenever it is asked.
TEST_F(SqliteConnections, know_that_sqlite_has_rolled_back_by_itself) {
  make_file(1);
  const auto orm = open();
  auto em = orm->em().fork();
  em.execute(
      "create trigger no_such_note before insert on note when new.text = 'no' "
      "begin select raise(rollback, 'not that'); end");
  EXPECT_THROW(em.transactional([](EntityManager& tx) {
    tx.execute("insert into note (text, rank) values ('before', 1)");
    EXPECT_THROW(tx.execute("insert into note (text, rank) values ('no', 1)"), DriverError);
    // It would be committed by itself.
    EXPECT_THROW(tx.execute("insert into note (text, rank) values ('after', 1)"),
                 TransactionStateError);
    EXPECT_THROW((void)tx.count<Note>(), TransactionStateError);
  }),
               TransactionStateError);
  EXPECT_FALSE(em.is_in_transaction());
  EXPECT_EQ(orm->em().fork().count<Note>(), 1u);
  em.transactional([](EntityManager& tx) { tx.create<Note>({.text = "again"}); });
  EXPECT_EQ(orm->em().fork().count<Note>(), 2u);
}

TEST_F(SqliteConnections, prepare_each_shape_once) {
  make_file(10);
  const OpenedHandles opened;
  const auto orm = open("?readers=1");
  for (int i = 0; i < 20; ++i) {
    auto em = orm->em().fork();
    static_cast<void>(em.find<Note>(f<&Note::rank> >= i));
    static_cast<void>(em.find_one<Note>(i));
    for (Note& note : em.find<Note>({})) note.rank += 1;
    em.flush();
    em.create<Note>({.text = "new " + std::to_string(i)});
    em.flush();
  }
  ASSERT_EQ(opened.list().size(), 2u) << "one reads, one writes";
  for (sqlite3* handle : opened.list()) {
    std::vector<std::string> texts;
    for (sqlite3_stmt* each = sqlite3_next_stmt(handle, nullptr); each != nullptr;
         each = sqlite3_next_stmt(handle, each)) {
      texts.emplace_back(sqlite3_sql(each));
      EXPECT_EQ(sqlite3_stmt_busy(each), 0) << texts.back();
    }
    std::sort(texts.begin(), texts.end());
    EXPECT_EQ(std::adjacent_find(texts.begin(), texts.end()), texts.end()) << "a text twice";
  }
  // Of the shapes that ran, each is there once and ran every time.
  int runs = 0;
  for (sqlite3_stmt* each = sqlite3_next_stmt(opened.list().front(), nullptr); each != nullptr;
       each = sqlite3_next_stmt(opened.list().front(), each)) {
    const std::string sql = sqlite3_sql(each);
    if (sql.find(">= ?") == std::string::npos) continue;
    runs += sqlite3_stmt_status(each, SQLITE_STMTSTATUS_RUN, 0);
  }
  EXPECT_EQ(runs, 20);
}

TEST_F(SqliteConnections, keep_a_bounded_number_of_texts) {
  const OpenedHandles opened;
  const auto orm = open();
  auto em = orm->em().fork();
  for (int i = 0; i < 1000; ++i)
    em.execute("select ? + " + std::to_string(i), {Value::of_integer(i)});
  int statements = 0;
  for (sqlite3_stmt* each = sqlite3_next_stmt(opened.list().front(), nullptr); each != nullptr;
       each = sqlite3_next_stmt(opened.list().front(), each))
    ++statements;
  EXPECT_LE(statements, 300);
}

TEST_F(SqliteConnections, leave_nothing_prepared_or_open_behind) {
  make_file(3);
  {
    const auto orm = open();
    auto em = orm->em().fork();
    static_cast<void>(em.find<Note>({}));
    em.create<Note>({.text = "x"});
    em.flush();
  }
  // What the last connection of a file leaves is the file alone.
  EXPECT_FALSE(std::filesystem::exists(path + "-wal"));
  EXPECT_FALSE(std::filesystem::exists(path + "-shm"));
}

TEST_F(SqliteConnections, read_while_another_thread_writes) {
  make_file(5);
  const auto orm = open();
  auto writer = orm->em().fork();
  writer.begin();
  writer.create<Note>({.text = "pending"});
  writer.flush();
  std::size_t seen = 0;
  std::thread reads([&] { seen = orm->em().fork().count<Note>(); });
  reads.join();
  EXPECT_EQ(seen, 5u);
  // The same thread may read too: it waits for no one.
  EXPECT_EQ(orm->em().fork().count<Note>(), 5u);
  writer.commit();
  EXPECT_EQ(orm->em().fork().count<Note>(), 6u);
}

TEST_F(SqliteConnections, wait_for_themselves_never) {
  make_file(1);
  const auto orm = open();
  auto holder = orm->em().fork();
  holder.begin();
  auto other = orm->em().fork();
  other.create<Note>({.text = "x"});
  try {
    other.flush();
    FAIL() << "no error";
  } catch (const ValidationError& error) {
    EXPECT_THAT(error.message(), HasSubstr("wait for itself"));
  }
  holder.commit();
  other.flush();

  Orm memory({.driver = make_sqlite_driver({}), .entities = entities<Note>()});
  memory.schema().create();
  auto first = memory.em().fork();
  first.begin();
  EXPECT_THROW(static_cast<void>(memory.em().fork().count<Note>()), ValidationError);
  EXPECT_THROW(memory.schema().clear(), ValidationError);
  first.rollback();
  EXPECT_EQ(memory.em().fork().count<Note>(), 0u);
}

TEST_F(SqliteConnections, serve_threads_one_after_the_other_in_memory) {
  Orm orm({.driver = make_sqlite_driver({}), .entities = entities<Note>()});
  orm.schema().create();
  std::atomic<int> failures = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      try {
        for (int n = 0; n < 20; ++n) {
          auto em = orm.em().fork();
          em.transactional([&](EntityManager& tx) {
            tx.create<Note>({.text = std::to_string(i) + "/" + std::to_string(n)});
            tx.flush();
            static_cast<void>(tx.count<Note>());
          });
        }
      } catch (const std::exception&) {
        ++failures;
      }
    });
  }
  for (std::thread& each : threads) each.join();
  EXPECT_EQ(failures, 0);
  EXPECT_EQ(orm.em().fork().count<Note>(), 80u);
}

TEST_F(SqliteConnections, write_from_many_threads_to_one_file) {
  make_file(0);
  const auto orm = open();
  std::atomic<int> failures = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      try {
        for (int n = 0; n < 20; ++n) {
          auto em = orm->em().fork();
          em.create<Note>({.text = std::to_string(i) + "/" + std::to_string(n)});
          em.flush();
          static_cast<void>(em.find<Note>(f<&Note::rank> == 0));
        }
      } catch (const std::exception&) {
        ++failures;
      }
    });
  }
  for (std::thread& each : threads) each.join();
  EXPECT_EQ(failures, 0);
  EXPECT_EQ(orm->em().fork().count<Note>(), 80u);
}

TEST_F(SqliteConnections, that_read_refuse_writes) {
  make_file(1);
  const auto driver = make_sqlite_driver(parse_sqlite_url("sqlite:" + path));
  const auto session = driver->session(backend::Access::read, {});
  EXPECT_THROW(session->execute_native("delete from note", {}, nullptr), ReadOnlyError);
}

TEST_F(SqliteConnections, run_one_statement_at_a_time) {
  const auto orm = open();
  auto em = orm->em().fork();
  EXPECT_THROW(em.execute("select 1; drop table note"), ValidationError);
  EXPECT_THROW(em.execute(""), ValidationError);
  EXPECT_THROW(em.execute("  -- nothing"), ValidationError);
  EXPECT_NO_THROW(em.execute("select 1; -- and a comment"));
  EXPECT_NO_THROW(em.execute("select 1 ;; /* and another */ ;"));
}

TEST_F(SqliteConnections, refuse_values_of_another_number_than_placeholders) {
  const auto orm = open();
  auto em = orm->em().fork();
  EXPECT_THROW(em.execute("select ?", {Value::of_integer(1), Value::of_integer(2)}), Error);
  EXPECT_THROW(em.execute("select ?, ?", {Value::of_integer(1)}), Error);
  EXPECT_EQ(
      em.execute_rows("select ? + ?", {Value::of_integer(1), Value::of_integer(2)})[0][0].integer(),
      3);
}

}  // namespace
}  // namespace rowan::test
