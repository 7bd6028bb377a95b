// How C++ types become database values and come back.

#pragma once

#include <rowan/base/arena.hpp>
#include <rowan/base/decimal.hpp>
#include <rowan/base/json.hpp>
#include <rowan/base/time.hpp>
#include <rowan/base/uuid.hpp>
#include <rowan/value/cell.hpp>
#include <rowan/value/value.hpp>

#include <bit>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace rowan {

/// Says how a type of the program is stored. Specialise it beside the type:
///
///     template <>
///     struct rowan::Codec<Money> {
///       using Stored = std::int64_t;  // any type that Rowan knows
///       static Stored encode(const Money& money) { return money.cents; }
///       static Money decode(const Stored& cents) { return Money{cents}; }
///     };
///
/// Equality, null and column type are those of `Stored`. decode() may throw ValidationError.
template <class T>
struct Codec;

}  // namespace rowan

namespace rowan::value {

[[noreturn]] void refuse_item(std::int64_t number);

/// What a list that is one value can hold: numbers, truth values and text.
template <class T>
concept ListItem = std::is_same_v<T, bool> || std::is_same_v<T, std::string> ||
    std::is_same_v<T, float> || std::is_same_v<T, double> ||
    (std::is_integral_v<T> && sizeof(T) > 1);

template <class T>
inline constexpr bool is_list = false;
template <ListItem T>
inline constexpr bool is_list<std::vector<T>> = true;

}  // namespace rowan::value

namespace rowan {

/// A list of plain values is an array where the database has such columns (as PostgreSQL), else JSON.
template <value::ListItem T>
struct Codec<std::vector<T>> {
  using Stored = json;
  static Stored encode(const std::vector<T>& list) {
    json out = json::array();
    for (const T& item : list) out.push_back(json(item));
    return out;
  }
  static std::vector<T> decode(const Stored& stored) {
    std::vector<T> list;
    for (std::size_t i = 0; i < stored.size(); ++i) {
      const json item = stored[i];
      if constexpr (std::is_same_v<T, bool>) {
        list.push_back(item.as_bool());
      } else if constexpr (std::is_same_v<T, std::string>) {
        list.push_back(item.as_string());
      } else if constexpr (std::is_floating_point_v<T>) {
        list.push_back(static_cast<T>(item.as_double()));
      } else {
        const std::int64_t number = item.as_int64();
        if (static_cast<std::int64_t>(static_cast<T>(number)) != number) value::refuse_item(number);
        list.push_back(static_cast<T>(number));
      }
    }
    return list;
  }
};

}  // namespace rowan

