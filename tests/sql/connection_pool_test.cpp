// The pool of connections, over connections to no server.

#include <rowan/sql/connection_pool.hpp>

#include <rowan/base/error.hpp>

#include "support/fake_sql_connection.hpp"
#include "support/fiber_hook.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace rowan::sql {
namespace {

using namespace std::chrono_literals;
using backend::Access;
using test::FakeServer;
using test::FakeSqlConnection;
using test::Fiber;
using test::FiberHook;
using test::InstalledFiberHook;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

/// A pool over the fake server, and a connection lent for as long as a Loan lives.
class ConnectionPoolTest : public ::testing::Test {
 protected:
  class Loan {
   public:
    Loan(ConnectionPool& pool, Access access) : pool_(&pool), slot_(&pool.lend(access)) {}
    Loan(Loan&& other) noexcept : pool_(other.pool_), slot_(std::exchange(other.slot_, nullptr)) {}
    Loan& operator=(Loan&&) = delete;
    ~Loan() { give_back(); }
    void give_back() {
      if (slot_ != nullptr) pool_->give_back(*std::exchange(slot_, nullptr));
    }
    FakeSqlConnection* operator->() const {
      return static_cast<FakeSqlConnection*>(&slot_->connection->connection());
    }

   private:
    ConnectionPool* pool_;
    ConnectionPool::Slot* slot_;
  };

  ConnectionPool& make_pool(PoolOptions options) {
    pool_ = std::make_unique<ConnectionPool>(
        [this](Access access, std::size_t number) {
          {
            const std::lock_guard lock(mutex_);
            asked.emplace_back(access, number);
          }
          return std::make_unique<FakeSqlConnection>(server);
        },
        options);
    return *pool_;
  }
  Loan lend(Access access = Access::write) { return {*pool_, access}; }
  /// Returns the message that lend() fails with.
  template <class Error>
  std::string refusal(Access access = Access::write) {
    try {
      lend(access);
    } catch (const Error& error) {
      return error.what();
    }
    ADD_FAILURE() << "a connection was lent, or another error thrown";
    return {};
  }
  /// Lets so much time pass.
  static void pass(std::chrono::milliseconds time) {
    const auto start = std::chrono::steady_clock::now();
    while (std::chrono::steady_clock::now() - start < time) std::this_thread::yield();
  }

  FakeServer server;
  std::vector<std::pair<Access, std::size_t>> asked;  ///< of the function that connects

