// What references and collections say when they are read at the wrong time.

#include <rowan/base/error.hpp>
#include <rowan/model/collection.hpp>
#include <rowan/model/ref.hpp>

namespace rowan::model {

void refuse_empty_reference() {
  throw ValidationError(
      "the reference is empty: assign an entity to it, or test an OptionalRef before it is read");
}

const std::vector<void*> CollectionBase::no_items;

void CollectionBase::refuse() const {
  if (is_attached_) chunk_of(this).host->refuse_unloaded(*this);
  throw ValidationError(
      "this collection belongs to an object that no entity manager knows: hand the object to "
      "create() first, and use "
      "the reference that create() returns");
}

}  // namespace rowan::model
