// Lends connections: a free one by compare-and-swap, and the lock for those who must wait.

#include <rowan/sql/connection_pool.hpp>

#include <rowan/base/error.hpp>

#include <algorithm>

namespace rowan::sql {
namespace {

const void* this_thread() noexcept {
  static thread_local const char mark = 0;
  return &mark;
}

}  // namespace

ConnectionPool::ConnectionPool(Connect connect, PoolSizes sizes) : connect_(std::move(connect)) {
  for (std::size_t i = 0; i < sizes.writers; ++i) writers_.push_back(std::make_unique<Slot>());
  for (std::size_t i = 0; i < sizes.readers; ++i) readers_.push_back(std::make_unique<Slot>());
}

ConnectionPool::~ConnectionPool() = default;

ConnectionPool::Slot& ConnectionPool::lend(backend::Access access) {
  const bool is_reader = access == backend::Access::read && !readers_.empty();
  std::vector<std::unique_ptr<Slot>>& lane = is_reader ? readers_ : writers_;
  Slot* slot = try_lend(lane);
  if (slot == nullptr) slot = &wait_for(lane, access);
  if (slot->connection == nullptr || is_closed_.load(std::memory_order_relaxed)) [[unlikely]]
    open(*slot, access);
  return *slot;
}

ConnectionPool::Slot* ConnectionPool::try_lend(std::vector<std::unique_ptr<Slot>>& lane) noexcept {
  const void* self = this_thread();
  for (const std::unique_ptr<Slot>& slot : lane) {
    const void* nobody = nullptr;
    if (slot->holder.compare_exchange_strong(nobody, self)) return slot.get();
  }
  return nullptr;
}

ConnectionPool::Slot& ConnectionPool::wait_for(std::vector<std::unique_ptr<Slot>>& lane,
                                               backend::Access access) {
  const void* self = this_thread();
  const bool holds_all = std::all_of(lane.begin(), lane.end(),
                                     [&](const auto& slot) { return slot->holder.load() == self; });
  if (holds_all) {
    throw ValidationError(
        std::string("this thread asks for another connection to ") +
        (access == backend::Access::read ? "read" : "write") +
        " while it holds the only one there is, so it would wait for itself: use the manager that "
        "has the transaction, or end that first");
  }
  std::unique_lock lock(mutex_);
  ++waiting_;
  Slot* slot = nullptr;
  // Who gives back looks at waiting_ after it has freed the slot, so one of both sees the other.
  while ((slot = try_lend(lane)) == nullptr) returned_.wait(lock);
  --waiting_;
  return *slot;
}

void ConnectionPool::open(Slot& slot, backend::Access access) {
  try {
    if (is_closed_.load()) {
      throw ConnectionError({.message = "the database was closed by Orm::close() or the driver's "
                                        "close(): make a new driver to go on"});
    }
    slot.connection = std::make_unique<PreparedConnection>(connect_(access));
  } catch (...) {
    give_back(slot);
    throw;
  }
}

void ConnectionPool::give_back(Slot& slot) noexcept {
  if (slot.connection != nullptr &&
      (is_closed_.load() || !slot.connection->connection().is_usable())) [[unlikely]] {
    slot.connection.reset();
  }
  slot.holder.store(nullptr);
  if (waiting_.load() == 0) return;
  const std::lock_guard lock(mutex_);
  returned_.notify_all();
}

void ConnectionPool::close() noexcept {
  is_closed_.store(true);
  for (std::vector<std::unique_ptr<Slot>>* lane : {&writers_, &readers_}) {
    for (const std::unique_ptr<Slot>& slot : *lane) {
      const void* nobody = nullptr;
      if (slot->holder.compare_exchange_strong(nobody, this_thread())) give_back(*slot);
    }
  }
}

}  // namespace rowan::sql
