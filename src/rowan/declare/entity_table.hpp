// Makes the table of functions of one class.

#pragma once

#include <rowan/declare/entity_builder.hpp>
#include <rowan/declare/entity_fields.hpp>
#include <rowan/metadata/entity_functions.hpp>
#include <rowan/model/collection.hpp>

#include <cstddef>
#include <cstdint>
#include <new>
#include <type_traits>
#include <utility>

// Their names would hold the whole mapping, kilobytes each, so they must never become symbols.
#if defined(__GNUC__)
#define ROWAN_NO_SYMBOL [[gnu::always_inline]] inline
#else
#define ROWAN_NO_SYMBOL inline
#endif

namespace rowan::declare {

inline constexpr std::uint16_t no_column = 0xFFFF;

/// The columns of a class and where their snapshots lie: those of the strictest alignment first, so that nothing is
/// lost between them.
template <std::size_t Count>
struct SnapshotLayout {
  std::uint16_t column[Count + 1] = {};  ///< by property
  std::size_t offset[Count + 1] = {};    ///< by property
  std::size_t columns = 0;
  std::size_t size = 0;
};

template <std::size_t... I, class... P>
consteval SnapshotLayout<sizeof...(P)> make_layout(const Pack<std::index_sequence<I...>, P...>*) {
  const bool has_column[] = {P::has_column..., false};
  const std::size_t size[] = {OpsOf<P>::size..., 0};
  const std::size_t alignment[] = {OpsOf<P>::alignment..., 0};
  SnapshotLayout<sizeof...(P)> out;
  for (std::size_t i = 0; i < sizeof...(P); ++i) {
    out.column[i] = has_column[i] ? static_cast<std::uint16_t>(out.columns++) : no_column;
  }
  for (std::size_t step = 16; step > 0; step /= 2) {
    for (std::size_t i = 0; i < sizeof...(P); ++i) {
      if (!has_column[i] || alignment[i] != step) continue;
      // A size is a multiple of its alignment, so the next of the same or a lesser one fits right behind.
      out.offset[i] = out.size;
      out.size += size[i];
    }
  }
  out.size = (out.size + 7) / 8 * 8;
  return out;
}

template <class T, std::size_t... I, class... P>
ROWAN_NO_SYMBOL void hydrate_all(const Pack<std::index_sequence<I...>, P...>*,
                                 const SnapshotLayout<sizeof...(P)>& layout,
                                 T& object,
                                 std::byte* snapshot,
                                 const Cell* row,
                                 base::Arena& arena,
                                 ReferenceResolver& resolver) {
  ((P::has_column ? (OpsOf<P>::read(object.*P::member, row[layout.column[I]], I, resolver),
                     OpsOf<P>::store(object.*P::member, snapshot + layout.offset[I], arena))
                  : void()),
   ...);
}

template <class T, std::size_t... I, class... P>
ROWAN_NO_SYMBOL void store_all(const Pack<std::index_sequence<I...>, P...>*,
                               const SnapshotLayout<sizeof...(P)>& layout,
                               const T& object,
                               std::byte* snapshot,
                               base::Arena& arena) {
  (OpsOf<P>::store(object.*P::member, snapshot + layout.offset[I], arena), ...);
}

template <class T, std::size_t... I, class... P>
ROWAN_NO_SYMBOL bool are_same(const Pack<std::index_sequence<I...>, P...>*,
                              const SnapshotLayout<sizeof...(P)>& layout,
                              const T& object,
                              const std::byte* snapshot) {
  // No short cut: nearly every object is unchanged, and this way there is nothing to predict.
  bool is_same = true;
  ((is_same &= OpsOf<P>::same(object.*P::member, snapshot + layout.offset[I])), ...);
  return is_same;
}

// One pass over the properties serves a list in ascending order; each step back in it costs another pass.
template <class T, std::size_t... I, class... P>
ROWAN_NO_SYMBOL void encode_all(const Pack<std::index_sequence<I...>, P...>*,
                                const SnapshotLayout<sizeof...(P)>& layout,
                                const T& object,
                                const std::uint16_t* columns,
                                std::size_t count,
                                Cell* out,
                                base::Arena& scratch,
                                ReferenceResolver& resolver) {
  std::size_t at = 0;
  while (at < count) {
    const std::size_t before = at;
    ((at < count && columns[at] == layout.column[I]
          ? static_cast<void>(out[at++] = OpsOf<P>::cell(object.*P::member, I, scratch, resolver))
          : void()),
     ...);
    if (at == before) break;
  }
}

/// The columns of a class as fields; `Count` of them.
template <std::size_t Count>
struct FieldList {
  Field items[Count + 1] = {};
};

/// Writes where each member lies in a T, in bytes.
template <class T, std::size_t... I, class... P>
ROWAN_NO_SYMBOL void list_offsets(const Pack<std::index_sequence<I...>, P...>*,
                                  std::size_t* offsets) {
  alignas(T) std::byte room[sizeof(T)];
  const auto* object = reinterpret_cast<const T*>(room);
  ((offsets[I] =
        static_cast<std::size_t>(reinterpret_cast<const std::byte*>(&(object->*P::member)) - room)),
   ...);
}

template <class T, std::size_t... I, class... P>
ROWAN_NO_SYMBOL void list_fields(const Pack<std::index_sequence<I...>, P...>* properties,
                                 const SnapshotLayout<sizeof...(P)>& layout,
                                 Field* fields) {
  constexpr const FieldOps* ops[] = {
      OpsChoice<P::has_column, P::is_relation>::template erased<typename P::Value,
                                                                typename P::Converter>...,
      nullptr};
  std::size_t offsets[sizeof...(P) + 1] = {};
  list_offsets<T>(properties, offsets);
  for (std::uint16_t i = 0; i < sizeof...(P); ++i) {
    if (layout.column[i] == no_column) continue;
    fields[layout.column[i]] = {ops[i], static_cast<std::uint32_t>(offsets[i]),
                                static_cast<std::uint32_t>(layout.offset[i]), i};
  }
}

template <class T>
struct EntityTable {
  static_assert(std::is_default_constructible_v<T>,
                "an entity class needs a default constructor, which rows are read into");
  static_assert(std::is_move_constructible_v<T>,
                "an entity class needs a move constructor, by which it enters the entity manager");
  static_assert(alignof(T) <= 16, "an entity class may be aligned to 16 bytes at most");

