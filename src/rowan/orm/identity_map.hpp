// One object for each key, for the life of one entity manager.

#pragma once

#include <rowan/value/cell.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace rowan::orm {

/// Maps keys of one class to the objects that stand for their rows, by open addressing.
///
/// The map owns nothing; the key of an object is the cell before it (model::key_of).
/// Invariants:
///  1. A key leads to at most one object.
///  2. Integer keys are compared in the table itself, others through the object's key cell.
/// Thread safety: none.
class IdentityMap {
 public:
  /// Returns the object under `key`, or null.
  [[nodiscard]] void* find(const value::Cell& key) const noexcept {
    if (entries_.empty()) return nullptr;
    const std::uint64_t word = word_of(key);
    for (std::size_t at = slot_of(word);; at = (at + 1) & mask_) {
      const Entry& entry = entries_[at];
      if (entry.object == nullptr) return nullptr;
      if (entry.word == word && (!key.has_bytes() || matches(entry.object, key)))
        return entry.object;
    }
  }
  /// Returns the object under an integer key or, where there is none, the object that `make` returns, now under it.
  template <class Make>
  void* find_or_add(std::int64_t key, Make make) {
    if ((size_ + 1) * 2 > entries_.size()) [[unlikely]]
      grow();
    const auto word = static_cast<std::uint64_t>(key);
    std::size_t at = slot_of(word);
    for (; entries_[at].object != nullptr; at = (at + 1) & mask_) {
      if (entries_[at].word == word) return entries_[at].object;
    }
    void* object = make();
    entries_[at] = {word, object};
    note_place(at);
    ++size_;
    return object;
  }
  /// Maps the object's present key to it. Requires: the key is free.
  void insert(void* object);
  /// Forgets the object under `key`.
  void erase(const value::Cell& key) noexcept;
  void clear() noexcept;
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

 private:
  struct Entry {
    std::uint64_t word;
    void* object;
  };
  static std::uint64_t word_of(const value::Cell& key) noexcept {
    return key.has_bytes() ? value::hash_of(key) : static_cast<std::uint64_t>(key.integer);
  }
  [[nodiscard]] std::size_t slot_of(std::uint64_t word) const noexcept {
    return static_cast<std::size_t>((word * 0x9E3779B97F4A7C15ULL) >> 32) & mask_;
  }
  static bool matches(const void* object, const value::Cell& key) noexcept;
  void grow();
  void put(const Entry& entry) noexcept;
  void note_place(std::size_t at) noexcept {
    if (place_count_ < places_kept) {
      places_[place_count_++] = static_cast<std::uint32_t>(at);
    } else {
      forget_places();
    }
  }
  void forget_places() noexcept { place_count_ = places_kept + 1; }

  std::vector<Entry> entries_;
  std::size_t mask_ = 0;
  std::size_t size_ = 0;
  /// Where the first entries stand, so that clearing a large table with few of them costs little.
  static constexpr std::size_t places_kept = 32;
  std::size_t place_count_ = 0;  ///< more than places_kept: not known
  std::uint32_t places_[places_kept] = {};
};

}  // namespace rowan::orm
