// Lends connections to units of work, and finds out where a thread would wait for itself.

#pragma once

#include <rowan/backend/driver.hpp>
#include <rowan/sql/prepared_connection.hpp>

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

namespace rowan::sql {

struct PoolSizes {
  std::size_t writers = 1;
  std::size_t readers = 0;  ///< 0: who reads takes a writing connection too
};

/// Opens connections as they are needed, within bounds, and keeps them.
///
/// Thread safety: any thread. Lifetime: every lent connection is back before the pool ends.
class ConnectionPool final {
 public:
  using Connect = std::function<std::unique_ptr<SqlConnection>(backend::Access)>;

  /// A place for one connection.
  struct Slot {
    std::atomic<const void*> holder = nullptr;  ///< stands for the thread that has it
    std::unique_ptr<PreparedConnection> connection{};
  };

  ConnectionPool(Connect connect, PoolSizes sizes);
  ConnectionPool(const ConnectionPool&) = delete;
  ConnectionPool& operator=(const ConnectionPool&) = delete;
  ~ConnectionPool();

  /// Lends a connection; waits where all are lent.
  /// Errors: ConnectionError after close() or where none can be opened; ValidationError where this thread holds all
  /// of them already.
  [[nodiscard]] Slot& lend(backend::Access access);
  void give_back(Slot& slot) noexcept;
  /// Closes what is idle now and the rest when it comes back.
  void close() noexcept;

 private:
  Slot* try_lend(std::vector<std::unique_ptr<Slot>>& lane) noexcept;
  Slot& wait_for(std::vector<std::unique_ptr<Slot>>& lane, backend::Access access);
  void open(Slot& slot, backend::Access access);

  Connect connect_;
  std::vector<std::unique_ptr<Slot>> writers_;
  std::vector<std::unique_ptr<Slot>> readers_;
  std::atomic<bool> is_closed_ = false;
  std::atomic<int> waiting_ = 0;
  std::mutex mutex_;
  std::condition_variable returned_;
};

}  // namespace rowan::sql
