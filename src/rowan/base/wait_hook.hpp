// What waits for sockets and for connections: the thread, or the fiber that an event loop runs.

#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>

namespace rowan {

/// What a socket is waited for.
enum class SocketEvent : std::uint8_t { readable = 1, writable = 2, either = 3 };

/// Waits in place of the thread.
///
/// No driver of a database with a server blocks on a socket without asking the hook first, and no pool makes anyone
/// wait without it. So a hook that suspends the running fiber lets one thread serve many units of work, in the same
/// code that otherwise blocks. The hook must be there before the first connection is opened and outlive the last one.
///
/// Transactions are rolled back, and attempts repeated, while an exception is handled or passes: a hook that changes
/// stacks keeps for each fiber what the C++ runtime keeps for each thread (`__cxa_get_globals()` of the Itanium ABI).
/// Its members do not throw, but for lack of memory: connections are also given back by destructors.
/// Thread safety: called from every thread that uses a database.
class WaitHook {
 public:
  using Timeout = std::optional<std::chrono::milliseconds>;  ///< nothing: no limit

  /// A place where one fiber or thread waits until another notifies it. A notification is kept for the next wait().
  class Waiter {
   public:
    virtual ~Waiter() = default;
    /// Returns true once notified, false when `timeout` has passed before.
    virtual bool wait(Timeout timeout) = 0;
    /// Ends a wait, from any thread or fiber.
    virtual void notify() noexcept = 0;
  };

  virtual ~WaitHook() = default;
  /// Returns true once the socket is ready for one of `events`, or has failed; false when `timeout` has passed before.
  virtual bool wait_socket(int socket, SocketEvent events, Timeout timeout) = 0;
  [[nodiscard]] virtual std::unique_ptr<Waiter> make_waiter() = 0;
  /// Sleeps, or suspends the running fiber.
  virtual void sleep(std::chrono::milliseconds duration) = 0;
  /// Returns an address that stands for the running fiber, or the thread where none runs. Not null.
  [[nodiscard]] virtual const void* current() noexcept = 0;
};

/// Installs the hook of the process; null brings back the one that blocks the thread.
/// Thread safety: call it before the first connection is opened.
void set_wait_hook(std::shared_ptr<WaitHook> hook) noexcept;

/// Returns the hook that is installed, or the one that blocks the thread.
[[nodiscard]] WaitHook& wait_hook() noexcept;

namespace base {

/// Tells whether a hook is installed: if not, drivers may block the thread by themselves, which costs less.
[[nodiscard]] bool has_wait_hook() noexcept;

/// Returns what stands for the running fiber or thread. Cost: the address of a thread-local where no hook is installed.
[[nodiscard]] const void* current_strand() noexcept;

}  // namespace base
}  // namespace rowan
