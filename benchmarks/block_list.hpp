// Objects in blocks of 256 that are kept for the next use, as a careful C program would hold them.

#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <vector>

namespace benchmarks {

/// A list of objects at stable addresses whose memory outlives clear().
template <class T>
class BlockList final {
 public:
  BlockList() = default;
  BlockList(const BlockList&) = delete;
  BlockList& operator=(const BlockList&) = delete;
  ~BlockList() { clear(); }

  /// Constructs what `make` returns in its place.
  template <class Make>
  T& add(Make make) {
    if (size_ == blocks_.size() * block_size) blocks_.push_back(std::make_unique<Block>());
    T* place = ::new (static_cast<void*>(slot(size_))) T(make());
    ++size_;
    return *place;
  }

  [[nodiscard]] T& operator[](std::size_t index) noexcept { return *slot(index); }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

  /// Destroys the objects and keeps the blocks.
  void clear() noexcept {
    for (std::size_t index = 0; index < size_; ++index) slot(index)->~T();
    size_ = 0;
  }

 private:
  static constexpr std::size_t block_size = 256;

  struct Block {
    alignas(T) std::byte bytes[block_size * sizeof(T)];
    // User-provided, so that make_unique does not fill the block with zeros.
    Block() noexcept {}
  };

  [[nodiscard]] T* slot(std::size_t index) noexcept {
    return reinterpret_cast<T*>(blocks_[index / block_size]->bytes) + index % block_size;
  }

  std::vector<std::unique_ptr<Block>> blocks_;
  std::size_t size_ = 0;
};

}  // namespace benchmarks
