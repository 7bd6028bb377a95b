// Classes with a member of every type that Rowan maps, plain and as an optional.

#pragma once

#include <rowan/drivers.hpp>

#include <chrono>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace types {

enum class Size : std::int16_t { tiny = -7, small = 1, large = 200 };
enum class Mood : std::uint8_t { calm, merry = 9 };

/// A type of the program, stored as an integer.
struct Money {
  std::int64_t cents = 0;
  friend bool operator==(const Money&, const Money&) = default;
};
/// A type of the program, stored as text.
struct Colour {
  std::string name;
  friend bool operator==(const Colour&, const Colour&) = default;
};

using Bytes = std::vector<std::byte>;
using Seconds = std::chrono::sys_time<std::chrono::seconds>;
using Milliseconds = std::chrono::sys_time<std::chrono::milliseconds>;
using Nanoseconds = std::chrono::sys_time<std::chrono::nanoseconds>;

struct Plain {
  std::int64_t id{};
  bool flag = false;
  std::int8_t i8 = 0;
  std::int16_t i16 = 0;
  std::int32_t i32 = 0;
  std::int64_t i64 = 0;
  std::uint8_t u8 = 0;
  std::uint16_t u16 = 0;
  std::uint32_t u32 = 0;
  std::uint64_t u64 = 0;
  float single = 0;
  double real = 0;
  std::string name{};
  std::string text{};
  Bytes bytes{};
  std::chrono::sys_days day{};
  rowan::Timestamp at{};
  Seconds at_seconds{};
  Milliseconds at_milliseconds{};
  Nanoseconds at_nanoseconds{};
  rowan::Uuid uuid{};
  rowan::Decimal amount{};
  rowan::json document{};
  Size size = Size::small;
  Mood mood = Mood::calm;
  Money money{};
  Colour colour{};
};

struct Optional {
  std::int64_t id{};
  std::optional<bool> flag{};
  std::optional<std::int8_t> i8{};
  std::optional<std::int16_t> i16{};
  std::optional<std::int32_t> i32{};
  std::optional<std::int64_t> i64{};
  std::optional<std::uint8_t> u8{};
  std::optional<std::uint16_t> u16{};
  std::optional<std::uint32_t> u32{};
  std::optional<std::uint64_t> u64{};
  std::optional<float> single{};
  std::optional<double> real{};
  std::optional<std::string> name{};
  std::optional<std::string> text{};
  std::optional<Bytes> bytes{};
  std::optional<std::chrono::sys_days> day{};
  std::optional<rowan::Timestamp> at{};
  std::optional<Seconds> at_seconds{};
  std::optional<Milliseconds> at_milliseconds{};
  std::optional<Nanoseconds> at_nanoseconds{};
  std::optional<rowan::Uuid> uuid{};
  std::optional<rowan::Decimal> amount{};
  std::optional<rowan::json> document{};
  std::optional<Size> size{};
  std::optional<Mood> mood{};
  std::optional<Money> money{};
  std::optional<Colour> colour{};
};

/// Maps all members of `T`, which has the names of the classes above.
template <class T>
constexpr auto all_types() {
  return rowan::entity<T>(
      rowan::primary_key<&T::id>, rowan::property<&T::flag>, rowan::property<&T::i8>,
      rowan::property<&T::i16>, rowan::property<&T::i32>, rowan::property<&T::i64>,
      rowan::property<&T::u8>, rowan::property<&T::u16>, rowan::property<&T::u32>,
      rowan::property<&T::u64>, rowan::property<&T::single>, rowan::property<&T::real>,
      rowan::property<&T::name>, rowan::property<&T::text>.text(), rowan::property<&T::bytes>,
      rowan::property<&T::day>, rowan::property<&T::at>, rowan::property<&T::at_seconds>,
      rowan::property<&T::at_milliseconds>, rowan::property<&T::at_nanoseconds>,
      rowan::property<&T::uuid>, rowan::property<&T::amount>.precision(40, 10),
      rowan::property<&T::document>, rowan::property<&T::size>,
      rowan::property<&T::mood>.enum_as_text(), rowan::property<&T::money>,
      rowan::property<&T::colour>);
}

}  // namespace types

template <>
struct rowan::Codec<types::Money> {
  using Stored = std::int64_t;
  static Stored encode(const types::Money& money) { return money.cents; }
  static types::Money decode(const Stored& cents) { return {cents}; }
};
template <>
struct rowan::Codec<types::Colour> {
  using Stored = std::string;
  static Stored encode(const types::Colour& colour) { return "#" + colour.name; }
  static types::Colour decode(const Stored& text) {
    if (!text.empty() && text.front() != '#')
      throw ValidationError("a colour begins with #, and this row's does not");
    return {text.substr(text.empty() ? 0 : 1)};
  }
};

template <>
inline constexpr auto rowan::mapping<types::Plain> =
    types::all_types<types::Plain>().table("types_plain");
template <>
inline constexpr auto rowan::mapping<types::Optional> =
    types::all_types<types::Optional>().table("types_optional");
