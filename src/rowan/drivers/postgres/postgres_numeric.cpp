// Exact numbers between their text and PostgreSQL's digits of base 10000.

#include <rowan/drivers/postgres/postgres_codec.hpp>

#include <algorithm>
#include <charconv>

namespace rowan::drivers::postgres {
namespace {

constexpr std::uint16_t sign_minus = 0x4000;
constexpr std::uint16_t sign_nan = 0xC000;
constexpr std::uint16_t sign_infinity = 0xD000;
constexpr std::uint16_t sign_minus_infinity = 0xF000;

bool append_special(std::string& out, std::uint16_t sign) {
  append_big_endian<std::uint16_t>(out, 0);
  append_big_endian<std::uint16_t>(out, 0);
  append_big_endian<std::uint16_t>(out, sign);
  append_big_endian<std::uint16_t>(out, 0);
  return true;
}

bool are_digits(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// A number without its sign: the digits before and after the point, moved by an exponent.
struct Digits {
  std::string whole;
  std::string fraction;
};

bool split(std::string_view text, Digits& out) {
  long exponent = 0;
  if (const auto mark = text.find_first_of("eE"); mark != std::string_view::npos) {
    std::string_view power = text.substr(mark + 1);
    if (power.starts_with('+')) power.remove_prefix(1);
    const auto [end, error] = std::from_chars(power.data(), power.data() + power.size(), exponent);
    if (error != std::errc{} || end != power.data() + power.size()) return false;
    if (exponent > 131072 || exponent < -16384) return false;
    text = text.substr(0, mark);
  }
  const auto point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  const std::string_view fraction =
      point == std::string_view::npos ? std::string_view() : text.substr(point + 1);
  if ((whole.empty() && fraction.empty()) || !are_digits(whole) || !are_digits(fraction))
    return false;
  out.whole = whole;
  out.fraction = fraction;
  if (exponent > 0) {
    const auto moved = static_cast<std::size_t>(exponent);
    if (out.fraction.size() < moved) out.fraction.resize(moved, '0');
    out.whole += out.fraction.substr(0, moved);
    out.fraction.erase(0, moved);
  } else if (exponent < 0) {
    const auto moved = static_cast<std::size_t>(-exponent);
    if (out.whole.size() < moved) out.whole.insert(0, moved - out.whole.size(), '0');
    out.fraction.insert(0, out.whole.substr(out.whole.size() - moved));
    out.whole.resize(out.whole.size() - moved);
  }
  return true;
}

}  // namespace

bool append_numeric(std::string& out, std::string_view text) {
  if (text == "NaN") return append_special(out, sign_nan);
  if (text == "Infinity") return append_special(out, sign_infinity);
  if (text == "-Infinity") return append_special(out, sign_minus_infinity);
  const bool is_negative = text.starts_with('-');
  if (is_negative || text.starts_with('+')) text.remove_prefix(1);
  Digits digits;
  if (!split(text, digits)) return false;
  const std::size_t scale = digits.fraction.size();
  if (scale > 16383) return false;
  // Groups of four digits to both sides of the point.
  digits.whole.insert(0, (4 - digits.whole.size() % 4) % 4, '0');
  digits.fraction.append((4 - digits.fraction.size() % 4) % 4, '0');
  const std::string all = digits.whole + digits.fraction;
  std::size_t first = 0;
  std::size_t last = all.size() / 4;
  const auto is_zero = [&](std::size_t group) { return all.compare(group * 4, 4, "0000") == 0; };
  while (first < last && is_zero(first)) ++first;
  while (last > first && is_zero(last - 1)) --last;
  const bool has_digits = first < last;
  const auto weight = has_digits ? static_cast<std::ptrdiff_t>(digits.whole.size() / 4) - 1 -
                                       static_cast<std::ptrdiff_t>(first)
                                 : 0;
  if (weight > 32767 || last - first > 65535) return false;
  append_big_endian(out, static_cast<std::uint16_t>(last - first));
  append_big_endian(out, static_cast<std::int16_t>(weight));
  append_big_endian<std::uint16_t>(out, is_negative && has_digits ? sign_minus : 0);
  append_big_endian(out, static_cast<std::uint16_t>(scale));
  for (std::size_t group = first; group < last; ++group) {
    int value = 0;
    for (std::size_t i = 0; i < 4; ++i) value = value * 10 + (all[group * 4 + i] - '0');
    append_big_endian(out, static_cast<std::uint16_t>(value));
  }
  return true;
}

bool read_numeric(std::string_view bytes, std::string& text) {
  if (bytes.size() < 8) return false;
  const auto count = load_big_endian<std::uint16_t>(bytes.data());
  const auto weight = load_big_endian<std::int16_t>(bytes.data() + 2);
  const auto sign = load_big_endian<std::uint16_t>(bytes.data() + 4);
  const auto scale = load_big_endian<std::uint16_t>(bytes.data() + 6);
  text.clear();
  switch (sign) {
    case 0: break;
    case sign_minus: text += '-'; break;
    case sign_nan: text = "NaN"; return true;
    case sign_infinity: text = "Infinity"; return true;
    case sign_minus_infinity: text = "-Infinity"; return true;
    default: return false;
  }
  if (bytes.size() != 8 + static_cast<std::size_t>(count) * 2) return false;
  // Appends the group of this power of 10000; groups that were left out are zeros.
  const auto add_group = [&](int power, bool is_first) {
    const int at = weight - power;
    unsigned value =
        at >= 0 && at < count ? load_big_endian<std::uint16_t>(bytes.data() + 8 + at * 2) : 0;
    char group[4];
    for (std::size_t i = 4; i-- > 0; value /= 10) group[i] = static_cast<char>('0' + value % 10);
    std::size_t skipped = 0;
    while (is_first && skipped < 3 && group[skipped] == '0') ++skipped;
    text.append(group + skipped, 4 - skipped);
  };
  if (weight < 0) {
    text += '0';
  } else {
    for (int power = weight; power >= 0; --power) add_group(power, power == weight);
  }
  if (scale == 0) return true;
  text += '.';
  const std::size_t wanted = text.size() + scale;
  for (int power = -1; text.size() < wanted; --power) add_group(power, false);
  text.resize(wanted);
  return true;
}

}  // namespace rowan::drivers::postgres