 private:
  std::mutex mutex_;
  std::unique_ptr<ConnectionPool> pool_;
};

// Lending -------------------------------------------------------------------------------------------------------------

TEST_F(ConnectionPoolTest, opens_what_is_asked_for_and_keeps_it) {
  make_pool({.writers = 3});
  EXPECT_EQ(server.opened, 0);
  {
    const Loan one = lend();
    const Loan two = lend();
    EXPECT_NE(one->number, two->number);
  }
  EXPECT_EQ(server.opened, 2);
  EXPECT_EQ(server.cleaned, 2);
  { const Loan again = lend(); }
  EXPECT_EQ(server.opened, 2);
  EXPECT_EQ(server.closed, 0);
}

TEST_F(ConnectionPoolTest, closes_every_connection_at_its_end) {
  make_pool({.writers = 2});
  {
    const Loan one = lend();
    const Loan two = lend();
  }
  make_pool({});
  EXPECT_EQ(server.closed, 2);
}

TEST_F(ConnectionPoolTest, keeps_the_place_of_a_connection_that_could_not_be_opened) {
  make_pool({.writers = 1});
  server.refuses = true;
  EXPECT_THAT(refusal<ConnectionError>(), HasSubstr("refuses"));
  EXPECT_THAT(refusal<ConnectionError>(), HasSubstr("refuses"));
  server.refuses = false;
  const Loan one = lend();
  EXPECT_EQ(server.opened, 1);
}

TEST_F(ConnectionPoolTest, lends_readers_apart_from_writers_and_numbers_each) {
  make_pool({.writers = 1, .readers = 2});
  const Loan writer = lend(Access::write);
  const Loan reader = lend(Access::read);
  const Loan transaction = lend(Access::read_transaction);
  EXPECT_THAT(asked,
              ElementsAre(Pair(Access::write, 0), Pair(Access::read, 0), Pair(Access::read, 1)));
}

TEST_F(ConnectionPoolTest, sends_no_transaction_to_replicas) {
  make_pool({.writers = 2, .readers = 1, .readers_take_transactions = false});
  const Loan reader = lend(Access::read);
  const Loan transaction = lend(Access::read_transaction);
  const Loan writer = lend(Access::write);
  EXPECT_THAT(asked,
              ElementsAre(Pair(Access::read, 0), Pair(Access::write, 0), Pair(Access::write, 1)));
}

TEST_F(ConnectionPoolTest, lends_writers_to_those_who_read_where_there_are_no_readers) {
  make_pool({.writers = 1});
  { const Loan reader = lend(Access::read); }
  { const Loan transaction = lend(Access::read_transaction); }
  EXPECT_THAT(asked, ElementsAre(Pair(Access::write, 0)));
}

// Waiting -------------------------------------------------------------------------------------------------------------

TEST_F(ConnectionPoolTest, refuses_to_let_a_thread_wait_for_itself) {
  make_pool({.writers = 1, .readers = 2});
  const Loan writer = lend(Access::write);
  EXPECT_THAT(refusal<ValidationError>(),
              HasSubstr("another connection to write while it holds the only one there is"));
  const Loan reader = lend(Access::read);
  const Loan other_reader = lend(Access::read);
  EXPECT_THAT(refusal<ValidationError>(Access::read),
              HasSubstr("another connection to read while it holds all of them"));
}

TEST_F(ConnectionPoolTest, tells_fibers_of_one_thread_apart) {
  const InstalledFiberHook hook;
  const Fiber ada{"ada"};
  const Fiber eve{"eve"};
  ConnectionPool& pool = make_pool({.writers = 1});
  ConnectionPool::Slot* adas = nullptr;
  {
    const FiberHook::As as(ada);
    adas = &pool.lend(Access::write);
    EXPECT_THAT(refusal<ValidationError>(), HasSubstr("would wait for itself"));
  }
  // Eve waits, and meanwhile Ada goes on and ends.
  hook->on_wait = [&] {
    if (adas == nullptr) return;
    const FiberHook::As as(ada);
    pool.give_back(*std::exchange(adas, nullptr));
  };
  const FiberHook::As as(eve);
  const Loan eves = lend();
  EXPECT_EQ(adas, nullptr);
  EXPECT_EQ(server.opened, 1);
}

TEST_F(ConnectionPoolTest, serves_those_who_wait_in_the_order_of_their_coming) {
  const InstalledFiberHook hook;
  ConnectionPool& pool = make_pool({.writers = 1});
  ConnectionPool::Slot* mine = &pool.lend(Access::write);
  std::mutex mutex;
  std::string order;
  const auto use = [&](char name) {
    const Loan loan = lend();
    const std::lock_guard lock(mutex);
    order += name;
  };
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < 4; ++i) {
    threads.emplace_back(use, static_cast<char>('a' + i));
    hook->await_waiting(i + 1);
  }
  // Who comes now has to wait as well, though a place is free for a moment.
  pool.give_back(*mine);
  use('z');
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(order, "abcdz");
  EXPECT_EQ(server.opened, 1);
}

TEST_F(ConnectionPoolTest, says_how_long_it_waited_in_vain_and_forgets_who_waited) {
  const InstalledFiberHook hook;
  hook->expires = true;
  const Fiber ada{"ada"};
  ConnectionPool& pool = make_pool({.writers = 2, .wait_limit = 250ms});
  ConnectionPool::Slot* one = &pool.lend(Access::write);
  ConnectionPool::Slot* two = &pool.lend(Access::write);
  {
    const FiberHook::As as(ada);
    EXPECT_EQ(refusal<ConnectionError>(),
              "no connection to write became free within 250 ms: all 2 are lent; make the pool "
              "larger or the units of work shorter");
  }
  pool.give_back(*one);
  pool.give_back(*two);
  // Nobody is in front of the next one, who need not wait.
  hook->on_wait = [] { ADD_FAILURE() << "waited although two are free"; };
  const Loan loan = lend();
}

