// What is known of a mapped class, free of its type.

#pragma once

#include <rowan/metadata/entity_functions.hpp>
#include <rowan/value/value_type.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rowan::metadata {

struct EntityMeta;

/// Its address stands for one class; see declare/tags.hpp.
struct TypeTag {
  char unused = 0;
};
/// Its address stands for one member of one class; see declare/tags.hpp.
struct MemberTag {
  char unused = 0;
};

enum class PropertyKind : std::uint8_t {
  scalar,
  many_to_one,
  one_to_one,
  one_to_many,
  many_to_many
};

enum class ReferentialAction : std::uint8_t {
  unset,
  no_action,
  restrict_,
  cascade,
  set_null,
  set_default
};

/// A default of the database, as the mapping wrote it.
struct DefaultValue {
  enum class Kind : std::uint8_t { none, boolean, integer, real, text, raw };
  Kind kind = Kind::none;
  std::int64_t integer = 0;
  bool is_too_large = false;  ///< `integer` was given as an unsigned one that does not fit
  double real = 0;
  std::string text{};  ///< text literal, or the SQL of a raw default
};

/// Bits of PropertyMeta::cascade.
enum Cascade : std::uint8_t {
  cascade_none = 0,
  cascade_persist = 1,
  cascade_remove = 2,
  cascade_all = 3
};

/// One mapped member.
///
/// Invariants once the registry is frozen:
///  1. `column >= 0` exactly for persistent scalars and owning to-one relations; it indexes EntityMeta::columns.
///  2. `target` is set for relations; `inverse` where the other side is mapped too.
struct PropertyMeta {
  std::string name;
  std::string
      column_name;  ///< empty until the naming strategy filled it; join column for owning to-one
  std::string cpp_type;
  PropertyKind kind = PropertyKind::scalar;
  ValueType type = ValueType::null;  ///< for relations: that of the target's key
  std::uint16_t index = 0;
  std::int16_t column = -1;
  std::size_t offset = 0;  ///< of the member in the object, bytes

  bool is_primary_key = false;
  bool is_generated = false;  ///< the database makes the key
  bool is_nullable = false;
  bool is_unique = false;
  bool is_indexed = false;
  bool is_hidden = false;
  bool is_version = false;
  bool is_concurrency_check = false;
  bool is_persistent = true;
  bool is_text = false;      ///< unbounded text
  bool is_searched = false;  ///< has a full-text index
  bool is_enum_text = false;
  bool is_unsigned = false;
  bool has_length = false;     ///< length() was given
  bool has_precision = false;  ///< precision() was given
  bool is_owner = true;        ///< of a relation: false for one-to-many and every mapped_by
  bool orphan_removal = false;
  bool fixed_order = false;
  ValueType item_type = ValueType::null;  ///< of lists, whose type is json
  std::uint8_t byte_width = 8;            ///< of integers and reals, or the items of a list
  std::uint8_t cascade = cascade_persist;
  std::uint32_t length = 0;
  std::uint32_t precision = 0;
  std::uint32_t scale = 0;
  std::string unique_name, index_name;  ///< given by the user; empty for the strategy's
  std::string column_type;              ///< verbatim DDL type; empty for the dialect's
  std::string search_language;          ///< of its full-text index; empty: none
  std::string native_enum;              ///< name of the enum type; empty for none
  std::string check;
  std::string comment;
  DefaultValue default_value;
  std::vector<std::string> enum_names;    ///< of enums as text
  std::vector<std::int64_t> enum_values;  ///< their numbers, in the same order
  ReferentialAction on_delete = ReferentialAction::unset;
  ReferentialAction on_update_rule = ReferentialAction::unset;

  const EntityMeta* entity = nullptr;  ///< that it belongs to; filled by the registry
  const MemberTag* tag = nullptr;
  const TypeTag* target_tag = nullptr;
  const MemberTag* mapped_by_tag = nullptr;
  const EntityMeta* target = nullptr;
  const PropertyMeta* inverse = nullptr;

  std::string pivot_table, join_column,
      inverse_join_column;  ///< many-to-many: of the owner, seen from the owner

  void (*on_create)(void* object) = nullptr;
  void (*on_update)(void* object) = nullptr;

  /// Returns the name of class and member for messages, `User.email`.
  [[nodiscard]] std::string full_name() const;
  [[nodiscard]] bool is_relation() const noexcept { return kind != PropertyKind::scalar; }
  [[nodiscard]] bool is_to_many() const noexcept { return kind >= PropertyKind::one_to_many; }
  [[nodiscard]] bool is_to_one() const noexcept { return is_relation() && !is_to_many(); }
};

/// Returns the schema of `schema.table`, or nothing.
[[nodiscard]] inline std::string_view schema_of(std::string_view table) noexcept {
  const auto dot = table.find('.');
  return dot == std::string_view::npos ? std::string_view() : table.substr(0, dot);
}
/// Returns the table of `schema.table`.
[[nodiscard]] inline std::string_view table_without_schema(std::string_view table) noexcept {
  const auto dot = table.find('.');
  return dot == std::string_view::npos ? table : table.substr(dot + 1);
}
/// Returns one name for `schema.table`, for indexes and for databases without schemas: `schema_table`.
[[nodiscard]] inline std::string flat_table_name(std::string_view table) {
  std::string out(table);
  if (const auto dot = out.find('.'); dot != std::string::npos) out[dot] = '_';
  return out;
}

struct IndexMeta {
  std::string name;  ///< empty for the strategy's
  std::vector<const MemberTag*> tags;
  std::vector<std::uint16_t> properties;  ///< filled by the registry
  bool is_unique = false;
};

struct CheckMeta {
  std::string name;
  std::string expression;
};

/// One mapped class. Frozen before first use, then shared by threads.
struct EntityMeta {
  std::string name;  ///< unqualified class name
  std::string full_name;
  std::string
      table;  ///< `schema.table` where it has a schema; empty until the naming strategy filled it
  std::string schema;    ///< as the mapping gives it; part of `table` once the registry is frozen
  std::uint16_t id = 0;  ///< position in the registry
  const TypeTag* tag = nullptr;
  std::vector<PropertyMeta> properties;
  std::vector<IndexMeta> indexes;
  std::vector<CheckMeta> checks;
  const EntityFunctions* functions = nullptr;

  std::vector<const PropertyMeta*> columns;  ///< by column index; filled by the registry
  const PropertyMeta* primary_key = nullptr;
  const PropertyMeta* version = nullptr;
  std::vector<std::uint16_t> all_columns;   ///< 0, 1, 2, ...
  std::vector<const PropertyMeta*> to_one;  ///< owning and inverse
  std::vector<const PropertyMeta*> to_many;
  std::vector<const PropertyMeta*>
      referrers;  ///< owning to-one relations of any entity that refer to this one

  /// Returns the property of this member, or null.
  [[nodiscard]] const PropertyMeta* find(const MemberTag* member) const noexcept {
    for (const PropertyMeta& property : properties) {
      if (property.tag == member) return &property;
    }
    return nullptr;
  }
  /// Returns the property of this name, or null.
  [[nodiscard]] const PropertyMeta* find(std::string_view property_name) const noexcept {
    for (const PropertyMeta& property : properties) {
      if (property.name == property_name) return &property;
    }
    return nullptr;
  }
};

inline std::string PropertyMeta::full_name() const {
  return entity == nullptr ? name : entity->name + "." + name;
}

}  // namespace rowan::metadata
