// What is done to one column of an object, by the type of its member and for all members of that type alike.

#pragma once

#include <rowan/base/arena.hpp>
#include <rowan/metadata/entity_functions.hpp>
#include <rowan/model/ref.hpp>
#include <rowan/value/cell.hpp>

#include <cstddef>
#include <cstdint>
#include <type_traits>

// The functions that run for every row are folds over these, which an optimising compiler must not leave as calls.
#if defined(__GNUC__) && defined(__OPTIMIZE__)
#define ROWAN_INLINE [[gnu::always_inline]] static inline
#else
#define ROWAN_INLINE static inline
#endif

namespace rowan::declare {

using metadata::IndexSet;
using metadata::MergeMode;
using metadata::ReferenceResolver;
using value::Cell;

/// A column that holds a plain value.
template <class V, class Converter>
struct ScalarOps {
  using Snapshot = typename Converter::Snapshot;
  static_assert(std::is_trivially_copyable_v<Snapshot> && alignof(Snapshot) <= 16);
  static constexpr std::size_t size = sizeof(Snapshot);
  static constexpr std::size_t alignment = alignof(Snapshot);

  ROWAN_INLINE void read(V& member,
                         const Cell& cell,
                         std::uint16_t property,
                         ReferenceResolver& resolver) {
    if (!Converter::from_cell(cell, member)) [[unlikely]]
      resolver.refuse(property, cell);
  }
  ROWAN_INLINE void store(const V& member, void* snapshot, base::Arena& arena) {
    Converter::store(member, *static_cast<Snapshot*>(snapshot), arena);
  }
  ROWAN_INLINE bool same(const V& member, const void* snapshot) {
    return Converter::same(member, *static_cast<const Snapshot*>(snapshot));
  }
  ROWAN_INLINE Cell cell(const V& member, std::uint16_t, base::Arena& scratch, ReferenceResolver&) {
    return Converter::to_cell(member, scratch);
  }
  static Cell snapshot_cell(const void* snapshot,
                            std::uint16_t,
                            base::Arena& scratch,
                            ReferenceResolver&) {
    return Converter::snapshot_cell(*static_cast<const Snapshot*>(snapshot), scratch);
  }
  static bool is_unset(const V& member) { return Converter::is_unset(member); }
  /// Gives the snapshot the row's value and leaves the member alone.
  static void store_cell(const V&,
                         const Cell& cell,
                         void* snapshot,
                         std::uint16_t property,
                         base::Arena& arena,
                         ReferenceResolver& resolver) {
    V fresh{};
    read(fresh, cell, property, resolver);
    store(fresh, snapshot, arena);
  }
};

/// A column that holds a reference; the snapshot keeps the target's address.
template <bool IsNullable>
struct ReferenceOps {
  static constexpr std::size_t size = sizeof(void*);
  static constexpr std::size_t alignment = alignof(void*);

