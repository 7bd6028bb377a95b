// What must be unique in a table, and the values that rows have for it, before a flush and after.

#pragma once

#include <rowan/orm/unit_of_work.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace rowan::orm {

/// The columns of one unique constraint.
struct UniqueKey {
  std::vector<std::uint16_t> columns;
  bool is_primary = false;
};

/// Returns the unique constraints of a class: columns, one-to-one owners, unique indexes, and the key where asked for.
[[nodiscard]] std::vector<UniqueKey> unique_keys_of(const metadata::EntityMeta& entity,
                                                    bool with_primary);

/// Reads rows' values for unique constraints as text that is equal exactly where the values are.
class UniqueValues {
 public:
  UniqueValues(UnitOfWork& unit, const metadata::EntityMeta& entity)
      : unit_(unit), entity_(entity) {}
  /// Returns what the object wants to write; nothing where a part is null, which never collides.
  [[nodiscard]] std::optional<std::string> now(void* object, const UniqueKey& key);
  /// Returns what the database has.
  [[nodiscard]] std::optional<std::string> before(void* object, const UniqueKey& key);

 private:
  UnitOfWork& unit_;
  const metadata::EntityMeta& entity_;
  std::vector<value::Cell> cells_;
};

}  // namespace rowan::orm
