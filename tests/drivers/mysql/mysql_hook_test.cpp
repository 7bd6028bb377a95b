// With a wait hook installed, nothing waits for the server but the hook.

#include "mysql_server.hpp"

#include <rowan/base/wait_hook.hpp>

#include <poll.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

namespace hooks {

struct Thing {
  std::int64_t id{};
  std::string name;
};

}  // namespace hooks

template <>
inline constexpr auto rowan::mapping<hooks::Thing> = rowan::entity<hooks::Thing>(
    rowan::primary_key<&hooks::Thing::id>, rowan::property<&hooks::Thing::name>.text());

namespace rowan::test {
namespace {

using hooks::Thing;
using MysqlHook = ConformanceOf<Thing>;

/// Waits by poll(), and counts.
class CountingHook final : public WaitHook {
 public:
  bool wait_socket(int socket, SocketEvent events, Timeout timeout) override {
    ++waits;
    pollfd polled{};
    polled.fd = socket;
    if ((static_cast<unsigned>(events) & 1u) != 0) polled.events |= POLLIN;
    if ((static_cast<unsigned>(events) & 2u) != 0) polled.events |= POLLOUT;
    return ::poll(&polled, 1, timeout ? static_cast<int>(timeout->count()) : -1) > 0;
  }
  std::unique_ptr<Waiter> make_waiter() override { return of_thread_.make_waiter(); }
  void sleep(std::chrono::milliseconds duration) override { std::this_thread::sleep_for(duration); }
  const void* current() noexcept override { return this; }

  std::atomic<int> waits = 0;

 private:
  WaitHook& of_thread_ = wait_hook();
};

/// Installs a hook as long as it lives.
struct InstalledHook {
  explicit InstalledHook(std::shared_ptr<WaitHook> hook) { set_wait_hook(std::move(hook)); }
  ~InstalledHook() { set_wait_hook(nullptr); }
};

TEST_F(MysqlHook, is_asked_for_every_wait) {
  const auto hook = std::make_shared<CountingHook>();
  const InstalledHook installed(hook);
  Orm other = make_orm<Thing>("pool-size=1");
  auto em = other.em().fork();
  em.execute("do 1");
  // An answer that is there already needs no wait, so each of these takes its time.
  constexpr int slow_statements = 5;
  const int before = hook->waits.load();
  for (int i = 0; i < slow_statements; ++i) em.execute("do sleep(0.03)");
  EXPECT_GE(hook->waits.load(), before + slow_statements);
  for (int i = 0; i < 30; ++i) em.create<Thing>({.name = std::string(10'000, 'x')});
  em.flush();
  auto reader = other.em().fork();
  EXPECT_EQ(reader.find<Thing>({}).size(), 30u);
  EXPECT_THROW(reader.execute("selekt"), SyntaxError);
  EXPECT_EQ(reader.count<Thing>(), 30u);
}

TEST_F(MysqlHook, timeouts_still_hold) {
  const auto hook = std::make_shared<CountingHook>();
  const InstalledHook installed(hook);
  Orm other = make_orm<Thing>("pool-size=1&read-timeout=1000");
  auto em = other.em().fork();
  EXPECT_THROW(em.execute("select sleep(20)"), ConnectionError);
  EXPECT_EQ(em.count<Thing>(), 0u);
}

}  // namespace
}  // namespace rowan::test
