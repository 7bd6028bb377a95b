// Gaps and the index of places of a list of items.

#include <rowan/model/item_list.hpp>

#include <algorithm>
#include <utility>

namespace rowan::model {

ItemList& ItemList::operator=(std::vector<void*> items) {
  clear();
  list_ = std::move(items);
  return *this;
}

void ItemList::clear() noexcept {
  list_.clear();
  gaps_ = 0;
  shift_ = 0;
  index_.reset();
}

std::size_t ItemList::search(const void* item, std::size_t from, std::size_t to) const {
  for (std::size_t at = to; at > from; --at) {
    if (list_[at - 1] == item) return at - 1;
  }
  return none;
}

std::size_t ItemList::find(const void* item) const {
  const std::size_t end = list_.size();
  if (index_ == nullptr) {
    if (end <= searched_items) return search(item, 0, end);
    // Who empties a list takes from one of its ends.
    constexpr std::size_t edge = 4;
    std::size_t at = search(item, end - edge, end);
    if (at == none) at = search(item, 0, edge);
    if (at != none) return at;
  }
  // Places too far off are as slow to search as the whole list.
  if (index_ == nullptr || shift_ > searched_items + end / 16) build_index();
  const auto known = index_->find(item);
  if (known == index_->end()) return none;
  const std::size_t last = std::min(known->second + 1, end);
  return search(item, last > shift_ + 1 ? last - shift_ - 1 : 0, last);
}

void ItemList::build_index() const {
  if (gaps_ > 0) close_gaps();
  index_ = std::make_unique<std::unordered_map<const void*, std::size_t>>();
  index_->reserve(list_.size() * 2);
  for (std::size_t at = 0; at < list_.size(); ++at) index_->emplace(list_[at], at);
  shift_ = 0;
}

void ItemList::close_gaps() const {
  std::erase(list_, nullptr);
  shift_ += std::exchange(gaps_, 0);
}

bool ItemList::contains(const void* item) const { return find(item) != none; }

void ItemList::push_back(void* item) {
  if (index_ != nullptr) index_->emplace(item, list_.size());
  list_.push_back(item);
}

bool ItemList::insert(void* item) {
  if (contains(item)) return false;
  push_back(item);
  return true;
}

bool ItemList::erase(const void* item) {
  const std::size_t at = find(item);
  if (at == none) return false;
  if (index_ != nullptr) index_->erase(item);
  if (at + 1 == list_.size()) {
    list_.pop_back();
  } else if (index_ == nullptr) {
    list_.erase(list_.begin() + static_cast<std::ptrdiff_t>(at));
  } else {
    list_[at] = nullptr;
    ++gaps_;
  }
  return true;
}

}  // namespace rowan::model
