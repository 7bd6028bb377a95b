// Lends connections: a free one by compare-and-swap, and a queue for those who must wait.

#include <rowan/sql/connection_pool.hpp>

#include <rowan/base/error.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

namespace rowan::sql {
namespace {

using Clock = std::chrono::steady_clock;

std::string_view verb_of(backend::Access access) {
  return access == backend::Access::write ? "write" : "read";
}

[[noreturn]] void throw_closed() {
  throw ConnectionError({.message = "the database was closed by Orm::close() or the driver's "
                                    "close(): make a new driver to go on"});
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
  // Nobody goes ahead of those who wait.
  Slot* slot = lane.waiting.load() == 0 ? try_lend(lane, base::current_strand()) : nullptr;
  if (slot == nullptr) slot = &wait_for(lane, access);
  if (slot->connection != nullptr &&
      (has_clock_ || slot->trust != trust_.load(std::memory_order_relaxed))) [[unlikely]]
    check(*slot);
  if (slot->connection == nullptr || is_closed_.load(std::memory_order_relaxed)) [[unlikely]]
    open(*slot);
  return *slot;
}

ConnectionPool::Slot* ConnectionPool::try_lend(Lane& lane, const void* holder) noexcept {
  const std::size_t count = lane.slots.size();
  std::size_t at = lane.is_in_turn ? lane.turn.fetch_add(1, std::memory_order_relaxed) % count : 0;
  for (std::size_t i = 0; i < count; ++i) {
    Slot& slot = *lane.slots[at];
    const void* nobody = nullptr;
    if (slot.holder.compare_exchange_strong(nobody, holder)) return &slot;
    if (++at == count) at = 0;
  }
  return nullptr;
}

/// One who waits for a slot of a lane, from its arrival to its end.
class ConnectionPool::Wait final {
 public:
  Wait(ConnectionPool& pool, Lane& lane)
      : pool_(pool),
        lane_(lane),
        holder_(base::current_strand()),
        waiter_(wait_hook().make_waiter()) {
    const std::lock_guard lock(pool_.mutex_);
    lane_.waits.push_back(this);
    // Who gives back looks at `waiting` after it has freed the slot, so one of both sees the other.
    ++lane_.waiting;
    pool_.serve(lane_);
  }
  Wait(const Wait&) = delete;
  Wait& operator=(const Wait&) = delete;
  ~Wait() {
    {
      const std::lock_guard lock(pool_.mutex_);
      if (std::erase(lane_.waits, this) > 0) --lane_.waiting;
    }
    if (slot_ != nullptr) pool_.free_slot(*slot_);
  }

  [[nodiscard]] const void* holder() const noexcept { return holder_; }
  /// Gives the slot, which is lent in the waiting one's name.
  void serve(Slot& slot) noexcept {
    slot_ = &slot;
    waiter_->notify();
  }
  /// Ends the waiting without a slot.
  void wake() noexcept { waiter_->notify(); }
  /// Returns the slot that was given, or null, and leaves it to the caller.
  Slot* take() noexcept {
    const std::lock_guard lock(pool_.mutex_);
    return std::exchange(slot_, nullptr);
  }
  /// Suspends until serve() or wake(); false where the time was over before.
  bool wait(WaitHook::Timeout limit) { return waiter_->wait(limit); }

 private:
  ConnectionPool& pool_;
  Lane& lane_;
  const void* holder_;
  std::unique_ptr<WaitHook::Waiter> waiter_;
  Slot* slot_ = nullptr;
};

void ConnectionPool::serve(Lane& lane) noexcept {
  while (!lane.waits.empty()) {
    Wait& first = *lane.waits.front();
    Slot* slot = try_lend(lane, first.holder());
    if (slot == nullptr) return;
    lane.waits.pop_front();
    --lane.waiting;
    first.serve(*slot);
  }
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
  const auto deadline = Clock::now() + options_.wait_limit;
  Wait wait(*this, lane);
  for (bool is_in_time = true;;) {
    if (Slot* slot = wait.take()) return *slot;
    if (is_closed_.load()) throw_closed();
    if (!is_in_time) break;
    WaitHook::Timeout limit;
    if (options_.wait_limit.count() > 0)
      limit = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
    is_in_time = wait.wait(limit);
  }
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
  if (is_over(slot.opened, options_.maximum_age)) {
    slot.connection.reset();
    return;
  }
  const bool is_trusted = slot.trust == trust && !is_over(slot.returned, options_.check_after);
  if (connection.is_usable() && (is_trusted || connection.check())) {
    slot.trust = trust;
    return;
  }
  slot.connection.reset();
  // What ended this one may have ended the others.
  if (slot.trust == trust) ++trust_;
}

void ConnectionPool::open(Slot& slot) {
  try {
    if (is_closed_.load()) throw_closed();
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
  // It may have been closed since give_back() asked.
  if (is_closed_.load()) [[unlikely]]
    drop_idle(lane);
  if (lane.waiting.load() == 0) return;
  const std::lock_guard lock(mutex_);
  serve(lane);
}

void ConnectionPool::drop_idle(Lane& lane) noexcept {
  for (const std::unique_ptr<Slot>& slot : lane.slots) {
    const void* nobody = nullptr;
    if (!slot->holder.compare_exchange_strong(nobody, base::current_strand())) continue;
    slot->connection.reset();
    slot->holder.store(nullptr);
  }
}

void ConnectionPool::close() noexcept {
  is_closed_.store(true);
  for (Lane* lane : {&writers_, &readers_}) {
    drop_idle(*lane);
    const std::lock_guard lock(mutex_);
    for (Wait* wait : lane->waits) wait->wake();
  }
}

}  // namespace rowan::sql
