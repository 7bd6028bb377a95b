// Lends connections: a free one by compare-and-swap, and a queue for those who must wait.

#include <rowan/sql/connection_pool.hpp>

#include <rowan/base/error.hpp>

#include <algorithm>
#include <optional>
#include <string>

namespace rowan::sql {
namespace {

using Clock = std::chrono::steady_clock;

std::string_view verb_of(backend::Access access) {
  return access == backend::Access::write ? "write" : "read";
}

}  // namespace

ConnectionPool::ConnectionPool(Connect connect, PoolOptions options)
    : connect_(std::move(connect)),
      options_(options),
      has_clock_(options.check_after.count() > 0 || options.maximum_age.count() > 0) {
  fill(writers_, backend::Access::write, options.writers);
  fill(readers_, backend::Access::read, options.readers);
  readers_.is_in_turn = options.readers_in_turn;
}

ConnectionPool::~ConnectionPool() = default;

void ConnectionPool::fill(Lane& lane, backend::Access access, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    auto slot = std::make_unique<Slot>();
    slot->access = access;
    slot->number = i;
    lane.slots.push_back(std::move(slot));
  }
}

ConnectionPool::Lane& ConnectionPool::lane_of(backend::Access access) noexcept {
  const bool is_reader =
      access == backend::Access::read ||
      (access == backend::Access::read_transaction && options_.readers_take_transactions);
  return is_reader && !readers_.slots.empty() ? readers_ : writers_;
}

ConnectionPool::Slot& ConnectionPool::lend(backend::Access access) {
  Lane& lane = lane_of(access);
  Slot* slot = try_lend(lane);
  if (slot == nullptr) slot = &wait_for(lane, access);
  if (slot->connection != nullptr &&
      (has_clock_ || slot->trust != trust_.load(std::memory_order_relaxed))) [[unlikely]]
    check(*slot);
  if (slot->connection == nullptr || is_closed_.load(std::memory_order_relaxed)) [[unlikely]]
    open(*slot);
  return *slot;
}

ConnectionPool::Slot* ConnectionPool::try_lend(Lane& lane) noexcept {
  const void* self = base::current_strand();
  const std::size_t count = lane.slots.size();
  std::size_t at = lane.is_in_turn ? lane.turn.fetch_add(1, std::memory_order_relaxed) % count : 0;
  for (std::size_t i = 0; i < count; ++i) {
    Slot& slot = *lane.slots[at];
    const void* nobody = nullptr;
    if (slot.holder.compare_exchange_strong(nobody, self)) return &slot;
    if (++at == count) at = 0;
  }
  return nullptr;
}

ConnectionPool::Slot& ConnectionPool::wait_for(Lane& lane, backend::Access access) {
  const void* self = base::current_strand();
  const bool holds_all = std::all_of(lane.slots.begin(), lane.slots.end(),
                                     [&](const auto& slot) { return slot->holder.load() == self; });
  if (holds_all) {
    throw ValidationError(
        "this thread asks for another connection to " + std::string(verb_of(access)) +
        " while it holds " + (lane.slots.size() == 1 ? "the only one there is" : "all of them") +
        ", so it would wait for itself: use the manager that has the transaction, or end that "
        "first");
  }
  const auto waiter = wait_hook().make_waiter();
  const auto deadline = Clock::now() + options_.wait_limit;
  {
    const std::lock_guard lock(mutex_);
    lane.waiters.push_back(waiter.get());
    ++lane.waiting;
  }
  // Who gives back looks at `waiting` after it has freed the slot, so one of both sees the other.
  Slot* slot = nullptr;
  while ((slot = try_lend(lane)) == nullptr) {
    WaitHook::Timeout limit;
    if (options_.wait_limit.count() > 0) {
      limit = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
      if (limit->count() <= 0) break;
    }
    (void)waiter->wait(limit);
  }
  {
    const std::lock_guard lock(mutex_);
    std::erase(lane.waiters, waiter.get());
    --lane.waiting;
    // It may have been told of a slot at the last moment.
    if (slot == nullptr && !lane.waiters.empty()) lane.waiters.front()->notify();
  }
  if (slot != nullptr) return *slot;
  throw ConnectionError(
      {.message = "no connection to " + std::string(verb_of(access)) + " became free within " +
                  std::to_string(options_.wait_limit.count()) + " ms: all " +
                  std::to_string(lane.slots.size()) +
                  " are lent; make the pool larger or the units of work shorter"});
}

void ConnectionPool::check(Slot& slot) noexcept {
  SqlConnection& connection = slot.connection->connection();
  const std::uint64_t trust = trust_.load();
  const auto now = Clock::now();
  const auto is_over = [&](Clock::time_point since, std::chrono::milliseconds limit) {
    return limit.count() > 0 && now - since >= limit;
  };
  if (is_over(slot.opened, options_.maximum_age) || !connection.is_usable()) {
    slot.connection.reset();
    return;
  }
  if (slot.trust == trust && !is_over(slot.returned, options_.check_after)) return;
  if (connection.check()) {
    slot.trust = trust;
  } else {
    slot.connection.reset();
  }
}

void ConnectionPool::open(Slot& slot) {
  try {
    if (is_closed_.load()) {
      throw ConnectionError({.message = "the database was closed by Orm::close() or the driver's "
                                        "close(): make a new driver to go on"});
    }
    const std::uint64_t trust = trust_.load();
    slot.connection = std::make_unique<PreparedConnection>(connect_(slot.access, slot.number));
    slot.trust = trust;
    if (has_clock_) slot.opened = slot.returned = Clock::now();
  } catch (...) {
    give_back(slot);
    throw;
  }
}

void ConnectionPool::give_back(Slot& slot) noexcept {
  if (slot.connection != nullptr) {
    SqlConnection& connection = slot.connection->connection();
    if (is_closed_.load()) [[unlikely]] {
      slot.connection.reset();
    } else if (!connection.is_usable()) [[unlikely]] {
      ++trust_;
      slot.connection.reset();
    } else {
      connection.clean();
      if (has_clock_) slot.returned = Clock::now();
    }
  }
  free_slot(slot);
}

void ConnectionPool::free_slot(Slot& slot) noexcept {
  Lane& lane = lane_of(slot.access);
  slot.holder.store(nullptr);
  if (lane.waiting.load() == 0) return;
  const std::lock_guard lock(mutex_);
  if (!lane.waiters.empty()) {
    // It goes to the end, in case another takes the slot before it: then the next one to be freed is told to another.
    WaitHook::Waiter* first = lane.waiters.front();
    lane.waiters.pop_front();
    lane.waiters.push_back(first);
    first->notify();
  }
}

void ConnectionPool::close() noexcept {
  is_closed_.store(true);
  for (Lane* lane : {&writers_, &readers_}) {
    for (const std::unique_ptr<Slot>& slot : lane->slots) {
      const void* nobody = nullptr;
      if (slot->holder.compare_exchange_strong(nobody, base::current_strand())) give_back(*slot);
    }
  }
}

}  // namespace rowan::sql
