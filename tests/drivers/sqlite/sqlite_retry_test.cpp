// Two programs over one SQLite file: who does not get the lock in time tries again.

#include <rowan/base/error.hpp>
#include <rowan/drivers.hpp>

#include "support/fiber_hook.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <string>

namespace sqlite_retries {

struct Counter {
  std::int64_t id{};
  std::int64_t value = 0;
};

}  // namespace sqlite_retries

template <>
inline constexpr auto rowan::mapping<sqlite_retries::Counter> =
    rowan::entity<sqlite_retries::Counter>(rowan::primary_key<&sqlite_retries::Counter::id>,
                                           rowan::property<&sqlite_retries::Counter::value>);

namespace rowan {
namespace {

using sqlite_retries::Counter;
using ::testing::SizeIs;

/// A file that was not there before, and two that open it as two programs would.
class SqliteRetry : public ::testing::Test {
 protected:
  SqliteRetry() {
    one.schema().create();
    auto em = one.em().fork();
    const Counter& counter = em.create<Counter>({.value = 1});
    em.flush();
    id = counter.id;
  }

 private:
  static std::string fresh_url() {
    const std::string path = ::testing::TempDir() + "rowan_retry_" +
                             ::testing::UnitTest::GetInstance()->current_test_info()->name();
    for (const char* end : {"", "-wal", "-shm"}) std::filesystem::remove(path + end);
    return "sqlite:" + path + "?busy_timeout=1";
  }
  std::string url_ = fresh_url();

 protected:
  Orm one{{.driver = driver_from_url(url_), .entities = entities<Counter>()}};
  Orm other{{.driver = driver_from_url(url_), .entities = entities<Counter>()}};
  std::int64_t id = 0;
};

TEST_F(SqliteRetry, gives_up_after_the_last_attempt) {
  const test::InstalledFiberHook hook;
  auto holder = other.em().fork();
  holder.begin();
  holder.find_one_or_fail<Counter>(id).value = 10;
  holder.flush();

  auto em = one.em().fork();
  int attempts = 0;
  EXPECT_THROW(em.transactional(
                   [&](EntityManager& tx) {
                     ++attempts;
                     ++tx.find_one_or_fail<Counter>(id).value;
                   },
                   {.retries = 2}),
               LockWaitTimeoutError);
  EXPECT_EQ(attempts, 0) << "the lock is taken when a transaction begins";
  EXPECT_THAT(hook->take_sleeps(), SizeIs(2));
  holder.rollback();
}

TEST_F(SqliteRetry, succeeds_once_the_other_has_ended) {
  const test::InstalledFiberHook hook;
  auto holder = other.em().fork();
  holder.begin();
  holder.find_one_or_fail<Counter>(id).value = 10;
  holder.flush();
  hook->on_sleep = [&] {
    if (holder.is_in_transaction()) holder.commit();
  };

  auto em = one.em().fork();
  const std::int64_t seen = em.transactional(
      [&](EntityManager& tx) { return ++tx.find_one_or_fail<Counter>(id).value; }, {.retries = 2});
  EXPECT_EQ(seen, 11) << "the attempt that succeeded saw what the other had committed";
  EXPECT_THAT(hook->take_sleeps(), SizeIs(1));
  auto reader = other.em().fork();
  EXPECT_EQ(reader.find_one_or_fail<Counter>(id).value, 11);
}

}  // namespace
}  // namespace rowan
