// Keys that SQLite makes: reserved before the insert where that is safe, read back where it is not.

#include "drivers/sqlite/sqlite_fixture.hpp"

#include <rowan/base/log.hpp>

#include <gmock/gmock.h>

#include <set>

namespace rowan::test {
namespace {

using testing::HasSubstr;
using testing::Not;

class InsertLog final : public Logger {
 public:
  void log(const LogMessage& message) override {
    if (message.sql.starts_with("insert")) inserts.emplace_back(message.sql);
  }
  [[nodiscard]] bool is_enabled(LogNamespace ns) const override {
    return ns == LogNamespace::query;
  }
  std::vector<std::string> inserts;
};

class SqliteKeys : public testing::Test {
 protected:
  SqliteKeys()
      : log(std::make_shared<InsertLog>()),
        orm({.driver = make_sqlite_driver({}), .entities = entities<Note>(), .logger = log}) {}

  void make_table(const std::string& sql) {
    auto em = orm.em().fork();
    em.execute(sql);
  }
  /// Inserts rows in one flush and checks that each object has its own row's key.
  void insert_and_check(int count = 5) {
    log->inserts.clear();
    auto em = orm.em().fork();
    std::vector<Note*> notes;
    for (int i = 0; i < count; ++i)
      notes.push_back(&em.create<Note>({.text = std::to_string(next_++)}));
    em.flush();
    const std::vector<std::string> inserts = log->inserts;
    auto other = orm.em().fork();
    std::set<std::int64_t> keys;
    for (const Note* note : notes) {
      EXPECT_TRUE(keys.insert(note->id).second);
      const Note* read = other.find_one<Note>(note->id);
      ASSERT_NE(read, nullptr);
      EXPECT_EQ(read->text, note->text);
    }
    log->inserts = inserts;
  }

  std::shared_ptr<InsertLog> log;
  Orm orm;

 private:
  int next_ = 0;
};

TEST_F(SqliteKeys, are_reserved_for_tables_of_ours) {
  orm.schema().create();
  insert_and_check();
  EXPECT_THAT(log->inserts.at(0), Not(HasSubstr("returning")));
  EXPECT_EQ(log->inserts.size(), 1u);
}

TEST_F(SqliteKeys, are_reserved_for_a_plain_integer_primary_key) {
  make_table("create table note (id integer primary key, text text, rank integer)");
  insert_and_check();
  EXPECT_EQ(log->inserts.size(), 1u);
  EXPECT_THAT(log->inserts.at(0), Not(HasSubstr("returning")));
}

TEST_F(SqliteKeys, of_a_deleted_last_row_are_not_given_again) {
  orm.schema().create();
  auto em = orm.em().fork();
  Note& last = em.create<Note>({.text = "last"});
  em.flush();
  const std::int64_t id = last.id;
  em.remove(last);
  em.flush();
  Note& next = em.create<Note>({.text = "next"});
  em.flush();
  EXPECT_GT(next.id, id);
}

TEST_F(SqliteKeys, follow_what_other_statements_inserted) {
  orm.schema().create();
  insert_and_check(2);
  make_table("insert into note (id, text, rank) values (1000, 'by hand', 0)");
  insert_and_check(2);
  make_table("insert into note (text, rank) values ('by hand too', 0)");
  insert_and_check(2);
}

TEST_F(SqliteKeys, are_read_back_where_a_trigger_inserts) {
  orm.schema().create();
  make_table("create table history (note integer)");
  make_table(
      "create trigger twin after insert on note when new.text not like 'twin%' begin "
      "insert into note (text, rank) values ('twin ' || new.text, 0); end");
  insert_and_check();
  EXPECT_THAT(log->inserts.at(0), HasSubstr("returning"));
  make_table("drop trigger twin");
  insert_and_check();
  EXPECT_EQ(log->inserts.size(), 1u);
}

TEST_F(SqliteKeys, are_read_back_where_the_key_is_no_row_number) {
  make_table(
      "create table note (id integer primary key desc default (abs(random() % 1000000000)), text "
      "text, rank integer)");
  insert_and_check();
  EXPECT_THAT(log->inserts.at(0), HasSubstr("returning"));
}

TEST_F(SqliteKeys, are_read_back_from_tables_without_rowid) {
  make_table(
      "create table note (id integer primary key default (abs(random() % 1000000000)), text text, "
      "rank integer) without rowid");
  insert_and_check();
  EXPECT_THAT(log->inserts.at(0), HasSubstr("returning"));
}

TEST_F(SqliteKeys, are_read_back_beside_the_largest) {
  make_table("create table note (id integer primary key, text text, rank integer)");
  make_table("insert into note (id, text, rank) values (9223372036854775807, 'the largest', 0)");
  insert_and_check();
}

TEST_F(SqliteKeys, beyond_the_largest_of_a_counter_are_an_error_that_loses_nothing) {
  orm.schema().create();
  make_table("insert into note (id, text, rank) values (9223372036854775807, 'the largest', 0)");
  auto em = orm.em().fork();
  Note& note = em.create<Note>({.text = "one more"});
  EXPECT_THROW(em.flush(), DriverError);
  EXPECT_EQ(note.id, 0);
  make_table("delete from note");
  make_table("delete from sqlite_sequence");
  em.flush();
  EXPECT_EQ(note.id, 1);
}

TEST_F(SqliteKeys, start_again_after_a_rollback) {
  orm.schema().create();
  auto em = orm.em().fork();
  Note& twin = em.create<Note>({.text = "a"});
  em.create<Note>({.text = "a"});
  EXPECT_THROW(em.flush(), UniqueConstraintViolation);
  twin.text = "b";
  em.flush();
  EXPECT_EQ(orm.em().fork().count<Note>(), 2u);
  insert_and_check();
}

}  // namespace
}  // namespace rowan::test
