// The one table of functions that the front end makes for each entity class.

#pragma once

#include <rowan/base/arena.hpp>
#include <rowan/value/cell.hpp>

#include <cstddef>
#include <cstdint>

namespace rowan::metadata {

/// A set of column or property indexes of one entity; 256 at most.
struct IndexSet {
  std::uint64_t words[4] = {};

  void add(std::size_t i) noexcept { words[i >> 6] |= std::uint64_t{1} << (i & 63); }
  void remove(std::size_t i) noexcept { words[i >> 6] &= ~(std::uint64_t{1} << (i & 63)); }
  [[nodiscard]] bool has(std::size_t i) const noexcept { return (words[i >> 6] >> (i & 63)) & 1; }
  [[nodiscard]] bool empty() const noexcept {
    return (words[0] | words[1] | words[2] | words[3]) == 0;
  }
  IndexSet& operator|=(const IndexSet& o) noexcept {
    for (int i = 0; i < 4; ++i) words[i] |= o.words[i];
    return *this;
  }
  friend bool operator==(const IndexSet&, const IndexSet&) noexcept = default;
};

/// What the functions below ask of the unit of work while they read rows and entities.
class ReferenceResolver {
 public:
  virtual ~ReferenceResolver() = default;
  /// Returns the managed object (loaded or not) of the entity that property `property` refers to, for `key`.
  virtual void* resolve(std::uint16_t property, const value::Cell& key) = 0;
  /// Returns the database key of the managed object `target` of property `property`; null cell while it has none.
  virtual value::Cell key_of(std::uint16_t property, const void* target) = 0;
  /// Refuses a database value that does not fit the member; throws ValidationError naming entity and property.
  [[noreturn]] virtual void refuse(std::uint16_t property, const value::Cell& cell) = 0;
};

/// How a row is brought into an object that is managed already.
enum class MergeMode : std::uint8_t {
  keep_local,  ///< changed members stay; the snapshot follows the database; a null never overwrites (U-31)
  overwrite,  ///< refresh: members and snapshot become the row's
};

/// Compiled functions over one entity class, each a fold over its properties.
///
/// An object is addressed as `void*`; its snapshot is `snapshot_size` bytes that this table alone understands (zeroed
/// memory is a valid empty one). Text in a snapshot lies in the arena given. Columns are indexes into
/// EntityMeta::columns.
struct EntityFunctions {
  std::size_t size = 0;
  std::size_t alignment = 0;
  std::size_t snapshot_size = 0;

  void (*construct)(void* at) = nullptr;  ///< default construction
  void (*move_construct)(void* at, void* from) = nullptr;
  void (*destroy)(void* object) noexcept = nullptr;

  /// Fills members and snapshot of a freshly constructed object from a row that holds every column in order.
  void (*hydrate)(void* object,
                  void* snapshot,
                  const value::Cell* row,
                  base::Arena&,
                  ReferenceResolver&) = nullptr;
  /// The same for the columns listed; the snapshot of the others is that of the object's present members.
  void (*hydrate_some)(void* object,
                       void* snapshot,
                       const value::Cell* row,
                       const std::uint16_t* columns,
                       std::size_t count,
                       base::Arena&,
                       ReferenceResolver&) = nullptr;
  /// Brings a row into an object that has a snapshot.
  void (*merge)(void* object,
                void* snapshot,
                const value::Cell* row,
                const std::uint16_t* columns,
                std::size_t count,
                MergeMode,
                base::Arena&,
                ReferenceResolver&) = nullptr;

  /// Makes the snapshot equal to the object's members.
  void (*take_snapshot)(const void* object, void* snapshot, base::Arena&) = nullptr;
  /// Tells whether any persistent member differs from the snapshot. Cost: a tight scan, no allocation.
  bool (*is_changed)(const void* object, const void* snapshot) = nullptr;
  /// Adds the columns whose member differs from the snapshot.
  void (*changed_columns)(const void* object, const void* snapshot, IndexSet& columns) = nullptr;

  /// Writes a cell for each column listed, viewing the members; `scratch` keeps what must be formatted.
  void (*encode)(const void* object,
                 const std::uint16_t* columns,
                 std::size_t count,
                 value::Cell* out,
                 base::Arena& scratch,
                 ReferenceResolver&) = nullptr;
  /// The same, from the snapshot: the database's view of the row.
  void (*encode_snapshot)(const void* snapshot,
                          const std::uint16_t* columns,
                          std::size_t count,
                          value::Cell* out,
                          base::Arena& scratch,
                          ReferenceResolver&) = nullptr;
  /// Assigns one column's member (not its snapshot) from a cell.
  void (*decode)(void* object,
                 std::uint16_t column,
                 const value::Cell& cell,
                 ReferenceResolver&) = nullptr;
  /// Copies one column's member into the snapshot.
  void (*snapshot_column)(const void* object,
                          void* snapshot,
                          std::uint16_t column,
                          base::Arena&) = nullptr;
  /// Tells whether the column's member is unset as FEATURES 1.2 defines it: no value in an optional or Ref, or T{}.
  bool (*is_unset)(const void* object, std::uint16_t column) = nullptr;
};

}  // namespace rowan::metadata
