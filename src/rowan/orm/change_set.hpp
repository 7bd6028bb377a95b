// What one flush will write, found before anything is written.

#pragma once

#include <rowan/metadata/entity_meta.hpp>
#include <rowan/orm/undo_log.hpp>
#include <rowan/value/value.hpp>

#include <cstdint>
#include <vector>

namespace rowan::orm {

/// Updates of one class that change the same columns, so that they become one batch.
struct UpdateGroup {
  const metadata::EntityMeta* entity = nullptr;
  metadata::IndexSet changed;
  std::vector<void*> objects;
};

/// A reference that must be written after the row it leads to.
struct LateReference {
  void* object = nullptr;
  const metadata::PropertyMeta* property = nullptr;
};

/// A unique value that must leave its column before another row can take it.
struct ParkedValue {
  void* object = nullptr;
  const metadata::PropertyMeta* property = nullptr;
  Value temporary;
};

/// The work of one flush, by pass; vectors indexed by entity id.
struct ChangeSets {
  std::vector<std::vector<void*>> inserts;
  std::vector<std::vector<void*>> removals;
  std::vector<std::vector<void*>>
      early_removals;  ///< free a unique value or key that an insert or update takes
  std::vector<UpdateGroup> updates;
  std::vector<UpdateGroup>
      ordered;  ///< one object each, in the order in which unique values are handed on
  std::vector<ParkedValue> parked;
  std::vector<LateReference> late;
  std::vector<LateReference>
      leaving;  ///< references that must leave a row before it is removed early
  bool must_defer =
      false;  ///< a required reference leads forward: foreign keys wait for the commit

  // What the passes changed in memory.
  std::vector<WrittenValue> touched;    ///< by on_update
  std::vector<TakenReference> emptied;  ///< their targets go
  std::vector<void*> reached;           ///< persisted because a persisted object refers to them
  std::vector<void*> orphans;           ///< removed because a replaced collection drops them

  [[nodiscard]] bool empty() const noexcept;
};

}  // namespace rowan::orm
