// What fibers and threads wait for alike, besides sockets: a lock, and calls of libraries that know only threads.

#pragma once

#include <rowan/base/wait_hook.hpp>

#include <deque>
#include <functional>
#include <mutex>

namespace rowan::base {

/// A lock that is waited for through the wait hook: a fiber may hold it while another one of its thread asks for it.
///
/// Errors of lock(): std::bad_alloc, where it has to wait. Thread safety: any thread or fiber.
class StrandMutex final {
 public:
  StrandMutex() = default;
  StrandMutex(const StrandMutex&) = delete;
  StrandMutex& operator=(const StrandMutex&) = delete;

  void lock();
  void unlock() noexcept;

 private:
  std::mutex guard_;  ///< never held while anyone waits
  bool is_locked_ = false;
  std::deque<WaitHook::Waiter*> waiting_;
};

/// Runs `work`, which may block its thread: where a hook is installed, on a thread of its own while the hook waits.
///
/// `work` must not ask the hook for anything. Errors: what `work` throws. Cost: a thread, where a hook is installed.
void run_aside(const std::function<void()>& work);

}  // namespace rowan::base
