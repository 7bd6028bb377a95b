// rowan::property and rowan::primary_key: how a mapping names a member that is a plain value.

#pragma once

#include <rowan/declare/enum_names.hpp>
#include <rowan/declare/property_options.hpp>
#include <rowan/declare/relation_traits.hpp>
#include <rowan/declare/tags.hpp>
#include <rowan/value/codec.hpp>

#include <cstdint>
#include <string_view>
#include <type_traits>

namespace rowan::declare {

/// Bits that change what is compiled for a property, and so are part of its type.
enum PropertyFlag : unsigned {
  flag_primary_key = 1,
  flag_not_persistent = 2,
  flag_enum_text = 4,
};

/// Stands for the trait of a type that has none, so that our sentence is the compiler's first.
template <class V>
struct NoConverter : value::ConvertFacts<ValueType::null>, value::ScalarSnapshot<V> {};

template <class V, bool IsEnumText>
constexpr auto choose_converter() {
  using Plain = value::WithoutOptional<V>;
  if constexpr (IsEnumText && value::is_optional<V>) {
    return std::type_identity<value::ConvertOptional<Plain, EnumTextConvert<Plain>>>{};
  } else if constexpr (IsEnumText) {
    return std::type_identity<EnumTextConvert<V>>{};
  } else if constexpr (value::Mappable<V>) {
    return std::type_identity<value::Convert<V>>{};
  } else {
    return std::type_identity<NoConverter<V>>{};
  }
}

template <class F, class Entity, class V>
constexpr bool fits_member() {
  if constexpr (std::is_invocable_v<F>) {
    return std::is_assignable_v<V&, std::invoke_result_t<F>>;
  } else if constexpr (std::is_invocable_v<F, const Entity&>) {
    return std::is_assignable_v<V&, std::invoke_result_t<F, const Entity&>>;
  } else {
    return false;
  }
}

/// Writes a default of the database; what is no literal is refused by default_value().
template <class Literal>
constexpr void set_default(PropertyOptions& options, Literal literal) {
  using Kind = metadata::DefaultValue::Kind;
  if constexpr (std::is_same_v<Literal, bool>) {
    options.default_kind = Kind::boolean;
    options.default_integer = literal ? 1 : 0;
  } else if constexpr (std::is_integral_v<Literal> || std::is_enum_v<Literal>) {
    options.default_kind = Kind::integer;
    options.default_integer = static_cast<std::int64_t>(literal);
    if constexpr (std::is_unsigned_v<Literal>)
      options.default_is_too_large = options.default_integer < 0;
  } else if constexpr (std::is_floating_point_v<Literal>) {
    options.default_kind = Kind::real;
    options.default_real = literal;
  } else {
    options.default_kind = Kind::text;
    options.default_text = literal;
  }
}

/// A member that is a plain value. Immutable: each function returns a changed copy.
template <auto Member, unsigned Flags = 0, class OnCreate = NoFunction, class OnUpdate = NoFunction>
struct PropertyBuilder {
  using Class = ClassOf<Member>;
  using Value = MemberType<Member>;
  static constexpr auto member = Member;
  static constexpr metadata::PropertyKind kind = metadata::PropertyKind::scalar;
  static constexpr bool is_relation = false;
  static constexpr bool is_primary_key = (Flags & flag_primary_key) != 0;
  static constexpr bool is_persistent = (Flags & flag_not_persistent) == 0;
  static constexpr bool is_enum_text = (Flags & flag_enum_text) != 0;
  static constexpr bool has_column = is_persistent;
  static constexpr auto mapped_by_member = nullptr;
  using Converter = typename decltype(choose_converter<Value, is_enum_text>())::type;
  using Creator = OnCreate;
  using Updater = OnUpdate;

  static_assert(!RelationTraits<Value>::is_relation,
                "this member is a relation: map it with many_to_one, one_to_one, one_to_many or "
                "many_to_many instead of property");
  static_assert(
      RelationTraits<Value>::is_relation || !is_persistent || value::Mappable<Value>,
      "Rowan has no column type for this member's type: specialise rowan::Codec for it, use "
      "rowan::Ref if it is an entity, or leave the member out of the mapping");

  PropertyOptions options{};
  [[no_unique_address]] OnCreate on_create_function{};
  [[no_unique_address]] OnUpdate on_update_function{};