TEST_F(ConnectionPoolTest, ends_a_wait_by_the_clock_of_the_thread) {
  ConnectionPool& pool = make_pool({.writers = 1, .wait_limit = 2ms});
  ConnectionPool::Slot* mine = &pool.lend(Access::write);
  std::thread([&] {
    const auto start = std::chrono::steady_clock::now();
    EXPECT_THAT(refusal<ConnectionError>(), HasSubstr("within 2 ms"));
    EXPECT_GE(std::chrono::steady_clock::now() - start, 2ms);
  }).join();
  pool.give_back(*mine);
}

TEST_F(ConnectionPoolTest, takes_a_connection_that_came_at_the_last_moment) {
  const InstalledFiberHook hook;
  hook->expires = true;
  const Fiber ada{"ada"};
  ConnectionPool& pool = make_pool({.writers = 1, .wait_limit = 1ms});
  ConnectionPool::Slot* mine = &pool.lend(Access::write);
  hook->on_wait = [&] { pool.give_back(*mine); };
  const FiberHook::As as(ada);
  const Loan loan = lend();
  EXPECT_EQ(server.opened, 1);
}

TEST_F(ConnectionPoolTest, goes_on_where_a_wait_ends_by_an_exception) {
  const InstalledFiberHook hook;
  const Fiber ada{"ada"};
  ConnectionPool& pool = make_pool({.writers = 1});
  ConnectionPool::Slot* mine = &pool.lend(Access::write);
  hook->on_wait = [] { throw std::runtime_error("the fiber ends"); };
  {
    const FiberHook::As as(ada);
    EXPECT_THROW(lend(), std::runtime_error);
  }
  pool.give_back(*mine);
  hook->on_wait = {};
  const Loan loan = lend();
}

