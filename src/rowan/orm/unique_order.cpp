// The graph of who takes whose unique value, and its order.

#include <rowan/orm/unique_order.hpp>

#include <rowan/base/error.hpp>
#include <rowan/base/uuid.hpp>

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

namespace rowan::orm {

using metadata::EntityMeta;
using metadata::PropertyMeta;
using value::Cell;

namespace {

bool is_unique(const PropertyMeta& property) {
  return property.column >= 0 && !property.is_primary_key &&
         (property.is_unique || property.kind == metadata::PropertyKind::one_to_one);
}

class UniqueOrder {
 public:
  UniqueOrder(UnitOfWork& unit, ChangeSets& sets) : unit_(unit), sets_(sets) {}

  void run() {
    for (const EntityMeta& entity : unit_.state().registry.entities()) {
      for (const PropertyMeta* property : entity.columns) {
        if (is_unique(*property)) find_edges(entity, *property);
      }
    }
    if (involved_.empty()) return;
    for (void* object : involved_) visit(object);
    take_out_of_groups();
  }

 private:
  struct Edge {
    void* giver;
    const PropertyMeta* property;
  };
  enum class Mark : std::uint8_t { unseen, open, done };

  Cell now_of(const EntityMeta& entity, const PropertyMeta& property, void* object) {
    const auto column = static_cast<std::uint16_t>(property.column);
    Cell cell;
    entity.functions->encode(object, &column, 1, &cell, unit_.scratch(), unit_.store(entity));
    return cell;
  }
  Cell before_of(const EntityMeta& entity, const PropertyMeta& property, void* object) {
    const auto column = static_cast<std::uint16_t>(property.column);
    Cell cell;
    entity.functions->encode_snapshot(model::snapshot_of(object), &column, 1, &cell,
                                      unit_.scratch(), unit_.store(entity));
    return cell;
  }

  void find_edges(const EntityMeta& entity, const PropertyMeta& property) {
    std::unordered_map<std::uint64_t, void*> givers;
    for (const UpdateGroup& group : sets_.updates) {
      if (group.entity != &entity || !group.changed.has(static_cast<std::size_t>(property.column)))
        continue;
      for (void* object : group.objects) {
        const Cell before = before_of(entity, property, object);
        if (!before.is_null()) givers.emplace(value::hash_of(before), object);
      }
    }
    if (givers.empty()) return;
    for (const UpdateGroup& group : sets_.updates) {
      if (group.entity != &entity || !group.changed.has(static_cast<std::size_t>(property.column)))
        continue;
      for (void* object : group.objects) add_edge(givers, entity, property, object);
    }
    for (void* object : sets_.inserts[entity.id]) {
      const Cell taken = now_of(entity, property, object);
      const auto giver = taken.is_null() ? givers.end() : givers.find(value::hash_of(taken));
      if (giver != givers.end()) park(giver->second, property);
    }
  }

  void add_edge(const std::unordered_map<std::uint64_t, void*>& givers,
                const EntityMeta& entity,
                const PropertyMeta& property,
                void* object) {
    const Cell taken = now_of(entity, property, object);
    if (taken.is_null()) return;
    const auto giver = givers.find(value::hash_of(taken));
    if (giver == givers.end() || giver->second == object) return;
    edges_[object].push_back({giver->second, &property});
    for (void* each : {object, giver->second}) {
      if (known_.insert(each).second) involved_.push_back(each);
    }
  }

  void visit(void* object) {
    Mark& mark = marks_[object];
    if (mark != Mark::unseen) return;
    mark = Mark::open;
    for (const Edge& edge : edges_[object]) {
      if (marks_[edge.giver] == Mark::open) {
        park(edge.giver, *edge.property);
      } else {
        visit(edge.giver);
      }
    }
    marks_[object] = Mark::done;
    order_.push_back(object);
  }

  void park(void* object, const PropertyMeta& property) {
    const bool is_known =
        std::any_of(sets_.parked.begin(), sets_.parked.end(), [&](const ParkedValue& each) {
          return each.object == object && each.property == &property;
        });
    if (is_known) return;
    sets_.parked.push_back({object, &property, temporary(object, property)});
    if (property.is_relation() && !property.is_nullable) sets_.must_defer = true;
  }

  Value temporary(void* object, const PropertyMeta& property) {
    if (property.is_nullable) return {};
    const bool is_free =
        property.check.empty() && property.enum_names.empty() && !property.is_enum_text;
    const bool can_defer =
        !property.is_relation() || unit_.state().driver->capabilities().deferrable_constraints;
    if (is_free && can_defer) {
      const std::string random = Uuid::random().to_string();
      if (property.type == ValueType::text && (property.length == 0 || property.length >= 8)) {
        return Value::of_text(property.length == 0 ? random : random.substr(0, property.length));
      }
      if (property.type == ValueType::integer && property.byte_width >= 4) {
        return Value::of_integer(
            -static_cast<std::int64_t>(value::hash_of(Cell::of_bytes(random)) & 0x3fffffff) - 1);
      }
    }
    throw ValidationError(
        "unique values of " + UnitOfWork::entity_of(object).name + "." + property.name +
        " are exchanged in a ring that " + UnitOfWork::name_of(object) +
        " is part of, and the column can hold no temporary value: exchange them in two flushes");
  }

  void take_out_of_groups() {
    std::unordered_map<void*, metadata::IndexSet> changed;
    for (UpdateGroup& group : sets_.updates) {
      std::erase_if(group.objects, [&](void* object) {
        if (!known_.contains(object)) return false;
        changed[object] = group.changed;
        return true;
      });
    }
    std::erase_if(sets_.updates, [](const UpdateGroup& group) { return group.objects.empty(); });
    for (void* object : order_)
      sets_.ordered.push_back({&UnitOfWork::entity_of(object), changed[object], {object}});
  }

  UnitOfWork& unit_;
  ChangeSets& sets_;
  std::unordered_map<void*, std::vector<Edge>> edges_;
  std::unordered_map<void*, Mark> marks_;
  std::unordered_set<void*> known_;
  std::vector<void*> involved_;
  std::vector<void*> order_;
};

}  // namespace

void order_unique_updates(UnitOfWork& unit, ChangeSets& sets) {
  if (!sets.updates.empty()) UniqueOrder(unit, sets).run();
}

}  // namespace rowan::orm
