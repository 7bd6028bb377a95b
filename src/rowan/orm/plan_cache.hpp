// Compiled selects by the shape of the query that made them.

#pragma once

#include <rowan/backend/driver.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <unordered_map>
#include <vector>

namespace rowan::orm {

/// The words of a query's shape; equal words mean the same statement.
using ShapeKey = std::vector<std::uint64_t>;

struct ShapeHash {
  [[nodiscard]] std::size_t operator()(const ShapeKey& key) const noexcept {
    std::uint64_t hash = 0x9E3779B97F4A7C15ULL;
    for (const std::uint64_t word : key)
      hash = (hash ^ word) * 0xff51afd7ed558ccdULL + (hash >> 29);
    return static_cast<std::size_t>(hash ^ (hash >> 32));
  }
};

/// Keeps what the driver prepared for each shape. Thread safety: all members may be called from any thread.
class PlanCache {
 public:
  /// Returns the plan of this shape, made by `make` where there is none.
  /// Lifetime: as long as the cache.
  template <class Make>
  const backend::PreparedSelect& get(const ShapeKey& key, Make make) {
    {
      const std::lock_guard lock(mutex_);
      if (const auto found = plans_.find(key); found != plans_.end()) return *found->second;
    }
    std::unique_ptr<backend::PreparedSelect> made = make();
    const std::lock_guard lock(mutex_);
    return *plans_.try_emplace(key, std::move(made)).first->second;
  }

 private:
  std::mutex mutex_;
  std::unordered_map<ShapeKey, std::unique_ptr<backend::PreparedSelect>, ShapeHash> plans_;
};

}  // namespace rowan::orm
