// Queries and changes whose names are bound to metadata: what drivers compile.

#pragma once

#include <rowan/metadata/entity_meta.hpp>
#include <rowan/query/expr.hpp>
#include <rowan/query/select.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace rowan::query {

struct BoundSelect;

/// A column of one source of a select.
struct BoundColumn {
  std::uint16_t source = 0;  ///< index into BoundSelect::sources
  const metadata::PropertyMeta* property =
      nullptr;  ///< scalar or owning to-one, of that source's entity
};

/// How a source is reached.
enum class JoinKind : std::uint8_t { root, inner, left };

/// One table of a select: the root, or one that a relation leads to. A many-to-many relation brings
/// its pivot along.
struct BoundSource {
  const metadata::EntityMeta* entity = nullptr;
  JoinKind kind = JoinKind::root;
  std::uint16_t parent = 0;                          ///< the source that the relation starts from
  const metadata::PropertyMeta* relation = nullptr;  ///< of the parent's entity; null for the root
};

/// One condition. Values are not part of it: `value` indexes the value list given at execution.
struct BoundExpr {
  Op op = Op::none;
  /// Of size and eq_path the comparison; of in_select nin, where it is negated; of not_ is_null,
  /// where it holds also for a child that is neither true nor false.
  Op inner = Op::none;
  std::vector<BoundExpr> children;
  BoundColumn column;
  BoundColumn other;              ///< eq_path
  std::uint32_t value = 0;        ///< first value
  std::uint32_t value_count = 0;  ///< for in and nin: how many placeholders (see Plan padding)
  Aggregate aggregate = Aggregate::none;  ///< having: compares this aggregate of `column`
  bool is_count_all = false;
  /// Raw SQL: `{0}`, `{1}` stand for raw_columns, each `?` outside quotes for the next value.
  std::string raw{};
  std::vector<BoundColumn> raw_columns{};
  /// in_select: `column` in it. some, none_of, size: correlated over the collection `relation` of
  /// source `column.source`; that of size selects count(*), to be compared by `inner`. `every` is
  /// bound as the none_of of what does not match. An `in` with no values holds for nothing, a `nin`
  /// with none for everything.
  std::shared_ptr<BoundSelect> select{};
  const metadata::PropertyMeta* relation = nullptr;
};

struct BoundTerm {
  BoundColumn column;
  Aggregate aggregate = Aggregate::none;
  bool is_count_all = false;
  std::string raw{};  ///< as BoundExpr::raw, its first value at index `value`
  std::vector<BoundColumn> raw_columns{};
  std::uint32_t value = 0;
};

struct BoundOrder {
  BoundColumn column;
  bool descending = false;
  Nulls nulls = Nulls::unspecified;
  Aggregate aggregate = Aggregate::none;  ///< of a query with groups: orders by it
  bool is_count_all = false;
  /// Set where the path leads through a collection: the order is by min (or max, descending) of
  /// this subquery's term.
  std::shared_ptr<BoundSelect> select{};
  BoundTerm raw{};  ///< raw SQL to order by, where its text is not empty
};

/// A select over metadata.
///
/// Those conditions of the root that lead through a collection, the binder has moved together into
/// `key_filter`: the root's rows are those whose key is in that subquery, so no row is doubled and
/// limit and count hold.
struct BoundSelect {
  std::vector<BoundSource> sources;  ///< [0] is the root; parents come before children
  std::vector<BoundTerm> terms;
  BoundExpr where;                            ///< op none: no condition
  std::shared_ptr<BoundSelect> key_filter{};  ///< root key in (...), joined to `where` by and
  std::vector<BoundTerm> group_by;
  BoundExpr having;
  std::vector<BoundOrder> order_by;
  bool has_limit = false;  ///< its value stands at value index `limit_value`
  bool has_offset = false;
  std::uint32_t limit_value = 0;
  std::uint32_t offset_value = 0;
  bool distinct = false;
  /// A subquery's values are picked from a derived table; those of in_select without nulls.
  bool is_derived = false;
  LockMode lock = LockMode::none;
  /// Rows of one root may follow each other, and the reader needs of the later ones no cell of the root but its key.
  bool repeats_root = false;
  /// Correlation of a subquery with its outer select: root of this = `correlated` relation of the
  /// outer source.
  const metadata::PropertyMeta* correlated_relation = nullptr;
  std::uint16_t correlated_source = 0;
  std::uint16_t depth =
      0;  ///< nesting, so that aliases differ: root alias of depth 0 is t0, of depth 1 s1_0, ...
};

/// A bulk update or delete by condition.
struct BoundMutation {
  enum class Kind : std::uint8_t { update, remove, insert };
  Kind kind = Kind::update;
  const metadata::EntityMeta* entity = nullptr;
  struct Assignment {
    const metadata::PropertyMeta* property = nullptr;
    std::uint32_t value = 0;  ///< first value's index, also of raw
    std::string raw{};        ///< as BoundExpr::raw, over source 0
    std::vector<BoundColumn> raw_columns{};
  };
  std::vector<Assignment> assignments;  ///< update; insert: the columns of one row
  std::uint32_t row_count = 1;          ///< insert: rows, their values in a row after each other
  bool ignore_conflicts = false;        ///< insert: `on conflict do nothing`
  std::vector<const metadata::PropertyMeta*>
      conflict_on;  ///< insert: a unique key; rows that are there by it are changed; empty: none are
  std::vector<const metadata::PropertyMeta*> merged;     ///< what those take over from the new rows
  std::vector<const metadata::PropertyMeta*> returning;  ///< insert, where the driver can
  std::shared_ptr<BoundSelect>
      filter;  ///< rows whose key it yields or whose where holds; null for all
};

}  // namespace rowan::query
