// The writes of one flush, as rows of cells of one shape.

#pragma once

#include <rowan/metadata/entity_meta.hpp>
#include <rowan/value/cell.hpp>

#include <cstddef>
#include <cstdint>
#include <span>

namespace rowan::backend {

/// Yields the rows of a batch one after the other, so that nothing is copied on the way to the driver.
class RowSource {
 public:
  virtual ~RowSource() = default;
  [[nodiscard]] virtual std::size_t size() const = 0;
  /// Fills `out` with row `index`, which may be asked for again.
  /// Lifetime: bytes stay good until the batch has been written.
  virtual void row(std::size_t index, value::Cell* out) = 0;
};

/// Rows to insert into an entity's table; a row has one cell for each of `columns`.
struct InsertBatch {
  const metadata::EntityMeta* entity = nullptr;
  std::span<const std::uint16_t> columns;    ///< columns written
  std::span<const std::uint16_t> returning;  ///< columns that the database fills, read back
  RowSource* rows = nullptr;
};

/// Rows to update: a row has the new values of `columns`, then the key, then the old values of `checks`.
struct UpdateBatch {
  const metadata::EntityMeta* entity = nullptr;
  std::span<const std::uint16_t> columns;
  std::span<const std::uint16_t>
      checks;  ///< version and concurrency-check columns that must still hold these values
  std::span<const std::uint16_t> returning;  ///< raw expressions and database-made values read back
  RowSource* rows = nullptr;
};

/// Rows to delete: a row has the key, then the old values of `checks`.
struct DeleteBatch {
  const metadata::EntityMeta* entity = nullptr;
  std::span<const std::uint16_t> checks;
  RowSource* rows = nullptr;
};

/// Rows of a pivot table: owner key, target key. `relation` is the owning many-to-many property.
struct PivotBatch {
  const metadata::EntityMeta* owner = nullptr;
  const metadata::PropertyMeta* relation = nullptr;
  RowSource* rows = nullptr;
  bool ignore_existing = false;  ///< insert: a pair that is there already is left alone
  bool all_of_owner = false;     ///< delete: a row has the owner's key only, all its pairs go
  bool all_of_target = false;    ///< delete: a row has the target's key only, all its pairs go
};

/// Receives what the database made for row `row` of a batch: one cell for each of `returning`.
class ReturnedRows {
 public:
  virtual ~ReturnedRows() = default;
  virtual void returned(std::size_t row, std::span<const value::Cell> cells) = 0;
};

}  // namespace rowan::backend
