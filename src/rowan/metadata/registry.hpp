// All mapped classes of one ORM, linked, checked and frozen.

#pragma once

#include <rowan/metadata/entity_meta.hpp>
#include <rowan/metadata/naming_strategy.hpp>

#include <span>
#include <string_view>
#include <vector>

namespace rowan::metadata {

/// The mapped classes of one ORM.
///
/// Thread safety: immutable after construction, shared freely.
class Registry {
 public:
  /// Links relations, fills names by `strategy`, checks everything.
  ///
  /// Errors: throws MetadataError that lists every mistake found, each with its remedy.
  Registry(std::vector<EntityMeta> entities, const NamingStrategy& strategy);
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  /// Returns the metadata of the class, or null where it is not mapped in this ORM.
  [[nodiscard]] const EntityMeta* find(const TypeTag* tag) const noexcept;
  /// Returns the metadata of the class.
  /// Errors: throws MetadataError naming the class where it was not given to the ORM.
  [[nodiscard]] const EntityMeta& get(const TypeTag* tag, std::string_view class_name) const;

  [[nodiscard]] std::span<const EntityMeta> entities() const noexcept { return entities_; }
  /// Returns the strategy that named everything. Lifetime: the caller of the constructor keeps it.
  [[nodiscard]] const NamingStrategy& naming() const noexcept { return *naming_; }

 private:
  struct TagEntry {
    const TypeTag* tag;
    const EntityMeta* entity;
  };

  std::vector<EntityMeta> entities_;
  const NamingStrategy* naming_;
  std::vector<TagEntry>
      by_tag_;  // by ascending address, because every typed call of a manager looks here
};

}  // namespace rowan::metadata
