// The to-many side of a relation.

#pragma once

#include <rowan/model/item_list.hpp>
#include <rowan/model/list_pool.hpp>
#include <rowan/model/relation_host.hpp>
#include <rowan/model/slot.hpp>

#include <cstddef>
#include <functional>
#include <initializer_list>
#include <iterator>
#include <memory>
#include <vector>

namespace rowan {
template <class T>
class Filter;
template <class T>
struct FindOptions;
template <class T>
class Collection;
}  // namespace rowan

namespace rowan::model {

/// What a collection knows of its items; allocated when there is something to know.
struct CollectionState {
  ItemList items;  ///< where not initialized: those that were added
  std::vector<void*>
      original;      ///< many-to-many: as the database has them; meaningful where initialized
  ItemList removed;  ///< removed without having been loaded
  bool is_dirty = false;
  bool is_partial = false;  ///< a filter kept some items away
  bool is_read_only = false;
  bool is_replaced = false;  ///< set() before it was loaded: the database's items are not known
  bool is_queued = false;    ///< in the unit of work's list of changed collections
};

/// The part of Collection that knows no entity type.
class CollectionBase {
 public:
  CollectionBase() noexcept = default;
  CollectionBase(const CollectionBase&) noexcept {}
  CollectionBase(CollectionBase&&) noexcept {}
  CollectionBase& operator=(const CollectionBase&) = delete;
  CollectionBase& operator=(CollectionBase&&) = delete;
  ~CollectionBase() = default;

  [[nodiscard]] bool is_attached() const noexcept { return is_attached_; }
  void attach() noexcept { is_attached_ = true; }
  void detach() noexcept { is_attached_ = false; }

  /// Tells whether the items are known.
  [[nodiscard]] bool is_initialized() const noexcept { return is_initialized_; }
  /// Tells whether there are changes that a flush would write.
  [[nodiscard]] bool is_dirty() const noexcept { return state_ != nullptr && state_->is_dirty; }
  /// Tells whether a filter kept some items away.
  [[nodiscard]] bool is_partial() const noexcept { return state_ != nullptr && state_->is_partial; }
  [[nodiscard]] bool is_read_only() const noexcept {
    return state_ != nullptr && state_->is_read_only;
  }

  /// For the unit of work.
  [[nodiscard]] CollectionState* find_state() const noexcept { return state_.get(); }
  [[nodiscard]] CollectionState& state() {
    if (state_ == nullptr) state_ = std::make_unique<CollectionState>();
    return *state_;
  }
  void set_initialized(bool is) noexcept { is_initialized_ = is; }
  void drop_state() noexcept {
    state_.reset();
    is_initialized_ = false;
  }

 protected:
  const std::vector<void*>& checked_items() const {
    if (!is_initialized_) refuse();
    return state_ != nullptr ? state_->items.view() : no_items;
  }
  std::size_t checked_size() const {
    if (!is_initialized_) refuse();
    return state_ != nullptr ? state_->items.size() : 0;
  }
  bool checked_contains(const void* item) const {
    if (!is_initialized_) refuse();
    return state_ != nullptr && state_->items.contains(item);
  }
  [[nodiscard]] RelationHost& host() const {
    if (!is_attached_) refuse();
    return *chunk_of(this).host;
  }
  [[noreturn]] void refuse() const;

 private:
  std::unique_ptr<CollectionState> state_;
  bool is_attached_ = false;
  bool is_initialized_ = false;
  static const std::vector<void*> no_items;
};

}  // namespace rowan::model

namespace rowan {

/// Walks over entities as `T&`.
template <class T>
class EntityIterator {
 public:
  using iterator_category = std::random_access_iterator_tag;
  using value_type = T;
  using difference_type = std::ptrdiff_t;
  using pointer = T*;
  using reference = T&;

