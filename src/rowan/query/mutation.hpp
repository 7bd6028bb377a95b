// A bulk change as the user wrote it, before its names are bound to metadata.

#pragma once

#include <rowan/query/expr.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace rowan::query {

/// An insert, update or delete without its types.
///
/// Its values, in the order of the bound value indexes: `values`, then those of `where`.
struct Mutation {
  struct Assignment {
    const PathInfo* path = nullptr;
    std::string raw{};  ///< SQL with `?` and `{member}`; empty for a plain value
    std::uint32_t value_count =
        1;  ///< of Mutation::values, taken in order; for an insert of each row
  };
  const metadata::TypeTag* root = nullptr;
  std::vector<Assignment> assignments;  ///< for an insert the columns of each row
  std::vector<Value> values;
  std::uint32_t row_count = 0;  ///< insert: rows
  bool ignore_conflicts = false;
  bool merges = false;                       ///< insert: into rows that are there already
  std::vector<const PathInfo*> conflict_on;  ///< whose values tell that a row is there
  std::vector<const PathInfo*>
      merged;  ///< what such a row takes over; empty: all else that is written
  Condition where;
};

}  // namespace rowan::query
