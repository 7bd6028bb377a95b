// Units of work that lost against another are run again, each time from nothing.

#include "conformance.hpp"

#include <rowan/base/error.hpp>
#include <rowan/base/wait_hook.hpp>

#include <gmock/gmock.h>

#include <atomic>
#include <barrier>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace retries {

struct Account {
  std::int64_t id{};
  std::string name;
  std::int64_t balance = 0;
};

struct Entry {
  std::int64_t id{};
  std::int64_t amount = 0;
  rowan::Ref<Account> account;
};

}  // namespace retries

template <>
inline constexpr auto rowan::mapping<retries::Account> =
    rowan::entity<retries::Account>(rowan::primary_key<&retries::Account::id>,
                                    rowan::property<&retries::Account::name>.length(40),
                                    rowan::property<&retries::Account::balance>)
        .table("retried_account");
template <>
inline constexpr auto rowan::mapping<retries::Entry> =
    rowan::entity<retries::Entry>(rowan::primary_key<&retries::Entry::id>,
                                  rowan::property<&retries::Entry::amount>,
                                  rowan::many_to_one<&retries::Entry::account>)
        .table("retried_entry");

namespace rowan::test {
namespace {

using namespace std::chrono_literals;
using retries::Account;
using retries::Entry;
using ::testing::AllOf;
using ::testing::Each;
using ::testing::Ge;
using ::testing::HasSubstr;
using ::testing::Le;
using ::testing::SizeIs;

/// Waits as the hook before it does, but for sleeps, which it only notes.
class SleepRecorder final : public WaitHook {
 public:
  explicit SleepRecorder(WaitHook& inner) : inner_(inner) {}
  bool wait_socket(int socket, SocketEvent events, Timeout timeout) override {
    return inner_.wait_socket(socket, events, timeout);
  }
  std::unique_ptr<Waiter> make_waiter() override { return inner_.make_waiter(); }
  void sleep(std::chrono::milliseconds duration) override {
    const std::lock_guard lock(mutex_);
    sleeps_.push_back(duration);
  }
  const void* current() noexcept override { return inner_.current(); }
  std::vector<std::chrono::milliseconds> take_sleeps() {
    const std::lock_guard lock(mutex_);
    return std::exchange(sleeps_, {});
  }

 private:
  WaitHook& inner_;
  std::mutex mutex_;
  std::vector<std::chrono::milliseconds> sleeps_;
};

DeadlockError a_deadlock() { return DeadlockError({.message = "made by the test"}); }

class Retry : public ConformanceOf<Account, Entry> {
 protected:
  Retry() { set_wait_hook(hook); }
  ~Retry() override { set_wait_hook(nullptr); }

  std::int64_t make_account(const std::string& name, std::int64_t balance) {
    auto em = orm.em().fork();
    const Account& account = em.create<Account>({.name = name, .balance = balance});
    em.flush();
    return account.id;
  }
  std::int64_t balance_of(std::int64_t id) {
    auto em = orm.em().fork();
    return em.find_one_or_fail<Account>(id).balance;
  }