  EntityIterator() noexcept = default;
  explicit EntityIterator(void* const* at) noexcept : at_(at) {}
  T& operator*() const noexcept { return *static_cast<T*>(*at_); }
  T* operator->() const noexcept { return static_cast<T*>(*at_); }
  T& operator[](difference_type n) const noexcept { return *static_cast<T*>(at_[n]); }
  EntityIterator& operator++() noexcept {
    ++at_;
    return *this;
  }
  EntityIterator operator++(int) noexcept { return EntityIterator(at_++); }
  EntityIterator& operator--() noexcept {
    --at_;
    return *this;
  }
  EntityIterator operator--(int) noexcept { return EntityIterator(at_--); }
  EntityIterator& operator+=(difference_type n) noexcept {
    at_ += n;
    return *this;
  }
  EntityIterator& operator-=(difference_type n) noexcept {
    at_ -= n;
    return *this;
  }
  friend EntityIterator operator+(EntityIterator it, difference_type n) noexcept { return it += n; }
  friend EntityIterator operator+(difference_type n, EntityIterator it) noexcept { return it += n; }
  friend EntityIterator operator-(EntityIterator it, difference_type n) noexcept { return it -= n; }
  friend difference_type operator-(EntityIterator a, EntityIterator b) noexcept {
    return a.at_ - b.at_;
  }
  friend bool operator==(EntityIterator, EntityIterator) noexcept = default;
  friend auto operator<=>(EntityIterator, EntityIterator) noexcept = default;

 private:
  void* const* at_ = nullptr;
};

namespace model {

/// The part of EntityList that knows no entity type.
class EntityListBase {
 public:
  EntityListBase() noexcept = default;
  explicit EntityListBase(std::vector<void*>&& items) noexcept : items_(std::move(items)) {}
  EntityListBase(const EntityListBase&) = default;
  EntityListBase(EntityListBase&&) noexcept = default;
  EntityListBase& operator=(const EntityListBase&) = default;
  EntityListBase& operator=(EntityListBase&&) noexcept = default;
  ~EntityListBase() { give_back_list(std::move(items_)); }

  [[nodiscard]] std::size_t size() const noexcept { return items_.size(); }
  [[nodiscard]] bool empty() const noexcept { return items_.empty(); }
  /// For the entity manager.
  [[nodiscard]] const std::vector<void*>& items() const noexcept { return items_; }

 protected:
  std::vector<void*> items_;
};

}  // namespace model

/// The entities that a query found, in its order. Owns nothing: they live in the manager.
template <class T>
class EntityList : public model::EntityListBase {
 public:
  EntityList() noexcept = default;
  explicit EntityList(std::vector<void*>&& items) noexcept : EntityListBase(std::move(items)) {}
  explicit EntityList(const std::vector<void*>& items)
      : EntityListBase(std::vector<void*>(items)) {}

  [[nodiscard]] T& operator[](std::size_t i) const noexcept { return *static_cast<T*>(items_[i]); }
  [[nodiscard]] T& front() const noexcept { return (*this)[0]; }
  [[nodiscard]] T& back() const noexcept { return (*this)[items_.size() - 1]; }
  [[nodiscard]] EntityIterator<T> begin() const noexcept {
    return EntityIterator<T>(items_.data());
  }
  [[nodiscard]] EntityIterator<T> end() const noexcept {
    return EntityIterator<T>(items_.data() + items_.size());
  }
};

namespace model {
template <class T>
inline constexpr bool is_entity_list = false;
template <class T>
inline constexpr bool is_entity_list<EntityList<T>> = true;
template <class T>
inline constexpr bool is_entity_list<const EntityList<T>> = true;
}  // namespace model

/// The entities at the other end of a one-to-many or many-to-many relation.
///
/// A member that cannot be assigned: it changes by add(), remove(), set() and remove_all(). Reading one that was not
/// loaded is a ValidationError naming the missing populate path; nothing is loaded unasked. Copying an entity leaves
/// its collections behind. Lifetime: items live in the manager. Thread safety: that of the manager, none.
template <class T>
class Collection : public model::CollectionBase {
 public:
  using Target = T;

