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
#include <unordered_map>
#include <vector>

namespace rowan::orm {

/// The words of a query's shape; equal words mean the same statement.
using ShapeKey = base::SmallVector<std::uint64_t, 32>;

/// What a shape is of; the first word of its key begins with it.
enum class PlanKind : std::uint64_t { find = 1, count = 2, rows = 3, by_key = 4 };

/// Keeps what the driver prepared for each shape.
///
/// Thread safety: all members may be called from any thread. Cost: a hit takes no lock where this thread has asked
/// for the shape before.
class PlanCache {
 public:
  /// Makes room for `entities` finds by key.
  explicit PlanCache(std::size_t entities) : by_key_(entities), serial_(next_serial()) {}

  /// Returns the plan of this shape, made by `make` where there is none. Lifetime: as long as the cache.
  template <class Make>
  const backend::PreparedSelect& get(const ShapeKey& key, Make make) {
    const Words words(key.data(), key.size());
    const std::uint64_t hash = hash_of(words);
    Recent& recent = recent_plans()[hash % recent_count];
    if (recent.serial == serial_ && recent.hash == hash && std::ranges::equal(recent.words, words))
      return *recent.plan;
    const Entry* entry = find({words, hash});
    if (entry == nullptr) entry = &add({words, hash}, make());
    recent = {serial_, hash, Words(entry->first), entry->second.get()};
    return *recent.plan;
  }
  /// Returns the plan that finds one whole object of an entity by its key.
  template <class Make>
  const backend::PreparedSelect& get_by_key(std::uint16_t entity, Make make) {
    if (const auto* plan = by_key_[entity].load(std::memory_order_acquire)) return *plan;
    const backend::PreparedSelect& plan = make();
    by_key_[entity].store(&plan, std::memory_order_release);
    return plan;
  }

 private:
  using Words = std::span<const std::uint64_t>;
  struct Lookup {
    Words words;
    std::uint64_t hash;
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(const std::vector<std::uint64_t>& words) const noexcept {
      return static_cast<std::size_t>(hash_of(words));
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
    static Words words_of(const std::vector<std::uint64_t>& words) noexcept { return words; }
    static Words words_of(const Lookup& lookup) noexcept { return lookup.words; }
  };
  using Plans = std::unordered_map<std::vector<std::uint64_t>,
                                   std::unique_ptr<backend::PreparedSelect>,
                                   Hash,
                                   Equal>;
  using Entry = Plans::value_type;
  /// What a thread has asked for lately. A serial is never used again, so what a dead cache left is not looked at.
  struct Recent {
    std::uint64_t serial = 0;
    std::uint64_t hash = 0;
    Words words;
    const backend::PreparedSelect* plan = nullptr;
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
  const Entry* find(const Lookup& lookup) {
    const std::lock_guard lock(mutex_);
    const auto found = plans_.find(lookup);
    return found == plans_.end() ? nullptr : &*found;
  }
  const Entry& add(const Lookup& lookup, std::unique_ptr<backend::PreparedSelect> plan) {
    const std::lock_guard lock(mutex_);
    return *plans_.try_emplace({lookup.words.begin(), lookup.words.end()}, std::move(plan)).first;
  }

  std::mutex mutex_;
  Plans plans_;
  std::vector<std::atomic<const backend::PreparedSelect*>> by_key_;
  std::uint64_t serial_;
};

}  // namespace rowan::orm
