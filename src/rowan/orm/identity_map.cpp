// Insertion, removal and growth of the identity map.

#include <rowan/orm/identity_map.hpp>

#include <rowan/model/slot.hpp>

#include <algorithm>

namespace rowan::orm {

bool IdentityMap::matches(const void* object, const value::Cell& key) noexcept {
  return model::key_of(object).bytes() == key.bytes();
}

void IdentityMap::insert(void* object) {
  if ((size_ + 1) * 2 > entries_.size()) grow();
  put({word_of(model::key_of(object)), object});
  ++size_;
}

void IdentityMap::put(const Entry& entry) noexcept {
  std::size_t at = slot_of(entry.word);
  while (entries_[at].object != nullptr) at = (at + 1) & mask_;
  entries_[at] = entry;
  note_place(at);
}

void IdentityMap::erase(const value::Cell& key) noexcept {
  if (entries_.empty()) return;
  const std::uint64_t word = word_of(key);
  std::size_t at = slot_of(word);
  while (entries_[at].object != nullptr &&
         !(entries_[at].word == word && (!key.has_bytes() || matches(entries_[at].object, key)))) {
    at = (at + 1) & mask_;
  }
  if (entries_[at].object == nullptr) return;
  --size_;
  forget_places();
  // Close the gap: move back every later entry of the run that may not stand behind an empty place.
  std::size_t gap = at;
  for (std::size_t next = (at + 1) & mask_; entries_[next].object != nullptr;
       next = (next + 1) & mask_) {
    const std::size_t home = slot_of(entries_[next].word);
    if (((next - home) & mask_) >= ((next - gap) & mask_)) {
      entries_[gap] = entries_[next];
      gap = next;
    }
  }
  entries_[gap] = {};
}

void IdentityMap::clear() noexcept {
  if (place_count_ <= places_kept) {
    for (std::size_t i = 0; i < place_count_; ++i) entries_[places_[i]] = Entry{};
  } else {
    std::fill(entries_.begin(), entries_.end(), Entry{});
  }
  place_count_ = 0;
  size_ = 0;
}

void IdentityMap::grow() {
  std::vector<Entry> old = std::move(entries_);
  const std::size_t capacity = old.empty() ? 16 : old.size() * 2;
  entries_.assign(capacity, Entry{});
  mask_ = capacity - 1;
  place_count_ = 0;
  for (const Entry& entry : old) {
    if (entry.object != nullptr) put(entry);
  }
}

}  // namespace rowan::orm
