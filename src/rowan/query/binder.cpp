// Binds finds, queries of rows and bulk changes.

#include <rowan/query/binder.hpp>

#include <rowan/base/error.hpp>
#include <rowan/query/condition_binder.hpp>
#include <rowan/query/path_binder.hpp>

#include <algorithm>
#include <string>
#include <utility>

namespace rowan::query {

using metadata::EntityMeta;
using metadata::PropertyMeta;

namespace {

// An order through a collection: by the least (descending: the greatest) value among its items.
std::shared_ptr<BoundSelect> order_through(PathBinder& paths, const OrderTerm& order) {
  std::uint16_t source = 0;
  const EntityMeta* entity = &paths.root();
  std::size_t at = 0;
  const PropertyMeta* relation = nullptr;
  while (true) {
    relation = &property_of(paths.registry(), *entity, order.path->steps[at++], "order");
    if (relation->is_to_many()) break;
    source = paths.source_of(source, *relation, false);
    entity = relation->target;
  }
  auto out = std::make_shared<BoundSelect>();
  out->depth = static_cast<std::uint16_t>(paths.select().depth + 1);
  out->correlated_relation = relation;
  out->correlated_source = source;
  out->sources.push_back({relation->target});
  PathBinder items(paths.registry(), *out);
  const PathInfo rest{relation->target->tag, order.path->steps + at, order.path->count - at};
  BoundTerm term;
  term.column = items.column_of(rest, true, "order");
  term.aggregate = order.descending ? Aggregate::max : Aggregate::min;
  out->terms.push_back(std::move(term));
  return out;
}

BoundTerm bind_term(PathBinder& paths, const Term& term);

[[noreturn]] void refuse_unjoined(const PathBinder& paths) {
  throw ValidationError("a query over " + paths.root().name +
                        " selects, groups or orders by a path through a collection that is not "
                        "joined: name it in join()");
}

BoundOrder bind_order(PathBinder& paths, const OrderTerm& order, std::span<const Term> texts = {}) {
  BoundOrder out;
  out.descending = order.descending;
  out.nulls = order.nulls;
  out.aggregate = order.aggregate;
  if (order.raw > 0) {
    out.raw = bind_term(paths, texts[order.raw - 1]);
  } else if (order.path == nullptr) {
    out.is_count_all = true;
  } else if (paths.passes_collection(*order.path)) {
    if (order.is_joined) refuse_unjoined(paths);
    out.select = order_through(paths, order);
  } else {
    out.column = paths.column_of(*order.path, false, "order");
  }
  return out;
}

BoundTerm bind_term(PathBinder& paths, const Term& term) {
  BoundTerm out;
  out.aggregate = term.aggregate;
  if (!term.raw.empty()) {
    const auto values = static_cast<std::uint32_t>(term.values.size());
    out.raw = paths.bind_raw(term.raw, values, out.raw_columns);
  } else if (term.path == nullptr) {
    out.is_count_all = true;
  } else if (paths.passes_collection(*term.path)) {
    refuse_unjoined(paths);
  } else {
    out.column = paths.column_of(*term.path, false, "select");
  }
  return out;
}

BoundExpr bind_having_node(PathBinder& paths,
                           std::span<const HavingTerm> terms,
                           std::size_t& at,
                           std::uint32_t& value) {
  const HavingTerm& having = terms[at++];
  BoundExpr out;
  out.op = having.op;
  if (having.is_group()) {
    for (std::uint16_t i = 0; i < having.children; ++i)
      out.children.push_back(bind_having_node(paths, terms, at, value));
    return out;
  }
  const BoundTerm term = bind_term(paths, having.term);
  out.column = term.column;
  out.aggregate = term.aggregate;
  out.is_count_all = term.is_count_all;
  out.value = value++;
  out.value_count = 1;
  return out;
}

BoundExpr bind_having(PathBinder& paths, std::span<const HavingTerm> terms, std::uint32_t& value) {
  BoundExpr out;
  if (terms.empty()) return out;
  out.op = Op::and_;
  for (std::size_t at = 0; at < terms.size();)
    out.children.push_back(bind_having_node(paths, terms, at, value));
  if (out.children.size() > 1) return out;
  BoundExpr only = std::move(out.children[0]);
  return only;
}

// Raw terms have their values behind all others, in the order of values_of().
void number_raw_values(const Select& select, BoundSelect& out, std::uint32_t& value) {
  const auto number = [&](BoundTerm& bound, const Term& term) {
    bound.value = value;
    value += static_cast<std::uint32_t>(term.values.size());
  };
  for (std::size_t i = 0; i < select.terms.size(); ++i) number(out.terms[i], select.terms[i]);
  for (std::size_t i = 0; i < select.group_by.size(); ++i)
    number(out.group_by[i], select.group_by[i]);
  for (std::size_t i = 0; i < select.order_by.size(); ++i) {
    if (const std::uint32_t raw = select.order_by[i].raw; raw > 0)
      number(out.order_by[i].raw, select.order_texts[raw - 1]);
  }
}

void join_on_request(PathBinder& paths, const NamedJoin& join) {
  const PathInfo& path = *join.path;
  std::uint16_t source = 0;
  const EntityMeta* entity = &paths.root();
  for (std::size_t i = 0; i < path.count; ++i) {
    const PropertyMeta& relation = property_of(paths.registry(), *entity, path.steps[i], "join");
    if (!relation.is_relation()) {
      throw ValidationError("Trying to join " + entity->name + "." + relation.name +
                            ", which is no relation");
    }
    source = paths.join(source, relation, join.is_left);
    entity = relation.target;
  }
}

void bind_populate(PathBinder& paths, const FindBinding& find) {
  BoundSelect& out = paths.select();
  std::vector<std::uint16_t> sources;
  for (const FindBinding::Join& join : find.joins) {
    std::uint16_t parent = 0;
    for (std::size_t i = 0; i < sources.size(); ++i) {
      const std::vector<const PropertyMeta*>& other = find.joins[i].path;
      const bool is_parent = other.size() + 1 == join.path.size() &&
                             std::equal(other.begin(), other.end(), join.path.begin());
      if (is_parent) parent = sources[i];
    }
    const PropertyMeta& relation = *join.path.back();
    sources.push_back(paths.add_populate(parent, relation, join.inner));
    for (const std::uint16_t column : join.columns) {
      BoundTerm& term = out.terms.emplace_back();
      term.column = {sources.back(), relation.target->columns[column]};
    }
  }
}

std::uint32_t value_count_of(const Condition& condition) {
  return static_cast<std::uint32_t>(condition.values.size());
}

void add_values(std::vector<Value>& out, const Condition& condition) {
  for (const Value& value : condition.values) out.push_back(value);
}
void add_values(std::vector<Value>& out, const Term& term) {
  out.insert(out.end(), term.values.begin(), term.values.end());
}

const PropertyMeta& assigned_property(const metadata::Registry& registry,
                                      const EntityMeta& entity,
                                      const PathInfo& path) {
  const PropertyMeta& property = property_of(registry, entity, path.steps[0], "write");
  if (path.count != 1 || property.column < 0) {
    throw ValidationError(entity.name + "." + property.name +
                          " cannot be written by a bulk change: it has no column of its own");
  }
  return property;
}

bool reads(const BoundExpr& expr, const EntityMeta& entity);

// Tells whether a subquery of the conditions reads the entity's table.
bool reads(const BoundSelect& select, const EntityMeta& entity) {
  for (const BoundSource& source : select.sources) {
    if (source.entity == &entity) return true;
  }
  return reads(select.where, entity);
}

bool reads(const BoundExpr& expr, const EntityMeta& entity) {
  if (expr.select != nullptr && reads(*expr.select, entity)) return true;
  return std::any_of(expr.children.begin(), expr.children.end(),
                     [&](const BoundExpr& child) { return reads(child, entity); });
}

// The rows of a bulk change. Its statement cannot join, so joins stand in a subquery of keys; that
// is a derived table, for not every database reads the table that it changes.
BoundSelect bind_filter(const metadata::Registry& registry,
                        const EntityMeta& entity,
                        const Condition& where,
                        std::uint32_t first_value) {
  const ConditionBinder condition(where, first_value);
  const auto start = [&](BoundSelect& out) {
    out.sources.push_back({&entity});
    out.terms.emplace_back().column = {0, entity.primary_key};
  };
  BoundSelect plain;
  start(plain);
  PathBinder paths(registry, plain);
  condition.bind_into(paths);
  if (plain.sources.size() == 1 && plain.key_filter == nullptr && !reads(plain.where, entity))
    return plain;
  BoundSelect keyed;
  start(keyed);
  PathBinder key_paths(registry, keyed);
  condition.bind_as_keys(key_paths);
  keyed.key_filter->is_derived = true;
  keyed.key_filter->distinct = true;
  return keyed;
}

}  // namespace

BoundSelect bind_find(const metadata::Registry& registry, const FindBinding& find) {
  BoundSelect out;
  out.sources.push_back({find.root});
  out.lock = find.lock;
  PathBinder paths(registry, out);
  if (find.count) {
    BoundTerm& term = out.terms.emplace_back();
    term.aggregate = Aggregate::count;
    term.is_count_all = true;
  } else if (find.exists) {
    out.terms.emplace_back().raw = "1";
  } else {
    for (const std::uint16_t column : find.columns) {
      BoundTerm& term = out.terms.emplace_back();
      term.column = {0, find.root->columns[column]};
    }
    bind_populate(paths, find);
  }
  std::uint32_t value = 0;
  if (find.where != nullptr) {
    ConditionBinder(*find.where, value).bind_into(paths);
    value += value_count_of(*find.where);
  }
  for (const OrderTerm& order : find.order_by) out.order_by.push_back(bind_order(paths, order));
  out.has_limit = find.has_limit;
  out.has_offset = find.has_offset;
  if (find.has_limit) out.limit_value = value++;
  if (find.has_offset) out.offset_value = value++;
  return out;
}

BoundSelect bind_nested(const metadata::Registry& registry,
                        const Select& select,
                        std::uint32_t& value,
                        std::uint16_t depth) {
  BoundSelect out;
  out.depth = depth;
  out.sources.push_back({&entity_of(registry, select.root)});
  out.distinct = select.distinct;
  PathBinder paths(registry, out);
  for (const NamedJoin& join : select.joins) join_on_request(paths, join);
  // Conditions before terms: what they require joins by an inner join.
  ConditionBinder(select.where, value).bind_into(paths);
  value += value_count_of(select.where);
  for (const Term& term : select.terms) out.terms.push_back(bind_term(paths, term));
  for (const Term& term : select.group_by) out.group_by.push_back(bind_term(paths, term));
  out.having = bind_having(paths, select.having, value);
  for (const OrderTerm& order : select.order_by)
    out.order_by.push_back(bind_order(paths, order, select.order_texts));
  out.has_limit = select.limit.has_value();
  out.has_offset = select.offset.has_value();
  if (out.has_limit) out.limit_value = value++;
  if (out.has_offset) out.offset_value = value++;
  number_raw_values(select, out, value);
  return out;
}

BoundSelect bind_select(const metadata::Registry& registry, const Select& select) {
  std::uint32_t value = 0;
  return bind_nested(registry, select, value, 0);
}

namespace {

/// Tells whether rows are unique by these properties of the mapping, whatever their order.
bool is_unique_key(const EntityMeta& entity, std::vector<const PropertyMeta*> properties) {
  if (properties.size() == 1 && (properties[0]->is_primary_key || properties[0]->is_unique))
    return true;
  std::sort(properties.begin(), properties.end());
  return std::any_of(entity.indexes.begin(), entity.indexes.end(),
                     [&](const metadata::IndexMeta& index) {
                       std::vector<const PropertyMeta*> own;
                       for (const std::uint16_t property : index.properties)
                         own.push_back(&entity.properties[property]);
                       std::sort(own.begin(), own.end());
                       return index.is_unique && own == properties;
                     });
}

void bind_conflict(const metadata::Registry& registry,
                   const EntityMeta& entity,
                   const Mutation& mutation,
                   BoundMutation& out) {
  if (mutation.conflict_on.empty() && !mutation.merges) return;
  if (!mutation.merges) {
    throw ValidationError(
        "an insert of " + entity.name +
        " says by on_conflict() what may be there and not what becomes of it: add "
        "merge(), or leave it to ignore_conflicts()");
  }
  if (mutation.ignore_conflicts) {
    throw ValidationError("an insert of " + entity.name +
                          " is told both ignore_conflicts() and merge(): one of them");
  }
  if (mutation.conflict_on.empty()) {
    throw ValidationError(
        "an insert of " + entity.name +
        " merges into rows that are there: say by on_conflict() which unique key tells");
  }
  const auto has = [](const auto& list, const PropertyMeta* property) {
    return std::find(list.begin(), list.end(), property) != list.end();
  };
  std::vector<const PropertyMeta*> inserted;
  for (const BoundMutation::Assignment& each : out.assignments) inserted.push_back(each.property);
  std::string names;
  for (const PathInfo* path : mutation.conflict_on) {
    out.conflict_on.push_back(&assigned_property(registry, entity, *path));
    names += (names.empty() ? "" : ", ") + out.conflict_on.back()->name;
  }
  if (!is_unique_key(entity, out.conflict_on)) {
    throw ValidationError(
        "on_conflict() of an insert of " + entity.name + " names " + names +
        ", which is no unique key of its mapping: add unique() there, or name another");
  }
  for (const PathInfo* path : mutation.merged) {
    out.merged.push_back(&assigned_property(registry, entity, *path));
    if (has(inserted, out.merged.back())) continue;
    throw ValidationError("merge() of an insert of " + entity.name + " names " +
                          out.merged.back()->name +
                          ", which values() does not write: add it there");
  }
  if (mutation.merged.empty()) {
    for (const PropertyMeta* property : inserted) {
      if (!has(out.conflict_on, property) && !property->is_primary_key)
        out.merged.push_back(property);
    }
  }
  if (!out.merged.empty()) return;
  throw ValidationError("an insert of " + entity.name +
                        " has nothing to merge beside its key: use ignore_conflicts()");
}

}  // namespace

BoundMutation bind_mutation(const metadata::Registry& registry,
                            BoundMutation::Kind kind,
                            const Mutation& mutation) {
  BoundMutation out;
  const EntityMeta& entity = entity_of(registry, mutation.root);
  out.kind = kind;
  out.entity = &entity;
  out.row_count = mutation.row_count;
  out.ignore_conflicts = mutation.ignore_conflicts;
  if (kind != BoundMutation::Kind::remove && mutation.assignments.empty()) {
    throw ValidationError("a bulk change of " + entity.name + " writes nothing: say which members");
  }
  BoundSelect row;
  row.sources.push_back({&entity});
  PathBinder columns(registry, row);
  std::uint32_t value = 0;
  for (const Mutation::Assignment& assignment : mutation.assignments) {
    BoundMutation::Assignment& bound = out.assignments.emplace_back();
    bound.property = &assigned_property(registry, entity, *assignment.path);
    for (std::size_t i = 0; i + 1 < out.assignments.size(); ++i) {
      if (out.assignments[i].property != bound.property) continue;
      throw ValidationError("a bulk change writes " + entity.name + "." + bound.property->name +
                            " twice: name each member once");
    }
    bound.value = value;
    if (!assignment.raw.empty())
      bound.raw = columns.bind_raw(assignment.raw, assignment.value_count, bound.raw_columns);
    value += assignment.value_count;
  }
  if (row.sources.size() > 1) {
    throw ValidationError("raw SQL in a bulk change of " + entity.name +
                          " can only name members of " + entity.name + " itself");
  }
  if (kind == BoundMutation::Kind::insert) bind_conflict(registry, entity, mutation, out);
  if (kind == BoundMutation::Kind::insert || mutation.where.empty()) return out;
  out.filter = std::make_shared<BoundSelect>(bind_filter(
      registry, entity, mutation.where, static_cast<std::uint32_t>(mutation.values.size())));
  return out;
}

static std::int64_t checked_page(std::int64_t rows, std::string_view what) {
  if (rows >= 0) return rows;
  throw ValidationError("the " + std::string(what) + " of a query is " + std::to_string(rows) +
                        ", and rows are counted from 0: leave it out where there is none");
}

std::vector<Value> values_of(const Select& select) {
  std::vector<Value> out;
  add_values(out, select.where);
  for (const HavingTerm& having : select.having) {
    if (!having.is_group()) out.push_back(having.value);
  }
  if (select.limit) out.push_back(Value::of_integer(checked_page(*select.limit, "limit")));
  if (select.offset) out.push_back(Value::of_integer(checked_page(*select.offset, "offset")));
  for (const Term& term : select.terms) add_values(out, term);
  for (const Term& term : select.group_by) add_values(out, term);
  for (const OrderTerm& order : select.order_by) {
    if (order.raw > 0) add_values(out, select.order_texts[order.raw - 1]);
  }
  return out;
}

std::vector<Value> values_of(const Mutation& mutation) {
  std::vector<Value> out = mutation.values;
  add_values(out, mutation.where);
  return out;
}

Select resolve_json(const metadata::Registry& registry, const Select& select) {
  Select out = select;
  if (select.where.json != nullptr)
    out.where = resolve_json(registry, entity_of(registry, select.root), select.where);
  return out;
}

}  // namespace rowan::query
