// The one door from queries as written to queries over metadata.

#pragma once

#include <rowan/metadata/registry.hpp>
#include <rowan/query/bound.hpp>
#include <rowan/query/json_filter.hpp>
#include <rowan/query/mutation.hpp>
#include <rowan/query/path_intern.hpp>
#include <rowan/query/select.hpp>

#include <cstdint>
#include <span>
#include <vector>

namespace rowan::query {

/// What a find, count or existence check reads.
struct FindBinding {
  /// A relation to read along: the columns of its target follow those of the joins before it.
  struct Join {
    std::vector<const metadata::PropertyMeta*> path;  ///< from the root
    std::span<const std::uint16_t> columns;
    bool inner = false;
  };

  const metadata::EntityMeta* root = nullptr;
  const Condition* where = nullptr;  ///< null: every row
  std::span<const OrderTerm> order_by;
  bool has_limit = false;
  bool has_offset = false;
  std::span<const std::uint16_t> columns;  ///< of the root
  std::span<const Join> joins;             ///< parents before children
  bool count = false;                      ///< select count(*) instead
  bool exists = false;                     ///< select a constant instead
  LockMode lock = LockMode::none;
};

/// Binds a find.
///
/// Value indexes: those of Condition::values in their order, then the limit, then the offset.
/// Sources of joins come right after the root, in the order of `joins`; one that the root requires
/// is inner whether asked for or not.
/// Requires: `where` holds no JSON.
/// Errors: throws ValidationError for a member that is not mapped, an entity not given to the ORM,
/// or a key of the wrong type; each names what it is about.
[[nodiscard]] BoundSelect bind_find(const metadata::Registry& registry, const FindBinding& find);

/// Binds a query of rows. Value indexes: where, having, limit, offset, raw terms; see values_of().
/// Requires: no JSON. Errors: as bind_find().
[[nodiscard]] BoundSelect bind_select(const metadata::Registry& registry, const Select& select);

/// Binds a bulk change. Value indexes: the assignments', then those of where; see values_of().
/// Requires: no JSON. Errors: as bind_find().
[[nodiscard]] BoundMutation bind_mutation(const metadata::Registry& registry,
                                          BoundMutation::Kind kind,
                                          const Mutation& mutation);

/// Returns the values of a query in the order of its value indexes.
/// Lifetime: that of what is pointed into.
[[nodiscard]] std::vector<Value> values_of(const Select& select);
[[nodiscard]] std::vector<Value> values_of(const Mutation& mutation);

/// Returns the query with every JSON part of its conditions replaced by its tree.
[[nodiscard]] Select resolve_json(const metadata::Registry& registry, const Select& select);

/// Adds every entity that the query reads, the root included.
void collect_entities(const metadata::Registry& registry,
                      const metadata::EntityMeta& root,
                      const Condition& where,
                      std::span<const OrderTerm> order_by,
                      metadata::IndexSet& entities);
void collect_entities(const metadata::Registry& registry,
                      const Select& select,
                      metadata::IndexSet& entities);

}  // namespace rowan::query
