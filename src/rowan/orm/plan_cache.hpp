// Compiled selects by the shape of the query that made them.

#pragma once

#include <rowan/backend/driver.hpp>
#include <rowan/base/small_vector.hpp>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <unordered_set>
#include <utility>
#include <vector>

namespace rowan::orm {

/// The words of a query's shape; equal words mean the same statement.
using ShapeKey = base::SmallVector<std::uint64_t, 32>;

/// What a shape is of; the first word of its key begins with it.
enum class PlanKind : std::uint64_t { find = 1, count = 2, rows = 3 };

/// Keeps what the driver prepared for the shapes that are asked for most lately, `limit` of them at most: filters may
/// come from outside as JSON, and their shapes must not fill the memory.
///
/// Thread safety: all members may be called from any thread. Cost: a hit takes no lock where this thread has asked
/// for the shape before.
class PlanCache {
 public:
  static constexpr std::size_t default_limit = 1024;
  /// A plan that stays as long as it is held, be it in the cache or not.
  using Plan = std::shared_ptr<const backend::PreparedSelect>;

  /// Makes room for `entities` finds by key, which are not counted.
  explicit PlanCache(std::size_t entities, std::size_t limit = default_limit)
      : by_key_(entities), limit_(std::max<std::size_t>(limit, 2)), serial_(next_serial()) {}
  PlanCache(const PlanCache&) = delete;
  PlanCache& operator=(const PlanCache&) = delete;
  ~PlanCache() {
    for (const auto& plan : by_key_) delete plan.load(std::memory_order_acquire);
  }

  /// Returns the plan of this shape, made by `make` where there is none.
  template <class Make>
  [[nodiscard]] Plan get(const ShapeKey& key, Make make) {
    const Words words(key.data(), key.size());
    const std::uint64_t hash = hash_of(words);
    Recent& recent = recent_plans()[hash % recent_count];
    if (recent.serial == serial_ && recent.hash == hash) {
      std::shared_ptr<Entry> entry = recent.entry.lock();
      if (entry != nullptr && std::ranges::equal(entry->words, words))
        return plan_of(std::move(entry));
    }
    std::shared_ptr<Entry> entry = find({words, hash});
    if (entry == nullptr) {
      entry = add(std::make_shared<Entry>(std::vector<std::uint64_t>(words.begin(), words.end()),
                                          hash, make()));
    }
    recent = {serial_, hash, entry};
    return plan_of(std::move(entry));
  }
  /// Returns the plan that finds one whole object of an entity by its key. Lifetime: as long as the cache.
  template <class Make>
  const backend::PreparedSelect& get_by_key(std::uint16_t entity, Make make) {
    std::atomic<const backend::PreparedSelect*>& kept = by_key_[entity];
    if (const auto* plan = kept.load(std::memory_order_acquire)) return *plan;
    std::unique_ptr<backend::PreparedSelect> made = make();
    const backend::PreparedSelect* first = nullptr;
    if (kept.compare_exchange_strong(first, made.get(), std::memory_order_acq_rel))
      return *made.release();
    return *first;
  }
  [[nodiscard]] std::size_t size() const {
    const std::lock_guard lock(mutex_);
    return entries_.size();
  }

 private:
  using Words = std::span<const std::uint64_t>;
  struct Lookup {
    Words words;
    std::uint64_t hash;
  };
  struct Entry {
    Entry(std::vector<std::uint64_t> of_words,
          std::uint64_t of_hash,
          std::unique_ptr<backend::PreparedSelect> of_plan)
        : words(std::move(of_words)), hash(of_hash), plan(std::move(of_plan)) {}
    std::vector<std::uint64_t> words;
    std::uint64_t hash;
    std::unique_ptr<backend::PreparedSelect> plan;
    std::atomic<bool> is_used = true;  ///< since the last search for what to drop
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(const std::shared_ptr<Entry>& entry) const noexcept {
      return static_cast<std::size_t>(entry->hash);
    }
    std::size_t operator()(const Lookup& lookup) const noexcept {
      return static_cast<std::size_t>(lookup.hash);
    }
  };
  struct Equal {
    using is_transparent = void;
    bool operator()(const auto& left, const auto& right) const noexcept {
      return std::ranges::equal(words_of(left), words_of(right));
    }
    static Words words_of(const std::shared_ptr<Entry>& entry) noexcept { return entry->words; }
    static Words words_of(const Lookup& lookup) noexcept { return lookup.words; }
  };
  /// What a thread has asked for lately. A serial is never used again, so what a dead cache left is not looked at.
  struct Recent {
    std::uint64_t serial = 0;
    std::uint64_t hash = 0;
    std::weak_ptr<Entry> entry{};
  };
  static constexpr std::size_t recent_count = 64;

  static std::uint64_t hash_of(Words words) noexcept {
    std::uint64_t hash = 0x9E3779B97F4A7C15ULL;
    for (const std::uint64_t word : words) {
      hash = (hash ^ word) * 0xff51afd7ed558ccdULL;
      hash ^= hash >> 32;
    }
    return hash;
  }
  static Recent* recent_plans() noexcept {
    static thread_local Recent plans[recent_count];
    return plans;
  }
  static std::uint64_t next_serial() noexcept {
    static std::atomic<std::uint64_t> last{0};
    return ++last;
  }
  static Plan plan_of(std::shared_ptr<Entry> entry) noexcept {
    if (!entry->is_used.load(std::memory_order_relaxed))
      entry->is_used.store(true, std::memory_order_relaxed);
    const backend::PreparedSelect* plan = entry->plan.get();
    return {std::move(entry), plan};
  }
  std::shared_ptr<Entry> find(const Lookup& lookup) const {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(lookup);
    return found == entries_.end() ? nullptr : *found;
  }
  /// Returns the entry, or the one that another thread has added for this shape meanwhile.
  std::shared_ptr<Entry> add(std::shared_ptr<Entry> entry) {
    const std::lock_guard lock(mutex_);
    if (entries_.size() >= limit_) drop_some();
    return *entries_.insert(std::move(entry)).first;
  }
  /// Drops what was not asked for since the last time; where that is less than half, others too. (The second chance
  /// of the clock algorithm, in one sweep.)
  void drop_some() {
    const std::size_t enough = limit_ / 2;
    std::erase_if(entries_, [](const std::shared_ptr<Entry>& entry) {
      return !entry->is_used.exchange(false, std::memory_order_relaxed);
    });
    for (auto entry = entries_.begin(); entries_.size() > enough;) entry = entries_.erase(entry);
  }

  mutable std::mutex mutex_;
  std::unordered_set<std::shared_ptr<Entry>, Hash, Equal> entries_;
  std::vector<std::atomic<const backend::PreparedSelect*>> by_key_;
  std::size_t limit_;
  std::uint64_t serial_;
};

}  // namespace rowan::orm
