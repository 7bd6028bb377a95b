// Links mapped classes: names, columns, keys, inverse sides, pivot tables.

#include <rowan/metadata/registry.hpp>

#include <rowan/base/error.hpp>
#include <rowan/metadata/validator.hpp>

#include <algorithm>
#include <functional>
#include <utility>

namespace rowan::metadata {
namespace {

bool is_owning_to_one(const PropertyMeta& property) noexcept {
  return property.is_to_one() && property.is_owner;
}

/// Fills what an entity can know without the others.
void link_own(EntityMeta& entity, const NamingStrategy& naming) {
  if (entity.table.empty()) entity.table = naming.table_name(entity.name);
  if (!entity.schema.empty() && schema_of(entity.table).empty())
    entity.table = entity.schema + "." + entity.table;
  std::uint16_t index = 0;
  for (PropertyMeta& property : entity.properties) {
    property.entity = &entity;
    property.index = index++;
    property.column = -1;
    if (property.kind != PropertyKind::scalar && !is_owning_to_one(property)) continue;
    if (property.kind == PropertyKind::scalar) {
      if (!property.is_persistent) continue;
      if (property.column_name.empty()) property.column_name = naming.column_name(property.name);
    }
    property.column = static_cast<std::int16_t>(entity.columns.size());
    entity.all_columns.push_back(static_cast<std::uint16_t>(entity.columns.size()));
    entity.columns.push_back(&property);
    if (property.is_primary_key && entity.primary_key == nullptr) entity.primary_key = &property;
    if (property.is_version && entity.version == nullptr) entity.version = &property;
  }
  for (IndexMeta& each : entity.indexes) {
    for (const MemberTag* tag : each.tags) {
      const PropertyMeta* property = entity.find(tag);
      if (property != nullptr) each.properties.push_back(property->index);
    }
  }
}

/// Gives a foreign key the type of the key it holds, and its defaults.
void link_foreign_key(PropertyMeta& property, const NamingStrategy& naming) {
  const PropertyMeta* key = property.target != nullptr ? property.target->primary_key : nullptr;
  if (property.column_name.empty()) {
    property.column_name =
        naming.join_column(property.name, key != nullptr ? key->column_name : "id");
  }
  if (key != nullptr) {
    property.type = key->type;
    property.byte_width = key->byte_width;
    property.is_unsigned = key->is_unsigned;
    property.is_text = key->is_text;
    property.is_enum_text = key->is_enum_text;
    property.enum_names = key->enum_names;
    property.enum_values = key->enum_values;
    property.length = key->length;
    property.precision = key->precision;
    property.scale = key->scale;
    if (property.column_type.empty()) property.column_type = key->column_type;
  }
  if (property.kind == PropertyKind::one_to_one) {
    property.is_unique = true;
  } else if (!property.is_unique) {
    property.is_indexed = true;
  }
  if (property.on_delete == ReferentialAction::unset) {
    property.on_delete =
        property.is_nullable ? ReferentialAction::set_null : ReferentialAction::no_action;
  }
  if (property.on_update_rule == ReferentialAction::unset) {
    property.on_update_rule = ReferentialAction::cascade;
  }
}

void link_pivot(const EntityMeta& owner, PropertyMeta& property, const NamingStrategy& naming) {
  if (property.pivot_table.empty()) {
    property.pivot_table = naming.pivot_table(owner.table, property.name);
  }
  const EntityMeta* target = property.target;
  if (target == nullptr) return;
  const auto column_of = [&](const EntityMeta& entity, std::string_view suffix) {
    const std::string key = entity.primary_key != nullptr ? entity.primary_key->column_name : "id";
    return naming.pivot_column(
        std::string(table_without_schema(entity.table)) + std::string(suffix), key);
  };
  // A relation of a class with itself needs two columns all the same.
  const bool is_self = target == &owner;
  if (property.join_column.empty()) property.join_column = column_of(owner, is_self ? "_1" : "");
  if (property.inverse_join_column.empty()) {
    property.inverse_join_column = column_of(*target, is_self ? "_2" : "");
  }
  if (property.on_delete == ReferentialAction::unset)
    property.on_delete = ReferentialAction::cascade;
  if (property.on_update_rule == ReferentialAction::unset) {
    property.on_update_rule = ReferentialAction::cascade;
  }
}

EntityMeta* find_entity(std::vector<EntityMeta>& entities, const TypeTag* tag) noexcept {
  for (EntityMeta& entity : entities) {
    if (entity.tag == tag) return &entity;
  }
  return nullptr;
}

void link_inverse_side(PropertyMeta& property) {
  if (property.mapped_by_tag == nullptr || property.target == nullptr) return;
  // The registry is being built: what is const for everybody else is its own to fill.
  auto* owner = const_cast<PropertyMeta*>(property.target->find(property.mapped_by_tag));
  if (owner == nullptr) return;
  property.inverse = owner;
  if (owner->inverse == nullptr) owner->inverse = &property;
  if (property.kind == PropertyKind::many_to_many) {
    property.pivot_table = owner->pivot_table;
    property.join_column = owner->join_column;
    property.inverse_join_column = owner->inverse_join_column;
    property.fixed_order = owner->fixed_order;
  }
}

void name_constraints(EntityMeta& entity, const NamingStrategy& naming) {
  for (const IndexMeta& each : entity.indexes) {
    // An index that the entity names replaces the one that its foreign key would get by itself.
    if (each.properties.size() == 1 && each.tags.size() == 1) {
      entity.properties[each.properties[0]].is_indexed = false;
    }
  }
  for (PropertyMeta& property : entity.properties) {
    if (property.column < 0) continue;
    const std::string* column = &property.column_name;
    if (property.is_unique && property.unique_name.empty()) {
      property.unique_name =
          naming.index_name(flat_table_name(entity.table), {column, 1}, "unique");
    }
    if (property.is_indexed && property.index_name.empty()) {
      property.index_name = naming.index_name(flat_table_name(entity.table), {column, 1}, "index");
    }
  }
  for (IndexMeta& each : entity.indexes) {
    if (!each.name.empty()) continue;
    std::vector<std::string> columns;
    for (const std::uint16_t i : each.properties)
      columns.push_back(entity.properties[i].column_name);
    each.name = naming.index_name(flat_table_name(entity.table), columns,
                                  each.is_unique ? "unique" : "index");
  }
  std::size_t count = 0;
  for (CheckMeta& check : entity.checks) {
    ++count;
    if (!check.name.empty()) continue;
    const std::string number = std::to_string(count);
    check.name =
        naming.index_name(flat_table_name(entity.table), {&number, count > 1 ? 1u : 0u}, "check");
  }
}

void link(std::vector<EntityMeta>& entities, const NamingStrategy& naming) {
  std::uint16_t id = 0;
  for (EntityMeta& entity : entities) {
    entity.id = id++;
    link_own(entity, naming);
  }
  for (EntityMeta& entity : entities) {
    for (PropertyMeta& property : entity.properties) {
      if (!property.is_relation()) continue;
      property.target = find_entity(entities, property.target_tag);
      if (property.orphan_removal) property.cascade |= cascade_remove;
    }
  }
  for (EntityMeta& entity : entities) {
    for (PropertyMeta& property : entity.properties) {
      if (is_owning_to_one(property)) link_foreign_key(property, naming);
      if (property.kind == PropertyKind::many_to_many && property.is_owner) {
        link_pivot(entity, property, naming);
      }
    }
  }
  for (EntityMeta& entity : entities) {
    for (PropertyMeta& property : entity.properties) {
      if (!property.is_relation()) continue;
      link_inverse_side(property);
      (property.is_to_many() ? entity.to_many : entity.to_one).push_back(&property);
      if (is_owning_to_one(property) && property.target != nullptr) {
        const_cast<EntityMeta*>(property.target)->referrers.push_back(&property);
      }
    }
    name_constraints(entity, naming);
  }
}

}  // namespace

Registry::Registry(std::vector<EntityMeta> entities, const NamingStrategy& strategy)
    : entities_(std::move(entities)), naming_(&strategy) {
  link(entities_, strategy);
  const std::vector<std::string> mistakes = find_mistakes(entities_);
  if (mistakes.empty()) {
    for (const EntityMeta& entity : entities_) by_tag_.push_back({entity.tag, &entity});
    std::sort(by_tag_.begin(), by_tag_.end(),
              [](const TagEntry& a, const TagEntry& b) { return std::less<>()(a.tag, b.tag); });
    return;
  }
  std::string message = mistakes.size() == 1
                            ? "the mapping has a mistake:"
                            : "the mapping has " + std::to_string(mistakes.size()) + " mistakes:";
  for (const std::string& mistake : mistakes) message += "\n  - " + mistake;
  throw MetadataError(std::move(message));
}

const EntityMeta* Registry::find(const TypeTag* tag) const noexcept {
  const auto at = std::lower_bound(by_tag_.begin(), by_tag_.end(), tag,
                                   [](const TagEntry& entry, const TypeTag* wanted) {
                                     return std::less<>()(entry.tag, wanted);
                                   });
  return at != by_tag_.end() && at->tag == tag ? at->entity : nullptr;
}

const EntityMeta& Registry::get(const TypeTag* tag, std::string_view class_name) const {
  const EntityMeta* entity = find(tag);
  if (entity == nullptr) {
    throw MetadataError(std::string(class_name) +
                        " was not given to the ORM: name it in rowan::entities<...>()");
  }
  return *entity;
}

}  // namespace rowan::metadata
