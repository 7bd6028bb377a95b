// A lock and a call that fibers wait for through the hook.

#include <rowan/base/strand.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <vector>

namespace rowan::base {
namespace {

/// Counts who waits, and lets the thread wait for it.
class CountingHook final : public WaitHook {
 public:
  class CountingWaiter final : public Waiter {
   public:
    CountingWaiter(std::unique_ptr<Waiter> of_thread, std::atomic<int>& waits)
        : of_thread_(std::move(of_thread)), waits_(waits) {}
    bool wait(Timeout timeout) override {
      ++waits_;
      return of_thread_->wait(timeout);
    }
    void notify() noexcept override { of_thread_->notify(); }

   private:
    std::unique_ptr<Waiter> of_thread_;
    std::atomic<int>& waits_;
  };

  bool wait_socket(int socket, SocketEvent events, Timeout timeout) override {
    return of_thread_.wait_socket(socket, events, timeout);
  }
  std::unique_ptr<Waiter> make_waiter() override {
    return std::make_unique<CountingWaiter>(of_thread_.make_waiter(), waits);
  }
  void sleep(std::chrono::milliseconds duration) override { of_thread_.sleep(duration); }
  const void* current() noexcept override { return of_thread_.current(); }

  std::atomic<int> waits = 0;

 private:
  WaitHook& of_thread_ = wait_hook();
};

struct InstalledHook {
  explicit InstalledHook(std::shared_ptr<WaitHook> hook) { set_wait_hook(std::move(hook)); }
  ~InstalledHook() { set_wait_hook(nullptr); }
};

TEST(StrandMutex, lets_one_in_at_a_time) {
  StrandMutex mutex;
  int sum = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int turn = 0; turn < 1000; ++turn) {
        const std::lock_guard lock(mutex);
        ++sum;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(sum, 4000);
}

TEST(StrandMutex, waits_through_the_hook) {
  const auto hook = std::make_shared<CountingHook>();
  const InstalledHook installed(hook);
  StrandMutex mutex;
  mutex.lock();
  std::thread other([&] { const std::lock_guard lock(mutex); });
  while (hook->waits.load() == 0) std::this_thread::yield();
  mutex.unlock();
  other.join();
  EXPECT_EQ(hook->waits.load(), 1);
}

TEST(RunAside, runs_here_where_no_hook_is_installed) {
  std::thread::id at;
  run_aside([&] { at = std::this_thread::get_id(); });
  EXPECT_EQ(at, std::this_thread::get_id());
}

TEST(RunAside, runs_on_another_thread_while_the_hook_waits) {
  const auto hook = std::make_shared<CountingHook>();
  const InstalledHook installed(hook);
  std::thread::id at = std::this_thread::get_id();
  run_aside([&] {
    while (hook->waits.load() == 0) std::this_thread::yield();
    at = std::this_thread::get_id();
  });
  EXPECT_NE(at, std::this_thread::get_id());
}

TEST(RunAside, passes_errors_on) {
  const InstalledHook installed(std::make_shared<CountingHook>());
  EXPECT_THROW(run_aside([] { throw std::runtime_error("from aside"); }), std::runtime_error);
}

}  // namespace
}  // namespace rowan::base
