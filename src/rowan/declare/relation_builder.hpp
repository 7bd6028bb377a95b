// many_to_one, one_to_one, one_to_many and many_to_many: how a mapping names a member that is a relation.

#pragma once

#include <rowan/declare/property_options.hpp>
#include <rowan/declare/relation_traits.hpp>
#include <rowan/declare/tags.hpp>

#include <string_view>
#include <type_traits>

namespace rowan::declare {

template <auto MappedBy>
constexpr const metadata::MemberTag* mapped_by_tag() noexcept {
  if constexpr (std::is_null_pointer_v<decltype(MappedBy)>) {
    return nullptr;
  } else {
    return &member_tag<MappedBy>;
  }
}

/// Tells whether the member MappedBy, of the other side, can own the relation that `Kind` names.
template <metadata::PropertyKind Kind, auto MappedBy>
constexpr bool is_possible_owner() noexcept {
  if constexpr (std::is_null_pointer_v<decltype(MappedBy)>) {
    return true;
  } else {
    using Traits = RelationTraits<MemberType<MappedBy>>;
    return Traits::is_relation &&
           Traits::is_reference == (Kind != metadata::PropertyKind::many_to_many);
  }
}

/// A member that is a relation. Immutable: each function returns a changed copy.
template <metadata::PropertyKind Kind, auto Member, auto MappedBy = nullptr>
struct RelationBuilder {
  using Class = ClassOf<Member>;
  using Value = MemberType<Member>;
  using Traits = RelationTraits<Value>;
  using PropertyKind = metadata::PropertyKind;
  static constexpr auto member = Member;
  static constexpr auto mapped_by_member = MappedBy;
  static constexpr PropertyKind kind = Kind;
  static constexpr bool is_relation = true;
  static constexpr bool is_primary_key = false;
  static constexpr bool is_persistent = true;
  static constexpr bool is_enum_text = false;
  using Converter = Traits;
  using Creator = NoFunction;
  using Updater = NoFunction;
  static constexpr bool is_owner = std::is_null_pointer_v<decltype(MappedBy)>;
  static constexpr bool is_reference =
      Kind == PropertyKind::many_to_one || Kind == PropertyKind::one_to_one;
  static constexpr bool has_column = is_owner && is_reference;

  static_assert(Kind != PropertyKind::many_to_one || Traits::is_reference,
                "many_to_one needs a member of type rowan::Ref<T> or rowan::OptionalRef<T>");
  static_assert(Kind != PropertyKind::one_to_one || Traits::is_reference,
                "one_to_one needs a member of type rowan::Ref<T> or rowan::OptionalRef<T>");
  static_assert(Kind != PropertyKind::one_to_many || (Traits::is_relation && !Traits::is_reference),
                "one_to_many needs a member of type rowan::Collection<T>");
  static_assert(Kind != PropertyKind::many_to_many ||
                    (Traits::is_relation && !Traits::is_reference),
                "many_to_many needs a member of type rowan::Collection<T>");
  static_assert(
      Kind == PropertyKind::many_to_many || is_possible_owner<Kind, MappedBy>(),
      "the member that maps this relation must be a rowan::Ref or rowan::OptionalRef of the "
      "other class");
  static_assert(
      Kind != PropertyKind::many_to_many || is_possible_owner<Kind, MappedBy>(),
      "the member that maps this relation must be a rowan::Collection of the other class");

  PropertyOptions options{};