  [[nodiscard]] std::size_t size() const { return checked_size(); }
  [[nodiscard]] bool empty() const { return checked_size() == 0; }
  [[nodiscard]] T& operator[](std::size_t i) const { return *static_cast<T*>(checked_items()[i]); }
  [[nodiscard]] EntityIterator<T> begin() const {
    return EntityIterator<T>(checked_items().data());
  }
  [[nodiscard]] EntityIterator<T> end() const {
    return EntityIterator<T>(checked_items().data() + checked_items().size());
  }
  /// Returns a copy of the list of items that changes of the collection do not disturb.
  [[nodiscard]] EntityList<T> items() const { return EntityList<T>(checked_items()); }
  /// Cost: constant on average.
  [[nodiscard]] bool contains(const T& item) const { return checked_contains(&item); }

  /// Adds an item and sets its side of the relation; returns false where it was in already. Needs no loading.
  bool add(T& item) { return host().add(*this, &item); }
  template <class... More>
  requires(sizeof...(More) > 0 && (std::is_same_v<More, T> && ...)) std::size_t
      add(T& item, More&... more) {
    return static_cast<std::size_t>(add(item)) + (static_cast<std::size_t>(add(more)) + ...);
  }
  /// Takes an item out; with orphan removal it will be deleted. Errors: ValidationError where the item must have an
  /// owner.
  bool remove(T& item) { return host().remove(*this, &item); }
  /// Takes out every item that `predicate` holds for and returns how many.
  template <class Predicate>
  requires(!std::is_same_v<std::remove_cvref_t<Predicate>, T>) std::size_t
      remove(Predicate predicate) {
    std::size_t count = 0;
    for (void* each : std::vector<void*>(checked_items())) {
      if (predicate(*static_cast<T*>(each))) count += host().remove(*this, each) ? 1 : 0;
    }
    return count;
  }
  /// Makes the items exactly these, in this order. Loads nothing: where the collection was not loaded, the flush
  /// removes all others by one statement, unseen. What is so already is no change; a new order is written where the
  /// relation has a fixed_order().
  /// Errors: ValidationError where an item that leaves must have an owner, found at once or, unloaded, by the flush.
  void set(std::initializer_list<std::reference_wrapper<T>> items) {
    std::vector<void*> pointers;
    pointers.reserve(items.size());
    for (T& item : items) pointers.push_back(&item);
    host().set(*this, pointers.data(), pointers.size());
  }
  template <class Range>
  requires requires(const Range& range) { std::begin(range); }
  void set(const Range& items) {
    std::vector<void*> pointers;
    for (T& item : items) pointers.push_back(&item);
    host().set(*this, pointers.data(), pointers.size());
  }
  /// Takes every item out: set() of nothing.
  void remove_all() { host().set(*this, nullptr, 0); }

  /// Loads the items, again where they were loaded; what was added or removed and not flushed stays so.
  void init() { host().load(*this, true, nullptr, nullptr); }
  template <class Options = FindOptions<T>>
  void init(const Options& options) {
    const auto erased = options.erased();
    host().load(*this, true, &erased, nullptr);
  }
  /// Loads the items that `where` holds for; the collection is partial then.
  template <class Where = Filter<T>>
  void init_where(const Where& where) {
    host().load(*this, true, nullptr, &where.condition());
  }
  /// Loads the items where that has not been done.
  void load() { host().load(*this, false, nullptr, nullptr); }
  /// Returns how many items the database has. Cost: one count, none where the collection is loaded.
  [[nodiscard]] std::size_t load_count() { return host().count(*this, nullptr); }
  template <class Where = Filter<T>>
  [[nodiscard]] std::size_t load_count(const Where& where) {
    return host().count(*this, &where.condition());
  }
};

}  // namespace rowan
