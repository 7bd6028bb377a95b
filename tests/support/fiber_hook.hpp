// A wait hook whose fibers are mere names, and which tells a test who waits.

#pragma once

#include <rowan/base/wait_hook.hpp>

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace rowan::test {

/// Stands for a fiber: its address is the fiber's identity.
struct Fiber {
  const char* name;
};

/// Waits as a thread does, but tells how many wait, and runs fibers that are only named.
///
/// Thread safety: any thread; `on_wait`, `on_sleep` and `expires` are set before anyone waits.
class FiberHook final : public WaitHook {
 public:
  /// Makes the calling thread run as `fiber` for as long as it lives.
  class As final {
   public:
    explicit As(const Fiber& fiber) : outer_(std::exchange(running(), &fiber)) {}
    As(const As&) = delete;
    As& operator=(const As&) = delete;
    ~As() { running() = outer_; }

   private:
    const Fiber* outer_;
  };

  bool wait_socket(int, SocketEvent, Timeout) override { return true; }
  std::unique_ptr<Waiter> make_waiter() override { return std::make_unique<CountedWaiter>(*this); }
  void sleep(std::chrono::milliseconds duration) override {
    {
      const std::lock_guard lock(mutex_);
      sleeps_.push_back(duration);
    }
    if (on_sleep) on_sleep();
  }
  const void* current() noexcept override {
    static thread_local const char thread = 0;
    const Fiber* fiber = running();
    return fiber != nullptr ? static_cast<const void*>(fiber) : &thread;
  }

  /// Blocks until `count` threads wait.
  void await_waiting(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return waiting_ == count; });
  }
  /// Returns how long everyone slept, and forgets it.
  std::vector<std::chrono::milliseconds> take_sleeps() {
    const std::lock_guard lock(mutex_);
    return std::exchange(sleeps_, {});
  }

  /// What the other fibers do while one waits; without it the thread blocks.
  std::function<void()> on_wait{};
  /// The same while one sleeps, which nobody does for real.
  std::function<void()> on_sleep{};
  /// Every wait with a limit runs into it at once.
  bool expires = false;

 private:
  class CountedWaiter final : public Waiter {
   public:
    explicit CountedWaiter(FiberHook& hook) : hook_(hook) {}
    bool wait(Timeout timeout) override {
      if (hook_.on_wait) hook_.on_wait();
      std::unique_lock lock(hook_.mutex_);
      if (hook_.expires && timeout) return std::exchange(is_notified_, false);
      ++hook_.waiting_;
      hook_.changed_.notify_all();
      hook_.changed_.wait(lock, [&] { return is_notified_; });
      --hook_.waiting_;
      hook_.changed_.notify_all();
      is_notified_ = false;
      return true;
    }
    void notify() noexcept override {
      const std::lock_guard lock(hook_.mutex_);
      is_notified_ = true;
      hook_.changed_.notify_all();
    }

   private:
    FiberHook& hook_;
    bool is_notified_ = false;
  };

  static const Fiber*& running() {
    static thread_local const Fiber* fiber = nullptr;
    return fiber;
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t waiting_ = 0;
  std::vector<std::chrono::milliseconds> sleeps_;
};

/// Installs a hook for one test.
class InstalledFiberHook final {
 public:
  InstalledFiberHook() { set_wait_hook(hook_); }
  InstalledFiberHook(const InstalledFiberHook&) = delete;
  InstalledFiberHook& operator=(const InstalledFiberHook&) = delete;
  ~InstalledFiberHook() { set_wait_hook(nullptr); }
  FiberHook* operator->() const noexcept { return hook_.get(); }

 private:
  std::shared_ptr<FiberHook> hook_ = std::make_shared<FiberHook>();
};

}  // namespace rowan::test