  using Properties = typename MappingOf<T>::Properties;
  static constexpr const Properties* properties = nullptr;
  static constexpr auto layout = make_layout(properties);

  /// Returns the columns in order, with offsets that only the running program knows.
  static const Field* fields() {
    static const auto list = [] {
      FieldList<layout.columns> out;
      list_fields<T>(properties, layout, out.items);
      return out;
    }();
    return list.items;
  }

  static void construct(void* at) { ::new (at) T(); }
  static void move_construct(void* at, void* from) {
    ::new (at) T(std::move(*static_cast<T*>(from)));
  }
  static void destroy(void* object) noexcept { static_cast<T*>(object)->~T(); }

  static void hydrate(void* object,
                      void* snapshot,
                      const Cell* row,
                      base::Arena& arena,
                      ReferenceResolver& resolver) {
    hydrate_all(properties, layout, *static_cast<T*>(object), static_cast<std::byte*>(snapshot),
                row, arena, resolver);
  }
  static void hydrate_some(void* object,
                           void* snapshot,
                           const Cell* row,
                           const std::uint16_t* columns,
                           std::size_t count,
                           base::Arena& arena,
                           ReferenceResolver& resolver) {
    read_fields(fields(), object, row, columns, count, resolver);
    take_snapshot(object, snapshot, arena);
  }
  static void merge(void* object,
                    void* snapshot,
                    const Cell* row,
                    const std::uint16_t* columns,
                    std::size_t count,
                    MergeMode mode,
                    base::Arena& arena,
                    ReferenceResolver& resolver) {
    merge_fields(fields(), object, snapshot, row, columns, count, mode, arena, resolver);
  }
  static void take_snapshot(const void* object, void* snapshot, base::Arena& arena) {
    store_all(properties, layout, *static_cast<const T*>(object), static_cast<std::byte*>(snapshot),
              arena);
  }
  static bool is_changed(const void* object, const void* snapshot) {
    return !are_same(properties, layout, *static_cast<const T*>(object),
                     static_cast<const std::byte*>(snapshot));
  }
  static void changed_columns(const void* object, const void* snapshot, IndexSet& columns) {
    find_changed_fields(fields(), layout.columns, object, snapshot, columns);
  }
  static void encode(const void* object,
                     const std::uint16_t* columns,
                     std::size_t count,
                     Cell* out,
                     base::Arena& scratch,
                     ReferenceResolver& resolver) {
    encode_all(properties, layout, *static_cast<const T*>(object), columns, count, out, scratch,
               resolver);
  }
  static void encode_snapshot(const void* snapshot,
                              const std::uint16_t* columns,
                              std::size_t count,
                              Cell* out,
                              base::Arena& scratch,
                              ReferenceResolver& resolver) {
    encode_snapshot_fields(fields(), snapshot, columns, count, out, scratch, resolver);
  }
  static void decode(void* object,
                     std::uint16_t column,
                     const Cell& cell,
                     ReferenceResolver& resolver) {
    read_fields(fields(), object, &cell, &column, 1, resolver);
  }
  static void snapshot_column(const void* object,
                              void* snapshot,
                              std::uint16_t column,
                              base::Arena& arena) {
    store_field(fields()[column], object, snapshot, arena);
  }
  static bool is_unset(const void* object, std::uint16_t column) {
    return is_unset_field(fields()[column], object);
  }

  static constexpr metadata::EntityFunctions functions = {
      sizeof(T), alignof(T),      layout.size, construct,       move_construct, destroy,
      hydrate,   hydrate_some,    merge,       take_snapshot,   is_changed,     changed_columns,
      encode,    encode_snapshot, decode,      snapshot_column, is_unset};
};

/// Returns the table of functions of T.
template <class T>
constexpr const metadata::EntityFunctions& entity_functions() noexcept {
  return EntityTable<T>::functions;
}

}  // namespace rowan::declare

#undef ROWAN_INLINE
#undef ROWAN_NO_SYMBOL
