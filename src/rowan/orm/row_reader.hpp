// Turns rows of one class into managed objects.

#pragma once

#include <rowan/orm/unit_of_work.hpp>
#include <rowan/value/codec.hpp>

#include <cstdint>
#include <span>

namespace rowan::orm {

/// How rows become objects.
enum class Manage : std::uint8_t {
  keep_local,  ///< through the identity map; what the user changed stays
  overwrite,   ///< through the identity map; the row wins over the user's changes
  none,        ///< a fresh unmanaged object for every row
};

/// Reads the cells of one class's columns into the object of their key, a new one where it is not loaded yet.
///
/// Lifetime: within one query; `columns` outlives the reader. Cost for each row: a look-up in the identity map and
/// the one function that fills object and snapshot.
class RowReader {
 public:
  RowReader(UnitOfWork& unit,
            const metadata::EntityMeta& entity,
            std::span<const std::uint16_t> columns,
            Manage manage);

  [[nodiscard]] const metadata::EntityMeta& entity() const noexcept { return *entity_; }
  [[nodiscard]] std::size_t width() const noexcept { return columns_.size(); }
  /// Returns where among the columns the key stands.
  [[nodiscard]] std::size_t key_at() const noexcept { return key_at_; }
  /// Returns the key's cell as the identity map has it.
  /// Lifetime: until the next call.
  [[nodiscard]] value::Cell key_in(const value::Cell* cells) const {
    return value::as_type(cells[key_at_], entity_->primary_key->type, key_room_);
  }
  /// Returns the row's object, filled.
  void* read(const value::Cell* cells);
  /// Returns the object of the row's key as a reference, loaded or not.
  void* refer(const value::Cell* cells) { return store_->find_or_refer(key_in(cells)); }

 private:
  void merge(void* object, const value::Cell* cells);
  void fill(void* object, const value::Cell* cells);
  void* read_unmanaged(const value::Cell* cells);
  void bind_inverse(void* object);

  UnitOfWork* unit_;
  const metadata::EntityMeta* entity_;
  TypeStore* store_;
  std::span<const std::uint16_t> columns_;
  std::size_t key_at_;
  Manage manage_;
  bool is_whole_;
  bool has_integer_key_;
  bool has_other_side_;  ///< owns a one-to-one that is mapped on both sides
  mutable char key_room_[16] = {};
};

}  // namespace rowan::orm