namespace rowan::value {

/// Reads that need more than a look at the type; each tells whether the cell fits.
[[nodiscard]] bool read_integer(const Cell& cell, std::int64_t& out) noexcept;
[[nodiscard]] bool read_real(const Cell& cell, double& out) noexcept;
[[nodiscard]] bool read_text(const Cell& cell, std::string& out);
[[nodiscard]] bool read_timestamp(const Cell& cell, std::int64_t& microseconds) noexcept;
[[nodiscard]] bool read_date(const Cell& cell, std::int64_t& days) noexcept;
[[nodiscard]] bool read_uuid(const Cell& cell, Uuid& out) noexcept;
[[nodiscard]] bool read_decimal(const Cell& cell, Decimal& out);
[[nodiscard]] bool read_json(const Cell& cell, json& out);
/// Compares documents by value, the one in the snapshot still being text.
[[nodiscard]] bool is_same_json(const json& document, std::string_view snapshot);
/// Returns a key as cells of `type` hold it: databases read dates as text, UUIDs as bytes. What cannot be read so is
/// returned as it is.
///
/// Lifetime: bytes are those of the cell or lie in `room`.
[[nodiscard]] Cell as_type(const Cell& cell, ValueType type, char (&room)[16]);
[[noreturn]] void refuse_unsigned(std::uint64_t value);
[[noreturn]] void refuse_time();
[[noreturn]] void refuse_size(std::size_t bytes);

template <class T>
concept HasCodec = requires {
  typename Codec<T>::Stored;
};

template <class T>
concept PlainInteger =
    std::is_integral_v<T> && !std::is_same_v<T, bool> && !std::is_same_v<T, char> &&
    !std::is_same_v<T, wchar_t> && !std::is_same_v<T, char8_t> && !std::is_same_v<T, char16_t> &&
    !std::is_same_v<T, char32_t>;

/// The trait of a mappable type. The primary template has no `type`: it stands for all others.
///
/// to_cell() views what lies in the value and formats only into `scratch`; from_cell() tells whether
/// the cell fits. A Snapshot is trivially copyable, zeros are a valid one, its bytes lie in the arena.
template <class T>
struct Convert {};

template <class T>
concept Mappable = requires {
  Convert<T>::type;
};

/// What the traits of all types have, with the values of most.
template <ValueType Type, std::uint8_t Width = 8>
struct ConvertFacts {
  static constexpr ValueType type = Type;
  static constexpr std::uint8_t byte_width = Width;
  static constexpr bool is_unsigned = false;
  static constexpr bool is_nullable = false;
};

/// The snapshot of a type that is its own.
template <class T>
struct ScalarSnapshot {
  using Snapshot = T;
  static void store(const T& v, Snapshot& snapshot, base::Arena& /*arena*/) noexcept {
    snapshot = v;
  }
  static bool same(const T& v, const Snapshot& snapshot) noexcept { return v == snapshot; }
  static bool is_unset(const T& v) noexcept { return v == T{}; }
};

/// The snapshot of a type that a cell views as bytes.
struct BytesSnapshot {
  using Snapshot = std::string_view;
};

/// Compares text that is short and the same as a rule, without a call where it is.
inline bool is_same_text(std::string_view left, std::string_view right) noexcept {
  const std::size_t size = left.size();
  if (size != right.size()) return false;
  // Empty text may have no address, which memcmp() must not be given.
  if (size > 16 || size < 8) return size == 0 || std::memcmp(left.data(), right.data(), size) == 0;
  std::uint64_t heads[2], tails[2];
  std::memcpy(&heads[0], left.data(), 8);
  std::memcpy(&heads[1], right.data(), 8);
  std::memcpy(&tails[0], left.data() + size - 8, 8);
  std::memcpy(&tails[1], right.data() + size - 8, 8);
  return ((heads[0] ^ heads[1]) | (tails[0] ^ tails[1])) == 0;
}

inline Cell cell_of_bytes(const char* data, std::size_t size, ValueType type) {
  if (size > std::numeric_limits<std::uint32_t>::max()) [[unlikely]]
    refuse_size(size);
  return Cell::of_bytes({data, size}, type);
}

template <>
struct Convert<bool> : ConvertFacts<ValueType::boolean, 1>, ScalarSnapshot<bool> {
  static Cell to_cell(bool v, base::Arena& /*scratch*/) noexcept {
    return Cell::of_integer(v ? 1 : 0, ValueType::boolean);
  }
  static bool from_cell(const Cell& cell, bool& out) noexcept {
    if (cell.type != ValueType::boolean && cell.type != ValueType::integer) return false;
    if (cell.integer != 0 && cell.integer != 1) return false;
    out = cell.integer == 1;
    return true;
  }
  static Cell snapshot_cell(bool v, base::Arena& scratch) noexcept { return to_cell(v, scratch); }
};

/// Integers, and whatever is cast to one: `Number` says which.
template <class T, class Number>
struct ConvertInteger : ConvertFacts<ValueType::integer, sizeof(Number)>, ScalarSnapshot<T> {
  static constexpr bool is_unsigned = std::is_unsigned_v<Number>;

