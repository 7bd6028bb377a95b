// The graph of who takes whose unique value, and its order.

#include <rowan/orm/unique_order.hpp>

#include <rowan/base/error.hpp>
#include <rowan/base/uuid.hpp>
#include <rowan/orm/unique_keys.hpp>

#include <algorithm>
#include <list>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace rowan::orm {

using metadata::EntityMeta;
using metadata::PropertyMeta;
using value::Cell;

namespace {

class UniqueOrder {
 public:
  UniqueOrder(UnitOfWork& unit, ChangeSets& sets) : unit_(unit), sets_(sets) {}

  void run() {
    for (const EntityMeta& entity : unit_.state().registry.entities()) {
      const bool is_updated =
          std::any_of(sets_.updates.begin(), sets_.updates.end(),
                      [&](const UpdateGroup& group) { return group.entity == &entity; });
      if (!is_updated) continue;
      keys_.push_back(unique_keys_of(entity, false));
      for (const UniqueKey& key : keys_.back()) find_edges(entity, key);
    }
    if (involved_.empty()) return;
    for (void* object : involved_) visit(object);
    take_out_of_groups();
  }

 private:
  struct Edge {
    void* giver;
    const UniqueKey* key;
  };
  using Givers = std::unordered_map<std::string, void*>;
  enum class Mark : std::uint8_t { unseen, open, done };

  static bool changes(const UpdateGroup& group, const EntityMeta& entity, const UniqueKey& key) {
    return group.entity == &entity &&
           std::any_of(key.columns.begin(), key.columns.end(),
                       [&](std::uint16_t column) { return group.changed.has(column); });
  }

  void find_edges(const EntityMeta& entity, const UniqueKey& key) {
    UniqueValues values(unit_, entity);
    Givers givers;
    for (const UpdateGroup& group : sets_.updates) {
      if (!changes(group, entity, key)) continue;
      for (void* object : group.objects) {
        auto before = values.before(object, key);
        if (!before) continue;
        givers.emplace(std::move(*before), object);
        changed_[object] = &group.changed;
      }
    }
    if (givers.empty()) return;
    const auto giver_of = [&](void* object) -> void* {
      const auto taken = values.now(object, key);
      const auto giver = taken ? givers.find(*taken) : givers.end();
      return giver == givers.end() || giver->second == object ? nullptr : giver->second;
    };
    for (const UpdateGroup& group : sets_.updates) {
      if (!changes(group, entity, key)) continue;
      for (void* object : group.objects) {
        void* giver = giver_of(object);
        if (giver == nullptr) continue;
        edges_[object].push_back({giver, &key});
        for (void* each : {object, giver}) {
          if (known_.insert(each).second) involved_.push_back(each);
        }
      }
    }
    for (void* object : sets_.inserts[entity.id]) {
      if (void* giver = giver_of(object)) park(giver, key);
    }
  }

  void visit(void* start) {
    std::vector<void*> path{start};
    while (!path.empty()) {
      void* object = path.back();
      Mark& mark = marks_[object];
      if (mark == Mark::unseen) {
        mark = Mark::open;
        for (const Edge& edge : edges_[object]) {
          const Mark giver = marks_[edge.giver];
          if (giver == Mark::open) park(edge.giver, *edge.key);
          if (giver == Mark::unseen) path.push_back(edge.giver);
        }
        continue;
      }
      path.pop_back();
      if (mark == Mark::done) continue;
      marks_[object] = Mark::done;
      order_.push_back(object);
    }
  }

  void park(void* object, const UniqueKey& key) {
    if (!parked_.insert({object, &key}).second) return;
    const PropertyMeta& property = column_to_park(object, key);
    sets_.parked.push_back({object, &property, temporary(property)});
    if (property.is_relation() && !property.is_nullable) sets_.must_defer = true;
  }

  const PropertyMeta& column_to_park(void* object, const UniqueKey& key) const {
    const EntityMeta& entity = UnitOfWork::entity_of(object);
    const PropertyMeta* found = nullptr;
    for (const std::uint16_t column : key.columns) {
      const PropertyMeta& property = *entity.columns[column];
      // Only what changes gets its value by the update that follows.
      if (!changed_.at(object)->has(column)) continue;
      if (property.is_nullable) return property;
      if (can_hold_temporary(property)) found = &property;
    }
    if (found != nullptr) return *found;
    std::string names;
    for (const std::uint16_t column : key.columns)
      names += (names.empty() ? "" : " and ") + entity.name + "." + entity.columns[column]->name;
    throw ValidationError("unique values of " + names + " are exchanged in a ring that " +
                          UnitOfWork::name_of(object) +
                          " is part of, and the column can hold no temporary value: exchange them "
                          "in two flushes");
  }

  [[nodiscard]] bool can_hold_temporary(const PropertyMeta& property) const {
    if (!property.check.empty() || !property.enum_names.empty() || property.is_enum_text)
      return false;
    if (property.is_relation() && !unit_.state().driver->capabilities().deferrable_constraints)
      return false;
    if (property.type == ValueType::text) return property.length == 0 || property.length >= 8;
    return property.type == ValueType::integer && property.byte_width >= 4 && !property.is_unsigned;
  }

  static Value temporary(const PropertyMeta& property) {
    if (property.is_nullable) return {};
    const std::string random = Uuid::random().to_string();
    if (property.type == ValueType::text)
      return Value::of_text(property.length == 0 ? random : random.substr(0, property.length));
    return Value::of_integer(
        -static_cast<std::int64_t>(value::hash_of(Cell::of_bytes(random)) & 0x3fffffff) - 1);
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
  std::unordered_map<void*, const metadata::IndexSet*> changed_;
  std::unordered_map<void*, std::vector<Edge>> edges_;
  std::unordered_map<void*, Mark> marks_;
  std::unordered_set<void*> known_;
  std::set<std::pair<void*, const UniqueKey*>> parked_;
  std::list<std::vector<UniqueKey>> keys_;  ///< by class; edges point into it
  std::vector<void*> involved_;
  std::vector<void*> order_;
};

}  // namespace

void order_unique_updates(UnitOfWork& unit, ChangeSets& sets) {
  if (!sets.updates.empty()) UniqueOrder(unit, sets).run();
}

}  // namespace rowan::orm
