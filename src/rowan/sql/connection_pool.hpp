// Lends connections to units of work, and finds out where a thread or fiber would wait for itself.

#pragma once

#include <rowan/backend/driver.hpp>
#include <rowan/base/wait_hook.hpp>
#include <rowan/sql/prepared_connection.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

namespace rowan::sql {

struct PoolOptions {
  std::size_t writers = 1;
  std::size_t readers = 0;  ///< 0: who reads takes a writing connection too
  bool readers_take_transactions =
      true;  ///< false: a reading transaction takes a writing connection
  bool readers_in_turn =
      false;  ///< reads go round, since each connection may lead to another server
  std::chrono::milliseconds wait_limit{0};   ///< for a connection, where all are lent; 0: none
  std::chrono::milliseconds check_after{0};  ///< idle so long, the server is asked first; 0: never
  std::chrono::milliseconds maximum_age{0};  ///< older ones are opened anew; 0: never
};

/// Opens connections as they are needed, within bounds, and keeps them.
///
/// A connection that is found broken takes the trust from all that were opened before it: each is asked for its health
/// before it is lent again, so that one failed unit of work is all that a restarted server costs.
/// Thread safety: any thread or fiber. Lifetime: every lent connection is back before the pool ends.
class ConnectionPool final {
 public:
  /// Opens a connection; `number` counts those of one access, from 0 on.
  using Connect =
      std::function<std::unique_ptr<SqlConnection>(backend::Access, std::size_t number)>;

  /// A place for one connection.
  struct Slot {
    std::atomic<const void*> holder = nullptr;  ///< stands for the thread or fiber that has it
    std::unique_ptr<PreparedConnection> connection{};
    backend::Access access = backend::Access::write;
    std::size_t number = 0;
    std::uint64_t trust = 0;  ///< the pool's when it was opened or checked last
    std::chrono::steady_clock::time_point opened{};
    std::chrono::steady_clock::time_point returned{};
  };

  ConnectionPool(Connect connect, PoolOptions options);
  ConnectionPool(const ConnectionPool&) = delete;
  ConnectionPool& operator=(const ConnectionPool&) = delete;
  ~ConnectionPool();

  /// Lends a connection; waits where all are lent, and who came first gets one first.
  /// Errors: ConnectionError after close(), where none can be opened, or when the wait was too long; ValidationError
  /// where this thread or fiber holds all of them already.
  [[nodiscard]] Slot& lend(backend::Access access);
  void give_back(Slot& slot) noexcept;
  /// Closes what is idle now and the rest when it comes back; who waits gets a ConnectionError.
  void close() noexcept;

 private:
  class Wait;
  struct Lane {
    std::vector<std::unique_ptr<Slot>> slots;
    std::deque<Wait*> waits;       ///< in the order of their arrival
    std::atomic<int> waiting = 0;  ///< how many those are
    bool is_in_turn = false;       ///< each connection comes as often as any other
    std::atomic<std::size_t> turn = 0;
  };

  static void fill(Lane& lane, backend::Access access, std::size_t count);
  [[nodiscard]] Lane& lane_of(backend::Access access) noexcept;
  static Slot* try_lend(Lane& lane, const void* holder) noexcept;
  Slot& wait_for(Lane& lane, backend::Access access);
  /// Gives what is free to those who wait. Requires: the mutex is held.
  static void serve(Lane& lane) noexcept;
  /// Drops the connection where it is broken, too old, or does not answer.
  void check(Slot& slot) noexcept;
  void open(Slot& slot);
  void free_slot(Slot& slot) noexcept;
  static void drop_idle(Lane& lane) noexcept;

  Connect connect_;
  PoolOptions options_;
  bool has_clock_;  ///< some limit is set
  Lane writers_;
  Lane readers_;
  std::atomic<std::uint64_t> trust_ = 0;
  std::atomic<bool> is_closed_ = false;
  std::mutex mutex_;
};

}  // namespace rowan::sql
