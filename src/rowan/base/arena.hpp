// Memory that is handed out piece by piece and given back all at once.

#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

namespace rowan::base {

/// Hands out memory by moving a pointer through large blocks.
///
/// Nothing handed out is destroyed; reset() makes all of it invalid and keeps the blocks for the next use.
/// Thread safety: none.
class Arena {
 public:
  Arena() noexcept = default;
  Arena(Arena&&) noexcept = default;
  Arena& operator=(Arena&&) noexcept = default;

  /// Returns `size` bytes aligned to `alignment`, a power of two of at most 16.
  void* allocate(std::size_t size, std::size_t alignment = 8) {
    auto at = (next_ + (alignment - 1)) & ~(alignment - 1);
    if (at + size > end_) [[unlikely]]
      return allocate_in_next_block(size, alignment);
    next_ = at + size;
    return reinterpret_cast<void*>(at);
  }

  /// Copies `text` and returns the copy, good until reset().
  std::string_view copy(std::string_view text) {
    if (text.empty()) return {};
    auto* to = static_cast<char*>(allocate(text.size(), 1));
    copy_bytes(to, text.data(), text.size());
    return {to, text.size()};
  }

  /// Makes everything handed out invalid and keeps at most the first blocks for reuse.
  void reset() noexcept {
    if (blocks_.size() > kept_blocks) blocks_.resize(kept_blocks);
    current_ = 0;
    next_ = end_ = 0;
    if (!blocks_.empty()) enter(blocks_[current_++]);
  }

 private:
  struct Block {
    std::unique_ptr<std::byte[]> bytes;
    std::size_t size;
  };
  static constexpr std::size_t block_bytes = 64 * 1024;
  static constexpr std::size_t kept_blocks = 64;

  // Most text is short, and a call of memcpy costs more than its bytes: two moves that may overlap do for up to 16.
  static void copy_bytes(char* to, const char* from, std::size_t size) noexcept {
    if (size > 16 || size < 4) {
      std::memcpy(to, from, size);
    } else if (size >= 8) {
      std::uint64_t head, tail;
      std::memcpy(&head, from, 8);
      std::memcpy(&tail, from + size - 8, 8);
      std::memcpy(to, &head, 8);
      std::memcpy(to + size - 8, &tail, 8);
    } else {
      std::uint32_t head, tail;
      std::memcpy(&head, from, 4);
      std::memcpy(&tail, from + size - 4, 4);
      std::memcpy(to, &head, 4);
      std::memcpy(to + size - 4, &tail, 4);
    }
  }

  // Out of line, or it would keep allocate() from being inlined.
  [[gnu::noinline, gnu::cold]] void* allocate_in_next_block(std::size_t size,
                                                            std::size_t alignment) {
    const std::size_t wanted = size + alignment;
    while (current_ < blocks_.size() && blocks_[current_].size < wanted) ++current_;
    if (current_ == blocks_.size()) {
      const std::size_t bytes = wanted > block_bytes ? wanted : block_bytes;
      blocks_.push_back({std::unique_ptr<std::byte[]>(new std::byte[bytes]), bytes});
    }
    enter(blocks_[current_++]);
    return allocate(size, alignment);
  }

  void enter(const Block& block) noexcept {
    next_ = reinterpret_cast<std::uintptr_t>(block.bytes.get());
    end_ = next_ + block.size;
  }

  std::vector<Block> blocks_;
  std::size_t current_ = 0;
  std::uintptr_t next_ = 0;
  std::uintptr_t end_ = 0;
};

}  // namespace rowan::base
