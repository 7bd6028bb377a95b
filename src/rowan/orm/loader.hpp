// Reads rows into managed objects: finds, single loads, populate.

#pragma once

#include <rowan/orm/unit_of_work.hpp>
#include <rowan/query/find_options.hpp>

#include <cstdint>
#include <span>
#include <vector>

namespace rowan::orm {

/// Runs the selects of a unit of work.
///
/// Pending work of every class that a query reads is flushed first, by the flush mode.
class Loader {
 public:
  explicit Loader(UnitOfWork& unit) : unit_(unit) {}

  /// Returns the objects that match, in order.
  [[nodiscard]] std::vector<void*> find(const metadata::EntityMeta& entity,
                                        const query::Condition& where,
                                        const query::FindSpec& spec);
  /// Returns the object of this key, from the identity map where it is loaded; null where there is no row.
  [[nodiscard]] void* find_by_key(const metadata::EntityMeta& entity,
                                  const value::Cell& key,
                                  const query::FindSpec& spec);
  [[nodiscard]] std::size_t count(const metadata::EntityMeta& entity,
                                  const query::Condition& where,
                                  std::optional<FlushMode> mode);
  /// Loads what an object stands for. Errors: NotFoundError.
  void load(void* object);
  /// Reads an object's row again over local changes; returns false and detaches it where the row is gone.
  bool refresh(void* object);
  /// Loads one collection.
  void load(void* owner,
            const metadata::PropertyMeta& property,
            const query::FindSpec* options,
            const query::Condition* where);
  [[nodiscard]] std::size_t count(void* owner,
                                  const metadata::PropertyMeta& property,
                                  const query::Condition* where);
  /// Loads the relations that the paths name, level by level.
  void populate(const metadata::EntityMeta& entity,
                std::span<void* const> objects,
                const query::FindSpec& spec);
  /// Flushes first where the query reads a class with pending work.
  void flush_before(const metadata::EntityMeta& entity,
                    const query::Condition& where,
                    const query::FindSpec& spec);

 private:
  struct Join {
    std::vector<const metadata::PropertyMeta*> path;
    int parent = -1;  ///< index of the join that the last step starts from, -1 for the root
  };
  [[nodiscard]] std::vector<Join> joins_of(const metadata::EntityMeta& entity,
                                           const query::FindSpec& spec,
                                           LoadStrategy strategy) const;
  void* hydrate(const metadata::EntityMeta& entity,
                const value::Cell* row,
                std::span<const std::uint16_t> columns,
                bool is_whole,
                metadata::MergeMode mode);
  void populate_step(const metadata::EntityMeta& entity,
                     std::span<void* const> objects,
                     const metadata::PropertyMeta& property,
                     const query::FindSpec& spec,
                     std::vector<void*>& reached);
  void load_references(const metadata::PropertyMeta& property, const std::vector<void*>& targets);
  void load_collections(const metadata::EntityMeta& entity,
                        std::span<void* const> owners,
                        const metadata::PropertyMeta& property,
                        const query::Condition* where,
                        std::span<const query::OrderTerm> order,
                        std::optional<std::int64_t> limit,
                        std::optional<std::int64_t> offset);
  void fill(void* owner,
            const metadata::PropertyMeta& property,
            std::vector<void*> items,
            bool is_partial);
  [[nodiscard]] std::vector<std::uint16_t> columns_of(const metadata::EntityMeta& entity,
                                                      const query::FindSpec& spec) const;

  UnitOfWork& unit_;
};

}  // namespace rowan::orm
