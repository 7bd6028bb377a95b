// Two connections that collide: deadlocks, waits for locks, levels of isolation.

#include "mysql_server.hpp"

#include <atomic>
#include <barrier>
#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <thread>

namespace conflicts {

struct Seat {
  std::int64_t id{};
  std::int32_t taken = 0;
};

}  // namespace conflicts

template <>
inline constexpr auto rowan::mapping<conflicts::Seat> = rowan::entity<conflicts::Seat>(
    rowan::primary_key<&conflicts::Seat::id>, rowan::property<&conflicts::Seat::taken>);

namespace rowan::test {
namespace {

using conflicts::Seat;

class MysqlConflicts : public ConformanceOf<Seat> {
 protected:
  MysqlConflicts() {
    auto em = orm.em().fork();
    for (std::int64_t i = 1; i <= 3; ++i) em.create<Seat>({.id = i});
    em.flush();
  }
};

TEST_F(MysqlConflicts, a_deadlock_is_told_and_a_block_with_retries_wins_in_the_end) {
  std::barrier both(2);
  std::atomic<int> attempts = 0;
  const auto take = [&](std::int64_t first, std::int64_t second) {
    bool is_first_attempt = true;
    auto em = orm.em().fork();
    em.transactional(
        [&](EntityManager& tx) {
          ++attempts;
          (void)tx.update<Seat>()
              .set_raw(f<&Seat::taken>, "{taken} + 1")
              .where(f<&Seat::id> == first)
              .execute();
          if (is_first_attempt) {
            is_first_attempt = false;
            both.arrive_and_wait();
          }
          (void)tx.update<Seat>()
              .set_raw(f<&Seat::taken>, "{taken} + 1")
              .where(f<&Seat::id> == second)
              .execute();
        },
        {.retries = 5});
  };
  std::thread other([&] { take(2, 1); });
  take(1, 2);
  other.join();
  EXPECT_GE(attempts.load(), 3);
  auto em = orm.em().fork();
  EXPECT_EQ(em.find_one_or_fail<Seat>(1).taken, 2);
  EXPECT_EQ(em.find_one_or_fail<Seat>(2).taken, 2);
}

TEST_F(MysqlConflicts, after_a_deadlock_nothing_runs_in_the_transaction_that_is_gone) {
  std::barrier both(2);
  std::atomic<int> deadlocks = 0;
  const auto collide = [&](std::int64_t first, std::int64_t second) {
    auto em = orm.em().fork();
    em.begin();
    em.execute("update seat set taken = 1 where id = ?", {Value::of_integer(first)});
    both.arrive_and_wait();
    try {
      em.execute("update seat set taken = 1 where id = ?", {Value::of_integer(second)});
      em.commit();
    } catch (const DeadlockError&) {
      ++deadlocks;
      // Outside of any transaction this would be written at once.
      EXPECT_THROW(em.execute("update seat set taken = 99 where id = 3"), TransactionStateError);
      EXPECT_ANY_THROW(em.commit());
      if (em.is_in_transaction()) em.rollback();
    }
  };
  std::thread other([&] { collide(2, 1); });
  collide(1, 2);
  other.join();
  EXPECT_EQ(deadlocks.load(), 1);
  auto reader = orm.em().fork();
  EXPECT_EQ(reader.find_one_or_fail<Seat>(3).taken, 0);
}

// MariaDB's innodb_snapshot_isolation, which is on by default in the newer versions.
TEST_F(MysqlConflicts, a_row_that_changed_since_the_snapshot_is_told_and_ends_the_transaction) {
  if (!is_mariadb()) GTEST_SKIP() << "this database lacks innodb_snapshot_isolation";
  auto em = orm.em().fork();
  em.begin();
  em.execute("set session innodb_snapshot_isolation = on");
  em.execute("update seat set taken = 1 where id = 2");
  EXPECT_EQ(em.find<Seat>({}).size(), 3u);
  orm.em().fork().execute("update seat set taken = 7 where id = 1");
  try {
    em.execute("update seat set taken = 5 where id = 1");
    FAIL() << "what was written meanwhile is lost";
  } catch (const SerializationFailure& error) {
    EXPECT_TRUE(error.is_retryable());
    EXPECT_EQ(error.native_code(), 1020);
  }
  // Outside of any transaction this would be written at once.
  EXPECT_THROW(em.execute("update seat set taken = 9 where id = 3"), TransactionStateError);
  em.rollback();
  auto reader = orm.em().fork();
  EXPECT_EQ(reader.find_one_or_fail<Seat>(1).taken, 7);
  EXPECT_EQ(reader.find_one_or_fail<Seat>(2).taken, 0);
  EXPECT_EQ(reader.find_one_or_fail<Seat>(3).taken, 0);
}

TEST_F(MysqlConflicts, a_block_with_retries_reads_what_changed_since_the_snapshot_anew) {
  if (!is_mariadb()) GTEST_SKIP() << "this database lacks innodb_snapshot_isolation";
  auto em = orm.em().fork();
  int attempts = 0;
  em.transactional(
      [&](EntityManager& tx) {
        tx.execute("set session innodb_snapshot_isolation = on");
        Seat& seat = tx.find_one_or_fail<Seat>(1);
        if (++attempts == 1) orm.em().fork().execute("update seat set taken = 7 where id = 1");
        seat.taken += 1;
      },
      {.retries = 1});
  EXPECT_EQ(attempts, 2);
  auto reader = orm.em().fork();
  EXPECT_EQ(reader.find_one_or_fail<Seat>(1).taken, 8);
}

TEST_F(MysqlConflicts, a_lock_that_is_held_too_long_is_told_and_can_be_tried_again) {
  Orm other = make_orm<Seat>("lock-timeout=1000");
  auto holder = orm.em().fork();
  holder.begin();
  holder.find_one_or_fail<Seat>(f<&Seat::id> == 1, {.lock_mode = LockMode::pessimistic_write});
  auto em = other.em().fork();
  try {
    em.execute("update seat set taken = 1 where id = 1");
    FAIL();
  } catch (const LockWaitTimeoutError& error) {
    EXPECT_TRUE(error.is_retryable());
    EXPECT_EQ(error.native_code(), 1205);
  }
  holder.rollback();
  em.execute("update seat set taken = 1 where id = 1");
}

TEST_F(MysqlConflicts, nowait_fails_at_once_and_skip_locked_leaves_rows_out) {
  auto holder = orm.em().fork();
  holder.begin();
  holder.find_one_or_fail<Seat>(f<&Seat::id> == 1, {.lock_mode = LockMode::pessimistic_write});
  auto em = orm.em().fork();
  em.transactional([](EntityManager& tx) {
    EXPECT_EQ(tx.find<Seat>({}, {.lock_mode = LockMode::pessimistic_partial_write}).size(), 2u);
    EXPECT_EQ(tx.find<Seat>({}, {.lock_mode = LockMode::pessimistic_partial_read}).size(), 2u);
  });
  for (const LockMode mode :
       {LockMode::pessimistic_write_or_fail, LockMode::pessimistic_read_or_fail}) {
    auto failing = orm.em().fork();
    EXPECT_THROW(failing.transactional([&](EntityManager& tx) {
      (void)tx.find<Seat>(f<&Seat::id> == 1, {.lock_mode = mode});
    }),
                 LockWaitTimeoutError);
  }
  holder.rollback();
}

TEST_F(MysqlConflicts, reading_locks_are_shared) {
  auto first = orm.em().fork();
  auto second = orm.em().fork();
  first.begin();
  second.begin();
  first.find_one_or_fail<Seat>(f<&Seat::id> == 1, {.lock_mode = LockMode::pessimistic_read});
  second.find_one_or_fail<Seat>(f<&Seat::id> == 1,
                                {.lock_mode = LockMode::pessimistic_read_or_fail});
  first.rollback();
  second.rollback();
}

TEST_F(MysqlConflicts, isolation_is_that_of_the_block_and_of_no_other) {
  auto em = orm.em().fork();
  const auto sees_a_change = [&](IsolationLevel level) {
    bool changed = false;
    em.transactional(
        [&](EntityManager& tx) {
          const auto before =
              tx.execute_rows("select taken from seat where id = 1").at(0).at(0).integer();
          orm.em().fork().execute("update seat set taken = taken + 1 where id = 1");
          changed = tx.execute_rows("select taken from seat where id = 1").at(0).at(0).integer() !=
                    before;
        },
        {.isolation = level});
    return changed;
  };
  EXPECT_TRUE(sees_a_change(IsolationLevel::read_committed));
  EXPECT_FALSE(sees_a_change(IsolationLevel::repeatable_read));
  EXPECT_FALSE(sees_a_change(IsolationLevel::unspecified));
}

TEST_F(MysqlConflicts, an_inner_block_is_a_savepoint) {
  auto em = orm.em().fork();
  em.transactional([](EntityManager& tx) {
    tx.execute("update seat set taken = 5 where id = 1");
    EXPECT_THROW(tx.transactional([](EntityManager& inner) {
      inner.execute("update seat set taken = 6 where id = 1");
      throw std::runtime_error("no");
    }),
                 std::runtime_error);
  });
  auto reader = orm.em().fork();
  EXPECT_EQ(reader.find_one_or_fail<Seat>(1).taken, 5);
}

// Only where the server was started so.
TEST_F(MysqlConflicts, a_lock_wait_that_rolls_everything_back_ends_the_transaction) {
  Orm other = make_orm<Seat>("pool-size=2&lock-timeout=1000");
  auto em = other.em().fork();
  const auto is_on = em.execute_rows("select @@innodb_rollback_on_timeout").at(0).at(0).integer();
  if (is_on == 0) GTEST_SKIP() << "this database lacks innodb_rollback_on_timeout";
  auto holder = orm.em().fork();
  holder.begin();
  holder.execute("update seat set taken = 1 where id = 1");
  em.begin();
  em.execute("update seat set taken = 5 where id = 2");
  EXPECT_THROW(em.execute("update seat set taken = 5 where id = 1"), LockWaitTimeoutError);
  // Outside of any transaction this would be written at once.
  EXPECT_THROW(em.execute("update seat set taken = 9 where id = 3"), TransactionStateError);
  em.rollback();
  holder.rollback();
  auto reader = orm.em().fork();
  EXPECT_EQ(reader.find_one_or_fail<Seat>(2).taken, 0);
  EXPECT_EQ(reader.find_one_or_fail<Seat>(3).taken, 0);
}

TEST_F(MysqlConflicts, a_statement_that_commits_by_itself_ends_the_transaction_and_says_so) {
  auto em = orm.em().fork();
  em.begin();
  em.execute("update seat set taken = 5 where id = 1");
  const std::string message = message_of<TransactionStateError>(
      [&] { em.execute("create table seat_copy as select * from seat"); });
  EXPECT_THAT(message, ::testing::HasSubstr("a statement of yours has ended the transaction"));
  // Outside of any transaction this would be written at once.
  EXPECT_THROW(em.execute("update seat set taken = 9 where id = 2"), TransactionStateError);
  EXPECT_THROW(em.commit(), TransactionStateError);
  em.rollback();
  em.execute("drop table seat_copy");
  em.begin();
  em.execute("update seat set taken = 7 where id = 3");
  em.commit();
  auto reader = orm.em().fork();
  EXPECT_EQ(reader.find_one_or_fail<Seat>(1).taken, 5);
  EXPECT_EQ(reader.find_one_or_fail<Seat>(2).taken, 0);
  EXPECT_EQ(reader.find_one_or_fail<Seat>(3).taken, 7);
}

TEST_F(MysqlConflicts, a_statement_that_fails_after_its_commit_ends_the_transaction_too) {
  auto em = orm.em().fork();
  em.begin();
  em.execute("update seat set taken = 5 where id = 1");
  EXPECT_THROW(em.execute("create table seat (id int)"), DriverError);
  EXPECT_THROW(em.execute("update seat set taken = 9 where id = 2"), TransactionStateError);
  em.rollback();
  auto reader = orm.em().fork();
  EXPECT_EQ(reader.find_one_or_fail<Seat>(2).taken, 0);
}

TEST_F(MysqlConflicts, a_procedure_that_commits_ends_the_transaction) {
  auto em = orm.em().fork();
  em.execute("drop procedure if exists commit_inside");
  em.execute("create procedure commit_inside() begin commit; end");
  em.begin();
  em.execute("update seat set taken = 5 where id = 1");
  EXPECT_THROW(em.execute("call commit_inside()"), TransactionStateError);
  em.rollback();
  em.execute("drop procedure commit_inside");
}

}  // namespace
}  // namespace rowan::test
