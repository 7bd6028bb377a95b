// The hook that blocks the thread, and the place of the one that does not.

#include <rowan/base/wait_hook.hpp>

#include <poll.h>

#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

namespace rowan {
namespace {

const void* this_thread() noexcept {
  static thread_local const char mark = 0;
  return &mark;
}

class ThreadWaiter final : public WaitHook::Waiter {
 public:
  bool wait(WaitHook::Timeout timeout) override {
    std::unique_lock lock(mutex_);
    const auto is_notified = [&] { return is_notified_; };
    if (timeout) {
      if (!notified_.wait_for(lock, *timeout, is_notified)) return false;
    } else {
      notified_.wait(lock, is_notified);
    }
    is_notified_ = false;
    return true;
  }
  void notify() noexcept override {
    const std::lock_guard lock(mutex_);
    is_notified_ = true;
    notified_.notify_one();
  }

 private:
  std::mutex mutex_;
  std::condition_variable notified_;
  bool is_notified_ = false;
};

class ThreadWaitHook final : public WaitHook {
 public:
  bool wait_socket(int socket, SocketEvent events, Timeout timeout) override {
    using Clock = std::chrono::steady_clock;
    const auto deadline = Clock::now() + timeout.value_or(std::chrono::milliseconds(0));
    pollfd polled{};
    polled.fd = socket;
    const auto wanted = static_cast<unsigned>(events);
    if ((wanted & 1u) != 0) polled.events |= POLLIN;
    if ((wanted & 2u) != 0) polled.events |= POLLOUT;
    for (;;) {
      int limit = -1;
      if (timeout) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
        limit = left.count() > 0 ? static_cast<int>(left.count()) : 0;
      }
      const int ready = ::poll(&polled, 1, limit);
      // What is wrong with the socket the client library finds out.
      if (ready > 0 || (ready < 0 && errno != EINTR)) return true;
      if (ready == 0) return false;
    }
  }
  std::unique_ptr<Waiter> make_waiter() override { return std::make_unique<ThreadWaiter>(); }
  void sleep(std::chrono::milliseconds duration) override { std::this_thread::sleep_for(duration); }
  const void* current() noexcept override { return this_thread(); }
};

ThreadWaitHook& thread_hook() noexcept {
  static ThreadWaitHook hook;
  return hook;
}

std::shared_ptr<WaitHook>& owner() noexcept {
  static std::shared_ptr<WaitHook> kept;
  return kept;
}

std::atomic<WaitHook*> installed{nullptr};

}  // namespace

void set_wait_hook(std::shared_ptr<WaitHook> hook) noexcept {
  installed.store(hook.get(), std::memory_order_release);
  owner() = std::move(hook);
}

WaitHook& wait_hook() noexcept {
  WaitHook* hook = installed.load(std::memory_order_acquire);
  return hook != nullptr ? *hook : thread_hook();
}

bool base::has_wait_hook() noexcept { return installed.load(std::memory_order_acquire) != nullptr; }

const void* base::current_strand() noexcept {
  WaitHook* hook = installed.load(std::memory_order_acquire);
  return hook != nullptr ? hook->current() : this_thread();
}

}  // namespace rowan
