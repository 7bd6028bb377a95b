// Fibers on one thread over Boost.Asio, and the hook through which Rowan suspends them.

#pragma once

#include <rowan/base/wait_hook.hpp>
#include <rowan/rowan.hpp>

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>

namespace fibers {

// [hook]
/// Runs fibers, and is the hook that suspends one where a thread would block.
///
/// Thread safety: the thread that calls run() has all fibers; other threads may only end their waits.
class FiberLoop final : public rowan::WaitHook {
 public:
  FiberLoop();

  /// Starts `body` on a stack of its own at the next turn of the loop.
  void spawn(std::function<void()> body);
  /// Runs until every fiber has ended, then throws what the first of those that failed threw.
  void run();
  /// Returns how often a fiber was suspended.
  [[nodiscard]] std::uint64_t suspensions() const noexcept { return suspensions_; }

  bool wait_socket(int socket, rowan::SocketEvent events, Timeout timeout) override;
  std::unique_ptr<Waiter> make_waiter() override;
  void sleep(std::chrono::milliseconds duration) override;
  const void* current() noexcept override;

  /// Returns where the running fiber, or the thread outside of fibers, keeps its request.
  static rowan::orm::ContextFrame*& request_of_running_fiber();

 private:
  class FiberWaiter;
  template <class Start>
  void suspend(Start start);

  boost::asio::io_context loop_{1};
  rowan::WaitHook& of_thread_;  ///< for whoever runs outside of fibers
  std::exception_ptr failure_;
  std::uint64_t suspensions_ = 0;
};
// [/hook]

}  // namespace fibers
