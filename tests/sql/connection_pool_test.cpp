// ConnectionPool: who gets which connection, who waits, and who would wait for itself.

#include <rowan/sql/connection_pool.hpp>

#include <rowan/base/error.hpp>

#include "sql/fake_connection.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace rowan::sql {
namespace {

using backend::Access;

class Pool : public testing::Test {
 protected:
  ConnectionPool::Connect connect() {
    return [this](Access access, std::size_t) -> std::unique_ptr<SqlConnection> {
      if (fails) throw ConnectionError({.message = "no server"});
      ++(access == Access::read ? readers : writers);
      return std::make_unique<test::FakeConnection>(state);
    };
  }
  test::FakeConnection::State state;
  std::atomic<int> readers = 0;
  std::atomic<int> writers = 0;
  bool fails = false;
};

TEST_F(Pool, opens_nothing_before_it_is_asked_and_keeps_what_it_opened) {
  ConnectionPool pool(connect(), {.writers = 1, .readers = 2});
  EXPECT_EQ(readers + writers, 0);
  for (int i = 0; i < 3; ++i) {
    pool.give_back(pool.lend(Access::write));
    pool.give_back(pool.lend(Access::read));
  }
  EXPECT_EQ(writers, 1);
  EXPECT_EQ(readers, 1);
}

TEST_F(Pool, lends_readers_beside_the_writer) {
  ConnectionPool pool(connect(), {.writers = 1, .readers = 2});
  auto& writer = pool.lend(Access::write);
  auto& first = pool.lend(Access::read);
  auto& second = pool.lend(Access::read);
  EXPECT_NE(&first, &second);
  EXPECT_THROW((void)pool.lend(Access::read), ValidationError);
  EXPECT_THROW((void)pool.lend(Access::write), ValidationError);
  for (auto* each : {&writer, &first, &second}) pool.give_back(*each);
}

TEST_F(Pool, lets_another_thread_wait_until_one_comes_back) {
  ConnectionPool pool(connect(), {.writers = 1, .readers = 0});
  auto& held = pool.lend(Access::write);
  std::atomic<bool> has_it = false;
  std::thread waits([&] {
    auto& slot = pool.lend(Access::read);
    has_it = true;
    pool.give_back(slot);
  });
  EXPECT_FALSE(has_it);
  pool.give_back(held);
  waits.join();
  EXPECT_TRUE(has_it);
  EXPECT_EQ(writers + readers, 1);
}

TEST_F(Pool, tries_again_after_a_connection_could_not_be_opened) {
  ConnectionPool pool(connect(), {.writers = 1, .readers = 0});
  fails = true;
  EXPECT_THROW((void)pool.lend(Access::write), ConnectionError);
  EXPECT_THROW((void)pool.lend(Access::write), ConnectionError);
  fails = false;
  pool.give_back(pool.lend(Access::write));
  EXPECT_EQ(writers, 1);
}

TEST_F(Pool, replaces_a_connection_that_is_of_no_more_use) {
  ConnectionPool pool(connect(), {.writers = 1, .readers = 0});
  auto& slot = pool.lend(Access::write);
  state.is_usable = false;
  pool.give_back(slot);
  state.is_usable = true;
  pool.give_back(pool.lend(Access::write));
  EXPECT_EQ(writers, 2);
}

TEST_F(Pool, once_closed_lends_nothing_and_closes_what_comes_back) {
  ConnectionPool pool(connect(), {.writers = 1, .readers = 1});
  auto& held = pool.lend(Access::write);
  pool.close();
  EXPECT_THROW((void)pool.lend(Access::read), ConnectionError);
  EXPECT_NE(held.connection, nullptr);
  pool.give_back(held);
  EXPECT_EQ(held.connection, nullptr);
  EXPECT_THROW((void)pool.lend(Access::write), ConnectionError);
  pool.close();
}

}  // namespace
}  // namespace rowan::sql