  /// No two rows have the same value; `name` is that of the constraint.
  constexpr PropertyBuilder unique(std::string_view name = {}) const {
    PropertyBuilder copy = *this;
    copy.options.is_unique = true;
    copy.options.unique_name = name;
    return copy;
  }
  constexpr PropertyBuilder index(std::string_view name = {}) const {
    PropertyBuilder copy = *this;
    copy.options.is_indexed = true;
    copy.options.index_name = name;
    return copy;
  }
  /// Makes a full-text index, which matches() searches with. `language` is the configuration of PostgreSQL's search
  /// that knows its words (`english`); without one, and on other databases, words are found as they stand.
  constexpr PropertyBuilder full_text(std::string_view language = {}) const {
    static_assert(Converter::type == ValueType::text,
                  "full_text() is for members that are stored as text");
    PropertyBuilder copy = *this;
    copy.options.is_searched = true;
    copy.options.search_language = language;
    return copy;
  }
  /// The most characters, or bytes, that the column takes.
  constexpr PropertyBuilder length(std::uint32_t n) const {
    static_assert(Converter::type == ValueType::text || Converter::type == ValueType::blob,
                  "length() is for members that are stored as text or bytes");
    PropertyBuilder copy = *this;
    copy.options.length = n;
    copy.options.has_length = true;
    return copy;
  }
  /// The digits in all, and those after the point.
  constexpr PropertyBuilder precision(std::uint32_t digits, std::uint32_t scale = 0) const {
    static_assert(Converter::type == ValueType::decimal || Converter::type == ValueType::real,
                  "precision() is for members that are stored as a decimal or real number");
    PropertyBuilder copy = *this;
    copy.options.has_precision = true;
    copy.options.precision = digits;
    copy.options.scale = scale;
    return copy;
  }
  /// Text without a limit.
  constexpr PropertyBuilder text() const {
    static_assert(Converter::type == ValueType::text,
                  "text() is for members that are stored as text");
    PropertyBuilder copy = *this;
    copy.options.is_text = true;
    return copy;
  }
  constexpr PropertyBuilder column(std::string_view name) const {
    PropertyBuilder copy = *this;
    copy.options.column = name;
    return copy;
  }
  /// The column's type in SQL, verbatim.
  constexpr PropertyBuilder column_type(std::string_view sql) const {
    PropertyBuilder copy = *this;
    copy.options.column_type = sql;
    return copy;
  }
  constexpr PropertyBuilder check(std::string_view sql) const {
    PropertyBuilder copy = *this;
    copy.options.check = sql;
    return copy;
  }
  constexpr PropertyBuilder comment(std::string_view text) const {
    PropertyBuilder copy = *this;
    copy.options.comment = text;
    return copy;
  }
  /// Left out of all serialisation and of the messages of driver errors.
  constexpr PropertyBuilder hidden() const {
    PropertyBuilder copy = *this;
    copy.options.is_hidden = true;
    return copy;
  }
  /// Counts the row's updates (or keeps their time), and each update checks that nobody else made one.
  constexpr PropertyBuilder version() const {
    static_assert(
        (Converter::type == ValueType::integer || Converter::type == ValueType::timestamp) &&
            !Converter::is_nullable,
        "version() needs a plain integer or a rowan::Timestamp");
    PropertyBuilder copy = *this;
    copy.options.is_version = true;
    return copy;
  }
  /// An update checks that the row still has the value that was read.
  constexpr PropertyBuilder concurrency_check() const {
    PropertyBuilder copy = *this;
    copy.options.is_concurrency_check = true;
    return copy;
  }
  /// The database's default, and what an optional without value gets at creation.
  template <class Literal>
  constexpr PropertyBuilder default_value(Literal literal) const {
    static_assert(std::is_arithmetic_v<Literal> || std::is_enum_v<Literal> ||
                      std::is_convertible_v<Literal, std::string_view>,
                  "default_value() takes a bool, a number, an enumerator or a text literal");
    PropertyBuilder copy = *this;
    set_default(copy.options, literal);
    return copy;
  }
  /// A default written in SQL; the value is read back after the insert.
  constexpr PropertyBuilder default_raw(std::string_view sql) const {
    PropertyBuilder copy = *this;
    copy.options.default_kind = metadata::DefaultValue::Kind::raw;
    copy.options.default_text = sql;
    return copy;
  }
  /// Gives the member a value when an object is created and the member is unset. Takes a function without parameters,
  /// or with the entity: `.on_create(rowan::Uuid::v7)`.
  template <class F>
  constexpr auto on_create(F function) const {
    static_assert(
        fits_member<F, Class, Value>(),
        "on_create() needs a function without parameters, or with the entity, whose result "
        "can be assigned to the member");
    return PropertyBuilder<Member, Flags, F, OnUpdate>{options, function, on_update_function};
  }
  /// Gives the member a value whenever a changed object is written.
  template <class F>
  constexpr auto on_update(F function) const {
    static_assert(
        fits_member<F, Class, Value>(),
        "on_update() needs a function without parameters, or with the entity, whose result "
        "can be assigned to the member");
    return PropertyBuilder<Member, Flags, OnCreate, F>{options, on_create_function, function};
  }
  /// Kept in memory only: the member has no column.
  constexpr auto not_persistent() const {
    static_assert(!is_primary_key, "a primary key cannot be not_persistent()");
    return flagged<flag_not_persistent>();
  }
  /// Stored by the enumerator's name instead of its number.
  constexpr auto enum_as_text() const {
    static_assert(std::is_enum_v<value::WithoutOptional<Value>>,
                  "enum_as_text() is for members that are an enum");
    return flagged<flag_enum_text>();
  }
  /// Stored by the enumerator's name, where the database can in an enum type of this name that the schema generator
  /// makes; else as enum_as_text().
  constexpr auto native_enum(std::string_view name) const {
    static_assert(std::is_enum_v<value::WithoutOptional<Value>>,
                  "native_enum() is for members that are an enum");
    PropertyBuilder copy = *this;
    copy.options.native_enum = name;
    return copy.template flagged<flag_enum_text>();
  }

 private:
  template <auto, unsigned, class, class>
  friend struct PropertyBuilder;

  template <unsigned Flag>
  constexpr auto flagged() const {
    return PropertyBuilder<Member, Flags | Flag, OnCreate, OnUpdate>{options, on_create_function,
                                                                     on_update_function};
  }
};

}  // namespace rowan::declare

namespace rowan {

/// Maps a member that is a plain value: `property<&User::email>.unique()`.
template <auto Member>
inline constexpr declare::PropertyBuilder<Member> property{};

/// Maps the member that identifies a row. An integer that is T{} at the insert gets its value from the database.
template <auto Member>
inline constexpr declare::PropertyBuilder<Member, declare::flag_primary_key> primary_key{};

}  // namespace rowan