  /// Makes this the inverse side of the relation that `Owner`, a member of the target, maps.
  template <auto Owner>
  constexpr auto mapped_by() const {
    static_assert(
        Kind == PropertyKind::one_to_one || Kind == PropertyKind::many_to_many,
        "mapped_by() is for one_to_one and many_to_many: many_to_one owns its relation, and "
        "one_to_many takes the member of the other class as its second argument");
    return RelationBuilder<Kind, Member, Owner>{options};
  }
  constexpr RelationBuilder index(std::string_view name = {}) const {
    static_assert(has_column, "index() is for the side of a relation that has the column");
    RelationBuilder copy = *this;
    copy.options.is_indexed = true;
    copy.options.index_name = name;
    return copy;
  }
  constexpr RelationBuilder unique(std::string_view name = {}) const {
    static_assert(has_column, "unique() is for the side of a relation that has the column");
    RelationBuilder copy = *this;
    copy.options.is_unique = true;
    copy.options.unique_name = name;
    return copy;
  }
  constexpr RelationBuilder column(std::string_view name) const {
    static_assert(has_column, "column() is for the side of a relation that has the column");
    RelationBuilder copy = *this;
    copy.options.column = name;
    return copy;
  }
  constexpr RelationBuilder comment(std::string_view text) const {
    RelationBuilder copy = *this;
    copy.options.comment = text;
    return copy;
  }
  constexpr RelationBuilder pivot_table(std::string_view name) const {
    static_assert(Kind == PropertyKind::many_to_many && is_owner,
                  "pivot_table() is for the owning side of a many_to_many");
    RelationBuilder copy = *this;
    copy.options.pivot_table = name;
    return copy;
  }
  /// The pivot's column for this class, and that for the target.
  constexpr RelationBuilder pivot_columns(std::string_view own, std::string_view other) const {
    static_assert(Kind == PropertyKind::many_to_many && is_owner,
                  "pivot_columns() is for the owning side of a many_to_many");
    RelationBuilder copy = *this;
    copy.options.join_column = own;
    copy.options.inverse_join_column = other;
    return copy;
  }
  /// The collection keeps the order in which items were added.
  constexpr RelationBuilder fixed_order() const {
    static_assert(Kind == PropertyKind::many_to_many && is_owner,
                  "fixed_order() is for the owning side of a many_to_many");
    RelationBuilder copy = *this;
    copy.options.fixed_order = true;
    return copy;
  }
  /// Removing an object removes what this relation leads to, and persisting persists it.
  constexpr RelationBuilder cascade_remove() const {
    RelationBuilder copy = *this;
    copy.options.cascade = metadata::cascade_persist | metadata::cascade_remove;
    return copy;
  }
  constexpr RelationBuilder cascade_all() const {
    RelationBuilder copy = *this;
    copy.options.cascade = metadata::cascade_all;
    return copy;
  }
  /// Not even persist() follows this relation.
  constexpr RelationBuilder cascade_none() const {
    RelationBuilder copy = *this;
    copy.options.cascade = metadata::cascade_none;
    return copy;
  }
  /// What leaves this relation is deleted.
  constexpr RelationBuilder orphan_removal() const {
    static_assert(
        Kind == PropertyKind::one_to_many || Kind == PropertyKind::one_to_one,
        "orphan_removal() is for one_to_many and one_to_one, whose targets have one owner");
    RelationBuilder copy = *this;
    copy.options.orphan_removal = true;
    return copy;
  }
  /// What the database does to this row when the target's is deleted.
  constexpr RelationBuilder on_delete(ReferentialAction action) const {
    static_assert(is_owner, "on_delete() is for the owning side of a relation");
    RelationBuilder copy = *this;
    copy.options.on_delete = action;
    return copy;
  }
  constexpr RelationBuilder on_update_rule(ReferentialAction action) const {
    static_assert(is_owner, "on_update_rule() is for the owning side of a relation");
    RelationBuilder copy = *this;
    copy.options.on_update_rule = action;
    return copy;
  }
  constexpr RelationBuilder hidden() const {
    RelationBuilder copy = *this;
    copy.options.is_hidden = true;
    return copy;
  }
};

}  // namespace rowan::declare

namespace rowan {

/// Maps a Ref or OptionalRef whose target many rows may share.
template <auto Member>
inline constexpr declare::RelationBuilder<metadata::PropertyKind::many_to_one, Member>
    many_to_one{};

/// Maps a Ref or OptionalRef whose target no other row shares.
template <auto Member>
inline constexpr declare::RelationBuilder<metadata::PropertyKind::one_to_one, Member> one_to_one{};

/// Maps a Collection of objects that refer back by their member `Owner`.
template <auto Member, auto Owner>
inline constexpr declare::RelationBuilder<metadata::PropertyKind::one_to_many, Member, Owner>
    one_to_many{};

/// Maps a Collection that a pivot table keeps; of two sides one is `.mapped_by<&Other::member>()`.
template <auto Member>
inline constexpr declare::RelationBuilder<metadata::PropertyKind::many_to_many, Member>
    many_to_many{};

}  // namespace rowan