  static Cell to_cell(const T& v, base::Arena& /*scratch*/) {
    const auto number = static_cast<Number>(v);
    if constexpr (is_unsigned && sizeof(Number) == 8) {
      if (number > static_cast<Number>(std::numeric_limits<std::int64_t>::max())) [[unlikely]] {
        refuse_unsigned(number);
      }
    }
    return Cell::of_integer(static_cast<std::int64_t>(number));
  }
  static bool from_cell(const Cell& cell, T& out) noexcept {
    std::int64_t number = cell.integer;
    if (cell.type != ValueType::integer) [[unlikely]] {
      if (!read_integer(cell, number)) return false;
    }
    if constexpr (sizeof(Number) < 8 || is_unsigned) {
      if (number < static_cast<std::int64_t>(std::numeric_limits<Number>::min())) return false;
      if constexpr (sizeof(Number) < 8) {
        if (number > static_cast<std::int64_t>(std::numeric_limits<Number>::max())) return false;
      }
    }
    out = static_cast<T>(number);
    return true;
  }
  static Cell snapshot_cell(const T& v, base::Arena& scratch) { return to_cell(v, scratch); }
};

template <PlainInteger T>
struct Convert<T> : ConvertInteger<T, T> {};

template <class T>
struct EnumNumber {
  using Type = std::underlying_type_t<T>;
};
template <class T>
requires(!PlainInteger<std::underlying_type_t<T>>) struct EnumNumber<T> {
  using Type = std::int32_t;  // enums over bool and characters
};

template <class T>
requires(std::is_enum_v<T> && !HasCodec<T>) struct Convert<T>
    : ConvertInteger<T, typename EnumNumber<T>::Type> {
};

template <class T>
requires(std::is_same_v<T, float> || std::is_same_v<T, double>) struct Convert<T>
    : ConvertFacts<ValueType::real, sizeof(T)> {
  using Snapshot = T;
  using Bits = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;

  static Cell to_cell(const T& v, base::Arena& /*scratch*/) noexcept { return Cell::of_real(v); }
  static bool from_cell(const Cell& cell, T& out) noexcept {
    double number = cell.real;
    if (cell.type != ValueType::real) [[unlikely]] {
      if (!read_real(cell, number)) return false;
    }
    if constexpr (sizeof(T) == 4) {
      constexpr double limit = std::numeric_limits<float>::max();
      const bool is_finite = number - number == 0;
      if (is_finite && (number > limit || number < -limit)) return false;
    }
    out = static_cast<T>(number);
    return true;
  }
  static void store(const T& v, Snapshot& snapshot, base::Arena& /*arena*/) noexcept {
    snapshot = v;
  }
  // By bits, so that a NaN is not changed for ever.
  static bool same(const T& v, const Snapshot& snapshot) noexcept {
    return std::bit_cast<Bits>(v) == std::bit_cast<Bits>(snapshot);
  }
  static bool is_unset(const T& v) noexcept { return v == 0; }
  static Cell snapshot_cell(const T& v, base::Arena& scratch) noexcept {
    return to_cell(v, scratch);
  }
};

template <>
struct Convert<std::string> : ConvertFacts<ValueType::text>, BytesSnapshot {
  static Cell to_cell(const std::string& v, base::Arena& /*scratch*/) {
    return cell_of_bytes(v.data(), v.size(), ValueType::text);
  }
  static bool from_cell(const Cell& cell, std::string& out) {
    if (cell.type != ValueType::text) [[unlikely]]
      return read_text(cell, out);
    // A fresh object's text is empty, and then there is less to ask.
    if (out.empty()) [[likely]] {
      out.append(cell.data, cell.size);
    } else {
      out.assign(cell.data, cell.size);
    }
    return true;
  }
  static void store(const std::string& v, Snapshot& snapshot, base::Arena& arena) {
    snapshot = arena.copy(v);
  }
  static bool same(const std::string& v, const Snapshot& snapshot) noexcept {
    return is_same_text(v, snapshot);
  }
  static bool is_unset(const std::string& v) noexcept { return v.empty(); }
  static Cell snapshot_cell(const Snapshot& snapshot, base::Arena& /*scratch*/) noexcept {
    return Cell::of_bytes(snapshot);
  }
};

template <>
struct Convert<std::vector<std::byte>> : ConvertFacts<ValueType::blob>, BytesSnapshot {
  static std::string_view view(const std::vector<std::byte>& v) noexcept {
    return {reinterpret_cast<const char*>(v.data()), v.size()};
  }
  static Cell to_cell(const std::vector<std::byte>& v, base::Arena& /*scratch*/) {
    return cell_of_bytes(view(v).data(), v.size(), ValueType::blob);
  }
  static bool from_cell(const Cell& cell, std::vector<std::byte>& out) {
    if (cell.type != ValueType::blob) return false;
    const auto* first = reinterpret_cast<const std::byte*>(cell.data);
    out.assign(first, first + cell.size);
    return true;
  }
  static void store(const std::vector<std::byte>& v, Snapshot& snapshot, base::Arena& arena) {
    snapshot = arena.copy(view(v));
  }
  static bool same(const std::vector<std::byte>& v, const Snapshot& snapshot) noexcept {
    return view(v) == snapshot;
  }
  static bool is_unset(const std::vector<std::byte>& v) noexcept { return v.empty(); }
  static Cell snapshot_cell(const Snapshot& snapshot, base::Arena& /*scratch*/) noexcept {
    return Cell::of_bytes(snapshot, ValueType::blob);
  }
};

template <class Duration>
struct Convert<std::chrono::sys_time<Duration>> : ConvertFacts<ValueType::timestamp>,
                                                  ScalarSnapshot<std::chrono::sys_time<Duration>> {
  using Time = std::chrono::sys_time<Duration>;
  static Cell to_cell(const Time& v, base::Arena& /*scratch*/) {
    using Factor = std::ratio_divide<typename Duration::period, std::micro>;
    using Rep = typename Duration::rep;
    if constexpr (Factor::num > 1 || std::chrono::treat_as_floating_point_v<Rep>) {
      // What is coarser, or a real number, reaches beyond. NaN fails both comparisons.
      constexpr double limit = 4.6e18 * Factor::den / Factor::num;
      const auto count = static_cast<double>(v.time_since_epoch().count());
      if (!(count <= limit && count >= -limit)) [[unlikely]]
        refuse_time();
    }
    const auto at = std::chrono::floor<std::chrono::microseconds>(v);
    return Cell::of_integer(at.time_since_epoch().count(), ValueType::timestamp);
  }
  static bool from_cell(const Cell& cell, Time& out) noexcept {
    std::int64_t microseconds = cell.integer;
    if (cell.type != ValueType::timestamp) [[unlikely]] {
      if (!read_timestamp(cell, microseconds)) return false;
    }
    using Factor = std::ratio_divide<std::micro, typename Duration::period>;
    if constexpr (Factor::num > 1) {  // finer than a microsecond reaches less far
      constexpr std::int64_t limit = std::numeric_limits<std::int64_t>::max() / Factor::num;
      if (microseconds > limit || microseconds < -limit) return false;
    }
    const Timestamp at{std::chrono::microseconds(microseconds)};
    if constexpr (std::chrono::treat_as_floating_point_v<typename Duration::rep>) {
      out = std::chrono::time_point_cast<Duration>(at);
    } else {
      out = std::chrono::floor<Duration>(at);
    }
    return true;
  }
  static Cell snapshot_cell(const Time& v, base::Arena& scratch) { return to_cell(v, scratch); }
};

template <>
struct Convert<std::chrono::sys_days> : ConvertFacts<ValueType::date, 4>,
                                        ScalarSnapshot<std::chrono::sys_days> {
  static Cell to_cell(const std::chrono::sys_days& v, base::Arena& /*scratch*/) noexcept {
    return Cell::of_integer(v.time_since_epoch().count(), ValueType::date);
  }
  static bool from_cell(const Cell& cell, std::chrono::sys_days& out) noexcept {
    std::int64_t days = cell.integer;
    if (cell.type != ValueType::date && !read_date(cell, days)) return false;
    using Rep = std::chrono::days::rep;
    if (days < std::numeric_limits<Rep>::min() || days > std::numeric_limits<Rep>::max())
      return false;
    out = std::chrono::sys_days(std::chrono::days(static_cast<Rep>(days)));
    return true;
  }
  static Cell snapshot_cell(const std::chrono::sys_days& v, base::Arena& scratch) noexcept {
    return to_cell(v, scratch);
  }
};

template <>
struct Convert<Uuid> : ConvertFacts<ValueType::uuid, 16>, ScalarSnapshot<Uuid> {
  static Cell to_cell(const Uuid& v, base::Arena& /*scratch*/) noexcept {
    return Cell::of_bytes({reinterpret_cast<const char*>(v.bytes().data()), 16}, ValueType::uuid);
  }
  static bool from_cell(const Cell& cell, Uuid& out) noexcept { return read_uuid(cell, out); }
  static Cell snapshot_cell(const Uuid& v, base::Arena& scratch) noexcept {
    return to_cell(v, scratch);
  }
};

template <>
struct Convert<Decimal> : ConvertFacts<ValueType::decimal>, BytesSnapshot {
  static Cell to_cell(const Decimal& v, base::Arena& /*scratch*/) {
    return cell_of_bytes(v.text().data(), v.text().size(), ValueType::decimal);
  }
  static bool from_cell(const Cell& cell, Decimal& out) { return read_decimal(cell, out); }
  static void store(const Decimal& v, Snapshot& snapshot, base::Arena& arena) {
    snapshot = arena.copy(v.text());
  }
  // By value: 1.50 is no change of 1.5.
  static bool same(const Decimal& v, const Snapshot& snapshot) {
    return v.text() == snapshot || v == (snapshot.empty() ? Decimal() : Decimal(snapshot));
  }
  static bool is_unset(const Decimal& v) { return v == Decimal(); }
  static Cell snapshot_cell(const Snapshot& snapshot, base::Arena& /*scratch*/) noexcept {
    return snapshot.empty() ? Cell::of_bytes("0", ValueType::decimal)
                            : Cell::of_bytes(snapshot, ValueType::decimal);
  }
};

template <>
struct Convert<json> : ConvertFacts<ValueType::json>, BytesSnapshot {
  static Cell to_cell(const json& v, base::Arena& scratch) {
    const std::string_view text = scratch.copy(v.dump());
    return cell_of_bytes(text.data(), text.size(), ValueType::json);
  }
  static bool from_cell(const Cell& cell, json& out) { return read_json(cell, out); }
  static void store(const json& v, Snapshot& snapshot, base::Arena& arena) {
    snapshot = arena.copy(v.dump());
  }
  static bool same(const json& v, const Snapshot& snapshot) { return is_same_json(v, snapshot); }
  static bool is_unset(const json& v) noexcept { return v.is_null(); }
  static Cell snapshot_cell(const Snapshot& snapshot, base::Arena& /*scratch*/) noexcept {
    return snapshot.empty() ? Cell::of_bytes("null", ValueType::json)
                            : Cell::of_bytes(snapshot, ValueType::json);
  }
};

/// A type of the program's own, by way of what its codec stores.
template <class T>
requires(HasCodec<T>&& Mappable<typename Codec<T>::Stored>) struct Convert<T> {
  using Stored = typename Codec<T>::Stored;
  using Inner = Convert<Stored>;
  using Snapshot = typename Inner::Snapshot;
  static constexpr ValueType type = Inner::type;
  static constexpr std::uint8_t byte_width = Inner::byte_width;
  static constexpr bool is_unsigned = Inner::is_unsigned;
  static constexpr bool is_nullable = Inner::is_nullable;

  static Cell to_cell(const T& v, base::Arena& scratch) {
    const Stored stored = Codec<T>::encode(v);
    Cell cell = Inner::to_cell(stored, scratch);
    // The stored form dies here, and its bytes with it.
    if (cell.has_bytes()) cell.data = scratch.copy(cell.bytes()).data();
    return cell;
  }
  static bool from_cell(const Cell& cell, T& out) {
    Stored stored{};
    if (!Inner::from_cell(cell, stored)) return false;
    out = Codec<T>::decode(stored);
    return true;
  }
  static void store(const T& v, Snapshot& snapshot, base::Arena& arena) {
    Inner::store(Codec<T>::encode(v), snapshot, arena);
  }
  static bool same(const T& v, const Snapshot& snapshot) {
    return Inner::same(Codec<T>::encode(v), snapshot);
  }
  static bool is_unset(const T& v) { return Inner::is_unset(Codec<T>::encode(v)); }
  static Cell snapshot_cell(const Snapshot& snapshot, base::Arena& scratch) {
    return Inner::snapshot_cell(snapshot, scratch);
  }
};

/// The snapshot of an optional: a flag and the value's own.
template <class Inner>
struct OptionalSnapshot {
  Inner inner;
  bool has_value;

