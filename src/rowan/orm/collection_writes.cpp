// Pivot rows by relation, and one statement for what a replaced one-to-many collection drops.

#include <rowan/orm/collection_writes.hpp>

#include <rowan/base/error.hpp>
#include <rowan/orm/relations.hpp>
#include <rowan/query/binder.hpp>
#include <rowan/query/condition.hpp>

#include <algorithm>
#include <unordered_set>
#include <utility>

namespace rowan::orm {

using metadata::EntityMeta;
using metadata::PropertyKind;
using metadata::PropertyMeta;
using model::CollectionBase;
using model::CollectionState;
using model::header_of;
using model::SlotHeader;
using value::Cell;

namespace {

bool is_gone(const void* object) { return header_of(object).life >= SlotHeader::removed; }

class KeySource final : public backend::RowSource {
 public:
  [[nodiscard]] std::size_t size() const override { return objects.size(); }
  void row(std::size_t index, Cell* out) override { *out = model::key_of(objects[index]); }
  std::vector<void*> objects;
};

class PairSource final : public backend::RowSource {
 public:
  [[nodiscard]] std::size_t size() const override { return pairs.size(); }
  void row(std::size_t index, Cell* out) override {
    out[0] = model::key_of(pairs[index].first);
    out[1] = model::key_of(pairs[index].second);
  }
  std::vector<std::pair<void*, void*>> pairs;
};

/// Tells whether the items that stay have kept their order, and what is new comes after them.
bool keeps_order(const CollectionState& state) {
  auto next = state.items.begin();
  for (const void* item : state.original) {
    if (!state.items.contains(item)) continue;
    if (next == state.items.end() || *next != item) return false;
    ++next;
  }
  return true;
}

}  // namespace

/// The pivot rows of one relation, in the order in which they are written.
struct CollectionWrites::Pairs {
  const PropertyMeta* relation = nullptr;  ///< the owning side
  const EntityMeta* owner = nullptr;
  KeySource cleared_owners{};
  KeySource cleared_targets{};
  PairSource removed{};
  PairSource added{};
  PairSource careful{};  ///< may be there already