TEST_F(ConnectionPoolTest, keeps_threads_apart) {
  ConnectionPool& pool = make_pool({.writers = 3, .readers = 2});
  constexpr int thread_count = 8;
  constexpr int rounds = 2000;
  std::atomic<int> uses = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < thread_count; ++i) {
    threads.emplace_back([&, i] {
      for (int round = 0; round < rounds; ++round) {
        const Loan loan(pool, (i + round) % 3 == 0 ? Access::read : Access::write);
        loan->run("");  // not atomic: ThreadSanitizer sees where two have one connection
        ++uses;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(uses, thread_count * rounds);
  EXPECT_LE(server.opened, 5);
  int counted = 0;
  std::vector<Loan> all;
  for (int i = 0; i < 3; ++i) all.push_back(lend(Access::write));
  for (int i = 0; i < 2; ++i) all.push_back(lend(Access::read));
  for (const Loan& loan : all) counted += loan->uses;
  EXPECT_EQ(counted, thread_count * rounds);
}

// Health --------------------------------------------------------------------------------------------------------------

TEST_F(ConnectionPoolTest, asks_no_connection_for_its_health_before_it_was_idle_for_long) {
  make_pool({.writers = 1, .check_after = 1h});
  { const Loan one = lend(); }
  { const Loan two = lend(); }
  EXPECT_EQ(server.checks, 0);
}

TEST_F(ConnectionPoolTest, asks_a_connection_for_its_health_after_it_was_idle) {
  make_pool({.writers = 1, .check_after = 1ms});
  { const Loan one = lend(); }
  pass(2ms);
  { const Loan two = lend(); }
  EXPECT_EQ(server.checks, 1);
  EXPECT_EQ(server.opened, 1);
}

TEST_F(ConnectionPoolTest, opens_anew_what_does_not_answer) {
  make_pool({.writers = 1, .check_after = 1ms});
  { const Loan one = lend(); }
  server.restart();
  pass(2ms);
  const Loan two = lend();
  EXPECT_EQ(two->number, 1);
  EXPECT_EQ(server.closed, 1);
}

TEST_F(ConnectionPoolTest, opens_anew_what_is_too_old) {
  make_pool({.writers = 1, .maximum_age = 1ms});
  { const Loan one = lend(); }
  pass(2ms);
  const Loan two = lend();
  EXPECT_EQ(two->number, 1);
  EXPECT_EQ(server.closed, 1);
  EXPECT_EQ(server.checks, 0);
}

TEST_F(ConnectionPoolTest, keeps_what_is_not_too_old) {
  make_pool({.writers = 1, .maximum_age = 1h});
  { const Loan one = lend(); }
  { const Loan two = lend(); }
  EXPECT_EQ(server.opened, 1);
}

TEST_F(ConnectionPoolTest, loses_one_unit_of_work_to_a_restart_and_no_more) {
  make_pool({.writers = 3});
  {
    const Loan one = lend();
    const Loan two = lend();
    const Loan three = lend();
  }
  server.restart();
  {
    const Loan broken = lend();
    EXPECT_THROW(broken->run("select 1"), ConnectionError);
  }
  // None of the three is lent again; two of them are asked first.
  const Loan one = lend();
  const Loan two = lend();
  const Loan three = lend();
  for (const Loan* loan : {&one, &two, &three}) EXPECT_NO_THROW((*loan)->run("select 1"));
  EXPECT_EQ(server.checks, 2);
  EXPECT_EQ(server.opened, 6);
}

TEST_F(ConnectionPoolTest, asks_all_others_where_one_did_not_answer) {
  make_pool({.writers = 2, .check_after = 20ms});
  Loan idle = lend();
  {
    const Loan used_lately = lend();
    idle.give_back();
    pass(21ms);
  }
  server.restart();
  const Loan one = lend();
  const Loan two = lend();
  EXPECT_THAT((std::vector{one->number, two->number}), ElementsAre(2, 3));
  EXPECT_EQ(server.checks, 2);
}

TEST_F(ConnectionPoolTest, trusts_again_what_was_asked_after_a_failure) {
  make_pool({.writers = 2});
  {
    const Loan one = lend();
    const Loan two = lend();
    one->is_broken = true;
  }
  for (int round = 0; round < 3; ++round) {
    const Loan one = lend();
    const Loan two = lend();
    EXPECT_THAT((std::vector{one->number, two->number}), UnorderedElementsAre(1, 2));
  }
  EXPECT_EQ(server.checks, 1);
}

// Closing -------------------------------------------------------------------------------------------------------------

TEST_F(ConnectionPoolTest, closes_what_is_idle_at_once_and_what_is_lent_when_it_comes_back) {
  ConnectionPool& pool = make_pool({.writers = 2, .readers = 1});
  Loan lent = lend();
  { const Loan idle = lend(); }
  { const Loan idle = lend(Access::read); }
  pool.close();
  EXPECT_EQ(server.closed, 2);
  lent->run("select 1");
  lent.give_back();
  EXPECT_EQ(server.closed, 3);
  EXPECT_THAT(refusal<ConnectionError>(), HasSubstr("was closed by Orm::close()"));
  EXPECT_THAT(refusal<ConnectionError>(Access::read), HasSubstr("make a new driver"));
  EXPECT_EQ(server.opened, 3);
}

TEST_F(ConnectionPoolTest, closes_under_those_who_wait) {
  const InstalledFiberHook hook;
  ConnectionPool& pool = make_pool({.writers = 1});
  Loan lent = lend();
  std::vector<std::thread> threads;
  for (int i = 0; i < 2; ++i) {
    threads.emplace_back([&] { EXPECT_THAT(refusal<ConnectionError>(), HasSubstr("was closed")); });
  }
  hook->await_waiting(2);
  pool.close();
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(server.closed, 0);
}

}  // namespace
}  // namespace rowan::sql