  ROWAN_INLINE const void*& saved(void* snapshot) { return *static_cast<const void**>(snapshot); }
  ROWAN_INLINE const void* saved(const void* snapshot) {
    return *static_cast<const void* const*>(snapshot);
  }
  ROWAN_INLINE void* target_of(const Cell& cell,
                               std::uint16_t property,
                               ReferenceResolver& resolver) {
    if (!cell.is_null()) return resolver.resolve(property, cell);
    if constexpr (!IsNullable) resolver.refuse(property, cell);
    return nullptr;
  }
  ROWAN_INLINE void read(model::RefBase& member,
                         const Cell& cell,
                         std::uint16_t property,
                         ReferenceResolver& resolver) {
    member.bind(target_of(cell, property, resolver));
  }
  ROWAN_INLINE void store(const model::RefBase& member, void* snapshot, base::Arena&) {
    saved(snapshot) = member.target();
  }
  ROWAN_INLINE bool same(const model::RefBase& member, const void* snapshot) {
    return member.target() == saved(snapshot);
  }
  ROWAN_INLINE Cell cell(const model::RefBase& member,
                         std::uint16_t property,
                         base::Arena&,
                         ReferenceResolver& resolver) {
    return member.empty() ? Cell::of_null() : resolver.key_of(property, member.target());
  }
  static Cell snapshot_cell(const void* snapshot,
                            std::uint16_t property,
                            base::Arena&,
                            ReferenceResolver& resolver) {
    const void* target = saved(snapshot);
    return target == nullptr ? Cell::of_null() : resolver.key_of(property, target);
  }
  static bool is_unset(const model::RefBase& member) { return member.empty(); }
  static void store_cell(const model::RefBase&,
                         const Cell& cell,
                         void* snapshot,
                         std::uint16_t property,
                         base::Arena&,
                         ReferenceResolver& resolver) {
    saved(snapshot) = target_of(cell, property, resolver);
  }
};

/// The operations above without the member's type, for what runs seldom: compiled once for each type of member.
struct FieldOps {
  void (*read)(void* member, const Cell&, std::uint16_t property, ReferenceResolver&) = nullptr;
  void (*store)(const void* member, void* snapshot, base::Arena&) = nullptr;
  bool (*same)(const void* member, const void* snapshot) = nullptr;
  bool (*is_unset)(const void* member) = nullptr;
  Cell (*snapshot_cell)(const void* snapshot,
                        std::uint16_t property,
                        base::Arena&,
                        ReferenceResolver&) = nullptr;
  void (*store_cell)(const void* member,
                     const Cell&,
                     void* snapshot,
                     std::uint16_t property,
                     base::Arena&,
                     ReferenceResolver&) = nullptr;
};

/// `V` is the member's type, or RefBase, which every reference is.
template <class V, class Ops>
struct ErasedOps {
  static void read(void* member,
                   const Cell& cell,
                   std::uint16_t property,
                   ReferenceResolver& resolver) {
    Ops::read(*static_cast<V*>(member), cell, property, resolver);
  }
  static void store(const void* member, void* snapshot, base::Arena& arena) {
    Ops::store(*static_cast<const V*>(member), snapshot, arena);
  }
  static bool same(const void* member, const void* snapshot) {
    return Ops::same(*static_cast<const V*>(member), snapshot);
  }
  static bool is_unset(const void* member) { return Ops::is_unset(*static_cast<const V*>(member)); }
  static void store_cell(const void* member,
                         const Cell& cell,
                         void* snapshot,
                         std::uint16_t property,
                         base::Arena& arena,
                         ReferenceResolver& resolver) {
    Ops::store_cell(*static_cast<const V*>(member), cell, snapshot, property, arena, resolver);
  }
  static constexpr FieldOps table{read, store, same, is_unset, Ops::snapshot_cell, store_cell};
};

/// A property without a column: nothing is kept and nothing is done.
struct NoOps {
  static constexpr std::size_t size = 0;
  static constexpr std::size_t alignment = 1;

  template <class V>
  ROWAN_INLINE void read(const V&, const Cell&, std::uint16_t, ReferenceResolver&) {}
  template <class V>
  ROWAN_INLINE void store(const V&, void*, base::Arena&) {}
  template <class V>
  ROWAN_INLINE bool same(const V&, const void*) {
    return true;
  }
  template <class V>
  ROWAN_INLINE Cell cell(const V&, std::uint16_t, base::Arena&, ReferenceResolver&) {
    return {};
  }
};

// Chosen by constants and types that many properties share, so that a property costs no class of its own.
template <bool HasColumn, bool IsRelation>
struct OpsChoice {
  template <class V, class Converter>
  using Ops = NoOps;
  template <class V, class Converter>
  static constexpr const FieldOps* erased = nullptr;
};
template <>
struct OpsChoice<true, false> {
  template <class V, class Converter>
  using Ops = ScalarOps<V, Converter>;
  template <class V, class Converter>
  static constexpr const FieldOps* erased = &ErasedOps<V, ScalarOps<V, Converter>>::table;
};
template <>
struct OpsChoice<true, true> {
  template <class V, class Traits>
  using Ops = ReferenceOps<Traits::is_nullable>;
  template <class V, class Traits>
  static constexpr const FieldOps* erased = &ErasedOps<model::RefBase, Ops<V, Traits>>::table;
};

template <class P>
using OpsOf =
    typename OpsChoice<P::has_column, P::is_relation>::template Ops<typename P::Value,
                                                                    typename P::Converter>;

/// One column of a class.
struct Field {
  const FieldOps* ops = nullptr;
  std::uint32_t member_offset = 0;
  std::uint32_t snapshot_offset = 0;
  std::uint16_t property = 0;
};

/// The functions of EntityFunctions that run seldom enough to walk over fields.
void read_fields(const Field* fields,
                 void* object,
                 const Cell* row,
                 const std::uint16_t* columns,
                 std::size_t count,
                 ReferenceResolver& resolver);
void merge_fields(const Field* fields,
                  void* object,
                  void* snapshot,
                  const Cell* row,
                  const std::uint16_t* columns,
                  std::size_t count,
                  MergeMode mode,
                  base::Arena& arena,
                  ReferenceResolver& resolver);
void find_changed_fields(const Field* fields,
                         std::size_t field_count,
                         const void* object,
                         const void* snapshot,
                         IndexSet& columns);
void encode_snapshot_fields(const Field* fields,
                            const void* snapshot,
                            const std::uint16_t* columns,
                            std::size_t count,
                            Cell* out,
                            base::Arena& scratch,
                            ReferenceResolver& resolver);
void store_field(const Field& field, const void* object, void* snapshot, base::Arena& arena);
[[nodiscard]] bool is_unset_field(const Field& field, const void* object);

}  // namespace rowan::declare
