// From the nodes of a condition to bound expressions.

#pragma once

#include <rowan/query/bound.hpp>
#include <rowan/query/expr.hpp>
#include <rowan/query/path_binder.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace rowan::query {

/// Binds one condition into the select of a PathBinder.
class ConditionBinder {
 public:
  /// `first_value` is the value index of the condition's first value.
  ConditionBinder(const Condition& condition, std::uint32_t first_value);

  /// Sets where and key_filter of the binder's select.
  void bind_into(PathBinder& paths) const;
  /// Sets key_filter of the binder's select to the whole condition, so that the select itself needs no joins.
  void bind_as_keys(PathBinder& paths) const;

 private:
  struct Place {
    std::uint32_t value = 0;  ///< value index of the node's first value
    std::size_t end = 0;      ///< index of the first node behind its subtree
  };

  [[nodiscard]] std::size_t measure(std::size_t at, std::uint32_t& value);
  [[nodiscard]] std::vector<std::size_t> children_of(std::size_t at) const;
  /// Tells whether the node must be bound where rows of a collection may double those of the root.
  [[nodiscard]] bool passes_collection(std::size_t at,
                                       const PathBinder& paths,
                                       bool enters_not) const;
  [[nodiscard]] BoundExpr bind(std::size_t at, PathBinder& paths, bool is_required) const;
  [[nodiscard]] BoundExpr bind_group(std::size_t at, PathBinder& paths, bool is_required) const;
  [[nodiscard]] BoundExpr bind_not(std::size_t at, PathBinder& paths) const;
  [[nodiscard]] BoundExpr bind_misfit(std::size_t at, PathBinder& paths) const;
  [[nodiscard]] BoundExpr bind_comparison(std::size_t at,
                                          PathBinder& paths,
                                          bool is_required) const;
  [[nodiscard]] BoundExpr bind_items(std::size_t at, PathBinder& paths, bool is_required) const;
  [[nodiscard]] BoundExpr bind_all(const std::vector<std::size_t>& nodes, PathBinder& paths) const;
  [[nodiscard]] std::shared_ptr<BoundSelect> keys_where(const std::vector<std::size_t>& nodes,
                                                        const PathBinder& paths,
                                                        std::uint16_t depth) const;
  void check_types(std::size_t at,
                   const metadata::EntityMeta& entity,
                   const metadata::PropertyMeta& property) const;

  const Condition& condition_;
  std::uint32_t first_value_;
  std::vector<Place> places_;
};

/// Binds a whole query as a subquery of depth `depth` whose first value has index `value`; moves
/// `value` on.
[[nodiscard]] BoundSelect bind_nested(const metadata::Registry& registry,
                                      const Select& select,
                                      std::uint32_t& value,
                                      std::uint16_t depth);

}  // namespace rowan::query
