// The unit of work as text: what is managed, what changed, what a flush would write.

#include <rowan/orm/change_set_computer.hpp>
#include <rowan/orm/entity_manager.hpp>
#include <rowan/orm/flush_preview.hpp>
#include <rowan/orm/unit_of_work.hpp>

namespace rowan {

namespace {

using metadata::EntityMeta;
using metadata::PropertyMeta;
using model::SlotHeader;
using orm::UnitOfWork;

std::string text_of(const PropertyMeta& property, const value::Cell& cell) {
  if (property.is_hidden) return "<hidden>";
  if (cell.is_null()) return "null";
  if (cell.type == ValueType::real) return std::to_string(cell.real);
  if (cell.type == ValueType::blob) return "<" + std::to_string(cell.size) + " bytes>";
  if (cell.type == ValueType::uuid) return "<uuid>";
  if (cell.has_bytes()) return "\"" + std::string(cell.bytes()) + "\"";
  return std::to_string(cell.integer);
}

std::string_view state_of(const SlotHeader& header, bool is_changed) {
  switch (header.life) {
    case SlotHeader::reference: return "reference, not loaded";
    case SlotHeader::created: return header.is_persisted ? "new" : "new, waits for persist()";
    case SlotHeader::managed: return is_changed ? "changed" : "clean";
    case SlotHeader::removed: return "removed";
    case SlotHeader::detached: return "detached";
  }
  return "";
}

void add_changes(UnitOfWork& unit, const EntityMeta& entity, void* object, std::string& out) {
  metadata::IndexSet changed;
  entity.functions->changed_columns(object, model::snapshot_of(object), changed);
  for (const std::uint16_t column : entity.all_columns) {
    if (!changed.has(column)) continue;
    value::Cell before;
    value::Cell after;
    orm::TypeStore& store = unit.store(entity);
    entity.functions->encode_snapshot(model::snapshot_of(object), &column, 1, &before,
                                      unit.scratch(), store);
    entity.functions->encode(object, &column, 1, &after, unit.scratch(), store);
    const PropertyMeta& property = *entity.columns[column];
    out += "    " + property.name + ": " + text_of(property, before) + " -> " +
           text_of(property, after) + "\n";
  }
}

void add_values(UnitOfWork& unit, const EntityMeta& entity, void* object, std::string& out) {
  for (const std::uint16_t column : entity.all_columns) {
    value::Cell value;
    entity.functions->encode(object, &column, 1, &value, unit.scratch(), unit.store(entity));
    const PropertyMeta& property = *entity.columns[column];
    if (value.is_null() || property.is_primary_key) continue;
    out += "    " + property.name + ": " + text_of(property, value) + "\n";
  }
}

}  // namespace

std::string EntityManager::debug_view() {
  UnitOfWork& unit = this->unit();
  std::string out;
  for (std::uint16_t id = 0; id < unit.entity_count(); ++id) {
    orm::TypeStore* store = unit.find_store(id);
    if (store == nullptr) continue;
    const EntityMeta& entity = store->entity();
    store->each([&](void* object) {
      const SlotHeader& header = model::header_of(object);
      const bool is_changed = header.is_constructed && header.life == SlotHeader::managed &&
                              entity.functions->is_changed(object, model::snapshot_of(object));
      out += UnitOfWork::name_of(object) + " " + std::string(state_of(header, is_changed)) + "\n";
      if (is_changed) add_changes(unit, entity, object, out);
      if (header.life == SlotHeader::created) add_values(unit, entity, object, out);
    });
  }
  const std::string statements = orm::preview_flush(unit);
  if (!statements.empty()) out += "a flush would send:\n" + statements;
  return out;
}

}  // namespace rowan
