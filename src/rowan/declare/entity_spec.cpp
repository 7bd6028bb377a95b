// Makes the metadata of a class from what its mapping says.

#include <rowan/declare/entity_spec.hpp>

namespace rowan::declare {
namespace {

using metadata::DefaultValue;
using metadata::PropertyMeta;

DefaultValue make_default(const PropertySpec& spec) {
  const PropertyOptions& options = *spec.options;
  DefaultValue out;
  out.kind = options.default_kind;
  out.integer = options.default_integer;
  out.is_too_large = options.default_is_too_large;
  out.real = options.default_real;
  out.text = options.default_text;
  if (spec.facts->enum_names != nullptr && out.kind == DefaultValue::Kind::integer) {
    out.kind = DefaultValue::Kind::text;
    out.text = spec.facts->enum_names().name_of(options.default_integer);
    if (out.text.empty()) out.text = std::to_string(options.default_integer);
  }
  return out;
}

PropertyMeta make_property_meta(const PropertySpec& spec, std::size_t offset) {
  const PropertyOptions& options = *spec.options;
  PropertyMeta out;
  out.name = spelled_member(spec.pretty_member);
  out.column_name = options.column;
  out.cpp_type = spelled_type(spec.facts->pretty_class);
  out.kind = spec.kind;
  out.type = spec.facts->type;
  out.offset = offset;
  out.is_primary_key = spec.is_primary_key;
  out.is_nullable = spec.facts->is_nullable;
  out.is_unique = options.is_unique;
  out.is_indexed = options.is_indexed;
  out.is_hidden = options.is_hidden;
  out.is_version = options.is_version;
  out.is_concurrency_check = options.is_concurrency_check;
  out.is_persistent = spec.is_persistent;
  out.is_text = options.is_text;
  out.is_enum_text = spec.facts->enum_names != nullptr;
  out.is_unsigned = spec.facts->is_unsigned;
  out.is_owner = spec.mapped_by_tag == nullptr;
  out.orphan_removal = options.orphan_removal;
  out.fixed_order = options.fixed_order;
  out.item_type = spec.facts->item_type;
  out.byte_width = spec.facts->byte_width;
  out.cascade = options.cascade;
  out.length = options.length;
  out.has_length = options.has_length;
  out.has_precision = options.has_precision;
  out.precision = options.precision;
  out.scale = options.scale;
  out.unique_name = options.unique_name;
  out.index_name = options.index_name;
  out.is_searched = options.is_searched;
  out.search_language = options.search_language;
  out.column_type = options.column_type;
  out.native_enum = options.native_enum;
  out.check = options.check;
  out.comment = options.comment;
  out.default_value = make_default(spec);
  if (spec.facts->enum_names != nullptr) {
    const EnumNames& names = spec.facts->enum_names();
    out.enum_names.assign(names.names.begin(), names.names.end());
    out.enum_values = names.values;
  }
  out.on_delete = options.on_delete;
  out.on_update_rule = options.on_update_rule;
  out.tag = spec.tag;
  out.target_tag = spec.facts->target_tag;
  out.mapped_by_tag = spec.mapped_by_tag;
  out.pivot_table = options.pivot_table;
  out.join_column = options.join_column;
  out.inverse_join_column = options.inverse_join_column;
  out.on_create = spec.on_create;
  out.on_update = spec.on_update;
  // The database makes an integer key where the mapping does not say who else does.
  out.is_generated = spec.is_primary_key && spec.facts->type == ValueType::integer &&
                     !spec.facts->is_enum && spec.on_create == nullptr &&
                     out.default_value.kind == DefaultValue::Kind::none;
  return out;
}

}  // namespace

metadata::EntityMeta make_entity_meta(const EntitySpec& spec) {
  metadata::EntityMeta out;
  out.full_name = spelled_class(spec.pretty_class);
  out.name = unqualified(out.full_name);
  out.table = spec.table;
  out.schema = spec.schema;
  out.tag = spec.tag;
  out.functions = spec.functions;
  out.properties.reserve(spec.properties.size());
  std::size_t keys = 0;
  for (std::size_t i = 0; i < spec.properties.size(); ++i) {
    out.properties.push_back(make_property_meta(spec.properties[i], spec.offsets[i]));
    keys += spec.properties[i].is_primary_key ? 1 : 0;
  }
  for (PropertyMeta& property : out.properties) property.is_generated &= keys == 1;
  for (const IndexSpec& index : spec.indexes) {
    metadata::IndexMeta meta;
    meta.name = index.name;
    meta.tags.assign(index.tags, index.tags + index.count);
    meta.is_unique = index.is_unique;
    out.indexes.push_back(std::move(meta));
  }
  for (const CheckSpec& check : spec.checks) {
    out.checks.push_back({std::string(check.name), std::string(check.expression)});
  }
  return out;
}

}  // namespace rowan::declare
