// Chunks of memory for objects, kept by the ORM from one unit of work to the next.

#pragma once

#include <cstddef>
#include <mutex>
#include <vector>

namespace rowan::orm {

/// Hands out chunks of model::chunk_bytes, aligned to their size, and keeps returned ones for reuse.
///
/// Freed memory that went back to the kernel was half of the overhead of loading; so up to `kept` chunks stay.
/// Thread safety: all members may be called from any thread.
class ChunkPool {
 public:
  ChunkPool() = default;
  ChunkPool(const ChunkPool&) = delete;
  ChunkPool& operator=(const ChunkPool&) = delete;
  ~ChunkPool();

  [[nodiscard]] void* take();
  void give_back(void* chunk) noexcept;

 private:
  static constexpr std::size_t kept = 1024;
  std::mutex mutex_;
  std::vector<void*> free_;
};

}  // namespace rowan::orm
