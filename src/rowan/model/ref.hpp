// References from one entity to another: required and optional.

#pragma once

#include <rowan/base/error.hpp>
#include <rowan/model/relation_host.hpp>
#include <rowan/model/slot.hpp>

#include <cstdint>
#include <optional>
#include <type_traits>

namespace rowan {
template <class T>
class Ref;
template <class T>
class OptionalRef;
}  // namespace rowan

namespace rowan::model {

[[noreturn]] void refuse_empty_reference();
[[noreturn]] void refuse_key_only();

/// What a reference of a detached object leads to: a key, shared by the copies of the reference. It looks like a slot
/// whose object is not constructed, but lies in no chunk.
[[nodiscard]] void* make_key_only(const value::Cell& key);
void share_key_only(void* target) noexcept;
void drop_key_only(void* target) noexcept;

/// The part of Ref and OptionalRef that knows no entity type.
///
/// A reference is attached while it is a member of a managed object; it then tells its manager of every change.
/// Copying or moving takes the target along, never the attachment.
class RefBase {
 public:
  RefBase() noexcept = default;
  RefBase(const RefBase& other) noexcept
      : target_(other.target_), is_slot_(other.is_slot_), is_key_(other.is_key_) {
    if (is_key_) [[unlikely]]
      share_key_only(target_);
  }
  RefBase& operator=(const RefBase& other) {
    if (other.is_key_ && !is_attached_) [[unlikely]] {
      share_key_only(other.target_);
      point_to(other.target_, true);
      is_key_ = true;
    } else {
      point_to(other.target_, other.is_slot_);
    }
    return *this;
  }
  ~RefBase() {
    if (is_key_) [[unlikely]]
      drop_key_only(target_);
  }

  /// Tells whether this refers to nothing.
  [[nodiscard]] bool empty() const noexcept { return target_ == nullptr; }
  [[nodiscard]] void* target() const noexcept { return target_; }
  /// Tells whether the target is known to lie in a slot of some manager.
  [[nodiscard]] bool is_slot() const noexcept { return is_slot_; }
  [[nodiscard]] bool is_attached() const noexcept { return is_attached_; }
  /// Tells whether this keeps a key only, because its object was detached.
  [[nodiscard]] bool is_key() const noexcept { return is_key_; }

  /// For the unit of work: changes the target without telling anybody.
  void bind(void* slot_object) noexcept {
    forget_key();
    target_ = slot_object;
    is_slot_ = slot_object != nullptr;
  }
  void bind_key(const value::Cell& key) {
    bind(make_key_only(key));
    is_key_ = true;
  }
  void attach() noexcept { is_attached_ = true; }
  void detach() noexcept { is_attached_ = false; }

  /// Tells whether the target's members may be read.
  [[nodiscard]] bool is_initialized() const noexcept {
    return target_ != nullptr && (!is_slot_ || header_of(target_).is_constructed);
  }

 protected:
  RefBase(void* target, bool is_slot) noexcept : target_(target), is_slot_(is_slot) {}

  void point_to(void* target, bool is_slot) {
    if (is_attached_) {
      chunk_of(this).host->assign(*this, target);
    } else {
      forget_key();
      target_ = target;
      is_slot_ = is_slot;
    }
  }
  void* readable() const {
    if (target_ == nullptr) refuse_empty_reference();
    if (is_slot_ && !header_of(target_).is_constructed) {
      if (is_key_) refuse_key_only();
      chunk_of(target_).host->refuse_unloaded(target_);
    }
    return target_;
  }
  void* loaded() const {
    if (target_ == nullptr) refuse_empty_reference();
    if (!is_slot_) return target_;
    if (is_key_) refuse_key_only();
    if (!header_of(target_).is_constructed || header_of(target_).is_partial)
      chunk_of(target_).host->load(target_);
    return target_;
  }

 private:
  void forget_key() noexcept {
    if (!is_key_) [[likely]]
      return;
    drop_key_only(target_);
    is_key_ = false;
  }

  void* target_ = nullptr;
  bool is_slot_ = false;
  bool is_attached_ = false;
  bool is_key_ = false;
};

}  // namespace rowan::model

