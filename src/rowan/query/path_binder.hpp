// From the steps of paths to the sources and columns of one select.

#pragma once

#include <rowan/metadata/registry.hpp>
#include <rowan/query/bound.hpp>
#include <rowan/query/expr.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rowan::query {

/// Returns the entity of a class. Errors: throws ValidationError where it was not given to the ORM.
[[nodiscard]] const metadata::EntityMeta& entity_of(const metadata::Registry& registry,
                                                    const metadata::TypeTag* tag);
/// Returns the property of a member. Errors: throws ValidationError where `entity` has none; `verb`
/// says for what.
[[nodiscard]] const metadata::PropertyMeta& property_of(const metadata::Registry& registry,
                                                        const metadata::EntityMeta& entity,
                                                        const metadata::MemberTag* member,
                                                        std::string_view verb);

/// Finds or adds the sources that paths need in one select.
///
/// A relation that several paths take is one source. Those that populate adds for a collection
/// serve no filter: it would keep items away from it.
class PathBinder {
 public:
  /// Requires: `select` has its root source.
  PathBinder(const metadata::Registry& registry, BoundSelect& select)
      : registry_(registry), select_(select) {}

  /// Where a path leads: a column, or the collection `column.property` of source `column.source`.
  struct End {
    BoundColumn column;
    bool is_collection = false;
  };

  /// Returns where `path` leads, joining what it passes; `verb` is for messages.
  /// `is_required` says that rows without a match are of no interest, so that joins may be inner.
  End end_of(const PathInfo& path, bool is_required, std::string_view verb);
  /// Returns the column of `path`. Errors: throws ValidationError where it leads to a collection.
  BoundColumn column_of(const PathInfo& path, bool is_required, std::string_view verb);
  /// Tells whether `path` passes a collection that join() has not named; its last step counts for
  /// no collection operator.
  [[nodiscard]] bool passes_collection(const PathInfo& path) const;
  /// Joins a relation by name: each of its items makes a row, which every path through it speaks of.
  std::uint16_t join(std::uint16_t parent, const metadata::PropertyMeta& relation, bool is_left);
  /// Returns the source of a relation, joined where it is not yet.
  std::uint16_t source_of(std::uint16_t parent,
                          const metadata::PropertyMeta& relation,
                          bool is_required);
  /// Adds a source that no filter shares, for populate; a to-one relation is shared.
  std::uint16_t add_populate(std::uint16_t parent,
                             const metadata::PropertyMeta& relation,
                             bool is_inner);
  /// Returns `text` with each {member.member} made a {0}, {1}, ..., the columns in `columns`.
  /// Errors: throws ValidationError for an unknown member, or other than `values` question marks.
  std::string bind_raw(std::string_view text,
                       std::uint32_t values,
                       std::vector<BoundColumn>& columns);
  /// Returns the key column of the root.
  [[nodiscard]] BoundColumn root_key() const { return {0, select_.sources[0].entity->primary_key}; }

  [[nodiscard]] const metadata::Registry& registry() const noexcept { return registry_; }
  [[nodiscard]] BoundSelect& select() noexcept { return select_; }
  [[nodiscard]] const metadata::EntityMeta& root() const noexcept {
    return *select_.sources[0].entity;
  }

 private:
  [[nodiscard]] int find_source(std::uint16_t parent, const metadata::PropertyMeta& relation) const;
  std::uint16_t add_source(std::uint16_t parent,
                           const metadata::PropertyMeta& relation,
                           JoinKind kind,
                           bool is_shared);
  BoundColumn column_of_name(std::string_view name);

  const metadata::Registry& registry_;
  BoundSelect& select_;
  std::vector<bool> is_private_;  ///< by source: of populate alone
  std::vector<bool> is_named_;    ///< by source: join() made it
};

}  // namespace rowan::query
