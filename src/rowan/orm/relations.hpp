// Both sides of every relation kept in step, as references and collections change.

#pragma once

#include <rowan/metadata/entity_meta.hpp>
#include <rowan/model/collection.hpp>
#include <rowan/model/ref.hpp>

#include <cstddef>
#include <unordered_map>
#include <vector>

namespace rowan::orm {

class UnitOfWork;

/// What is pending for one collection relation and that a select therefore does not show.
struct PendingItems {
  std::unordered_map<const void*, std::vector<void*>> added;    ///< by owner of the collection
  std::unordered_map<const void*, std::vector<void*>> removed;  ///< many-to-many only
};

/// The changes that references and collections make, in memory.
///
/// A one-to-many collection follows its items' references; a many-to-many relation is written from its owning side, the
/// inverse one mirrors it where it is loaded. Errors: ValidationError before anything is changed.
class Relations {
 public:
  explicit Relations(UnitOfWork& unit) noexcept : unit_(unit) {}

  /// Makes the members of an object in its slot tell of their changes, and references slot references.
  void attach(const metadata::EntityMeta& entity, void* object, bool is_new);
  void assign(model::RefBase& reference, void* target);
  bool add(model::CollectionBase& collection, void* item);
  bool remove(model::CollectionBase& collection, void* item);
  void set(model::CollectionBase& collection, void* const* items, std::size_t count);

  /// Puts an object into the loaded collections and references of all that it refers to.
  void link(void* object);
  /// Takes it out of them.
  void unlink(void* object);

  /// Returns the changes of `property` that are not written yet. Cost: none where nothing is pending.
  [[nodiscard]] PendingItems pending(const metadata::PropertyMeta& property);
  /// Gives a collection the items that the database has, and lays what is pending over them.
  void fill(void* owner,
            const metadata::PropertyMeta& property,
            std::vector<void*> items,
            const PendingItems& pending,
            bool is_partial);
  /// Returns the loaded objects that refer to the owner of a replaced one-to-many collection and are not in it.
  /// Errors: ValidationError where one of them must have an owner.
  [[nodiscard]] std::vector<void*> dropped_by_replacement();
  /// Takes pairs that a replaced many-to-many collection no longer has out of the other side's collections.
  void mirror_replaced();

  [[nodiscard]] static const metadata::PropertyMeta& property_of(
      const model::CollectionBase& collection);

 private:
  void link(const metadata::PropertyMeta& property, void* object, void* target, bool is_new);
  void unlink(const metadata::PropertyMeta& property, void* object, void* target);
  /// Puts an object into the other side's collections of its many-to-many relations, or takes it out.
  void mirror(void* object, bool present);
  bool change_pair(const metadata::PropertyMeta& owning, void* owner, void* target, bool present);
  void require_removable(const metadata::PropertyMeta& property, void* owner, void* item) const;
  void require_writable(const model::CollectionBase& collection) const;
  /// Tells whether the database has the reference as memory has it.
  bool is_written(const metadata::PropertyMeta& reference, void* object, const void* target);
  void replace(model::CollectionBase& collection, const std::vector<void*>& wanted);
  void change_to(model::CollectionBase& collection, std::vector<void*> wanted);

  UnitOfWork& unit_;
};

}  // namespace rowan::orm
