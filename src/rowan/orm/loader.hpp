// Reads rows into managed objects: finds, single loads, populate.

#pragma once

#include <rowan/orm/fetch.hpp>
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
  /// The same for a whole object without further wishes.
  [[nodiscard]] void* find_by_key(const metadata::EntityMeta& entity, const value::Cell& key);
  [[nodiscard]] std::size_t count(const metadata::EntityMeta& entity,
                                  const query::Condition& where,
                                  std::optional<FlushMode> mode);
  /// Loads what an object stands for. Errors: NotFoundError.
  void load(void* object);
  /// Reads an object's row again over local changes; returns false and detaches it where the row is gone.
  bool refresh(void* object, query::FindSpec spec);
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
  /// The same for a query by key alone.
  void flush_before(const metadata::EntityMeta& entity);
  /// Returns the options with what they imply said, in `own` where that is anything.
  [[nodiscard]] const query::FindSpec& prepared(const metadata::EntityMeta& entity,
                                                const query::FindSpec& given,
                                                query::FindSpec& own) const;
  [[nodiscard]] std::vector<FetchJoin> joins_of(
      const metadata::EntityMeta& entity,
      const query::FindSpec& spec,
      std::vector<std::vector<std::uint16_t>>& columns) const;
  [[nodiscard]] std::size_t count_pairs(void* owner,
                                        const metadata::PropertyMeta& property,
                                        const query::Condition* where);
  void* read_by_key(const metadata::EntityMeta& entity, const value::Cell& key);

  UnitOfWork& unit_;
};

}  // namespace rowan::orm
