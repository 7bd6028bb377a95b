// Aligned allocation and reuse of object chunks, poisoned for AddressSanitizer while nobody owns them.

#include <rowan/orm/chunk_pool.hpp>

#include <rowan/model/slot.hpp>

#include <new>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(address, size) (static_cast<void>(address))
#define ASAN_UNPOISON_MEMORY_REGION(address, size) (static_cast<void>(address))
#endif

namespace rowan::orm {

namespace {
constexpr std::align_val_t chunk_alignment{model::chunk_bytes};
}

ChunkPool::~ChunkPool() {
  for (void* chunk : free_) {
    ASAN_UNPOISON_MEMORY_REGION(chunk, model::chunk_bytes);
    ::operator delete(chunk, chunk_alignment);
  }
}

void* ChunkPool::take() {
  {
    const std::lock_guard lock(mutex_);
    if (!free_.empty()) {
      void* chunk = free_.back();
      free_.pop_back();
      ASAN_UNPOISON_MEMORY_REGION(chunk, model::chunk_bytes);
      return chunk;
    }
  }
  return ::operator new(model::chunk_bytes, chunk_alignment);
}

void ChunkPool::give_back(void* chunk) noexcept {
  const std::lock_guard lock(mutex_);
  if (free_.size() < kept) {
    ASAN_POISON_MEMORY_REGION(chunk, model::chunk_bytes);
    if (free_.capacity() == free_.size()) free_.reserve(kept);
    free_.push_back(chunk);
    return;
  }
  ::operator delete(chunk, chunk_alignment);
}

}  // namespace rowan::orm