namespace rowan {

/// A required reference to an entity of the same manager.
///
/// Lifetime: what it leads to lives until the manager is cleared or ends. Reading through it does no I/O: a target that
/// is not loaded is a ValidationError that names the missing populate path. Thread safety: that of its manager, none.
template <class T>
class Ref : public model::RefBase {
 public:
  using Target = T;
  Ref() noexcept = default;
  Ref(T& entity) noexcept
      : RefBase(const_cast<std::remove_const_t<T>*>(&entity), false) {
  }  // NOLINT: implicit by design
  Ref(T&&) = delete;
  Ref& operator=(T& entity) {
    point_to(&entity, false);
    return *this;
  }
  Ref(const Ref&) noexcept = default;
  Ref& operator=(const Ref&) = default;
  Ref(const OptionalRef<T>& other) noexcept;  // NOLINT: implicit by design
  Ref& operator=(const OptionalRef<T>& other);

  [[nodiscard]] T& operator*() const { return *static_cast<T*>(readable()); }
  [[nodiscard]] T* operator->() const { return static_cast<T*>(readable()); }
  [[nodiscard]] T& get() const { return *static_cast<T*>(readable()); }
  /// Loads the target where that has not been done, and returns it.
  /// Errors: NotFoundError where its row is gone. Cost: one select, none where it is loaded.
  T& load() const { return *static_cast<T*>(loaded()); }

  /// Tells whether both refer to the same object.
  friend bool operator==(const Ref& a, const Ref& b) noexcept { return a.target() == b.target(); }
  friend bool operator==(const Ref& a, const T& b) noexcept {
    return a.target() == static_cast<const void*>(&b);
  }

 private:
  friend class OptionalRef<T>;
  Ref(void* target, bool is_slot) noexcept : RefBase(target, is_slot) {}
};

/// A reference that may be empty.
template <class T>
class OptionalRef : public model::RefBase {
 public:
  using Target = T;
  OptionalRef() noexcept = default;
  OptionalRef(std::nullopt_t) noexcept {}  // NOLINT: implicit by design
  OptionalRef(std::nullptr_t) noexcept {}  // NOLINT: implicit by design
  OptionalRef(T& entity) noexcept
      : RefBase(const_cast<std::remove_const_t<T>*>(&entity), false) {}  // NOLINT: implicit
  OptionalRef(T&&) = delete;
  OptionalRef(const Ref<T>& other) noexcept : RefBase(other) {}  // NOLINT: implicit by design
  OptionalRef(const OptionalRef&) noexcept = default;
  OptionalRef& operator=(const OptionalRef&) = default;
  OptionalRef& operator=(const Ref<T>& other) {
    RefBase::operator=(other);
    return *this;
  }
  OptionalRef& operator=(T& entity) {
    point_to(&entity, false);
    return *this;
  }
  OptionalRef& operator=(std::nullopt_t) {
    point_to(nullptr, false);
    return *this;
  }
  OptionalRef& operator=(std::nullptr_t) {
    point_to(nullptr, false);
    return *this;
  }
  void reset() { point_to(nullptr, false); }

  [[nodiscard]] explicit operator bool() const noexcept { return !empty(); }
  [[nodiscard]] bool has_value() const noexcept { return !empty(); }
  [[nodiscard]] T& operator*() const { return *static_cast<T*>(readable()); }
  [[nodiscard]] T* operator->() const { return static_cast<T*>(readable()); }
  [[nodiscard]] T& get() const { return *static_cast<T*>(readable()); }
  /// Loads the target where that has not been done, and returns it.
  /// Errors: ValidationError where this is empty; NotFoundError where the row is gone.
  T& load() const { return *static_cast<T*>(loaded()); }

  friend bool operator==(const OptionalRef& a, const OptionalRef& b) noexcept {
    return a.target() == b.target();
  }
  friend bool operator==(const OptionalRef& a, const T& b) noexcept {
    return a.target() == static_cast<const void*>(&b);
  }
  friend bool operator==(const OptionalRef& a, std::nullptr_t) noexcept { return a.empty(); }
  friend bool operator==(const OptionalRef& a, std::nullopt_t) noexcept { return a.empty(); }
};

template <class T>
Ref<T>::Ref(const OptionalRef<T>& other) noexcept : RefBase(other) {}
template <class T>
Ref<T>& Ref<T>::operator=(const OptionalRef<T>& other) {
  RefBase::operator=(other);
  return *this;
}

}  // namespace rowan
