// The objects of a collection, in order, with membership and removal that do not grow with their number.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

namespace rowan::model {

/// An ordered set of objects.
///
/// Short lists are searched; a long one gets an index of places when somebody asks for membership or takes something
/// out of its middle. What was taken out leaves a gap until the list is read.
/// Invariants:
///  1. An object stands in the list once at most; push_back() relies on its caller for that.
///  2. The index, where there is one, knows every object; its place is at most `shift_` too far right.
/// Thread safety: none, reading included.
class ItemList {
 public:
  ItemList() noexcept = default;
  ItemList(const ItemList&) = delete;
  ItemList& operator=(const ItemList&) = delete;
  ItemList(ItemList&&) noexcept = default;
  ItemList& operator=(ItemList&&) noexcept = default;
  ~ItemList() = default;
  ItemList& operator=(std::vector<void*> items);

  [[nodiscard]] std::size_t size() const noexcept { return list_.size() - gaps_; }
  [[nodiscard]] bool empty() const noexcept { return size() == 0; }
  /// Returns the objects in order. Cost: closes gaps, linear where there are any.
  [[nodiscard]] const std::vector<void*>& view() const {
    if (gaps_ > 0) close_gaps();
    return list_;
  }
  [[nodiscard]] auto begin() const { return view().begin(); }
  [[nodiscard]] auto end() const { return view().end(); }

  /// Cost: constant on average.
  [[nodiscard]] bool contains(const void* item) const;
  /// Adds an object that is not in the list.
  void push_back(void* item);
  /// Adds an object that may be in the list; returns whether it was not.
  bool insert(void* item);
  /// Takes an object out; returns whether it was in. Cost: constant on average.
  bool erase(const void* item);
  void clear() noexcept;

 private:
  static constexpr std::size_t none = SIZE_MAX;
  static constexpr std::size_t searched_items = 32;  ///< lists up to this length have no index

  [[nodiscard]] std::size_t find(const void* item) const;
  [[nodiscard]] std::size_t search(const void* item, std::size_t from, std::size_t to) const;
  void build_index() const;
  void close_gaps() const;

  mutable std::vector<void*> list_;
  mutable std::size_t gaps_ = 0;
  mutable std::size_t shift_ = 0;  ///< gaps closed since the index was built
  mutable std::unique_ptr<std::unordered_map<const void*, std::size_t>> index_;
};

}  // namespace rowan::model