  void write(backend::Session& session) {
    if (cleared_owners.size() > 0)
      session.remove_pivot({owner, relation, &cleared_owners, false, true, false});
    if (cleared_targets.size() > 0)
      session.remove_pivot({owner, relation, &cleared_targets, false, false, true});
    if (removed.size() > 0) session.remove_pivot({owner, relation, &removed});
    if (added.size() > 0) session.insert_pivot({owner, relation, &added});
    if (careful.size() > 0) session.insert_pivot({owner, relation, &careful, true});
  }
};

void CollectionWrites::collect(CollectionBase& collection, Pairs& pairs) {
  void* object = model::object_of(&collection);
  if (is_gone(object)) return;  // the pivot's foreign keys cascade
  if (Relations::property_of(collection).is_owner) {
    collect_owner(object, collection, pairs);
  } else {
    collect_inverse(object, collection, pairs);
  }
}

void CollectionWrites::collect_owner(void* owner, const CollectionBase& collection, Pairs& pairs) {
  const CollectionState& state = *collection.find_state();
  const PropertyMeta* inverse = pairs.relation->inverse;
  // A replaced collection of the other side has the last word on its pairs.
  const auto is_refused = [&](void* item) {
    if (is_gone(item)) return true;
    if (inverse == nullptr || !header_of(item).is_constructed) return false;
    const CollectionState* other = UnitOfWork::collection_at(item, *inverse).find_state();
    return other != nullptr && other->is_replaced && !other->items.contains(owner);
  };
  const auto add_all = [&](PairSource& to) {
    for (void* item : state.items) {
      if (!is_refused(item)) to.pairs.emplace_back(owner, item);
    }
  };
  if (!collection.is_initialized()) {
    add_all(pairs.careful);
    for (void* item : state.removed) {
      if (!is_gone(item)) pairs.removed.pairs.emplace_back(owner, item);
    }
    return;
  }
  const bool is_rewritten =
      state.is_replaced || (pairs.relation->fixed_order && !keeps_order(state));
  if (is_rewritten) {
    pairs.cleared_owners.objects.push_back(owner);
    return add_all(pairs.added);
  }
  const std::unordered_set<const void*> original(state.original.begin(), state.original.end());
  for (void* item : state.items) {
    if (!original.contains(item) && !is_refused(item)) pairs.added.pairs.emplace_back(owner, item);
  }
  for (void* item : state.original) {
    if (!is_gone(item) && !state.items.contains(item))
      pairs.removed.pairs.emplace_back(owner, item);
  }
}

void CollectionWrites::collect_inverse(void* target,
                                       const CollectionBase& collection,
                                       Pairs& pairs) {
  pairs.cleared_targets.objects.push_back(target);
  for (void* owner : collection.find_state()->items) {
    if (is_gone(owner)) continue;
    const CollectionBase& owning = UnitOfWork::collection_at(owner, *pairs.relation);
    const CollectionState* state = owning.find_state();
    // A pair that the owner does not write, because it was there before.
    const bool was_there =
        owning.is_initialized() && state != nullptr && !state->is_replaced &&
        !(state->is_dirty && pairs.relation->fixed_order && !keeps_order(*state)) &&
        std::find(state->original.begin(), state->original.end(), target) != state->original.end();
    if (was_there) pairs.added.pairs.emplace_back(owner, target);
  }
}

void CollectionWrites::write_removed(backend::Session& session) {
  for (CollectionBase* collection : unit_.changed_collections) {
    const PropertyMeta& property = Relations::property_of(*collection);
    void* owner = model::object_of(collection);
    if (property.kind == PropertyKind::one_to_many && header_of(owner).life == SlotHeader::removed)
      drop_others(session, property, owner, collection->state());
  }
}

void CollectionWrites::write(backend::Session& session) {
  std::vector<Pairs> all;
  for (CollectionBase* collection : unit_.changed_collections) {
    const PropertyMeta& property = Relations::property_of(*collection);
    void* object = model::object_of(collection);
    if (property.kind == PropertyKind::one_to_many) {
      if (!is_gone(object)) drop_others(session, property, object, collection->state());
      continue;
    }
    const PropertyMeta& owning = property.is_owner ? property : *property.inverse;
    auto pairs = std::find_if(all.begin(), all.end(),
                              [&](const Pairs& each) { return each.relation == &owning; });
    if (pairs == all.end()) {
      pairs = all.insert(all.end(), Pairs{});
      pairs->relation = &owning;
      pairs->owner = property.is_owner ? &UnitOfWork::entity_of(object) : property.target;
    }
    collect(*collection, *pairs);
  }
  for (Pairs& pairs : all) pairs.write(session);
}

void CollectionWrites::drop_others(backend::Session& session,
                                   const PropertyMeta& property,
                                   void* owner,
                                   const CollectionState& state) {
  if (!state.is_replaced) return;
  const EntityMeta& target = *property.target;
  query::Condition others = query::value_condition(
      query::Op::eq, query::path_of(target, *property.inverse), Value(model::key_of(owner)));
  query::Condition kept =
      query::list_condition(query::Op::nin, query::path_of(target, *target.primary_key));
  bool has_kept = false;
  for (void* item : state.items) {
    if (model::key_of(item).is_null() || is_gone(item)) continue;
    query::add_value(kept, Value(model::key_of(item)));
    has_kept = true;
  }
  if (has_kept) {
    query::pad_list(kept);
    others = query::combine(query::Op::and_, std::move(others), std::move(kept));
  }
  if (!property.orphan_removal && !property.inverse->is_nullable)
    return require_no_others(session, property, owner, others);
  query::Mutation mutation;
  mutation.root = target.tag;
  mutation.where = std::move(others);
  using Kind = query::BoundMutation::Kind;
  const Kind kind = property.orphan_removal ? Kind::remove : Kind::update;
  if (kind == Kind::update) {
    mutation.assignments.push_back({query::path_of(target, *property.inverse)});
    mutation.values.emplace_back();
  }
  const query::BoundMutation bound = query::bind_mutation(unit_.state().registry, kind, mutation);
  const std::vector<Value> values = query::values_of(mutation);
  std::vector<Cell> cells;
  for (const Value& value : values) cells.push_back(value.as_cell());
  session.execute(bound, cells, nullptr);
}

void CollectionWrites::require_no_others(backend::Session& session,
                                         const PropertyMeta& property,
                                         void* owner,
                                         const query::Condition& others) {
  query::FindBinding binding;
  binding.root = property.target;
  binding.where = &others;
  binding.count = true;
  const auto plan =
      unit_.state().driver->prepare(query::bind_find(unit_.state().registry, binding));
  std::vector<Cell> cells;
  for (const Value& value : others.values) cells.push_back(value.as_cell());
  backend::Cursor& cursor = session.select(*plan, cells);
  const Cell* row = cursor.next();
  const std::int64_t count = row == nullptr ? 0 : row[0].integer;
  cursor.close();
  if (count == 0) return;
  throw ValidationError(
      "setting " + UnitOfWork::entity_of(owner).name + "." + property.name + " of " +
      UnitOfWork::name_of(owner) + " would leave the required reference " + property.target->name +
      "." + property.inverse->name + " of " + std::to_string(count) +
      " rows that are not loaded empty: give them another owner or remove them, map the collection "
      "with orphan_removal(), or make the reference an OptionalRef");
}

void CollectionWrites::apply() {
  Relations(unit_).mirror_replaced();
  for (CollectionBase* collection : unit_.changed_collections) {
    CollectionState& state = collection->state();
    if (unit_.transaction_depth > 0) unit_.undo.remember(*collection);
    const PropertyMeta& property = Relations::property_of(*collection);
    state.is_dirty = false;
    state.is_queued = false;
    state.is_replaced = false;
    if (!collection->is_initialized()) {
      collection->drop_state();
    } else if (property.kind == PropertyKind::many_to_many && property.is_owner) {
      state.original = state.items.view();
    }
  }
  unit_.changed_collections.clear();
  if (!unit_.removed.empty()) drop_removed_items();
}

// Pairs of a removed object are deleted with it; collections that could not be told so learn it here.
void CollectionWrites::drop_removed_items() {
  std::vector<const EntityMeta*> classes;
  for (void* object : unit_.removed) {
    const EntityMeta& entity = UnitOfWork::entity_of(object);
    if (std::find(classes.begin(), classes.end(), &entity) == classes.end())
      classes.push_back(&entity);
  }
  for (std::uint16_t id = 0; id < unit_.entity_count(); ++id) {
    TypeStore* store = unit_.find_store(id);
    if (store == nullptr) continue;
    for (const PropertyMeta* property : store->entity().to_many) {
      const bool is_concerned =
          property->kind == PropertyKind::many_to_many &&
          std::find(classes.begin(), classes.end(), property->target) != classes.end();
      if (!is_concerned) continue;
      store->each([&](void* object) {
        if (!header_of(object).is_constructed) return;
        CollectionBase& collection = UnitOfWork::collection_at(object, *property);
        CollectionState* state = collection.find_state();
        if (state == nullptr) return;
        const std::vector<void*>& shown = state->items.view();
        const bool loses_shown = std::any_of(shown.begin(), shown.end(), is_gone);
        const bool loses_any =
            loses_shown || std::any_of(state->original.begin(), state->original.end(), is_gone);
        if (!loses_any) return;
        if (unit_.transaction_depth > 0) unit_.undo.remember_losing(collection);
        std::erase_if(state->original, is_gone);
        if (!loses_shown) return;
        std::vector<void*> items = shown;
        std::erase_if(items, is_gone);
        state->items = std::move(items);
      });
    }
  }
}

}  // namespace rowan::orm