  [[nodiscard]] bool has() const noexcept { return has_value; }
  void set(bool has) noexcept { has_value = has; }
};
/// Of bytes: an address is flag enough.
template <>
struct OptionalSnapshot<std::string_view> {
  std::string_view inner;

  [[nodiscard]] bool has() const noexcept { return inner.data() != nullptr; }
  void set(bool has) noexcept {
    if (!has) {
      inner = {};
    } else if (inner.data() == nullptr) {
      inner = std::string_view("", 0);
    }
  }
};

/// std::optional<X>, with the trait of X to be used.
template <class X, class Inner>
struct ConvertOptional {
  using Snapshot = OptionalSnapshot<typename Inner::Snapshot>;
  static constexpr ValueType type = Inner::type;
  static constexpr std::uint8_t byte_width = Inner::byte_width;
  static constexpr bool is_unsigned = Inner::is_unsigned;
  static constexpr bool is_nullable = true;

  static Cell to_cell(const std::optional<X>& v, base::Arena& scratch) {
    return v.has_value() ? Inner::to_cell(*v, scratch) : Cell::of_null();
  }
  static bool from_cell(const Cell& cell, std::optional<X>& out) {
    if (cell.is_null()) {
      out.reset();
      return true;
    }
    if (out.has_value()) return Inner::from_cell(cell, *out);
    if (Inner::from_cell(cell, out.emplace())) return true;
    out.reset();
    return false;
  }
  static void store(const std::optional<X>& v, Snapshot& snapshot, base::Arena& arena) {
    if (v.has_value()) Inner::store(*v, snapshot.inner, arena);
    snapshot.set(v.has_value());
  }
  static bool same(const std::optional<X>& v, const Snapshot& snapshot) {
    if (v.has_value() != snapshot.has()) return false;
    return !v.has_value() || Inner::same(*v, snapshot.inner);
  }
  static bool is_unset(const std::optional<X>& v) noexcept { return !v.has_value(); }
  static Cell snapshot_cell(const Snapshot& snapshot, base::Arena& scratch) {
    return snapshot.has() ? Inner::snapshot_cell(snapshot.inner, scratch) : Cell::of_null();
  }
};

template <class X>
requires(Mappable<X> && !Convert<X>::is_nullable) struct Convert<std::optional<X>>
    : ConvertOptional<X, Convert<X>> {
};

template <class T>
struct WithoutOptionalTrait {
  using Type = T;
};
template <class T>
struct WithoutOptionalTrait<std::optional<T>> {
  using Type = T;
};
/// `X` for std::optional<X>, and T for every other T.
template <class T>
using WithoutOptional = typename WithoutOptionalTrait<T>::Type;
template <class T>
inline constexpr bool is_optional = !std::is_same_v<T, WithoutOptional<T>>;

/// Returns the database value of `v`, with bytes of its own.
template <Mappable T>
[[nodiscard]] Value to_value(const T& v) {
  base::Arena scratch;
  return Value(Convert<T>::to_cell(v, scratch));
}

}  // namespace rowan::value
