// The unit of work as text: what is managed, what changed, what a flush would write.

#include <rowan/base/error.hpp>
#include <rowan/orm/change_set_computer.hpp>
#include <rowan/orm/entity_manager.hpp>
#include <rowan/orm/flush.hpp>
#include <rowan/orm/relations.hpp>
#include <rowan/orm/unit_of_work.hpp>
#include <rowan/value/cell_text.hpp>

#include <algorithm>

namespace rowan {

namespace {

using metadata::EntityMeta;
using metadata::PropertyKind;
using metadata::PropertyMeta;
using model::CollectionBase;
using model::CollectionState;
using model::header_of;
using model::SlotHeader;
using orm::UnitOfWork;
using value::Cell;

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

/// Writes the values of one object. Sends nothing, and changes nothing but scratch memory.
class ObjectText {
 public:
  ObjectText(UnitOfWork& unit, void* object)
      : unit_(unit),
        entity_(UnitOfWork::entity_of(object)),
        store_(UnitOfWork::store_of(object)),
        object_(object) {}

  [[nodiscard]] std::string before(const PropertyMeta& property) {
    if (property.is_hidden) return "<hidden>";
    const auto column = static_cast<std::uint16_t>(property.column);
    Cell cell;
    store_.functions().encode_snapshot(model::snapshot_of(object_), &column, 1, &cell,
                                       unit_.scratch(), store_);
    if (!property.is_relation() || cell.is_null()) return value::to_text(cell);
    const bool is_hidden = property.target->primary_key->is_hidden;
    return property.target->name + "[" + (is_hidden ? "<hidden>" : value::to_text(cell)) + "]";
  }
  [[nodiscard]] std::string now(const PropertyMeta& property) {
    if (property.is_hidden) return "<hidden>";
    if (property.is_relation()) {
      const void* target = UnitOfWork::ref_at(object_, property).target();
      return target == nullptr ? "null" : UnitOfWork::name_of(target);
    }
    const auto column = static_cast<std::uint16_t>(property.column);
    Cell cell;
    try {
      store_.functions().encode(object_, &column, 1, &cell, unit_.scratch(), store_);
    } catch (const Error&) {
      return "<cannot be stored>";
    }
    return value::to_text(cell);
  }

  void add_values(std::string& out) {
    for (const PropertyMeta* property : entity_.columns) {
      if (property->is_generated && model::key_of(object_).is_null()) continue;
      out += "    " + property->name + ": " + now(*property) + "\n";
    }
  }
  void add_changes(std::string& out) {
    metadata::IndexSet changed;
    store_.functions().changed_columns(object_, model::snapshot_of(object_), changed);
    for (const PropertyMeta* property : entity_.columns) {
      if (!changed.has(static_cast<std::size_t>(property->column))) continue;
      out += "    " + property->name + ": " + before(*property) + " -> " + now(*property) + "\n";
    }
  }

 private:
  UnitOfWork& unit_;
  const EntityMeta& entity_;
  orm::TypeStore& store_;
  void* object_;
};

std::string names_of(const std::vector<void*>& items, std::string_view sign) {
  std::string out;
  for (const void* item : items) out.append(" ").append(sign) += UnitOfWork::name_of(item);
  return out;
}

/// Returns which items a collection gained and lost, as far as it knows what the database has.
std::string changes_of(const CollectionBase& collection) {
  const CollectionState& state = *collection.find_state();
  const std::vector<void*>& items = state.items.view();
  if (state.is_replaced) return " becomes" + names_of(items, "");
  if (!collection.is_initialized())
    return names_of(items, "+") + names_of(state.removed.view(), "-");
  std::vector<void*> added;
  std::vector<void*> lost;
  for (void* item : items) {
    if (std::find(state.original.begin(), state.original.end(), item) == state.original.end())
      added.push_back(item);
  }
  for (void* item : state.original) {
    if (!state.items.contains(item)) lost.push_back(item);
  }
  const std::string out = names_of(added, "+") + names_of(lost, "-");
  return out.empty() ? " in another order:" + names_of(items, "") : out;
}

void add_collections(UnitOfWork& unit, std::string& out) {
  for (const CollectionBase* collection : unit.changed_collections) {
    if (collection->find_state() == nullptr) continue;
    const PropertyMeta& property = orm::Relations::property_of(*collection);
    out += UnitOfWork::name_of(model::object_of(collection)) + "." + property.name + ":" +
           changes_of(*collection) + "\n";
  }
}

void add_statements(UnitOfWork& unit, std::string& out) {
  if (unit.is_flushing) return;
  std::vector<std::string> statements;
  try {
    statements = unit.state().driver->rehearse(
        [&](backend::Session& session) { orm::Flush(unit).rehearse(session); });
  } catch (const Error& error) {
    out += "a flush would fail: " + error.message() + "\n";
    return;
  }
  out += statements.empty() ? "a flush would send nothing\n" : "a flush would send:\n";
  for (const std::string& statement : statements) out += "    " + statement + "\n";
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
      const SlotHeader& header = header_of(object);
      const bool is_changed =
          header.is_constructed && header.life == SlotHeader::managed &&
          (header.has_forced || entity.functions->is_changed(object, model::snapshot_of(object)));
      out += UnitOfWork::name_of(object) + " " + std::string(state_of(header, is_changed)) + "\n";
      if (is_changed) ObjectText(unit, object).add_changes(out);
      if (header.life == SlotHeader::created) ObjectText(unit, object).add_values(out);
    });
  }
  add_collections(unit, out);
  add_statements(unit, out);
  return out;
}

}  // namespace rowan
