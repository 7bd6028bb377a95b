// Two units of work at once: row locks, isolation levels, savepoints, transactions on a second connection.

#include "conformance.hpp"

#include <rowan/base/error.hpp>

#include <gmock/gmock.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>

namespace locking {

struct Job {
  std::int64_t id{};
  std::string name;
  std::int32_t rank = 0;
  std::int64_t version{};
};

}  // namespace locking

template <>
inline constexpr auto rowan::mapping<locking::Job> =
    rowan::entity<locking::Job>(rowan::primary_key<&locking::Job::id>,
                                rowan::property<&locking::Job::name>.length(40).unique(),
                                rowan::property<&locking::Job::rank>,
                                rowan::property<&locking::Job::version>.version())
        .table("locked_job");

namespace rowan::test {
namespace {

using locking::Job;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class Locking : public ConformanceOf<Job> {
 protected:
  Locking() {
    auto em = orm.em().fork();
    const Job& a = em.create<Job>({.name = "a", .rank = 1});
    const Job& b = em.create<Job>({.name = "b", .rank = 2});
    const Job& c = em.create<Job>({.name = "c", .rank = 3});
    em.flush();
    first = a.id;
    second = b.id;
    third = c.id;
  }

  static Job& locked(EntityManager& em, std::int64_t id, LockMode mode) {
    return em.find_one_or_fail<Job>(f<&Job::id> == id, {.lock_mode = mode});
  }
  static std::vector<std::int64_t> keys_of(EntityManager& em, LockMode mode) {
    std::vector<std::int64_t> keys;
    for (const Job& job :
         em.find<Job>({}, {.order_by = {f<&Job::rank>.asc()}, .lock_mode = mode})) {
      keys.push_back(job.id);
    }
    return keys;
  }
  Job stored(std::int64_t id) {
    auto em = orm.em().fork();
    return em.detach(em.find_one_or_fail<Job>(id));
  }

  std::int64_t first = 0;
  std::int64_t second = 0;
  std::int64_t third = 0;
};

// Locks ---------------------------------------------------------------------------------------------------------------

TEST_F(Locking, lets_one_that_asks_not_to_wait_fail_until_the_other_commits) {
  ROWAN_REQUIRE(row_locks);
  auto holder = orm.em().fork();
  auto other = orm.em().fork();
  holder.begin();
  locked(holder, first, LockMode::pessimistic_write);

  other.begin();
  try {
    locked(other, first, LockMode::pessimistic_write_or_fail);
    ADD_FAILURE() << "the row was locked twice";
  } catch (const LockWaitTimeoutError& error) {
    EXPECT_TRUE(error.is_retryable());
    EXPECT_FALSE(error.poisons_connection());
  }
  other.rollback();

  holder.commit();
  other.begin();
  EXPECT_EQ(locked(other, first, LockMode::pessimistic_write_or_fail).name, "a");
  other.commit();
}

TEST_F(Locking, lets_readers_share_and_keeps_writers_out) {
  ROWAN_REQUIRE(row_locks);
  auto holder = orm.em().fork();
  auto other = orm.em().fork();
  holder.begin();
  locked(holder, first, LockMode::pessimistic_read);

  other.begin();
  EXPECT_EQ(locked(other, first, LockMode::pessimistic_read_or_fail).name, "a");
  other.rollback();
  other.begin();
  EXPECT_THROW(locked(other, first, LockMode::pessimistic_write_or_fail), LockWaitTimeoutError);
  other.rollback();
  holder.rollback();

  holder.begin();
  locked(holder, first, LockMode::pessimistic_write);
  other.begin();
  EXPECT_THROW(locked(other, first, LockMode::pessimistic_read_or_fail), LockWaitTimeoutError);
  other.rollback();
  holder.rollback();
}

TEST_F(Locking, skips_what_is_locked) {
  ROWAN_REQUIRE(row_locks);
  auto holder = orm.em().fork();
  auto other = orm.em().fork();
  holder.begin();
  locked(holder, second, LockMode::pessimistic_write);

  other.begin();
  EXPECT_THAT(keys_of(other, LockMode::pessimistic_partial_write), ElementsAre(first, third));
  other.rollback();
  other.begin();
  EXPECT_THAT(keys_of(other, LockMode::pessimistic_partial_read), ElementsAre(first, third));
  other.rollback();
  holder.rollback();

  other.begin();
  EXPECT_THAT(keys_of(other, LockMode::pessimistic_partial_write),
              ElementsAre(first, second, third));
  other.rollback();
}

// In the order of the key: to sort by another column, MySQL and MariaDB lock every row that they sort.
TEST_F(Locking, hands_each_worker_a_job_of_its_own) {
  ROWAN_REQUIRE(row_locks);
  auto one = orm.em().fork();
  auto two = orm.em().fork();
  const auto next_of = [](EntityManager& em) {
    em.begin();
    return em
        .find_one_or_fail<Job>(
            {}, {.order_by = {f<&Job::id>.asc()}, .lock_mode = LockMode::pessimistic_partial_write})
        .id;
  };
  EXPECT_EQ(next_of(one), first);
  EXPECT_EQ(next_of(two), second);
  one.commit();
  two.commit();
}

TEST_F(Locking, makes_a_second_writer_wait_for_the_commit_of_the_first) {
  ROWAN_REQUIRE(row_locks);
  auto holder = orm.em().fork();
  holder.begin();
  Job& held = locked(holder, first, LockMode::pessimistic_write);
  held.rank = 10;
  holder.flush();

  std::atomic<bool> is_over = false;
  std::int32_t seen = 0;
  std::thread waiting([&] {
    auto em = orm.em().fork();
    em.begin();
    Job& job = locked(em, first, LockMode::pessimistic_write);
    seen = job.rank;
    job.rank += 1;
    em.commit();
    is_over = true;
  });
  // What waits cannot be seen from here, but had it not waited, it would soon be over and have read the old rank.
  for (int i = 0; i < 20 && !is_over; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  EXPECT_FALSE(is_over);
  holder.commit();
  waiting.join();
  EXPECT_EQ(seen, 10) << "it read before the first had committed";
  EXPECT_EQ(stored(first).rank, 11);
}

TEST_F(Locking, reads_the_row_of_a_loaded_object_anew_when_it_locks_it) {
  ROWAN_REQUIRE(row_locks);
  auto em = orm.em().fork();
  Job& job = em.find_one_or_fail<Job>(first);
  {
    auto other = orm.em().fork();
    other.find_one_or_fail<Job>(first).rank = 7;
    other.flush();
  }
  em.begin();
  em.lock(job, LockMode::pessimistic_write);
  auto other = orm.em().fork();
  other.begin();
  EXPECT_THROW(locked(other, first, LockMode::pessimistic_write_or_fail), LockWaitTimeoutError);
  other.rollback();
  EXPECT_EQ(job.rank, 7);
  job.rank += 1;
  em.commit();
  EXPECT_EQ(stored(first).rank, 8);
}

TEST_F(Locking, says_that_it_has_locked_no_row) {
  ROWAN_REQUIRE(row_locks);
  auto here = orm.em().fork();
  auto there = orm.em().fork();
  Job& taken = here.find_one_or_fail<Job>(first);
  Job& gone = here.find_one_or_fail<Job>(second);
  there.begin();
  (void)locked(there, first, LockMode::pessimistic_write);
  here.begin();
  EXPECT_THROW(here.lock(taken, LockMode::pessimistic_partial_write), NotFoundError);
  there.commit();
  here.lock(taken, LockMode::pessimistic_partial_write);
  here.commit();

  EXPECT_EQ(there.remove_where<Job>().where(f<&Job::id> == second).execute(), 1u);
  here.begin();
  EXPECT_THROW(here.lock(gone, LockMode::pessimistic_write), NotFoundError);
  here.rollback();
}

TEST_F(Locking, goes_on_after_a_lock_that_an_inner_block_did_not_get) {
  ROWAN_REQUIRE(row_locks);
  auto there = orm.em().fork();
  there.begin();
  (void)locked(there, first, LockMode::pessimistic_write);
  orm.em().fork().transactional([&](EntityManager& tx) {
    tx.find_one_or_fail<Job>(third).rank = 30;
    EXPECT_THROW(tx.transactional([&](EntityManager& inner) {
      (void)locked(inner, first, LockMode::pessimistic_write_or_fail);
    }),
                 LockWaitTimeoutError);
    locked(tx, second, LockMode::pessimistic_write).rank = 20;
  });
  there.rollback();
  EXPECT_EQ(stored(second).rank, 20);
  EXPECT_EQ(stored(third).rank, 30);
}

TEST_F(Locking, needs_a_transaction_on_every_database) {
  auto em = orm.em().fork();
  Job& job = em.find_one_or_fail<Job>(first);
  EXPECT_THROW(locked(em, first, LockMode::pessimistic_write), TransactionStateError);
  EXPECT_THROW(em.lock(job, LockMode::pessimistic_read), TransactionStateError);
}

// Isolation -----------------------------------------------------------------------------------------------------------

TEST_F(Locking, shows_a_repeatable_reader_no_commit_of_another) {
  ROWAN_REQUIRE(isolation_levels);
  auto reader = orm.em().fork();
  auto writer = orm.em().fork();
  reader.begin({.isolation = IsolationLevel::repeatable_read});
  EXPECT_EQ(reader.count<Job>(), 3u);

  writer.create<Job>({.name = "d", .rank = 4});
  writer.find_one_or_fail<Job>(first).rank = 10;
  writer.flush();

  EXPECT_EQ(reader.count<Job>(), 3u);
  EXPECT_EQ(reader.find_one_or_fail<Job>(first).rank, 1);
  reader.commit();
  EXPECT_EQ(reader.count<Job>(), 4u);
}

TEST_F(Locking, shows_a_reader_of_what_is_committed_every_commit_of_another) {
  ROWAN_REQUIRE(isolation_levels);
  auto reader = orm.em().fork();
  auto writer = orm.em().fork();
  reader.begin({.isolation = IsolationLevel::read_committed});
  EXPECT_EQ(reader.count<Job>(), 3u);

  writer.begin();
  writer.create<Job>({.name = "d", .rank = 4});
  writer.flush();
  EXPECT_EQ(reader.count<Job>(), 3u) << "read what nobody has committed";
  writer.commit();
  EXPECT_EQ(reader.count<Job>(), 4u);
  reader.commit();
}

TEST_F(Locking, keeps_the_isolation_of_one_transaction_from_the_next) {
  ROWAN_REQUIRE(isolation_levels);
  auto reader = orm.em().fork();
  reader.begin({.isolation = IsolationLevel::repeatable_read});
  EXPECT_EQ(reader.count<Job>(), 3u);
  reader.commit();
  reader.begin({.isolation = IsolationLevel::read_committed});
  EXPECT_EQ(reader.count<Job>(), 3u);
  auto writer = orm.em().fork();
  writer.create<Job>({.name = "d", .rank = 4});
  writer.flush();
  EXPECT_EQ(reader.count<Job>(), 4u);
  reader.commit();
}

TEST_F(Locking, refuses_writes_of_a_reading_transaction) {
  ROWAN_REQUIRE(read_only_transactions);
  auto em = orm.em().fork();
  EXPECT_THROW(em.transactional(
                   [&](EntityManager& tx) {
                     EXPECT_EQ(tx.count<Job>(), 3u);
                     tx.find_one_or_fail<Job>(first).rank = 9;
                   },
                   {.read_only = true}),
               ReadOnlyError);
  EXPECT_EQ(stored(first).rank, 1);
  em.clear();
  em.transactional([&](EntityManager& tx) { tx.find_one_or_fail<Job>(first).rank = 9; });
  EXPECT_EQ(stored(first).rank, 9);
}

// Names differ from test to test: InnoDB locks what lies beside the remains of a deleted row of the same name.

// Blocks --------------------------------------------------------------------------------------------------------------

TEST_F(Locking, takes_back_to_a_savepoint_and_goes_on) {
  ROWAN_REQUIRE(savepoints);
  auto em = orm.em().fork();
  em.transactional([&](EntityManager& tx) {
    tx.find_one_or_fail<Job>(first).rank = 10;
    EXPECT_THROW(tx.transactional([&](EntityManager& inner) {
      inner.create<Job>({.name = "d", .rank = 4});
      inner.find_one_or_fail<Job>(second).rank = 20;
      inner.flush();
      throw std::runtime_error("of the inner block");
    }),
                 std::runtime_error);
    Job& taken_back = tx.find_one_or_fail<Job>(second);
    EXPECT_EQ(taken_back.rank, 20) << "memory is as the user left it";
    tx.refresh(taken_back);
    EXPECT_EQ(taken_back.rank, 2) << "and the row as it was before the block";
    EXPECT_EQ(tx.count<Job>(), 3u);
  });
  EXPECT_EQ(stored(first).rank, 10);
  EXPECT_EQ(stored(second).rank, 2);
}

TEST_F(Locking, goes_on_after_a_statement_that_failed_inside_of_a_savepoint) {
  ROWAN_REQUIRE(savepoints);
  auto em = orm.em().fork();
  em.transactional([&](EntityManager& tx) {
    tx.find_one_or_fail<Job>(first).rank = 10;
    EXPECT_THROW(tx.transactional(
                     [&](EntityManager& inner) { inner.create<Job>({.name = "a", .rank = 4}); }),
                 UniqueConstraintViolation);
    tx.find_one_or_fail<Job>(second).rank = 20;
  });
  EXPECT_EQ(stored(first).rank, 10);
  EXPECT_EQ(stored(second).rank, 20);
}

TEST_F(Locking, commits_a_new_transaction_on_a_connection_of_its_own) {
  ROWAN_REQUIRE(row_locks);
  auto em = orm.em().fork();
  EXPECT_THROW(em.transactional([&](EntityManager& tx) {
    tx.create<Job>({.name = "outer 1", .rank = 4});
    tx.flush();
    tx.transactional(
        [&](EntityManager& separate) {
          EXPECT_EQ(separate.count<Job>(f<&Job::name> == "outer 1"), 0u)
              << "the second connection sees what the first has not committed";
          separate.create<Job>({.name = "inner 1", .rank = 5});
        },
        {.propagation = Propagation::requires_new});
    throw std::runtime_error("of the outer block");
  }),
               std::runtime_error);
  EXPECT_EQ(orm.em().fork().count<Job>(f<&Job::name> == "inner 1"), 1u);
  EXPECT_EQ(orm.em().fork().count<Job>(f<&Job::name> == "outer 1"), 0u);
}

TEST_F(Locking, leaves_what_waits_outside_of_a_new_transaction_to_the_outer_one) {
  ROWAN_REQUIRE(row_locks);
  auto em = orm.em().fork();
  EXPECT_THROW(em.transactional([&](EntityManager& tx) {
    tx.create<Job>({.name = "outer 2", .rank = 4});
    tx.transactional(
        [&](EntityManager& separate) { separate.create<Job>({.name = "inner 2", .rank = 5}); },
        {.propagation = Propagation::requires_new});
    throw std::runtime_error("of the outer block");
  }),
               std::runtime_error);
  EXPECT_EQ(orm.em().fork().count<Job>(f<&Job::name> == "inner 2"), 1u);
  EXPECT_EQ(orm.em().fork().count<Job>(f<&Job::name> == "outer 2"), 0u);
}

TEST_F(Locking, knows_what_a_new_transaction_committed_when_the_outer_one_is_taken_back) {
  ROWAN_REQUIRE(row_locks);
  auto em = orm.em().fork();
  Job& job = em.find_one_or_fail<Job>(first);
  EXPECT_THROW(em.transactional([&](EntityManager& tx) {
    tx.find_one_or_fail<Job>(second).rank = 20;
    tx.transactional([&](EntityManager&) { job.rank = 10; },
                     {.propagation = Propagation::requires_new});
    throw std::runtime_error("of the outer block");
  }),
               std::runtime_error);
  const Job in_database = stored(first);
  EXPECT_EQ(in_database.rank, 10);
  EXPECT_EQ(job.version, in_database.version);
  job.rank = 11;
  em.flush();  // no OptimisticLockError: the version in memory is that of the row
  EXPECT_EQ(stored(first).rank, 11);
  EXPECT_EQ(stored(second).rank, 20) << "what the outer block had changed is still to be written";
}

TEST_F(Locking, takes_back_a_new_transaction_alone) {
  ROWAN_REQUIRE(row_locks);
  auto em = orm.em().fork();
  em.transactional([&](EntityManager& tx) {
    tx.create<Job>({.name = "outer 3", .rank = 4});
    EXPECT_THROW(tx.transactional(
                     [&](EntityManager& separate) {
                       separate.create<Job>({.name = "inner 3", .rank = 5});
                       separate.flush();
                       throw std::runtime_error("of the inner block");
                     },
                     {.propagation = Propagation::requires_new}),
                 std::runtime_error);
  });
  EXPECT_EQ(orm.em().fork().count<Job>(f<&Job::name> == "inner 3"), 0u);
  EXPECT_EQ(orm.em().fork().count<Job>(f<&Job::name> == "outer 3"), 1u);
}

TEST_F(Locking, works_outside_of_the_transaction_where_that_is_suspended) {
  ROWAN_REQUIRE(row_locks);
  auto em = orm.em().fork();
  em.transactional([&](EntityManager& tx) {
    tx.create<Job>({.name = "outer 4", .rank = 4});
    tx.flush();
    tx.transactional(
        [&](EntityManager& suspended) {
          EXPECT_FALSE(suspended.is_in_transaction());
          EXPECT_EQ(suspended.count<Job>(), 3u);
        },
        {.propagation = Propagation::not_supported});
    EXPECT_EQ(tx.count<Job>(), 4u);
  });
}

TEST_F(Locking, finds_a_row_that_another_has_changed_by_its_version) {
  auto one = orm.em().fork();
  auto two = orm.em().fork();
  Job& ones = one.find_one_or_fail<Job>(first);
  two.find_one_or_fail<Job>(first).rank = 20;
  two.flush();
  ones.rank = 10;
  EXPECT_THROW(one.flush(), OptimisticLockError);
  EXPECT_EQ(stored(first).rank, 20);
}

}  // namespace
}  // namespace rowan::test