  std::shared_ptr<SleepRecorder> hook = std::make_shared<SleepRecorder>(wait_hook());
};

TEST_F(Retry, runs_a_block_that_succeeds_once_and_sleeps_not) {
  auto em = orm.em().fork();
  int attempts = 0;
  em.transactional(
      [&](EntityManager& tx) {
        ++attempts;
        tx.create<Account>({.name = "Ada"});
      },
      {.retries = 5});
  EXPECT_EQ(attempts, 1);
  EXPECT_EQ(orm.em().fork().count<Account>(), 1u);
  EXPECT_THAT(hook->take_sleeps(), SizeIs(0));
}

TEST_F(Retry, runs_a_block_again_until_it_meets_no_conflict) {
  auto em = orm.em().fork();
  int attempts = 0;
  em.transactional(
      [&](EntityManager& tx) {
        tx.create<Account>({.name = "Ada"});
        tx.flush();
        if (++attempts < 3) throw a_deadlock();
      },
      {.retries = 2});
  EXPECT_EQ(attempts, 3);
  EXPECT_EQ(orm.em().fork().count<Account>(), 1u);
}

TEST_F(Retry, takes_each_kind_of_conflict_for_one) {
  auto em = orm.em().fork();
  int attempts = 0;
  em.transactional(
      [&](EntityManager&) {
        switch (++attempts) {
          case 1: throw a_deadlock();
          case 2: throw SerializationFailure({.message = "made by the test"});
          case 3: throw LockWaitTimeoutError({.message = "made by the test"});
          default: return;
        }
      },
      {.retries = 3});
  EXPECT_EQ(attempts, 4);
}

TEST_F(Retry, throws_the_last_error_where_no_attempt_is_left) {
  auto em = orm.em().fork();
  int attempts = 0;
  try {
    em.transactional(
        [&](EntityManager& tx) {
          tx.create<Account>({.name = "Ada"});
          tx.flush();
          throw DeadlockError({.message = "deadlock " + std::to_string(++attempts)});
        },
        {.retries = 2});
    FAIL() << "no error came through";
  } catch (const DeadlockError& error) {
    EXPECT_THAT(error.what(), HasSubstr("deadlock 3"));
  }
  EXPECT_EQ(attempts, 3);
  EXPECT_EQ(orm.em().fork().count<Account>(), 0u);
  EXPECT_THAT(hook->take_sleeps(), SizeIs(2));
}

TEST_F(Retry, runs_nothing_again_for_other_errors) {
  auto em = orm.em().fork();
  int attempts = 0;
  const auto fail_with = [&](const auto& error) {
    em.transactional(
        [&](EntityManager& tx) {
          ++attempts;
          tx.create<Account>({.name = "Ada"});
          throw error;
        },
        {.retries = 5});
  };
  EXPECT_THROW(fail_with(std::runtime_error("of the program")), std::runtime_error);
  EXPECT_THROW(fail_with(ConnectionError({.message = "gone"})), ConnectionError);
  EXPECT_THROW(fail_with(OptimisticLockError("changed")), OptimisticLockError);
  EXPECT_EQ(attempts, 3);
  EXPECT_EQ(orm.em().fork().count<Account>(), 0u);
  EXPECT_THAT(hook->take_sleeps(), SizeIs(0));
}

TEST_F(Retry, begins_every_attempt_on_an_empty_fork) {
  const std::int64_t id = make_account("Ada", 1);
  auto em = orm.em().fork();
  Account& outer = em.find_one_or_fail<Account>(id);
  std::vector<const void*> managers;
  int attempts = 0;
  em.transactional(
      [&](EntityManager& tx) {
        EXPECT_NE(&tx, &em);
        EXPECT_EQ(tx.statistics().managed, 0u);
        EXPECT_FALSE(tx.is_managed(outer));
        Account& inner = tx.find_one_or_fail<Account>(id);
        EXPECT_NE(&inner, &outer);
        // What an earlier attempt had changed is not to be seen.
        EXPECT_EQ(inner.balance, 1);
        inner.balance += 10;
        tx.flush();
        if (++attempts < 3) throw a_deadlock();
      },
      {.retries = 2});
  EXPECT_EQ(balance_of(id), 11);
}

TEST_F(Retry, teaches_the_outer_manager_nothing) {
  const std::int64_t id = make_account("Ada", 1);
  auto em = orm.em().fork();
  Account& outer = em.find_one_or_fail<Account>(id);
  em.create<Account>({.name = "waits"});
  em.transactional(
      [&](EntityManager& tx) {
        EXPECT_EQ(tx.count<Account>(), 1u) << "the block has written what waits outside of it";
        tx.find_one_or_fail<Account>(id).balance = 2;
        tx.create<Account>({.name = "Eve"});
      },
      {.retries = 1});
  EXPECT_EQ(outer.balance, 1);
  EXPECT_EQ(&em.find_one_or_fail<Account>(id), &outer);
  EXPECT_EQ(em.statistics().managed, 2u);
  EXPECT_EQ(balance_of(id), 2);

  (void)statements();
  em.flush();  // writes what waited, and nothing of what the block did
  EXPECT_EQ(orm.em().fork().count<Account>(), 3u);
  EXPECT_EQ(balance_of(id), 2);
}

TEST_F(Retry, refuses_objects_of_the_outer_manager) {
  const std::int64_t id = make_account("Ada", 1);
  auto em = orm.em().fork();
  Account& outer = em.find_one_or_fail<Account>(id);
  int attempts = 0;
  EXPECT_THROW(em.transactional(
                   [&](EntityManager& tx) {
                     ++attempts;
                     tx.remove(outer);
                   },
                   {.retries = 3}),
               ValidationError);
  EXPECT_THROW(em.transactional(
                   [&](EntityManager& tx) {
                     ++attempts;
                     tx.create<Entry>({.amount = 5, .account = outer});
                   },
                   {.retries = 3}),
               ValidationError);
  EXPECT_EQ(attempts, 2);
  // By its key the row may be referred to.
  em.transactional(
      [&](EntityManager& tx) {
        tx.create<Entry>({.amount = 5, .account = tx.get_reference<Account>(id)});
      },
      {.retries = 3});
  EXPECT_EQ(orm.em().fork().count<Entry>(), 1u);
  EXPECT_TRUE(em.is_managed(outer));
}

TEST_F(Retry, is_refused_inside_of_another_transaction) {
  auto em = orm.em().fork();
  int attempts = 0;
  em.transactional([&](EntityManager& tx) {
    try {
      tx.transactional([&](EntityManager&) { ++attempts; }, {.retries = 1});
      ADD_FAILURE() << "retries inside of a transaction were not refused";
    } catch (const ValidationError& error) {
      EXPECT_THAT(error.what(), HasSubstr("give the retries to the outermost block"));
    }
    tx.create<Account>({.name = "goes on"});
  });
  EXPECT_EQ(attempts, 0);
  EXPECT_EQ(orm.em().fork().count<Account>(), 1u);

  em.begin();
  EXPECT_THROW(em.transactional([&](EntityManager&) { ++attempts; }, {.retries = 1}),
               ValidationError);
  em.rollback();
  EXPECT_EQ(attempts, 0);
}

TEST_F(Retry, returns_what_the_block_returns_in_the_attempt_that_succeeds) {
  auto em = orm.em().fork();
  int attempts = 0;
  const std::int64_t id = em.transactional(
      [&](EntityManager& tx) {
        const Account& made = tx.create<Account>({.name = "Ada", .balance = ++attempts});
        tx.flush();
        if (attempts == 1) throw a_deadlock();
        return made.id;
      },
      {.retries = 1});
  EXPECT_EQ(balance_of(id), 2);

  const auto moved = em.transactional(
      [](EntityManager&) { return std::make_unique<std::string>("no copy is made"); },
      {.retries = 1});
  EXPECT_EQ(*moved, "no copy is made");
}

TEST_F(Retry, waits_longer_each_time_through_the_hook) {
  auto em = orm.em().fork();
  EXPECT_THROW(em.transactional([](EntityManager&) { throw a_deadlock(); },
                                {.retries = 6, .first_pause = 8ms, .longest_pause = 32ms}),
               DeadlockError);
  const auto sleeps = hook->take_sleeps();
  ASSERT_THAT(sleeps, SizeIs(6));
  const std::chrono::milliseconds most[] = {8ms, 16ms, 32ms, 32ms, 32ms, 32ms};
  for (std::size_t i = 0; i < sleeps.size(); ++i)
    EXPECT_THAT(sleeps[i], AllOf(Ge(most[i] / 2), Le(most[i]))) << "pause " << i;
}

TEST_F(Retry, gives_its_connection_back_before_it_waits) {
  auto em = orm.em().fork();
  int attempts = 0;
  class Looker final : public WaitHook {
   public:
    Looker(WaitHook& inner, Orm& orm) : inner_(inner), orm_(orm) {}
    bool wait_socket(int socket, SocketEvent events, Timeout timeout) override {
      return inner_.wait_socket(socket, events, timeout);
    }
    std::unique_ptr<Waiter> make_waiter() override { return inner_.make_waiter(); }
    void sleep(std::chrono::milliseconds) override {
      // With one writing connection this would be refused if the attempt still had it.
      auto other = orm_.em().fork();
      other.create<Account>({.name = "meanwhile"});
      other.flush();
    }
    const void* current() noexcept override { return inner_.current(); }

   private:
    WaitHook& inner_;
    Orm& orm_;
  };
  const auto looker = std::make_shared<Looker>(*hook, orm);
  set_wait_hook(looker);
  em.transactional(
      [&](EntityManager& tx) {
        tx.create<Account>({.name = "lost"});
        tx.flush();
        if (++attempts == 1) throw a_deadlock();
      },
      {.retries = 1});
  set_wait_hook(hook);
  EXPECT_EQ(orm.em().fork().count<Account>(), 2u);
}

// Real collisions -----------------------------------------------------------------------------------------------------

TEST_F(Retry, brings_both_of_a_deadlock_to_their_end) {
  ROWAN_REQUIRE(row_locks);
  const std::int64_t first = make_account("first", 100);
  const std::int64_t second = make_account("second", 100);
  std::barrier both_have_one(2);
  std::atomic<int> attempts = 0;
  const auto move = [&](std::int64_t from, std::int64_t to, std::int64_t amount) {
    bool is_first_attempt = true;
    auto em = orm.em().fork();
    em.transactional(
        [&](EntityManager& tx) {
          ++attempts;
          const auto locked = [&](std::int64_t id) -> Account& {
            return tx.find_one_or_fail<Account>(f<&Account::id> == id,
                                                {.lock_mode = LockMode::pessimistic_write});
          };
          Account& payer = locked(from);
          if (std::exchange(is_first_attempt, false)) both_have_one.arrive_and_wait();
          Account& payee = locked(to);
          payer.balance -= amount;
          payee.balance += amount;
        },
        {.retries = 5});
  };
  std::thread other([&] { move(second, first, 30); });
  move(first, second, 20);
  other.join();
  EXPECT_EQ(balance_of(first), 110);
  EXPECT_EQ(balance_of(second), 90);
  // The one that lost may meet the other again.
  EXPECT_GE(attempts, 3) << "one of the two lost";
}

TEST_F(Retry, tells_a_deadlock_apart_from_other_errors) {
  ROWAN_REQUIRE(row_locks);
  const std::int64_t first = make_account("first", 100);
  const std::int64_t second = make_account("second", 100);
  std::barrier both_have_one(2);
  std::atomic<int> deadlocks = 0;
  const auto lock_both = [&](std::int64_t one, std::int64_t two) {
    auto em = orm.em().fork();
    try {
      em.transactional([&](EntityManager& tx) {
        tx.find_one_or_fail<Account>(one).balance += 1;
        tx.flush();
        both_have_one.arrive_and_wait();
        tx.find_one_or_fail<Account>(two).balance += 1;
      });
    } catch (const DeadlockError& error) {
      ++deadlocks;
      EXPECT_TRUE(error.is_retryable());
      EXPECT_TRUE(error.poisons_transaction());
      EXPECT_FALSE(error.poisons_connection());
      EXPECT_FALSE(error.sqlstate().empty());
      EXPECT_THAT(error.statement(), HasSubstr("update"));
      EXPECT_FALSE(em.is_in_transaction());
    }
  };
  std::thread other([&] { lock_both(second, first); });
  lock_both(first, second);
  other.join();
  EXPECT_EQ(deadlocks, 1);
  // The winner has written both, the loser nothing.
  EXPECT_EQ(balance_of(first), 101);
  EXPECT_EQ(balance_of(second), 101);
}

// Each of two sees both on call and goes; one after the other they never would. PostgreSQL finds that out by a
// serialization failure, MySQL and MariaDB by a deadlock.
TEST_F(Retry, makes_serializable_units_of_work_behave_as_if_one_came_after_the_other) {
  ROWAN_REQUIRE(row_locks);
  ROWAN_REQUIRE(isolation_levels);
  const std::int64_t ada = make_account("on call", 1);
  const std::int64_t eve = make_account("on call", 1);
  std::barrier both_have_read(2);
  std::atomic<int> attempts = 0;
  const auto leave = [&](std::int64_t self) {
    bool is_first_attempt = true;
    auto em = orm.em().fork();
    em.transactional(
        [&](EntityManager& tx) {
          ++attempts;
          const auto all = tx.find<Account>({});
          std::int64_t on_call = 0;
          for (const Account& each : all) on_call += each.balance;
          if (std::exchange(is_first_attempt, false)) both_have_read.arrive_and_wait();
          if (on_call > 1) tx.find_one_or_fail<Account>(self).balance = 0;
        },
        {.isolation = IsolationLevel::serializable, .retries = 5});
  };
  std::thread other([&] { leave(eve); });
  leave(ada);
  other.join();
  EXPECT_EQ(balance_of(ada) + balance_of(eve), 1);
  EXPECT_EQ(attempts, 3) << "one of the two lost, once";
}

TEST_F(Retry, counts_right_with_many_that_collide) {
  ROWAN_REQUIRE(row_locks);
  ROWAN_REQUIRE(isolation_levels);
  const std::int64_t id = make_account("shared", 0);
  constexpr int thread_count = 4;
  constexpr int rounds = 10;
  set_wait_hook(nullptr);  // sleeps for real: without pauses they would go on colliding
  std::vector<std::thread> threads;
  for (int i = 0; i < thread_count; ++i) {
    threads.emplace_back([&] {
      auto em = orm.em().fork();
      for (int round = 0; round < rounds; ++round) {
        em.transactional([&](EntityManager& tx) { ++tx.find_one_or_fail<Account>(id).balance; },
                         {.isolation = IsolationLevel::serializable, .retries = 100});
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(balance_of(id), thread_count * rounds);
}

}  // namespace
}  // namespace rowan::test
