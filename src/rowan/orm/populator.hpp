// Loads relations of objects that are loaded already, level by level.

#pragma once

#include <rowan/orm/fetch.hpp>
#include <rowan/orm/narrowing.hpp>
#include <rowan/query/find_options.hpp>

#include <optional>
#include <span>
#include <vector>

namespace rowan::orm {

/// What narrows or orders the items that a collection is loaded with.
struct ItemSelection {
  query::Condition where;
  base::SmallVector<query::OrderTerm, 2> order;
  std::optional<std::int64_t> limit{};
  std::optional<std::int64_t> offset{};
  std::span<const std::uint16_t> columns{};  ///< of the items; empty for all

  /// Tells whether items may be missing from what is loaded.
  [[nodiscard]] bool is_partial() const noexcept {
    return !where.empty() || limit.has_value() || offset.has_value();
  }
};

/// Returns the columns of the entity at the end of `prefix` that a find reads: those its fields name there, all where
/// they name none, without those that it excludes; the key and the version always.
[[nodiscard]] std::vector<std::uint16_t> columns_at(const metadata::EntityMeta& entity,
                                                    const query::FindSpec& spec,
                                                    Steps prefix);

/// Lays the items that the database has under what is pending in each collection.
void lay_lists(UnitOfWork& unit, std::vector<FetchedItems> lists, bool is_partial);

/// Runs the selects of populate: one for each relation and level, for many owners at once.
class Populator {
 public:
  Populator(UnitOfWork& unit, const query::FindSpec& spec) : unit_(unit), spec_(spec) {}

  /// Loads what the paths of the find name. `where` is the find's own filter, null where there is none.
  void populate(const metadata::EntityMeta& entity,
                std::span<void* const> objects,
                const query::Condition* where);
  /// Loads a collection of each owner.
  void load_collections(const metadata::EntityMeta& entity,
                        std::span<void* const> owners,
                        const metadata::PropertyMeta& property,
                        const ItemSelection& selection);

 private:
  /// Loads every relation of the objects and of all that is reached, each object once.
  void populate_everything(const metadata::EntityMeta& entity, std::span<void* const> objects);
  void populate_to_one(std::span<void* const> objects,
                       const metadata::PropertyMeta& property,
                       Steps steps,
                       std::vector<void*>& reached);
  void populate_to_many(const metadata::EntityMeta& entity,
                        std::span<void* const> objects,
                        const metadata::PropertyMeta& property,
                        Steps steps,
                        const query::Condition* where);
  void load_targets(const metadata::EntityMeta& target,
                    std::span<void* const> targets,
                    std::span<const std::uint16_t> columns);
  void load_items(std::span<void* const> owners,
                  const metadata::PropertyMeta& property,
                  const ItemSelection& selection);
  void load_pairs(const metadata::EntityMeta& entity,
                  std::span<void* const> owners,
                  const metadata::PropertyMeta& property,
                  const ItemSelection& selection);
  [[nodiscard]] ItemSelection selection_at(const metadata::EntityMeta& target,
                                           Steps steps,
                                           const query::Condition* where) const;

  UnitOfWork& unit_;
  const query::FindSpec& spec_;
};

/// Returns the property that a step of a path names. Errors: ValidationError where it is none of the entity's.
[[nodiscard]] const metadata::PropertyMeta& step_of(const metadata::EntityMeta& entity,
                                                    const metadata::MemberTag* tag);

}  // namespace rowan::orm
