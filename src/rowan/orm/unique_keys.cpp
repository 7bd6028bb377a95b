// Unique constraints from the metadata, and tuples of cells as text.

#include <rowan/orm/unique_keys.hpp>

#include <span>

namespace rowan::orm {

using metadata::EntityMeta;
using metadata::PropertyMeta;
using value::Cell;

namespace {

std::optional<std::string> text_of(std::span<const Cell> cells) {
  std::string out;
  for (const Cell& cell : cells) {
    if (cell.is_null()) return std::nullopt;
    const std::string_view bytes =
        cell.has_bytes()
            ? cell.bytes()
            : std::string_view(reinterpret_cast<const char*>(&cell.integer), sizeof(cell.integer));
    out += std::to_string(bytes.size());
    out += ':';
    out += bytes;
  }
  return out;
}

}  // namespace

std::vector<UniqueKey> unique_keys_of(const EntityMeta& entity, bool with_primary) {
  std::vector<UniqueKey> keys;
  for (const PropertyMeta* property : entity.columns) {
    const bool is_unique =
        property->is_unique || property->kind == metadata::PropertyKind::one_to_one;
    if (property->is_primary_key ? with_primary : is_unique)
      keys.push_back({{static_cast<std::uint16_t>(property->column)}, property->is_primary_key});
  }
  for (const metadata::IndexMeta& index : entity.indexes) {
    if (!index.is_unique) continue;
    UniqueKey key;
    for (const std::uint16_t property : index.properties)
      key.columns.push_back(static_cast<std::uint16_t>(entity.properties[property].column));
    keys.push_back(std::move(key));
  }
  return keys;
}

std::optional<std::string> UniqueValues::now(void* object, const UniqueKey& key) {
  cells_.resize(key.columns.size());
  // One by one: encode() takes columns in ascending order, an index has them in its own.
  for (std::size_t i = 0; i < key.columns.size(); ++i) {
    entity_.functions->encode(object, &key.columns[i], 1, &cells_[i], unit_.scratch(),
                              unit_.store(entity_));
  }
  return text_of(cells_);
}

std::optional<std::string> UniqueValues::before(void* object, const UniqueKey& key) {
  if (key.is_primary) return text_of({&model::key_of(object), 1});
  if (!model::header_of(object).is_constructed) return std::nullopt;
  cells_.resize(key.columns.size());
  for (std::size_t i = 0; i < key.columns.size(); ++i) {
    entity_.functions->encode_snapshot(model::snapshot_of(object), &key.columns[i], 1, &cells_[i],
                                       unit_.scratch(), unit_.store(entity_));
  }
  return text_of(cells_);
}

}  // namespace rowan::orm
