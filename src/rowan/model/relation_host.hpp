// What references and collections ask of the unit of work that owns their entity.

#pragma once

#include <cstddef>

namespace rowan::query {
struct FindSpec;
struct Condition;
}  // namespace rowan::query

namespace rowan::model {

class RefBase;
class CollectionBase;

/// The calls that Ref and Collection make upward. Implemented by the unit of work.
class RelationHost {
 public:
  virtual ~RelationHost() = default;

  /// Makes an attached reference point at `target` (null: empty), keeps the inverse side in step.
  /// Errors: ValidationError where `target` is no object of this manager; nothing is changed then.
  virtual void assign(RefBase& reference, void* target) = 0;
  /// Loads what `object`, a slot of this manager, stands for. Errors: NotFoundError where the row is gone.
  virtual void load(void* object) = 0;
  /// Throws ValidationError that says which populate path or load() was missing.
  [[noreturn]] virtual void refuse_unloaded(const void* object) = 0;
  [[noreturn]] virtual void refuse_unloaded(const CollectionBase& collection) = 0;

  /// Loads a collection, again where `reload`; `options` may be null.
  virtual void load(CollectionBase& collection,
                    bool reload,
                    const query::FindSpec* options,
                    const query::Condition* where) = 0;
  virtual std::size_t count(CollectionBase& collection, const query::Condition* where) = 0;
  virtual bool add(CollectionBase& collection, void* item) = 0;
  virtual bool remove(CollectionBase& collection, void* item) = 0;
  virtual void set(CollectionBase& collection, void* const* items, std::size_t count) = 0;
};

}  // namespace rowan::model
