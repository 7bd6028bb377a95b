// The wait hook: the one that blocks the thread, and the place of another.

#include <rowan/base/wait_hook.hpp>

#include "support/fiber_hook.hpp"

#include <gtest/gtest.h>

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <memory>
#include <thread>

namespace rowan {
namespace {

using namespace std::chrono_literals;
using test::Fiber;
using test::FiberHook;

/// Two sockets that are connected with each other.
class SocketPair {
 public:
  SocketPair() { EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends_.data()), 0); }
  SocketPair(const SocketPair&) = delete;
  SocketPair& operator=(const SocketPair&) = delete;
  ~SocketPair() {
    ::close(ends_[0]);
    close_other();
  }
  [[nodiscard]] int one() const { return ends_[0]; }
  void write_to_one() { EXPECT_EQ(::write(ends_[1], "x", 1), 1); }
  void close_other() {
    if (ends_[1] >= 0) ::close(ends_[1]);
    ends_[1] = -1;
  }

 private:
  std::array<int, 2> ends_{};
};

TEST(WaitHook, finds_a_socket_ready_to_write_and_not_to_read) {
  SocketPair pair;
  EXPECT_TRUE(wait_hook().wait_socket(pair.one(), SocketEvent::writable, {}));
  EXPECT_TRUE(wait_hook().wait_socket(pair.one(), SocketEvent::either, {}));
  EXPECT_FALSE(wait_hook().wait_socket(pair.one(), SocketEvent::readable, 1ms));
}

TEST(WaitHook, waits_for_a_socket_no_shorter_than_it_was_told) {
  SocketPair pair;
  const auto start = std::chrono::steady_clock::now();
  EXPECT_FALSE(wait_hook().wait_socket(pair.one(), SocketEvent::readable, 5ms));
  EXPECT_GE(std::chrono::steady_clock::now() - start, 5ms);
}

TEST(WaitHook, wakes_when_the_socket_has_something_to_read) {
  SocketPair pair;
  std::thread writer([&] { pair.write_to_one(); });
  EXPECT_TRUE(wait_hook().wait_socket(pair.one(), SocketEvent::readable, {}));
  writer.join();
}

TEST(WaitHook, counts_a_socket_whose_other_end_is_gone_as_ready) {
  SocketPair pair;
  pair.close_other();
  EXPECT_TRUE(wait_hook().wait_socket(pair.one(), SocketEvent::readable, {}));
}

TEST(WaitHook, counts_a_socket_that_is_none_as_ready) {
  EXPECT_TRUE(wait_hook().wait_socket(1 << 20, SocketEvent::readable, {}));
}

TEST(WaitHook, keeps_a_notification_for_the_next_wait_and_only_for_that) {
  const auto waiter = wait_hook().make_waiter();
  waiter->notify();
  waiter->notify();
  EXPECT_TRUE(waiter->wait({}));
  EXPECT_FALSE(waiter->wait(1ms));
}

TEST(WaitHook, ends_a_wait_from_another_thread) {
  const auto waiter = wait_hook().make_waiter();
  std::thread other([&] { waiter->notify(); });
  EXPECT_TRUE(waiter->wait({}));
  other.join();
}

TEST(WaitHook, sleeps_no_shorter_than_it_was_told) {
  const auto start = std::chrono::steady_clock::now();
  wait_hook().sleep(3ms);
  EXPECT_GE(std::chrono::steady_clock::now() - start, 3ms);
}

TEST(WaitHook, tells_threads_apart) {
  const void* mine = wait_hook().current();
  const void* other = nullptr;
  std::thread([&] { other = wait_hook().current(); }).join();
  EXPECT_NE(mine, nullptr);
  EXPECT_NE(other, nullptr);
  EXPECT_EQ(wait_hook().current(), mine);
  EXPECT_EQ(base::current_strand(), mine);
}

TEST(WaitHook, is_the_installed_one_until_null_brings_back_that_of_the_thread) {
  WaitHook* of_thread = &wait_hook();
  const void* thread = base::current_strand();
  const auto hook = std::make_shared<FiberHook>();
  set_wait_hook(hook);
  EXPECT_EQ(&wait_hook(), hook.get());

  const Fiber one{"one"};
  {
    const FiberHook::As as(one);
    EXPECT_EQ(base::current_strand(), &one);
  }
  EXPECT_NE(base::current_strand(), &one);

  set_wait_hook(nullptr);
  EXPECT_EQ(hook.use_count(), 1);
  EXPECT_EQ(&wait_hook(), of_thread);
  EXPECT_EQ(base::current_strand(), thread);
}

}  // namespace
}  // namespace rowan
