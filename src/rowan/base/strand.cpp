// Waits of fibers that no socket ends.

#include <rowan/base/strand.hpp>

#include <atomic>
#include <exception>
#include <memory>
#include <system_error>
#include <thread>

namespace rowan::base {

void StrandMutex::lock() {
  std::unique_lock guard(guard_);
  while (is_locked_) {
    const std::unique_ptr<WaitHook::Waiter> waiter = wait_hook().make_waiter();
    waiting_.push_back(waiter.get());
    guard.unlock();
    waiter->wait({});
    guard.lock();
  }
  is_locked_ = true;
}

void StrandMutex::unlock() noexcept {
  // The waiter lives until its owner has the guard again.
  const std::lock_guard guard(guard_);
  is_locked_ = false;
  if (waiting_.empty()) return;
  waiting_.front()->notify();
  waiting_.pop_front();
}

void run_aside(const std::function<void()>& work) {
  if (!has_wait_hook()) return work();
  const std::unique_ptr<WaitHook::Waiter> waiter = wait_hook().make_waiter();
  std::exception_ptr failure;
  std::atomic<bool> is_done = false;
  std::thread thread;
  try {
    thread = std::thread([&] {
      try {
        work();
      } catch (...) {
        failure = std::current_exception();
      }
      is_done.store(true);
      waiter->notify();
    });
  } catch (const std::system_error&) {
    // No thread is to be had: better to block than to fail.
    return work();
  }
  while (!is_done.load()) waiter->wait({});
  thread.join();
  if (failure != nullptr) std::rethrow_exception(failure);
}

}  // namespace rowan::base
