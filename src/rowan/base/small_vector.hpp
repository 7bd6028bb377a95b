// A vector that keeps its first elements in place, for values too short-lived to pay an allocation.

#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <utility>

namespace rowan::base {

/// A growable sequence with room for `Inline` elements in the object itself.
///
/// Cost: no allocation up to `Inline` elements; doubling growth after that.
template <class T, std::size_t Inline>
class SmallVector {
 public:
  SmallVector() noexcept = default;
  SmallVector(const SmallVector& other) { append(other.begin(), other.end()); }
  SmallVector(SmallVector&& other) noexcept { take(other); }
  SmallVector& operator=(const SmallVector& other) {
    if (this != &other) {
      clear();
      append(other.begin(), other.end());
    }
    return *this;
  }
  SmallVector& operator=(SmallVector&& other) noexcept {
    if (this != &other) {
      release();
      take(other);
    }
    return *this;
  }
  ~SmallVector() { release(); }

  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
  [[nodiscard]] T* data() noexcept { return heap_ != nullptr ? heap_ : place(); }
  [[nodiscard]] const T* data() const noexcept { return heap_ != nullptr ? heap_ : place(); }
  [[nodiscard]] T* begin() noexcept { return data(); }
  [[nodiscard]] T* end() noexcept { return data() + size_; }
  [[nodiscard]] const T* begin() const noexcept { return data(); }
  [[nodiscard]] const T* end() const noexcept { return data() + size_; }
  [[nodiscard]] T& operator[](std::size_t i) noexcept { return data()[i]; }
  [[nodiscard]] const T& operator[](std::size_t i) const noexcept { return data()[i]; }
  [[nodiscard]] T& back() noexcept { return data()[size_ - 1]; }

  template <class... Args>
  T& emplace_back(Args&&... args) {
    if (size_ == capacity_) grow(capacity_ * 2);
    T* at = ::new (static_cast<void*>(data() + size_)) T(std::forward<Args>(args)...);
    ++size_;
    return *at;
  }
  void push_back(T value) { emplace_back(std::move(value)); }

  template <class It>
  void append(It first, It last) {
    for (; first != last; ++first) emplace_back(*first);
  }

  void pop_back() noexcept { std::destroy_at(data() + --size_); }

  void clear() noexcept {
    std::destroy_n(data(), size_);
    size_ = 0;
  }

 private:
  T* place() noexcept { return std::launder(reinterpret_cast<T*>(room_)); }
  const T* place() const noexcept { return std::launder(reinterpret_cast<const T*>(room_)); }

  void grow(std::size_t wanted) {
    T* fresh = std::allocator<T>().allocate(wanted);
    std::uninitialized_move_n(data(), size_, fresh);
    std::destroy_n(data(), size_);
    if (heap_ != nullptr) std::allocator<T>().deallocate(heap_, capacity_);
    heap_ = fresh;
    capacity_ = wanted;
  }

  void take(SmallVector& other) noexcept {
    if (other.heap_ != nullptr) {
      heap_ = std::exchange(other.heap_, nullptr);
      capacity_ = std::exchange(other.capacity_, Inline);
      size_ = std::exchange(other.size_, 0);
      return;
    }
    std::uninitialized_move_n(other.data(), other.size_, place());
    size_ = other.size_;
    other.clear();
  }

  void release() noexcept {
    clear();
    if (heap_ != nullptr) std::allocator<T>().deallocate(heap_, capacity_);
    heap_ = nullptr;
    capacity_ = Inline;
  }

  T* heap_ = nullptr;
  std::size_t size_ = 0;
  std::size_t capacity_ = Inline;
  alignas(T) unsigned char room_[sizeof(T) * Inline];
};

}  // namespace rowan::base
