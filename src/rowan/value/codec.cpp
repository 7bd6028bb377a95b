// The reads of database values that must parse or convert.

#include <rowan/value/codec.hpp>

#include <rowan/base/error.hpp>

#include <charconv>
#include <cmath>

namespace rowan::value {
namespace {

constexpr std::int64_t microseconds_a_day = 86'400'000'000;

bool is_whole_number(std::string_view text, std::int64_t& out) noexcept {
  // A sum of integers comes as an exact number; ".000" is none the less an integer.
  if (const auto point = text.find('.'); point != std::string_view::npos) {
    if (text.find_first_not_of('0', point + 1) != std::string_view::npos) return false;
    text = text.substr(0, point);
  }
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return false;
  out = number;
  return true;
}

}  // namespace

bool read_integer(const Cell& cell, std::int64_t& out) noexcept {
  switch (cell.type) {
    case ValueType::integer:
    case ValueType::boolean: out = cell.integer; return true;
    case ValueType::real:
      // 2^63 and beyond do not fit; NaN fails both comparisons.
      if (!(cell.real >= -9223372036854775808.0 && cell.real < 9223372036854775808.0)) return false;
      if (std::floor(cell.real) != cell.real) return false;
      out = static_cast<std::int64_t>(cell.real);
      return true;
    case ValueType::decimal: return is_whole_number(cell.bytes(), out);
    default: return false;
  }
}

bool read_real(const Cell& cell, double& out) noexcept {
  switch (cell.type) {
    case ValueType::real: out = cell.real; return true;
    case ValueType::integer: out = static_cast<double>(cell.integer); return true;
    case ValueType::decimal: {
      double number = 0;
      const char* last = cell.data + cell.size;
      const auto [end, error] = std::from_chars(cell.data, last, number);
      if (error != std::errc{} || end != last) return false;
      out = number;
      return true;
    }
    default: return false;
  }
}

bool read_text(const Cell& cell, std::string& out) {
  if (cell.type == ValueType::uuid) {
    Uuid uuid;
    if (!read_uuid(cell, uuid)) return false;
    out = uuid.to_string();
    return true;
  }
  const bool is_text = cell.type == ValueType::text || cell.type == ValueType::json ||
                       cell.type == ValueType::decimal;
  if (is_text) out.assign(cell.bytes());
  return is_text;
}

bool read_timestamp(const Cell& cell, std::int64_t& microseconds) noexcept {
  switch (cell.type) {
    case ValueType::timestamp:
    case ValueType::integer: microseconds = cell.integer; return true;
    case ValueType::date:
      return !__builtin_mul_overflow(cell.integer, microseconds_a_day, &microseconds);
    case ValueType::text: {
      Timestamp time;
      if (!parse_timestamp(cell.bytes(), time)) return false;
      microseconds = time.time_since_epoch().count();
      return true;
    }
    default: return false;
  }
}

bool read_date(const Cell& cell, std::int64_t& days) noexcept {
  std::int64_t microseconds = 0;
  switch (cell.type) {
    case ValueType::date:
    case ValueType::integer: days = cell.integer; return true;
    case ValueType::timestamp: microseconds = cell.integer; break;
    case ValueType::text: {
      std::chrono::sys_days date;
      if (parse_date(cell.bytes(), date)) {
        days = date.time_since_epoch().count();
        return true;
      }
      Timestamp time;
      if (!parse_timestamp(cell.bytes(), time)) return false;
      microseconds = time.time_since_epoch().count();
      break;
    }
    default: return false;
  }
  // A time of day would be lost in silence.
  if (microseconds % microseconds_a_day != 0) return false;
  days = microseconds / microseconds_a_day;
  return true;
}

bool read_uuid(const Cell& cell, Uuid& out) noexcept {
  if (cell.type == ValueType::text) return Uuid::try_parse(cell.bytes(), out);
  if ((cell.type != ValueType::uuid && cell.type != ValueType::blob) || cell.size != 16)
    return false;
  Uuid::Bytes bytes;
  std::memcpy(bytes.data(), cell.data, bytes.size());
  out = Uuid(bytes);
  return true;
}

bool read_decimal(const Cell& cell, Decimal& out) {
  switch (cell.type) {
    case ValueType::decimal:
    case ValueType::text: return Decimal::try_parse(cell.bytes(), out);
    case ValueType::integer: out = Decimal(cell.integer); return true;
    case ValueType::real: {
      char text[400];  // the longest double without exponent has 309 digits before the point
      if (!std::isfinite(cell.real)) return false;
      const auto [end, error] =
          std::to_chars(text, text + sizeof text, cell.real, std::chars_format::fixed);
      return error == std::errc{} &&
             Decimal::try_parse({text, static_cast<std::size_t>(end - text)}, out);
    }
    default: return false;
  }
}

bool read_json(const Cell& cell, json& out) {
  if (cell.type != ValueType::json && cell.type != ValueType::text) return false;
  try {
    out = json::parse(cell.bytes());
  } catch (const ValidationError&) {
    return false;
  }
  return true;
}

bool is_same_json(const json& document, std::string_view snapshot) {
  if (document.is_null()) return snapshot.empty() || snapshot == "null";
  if (snapshot.empty()) return false;
  return document.dump() == snapshot || document == json::parse(snapshot);
}

Cell as_type(const Cell& cell, ValueType type, char (&room)[16]) {
  if (cell.type == type) return cell;
  std::int64_t number = 0;
  switch (type) {
    case ValueType::integer: return read_integer(cell, number) ? Cell::of_integer(number) : cell;
    case ValueType::timestamp:
      return read_timestamp(cell, number) ? Cell::of_integer(number, type) : cell;
    case ValueType::date: return read_date(cell, number) ? Cell::of_integer(number, type) : cell;
    case ValueType::uuid: {
      Uuid uuid;
      if (!read_uuid(cell, uuid)) return cell;
      std::memcpy(room, uuid.bytes().data(), sizeof room);
      return Cell::of_bytes({room, sizeof room}, type);
    }
    case ValueType::text:
    case ValueType::blob: return cell.has_bytes() ? Cell::of_bytes(cell.bytes(), type) : cell;
    default: return cell;
  }
}

void refuse_time() {
  throw ValidationError(
      "a point in time is further away than 64 bits of microseconds reach, some 140,000 years: "
      "give one that is nearer, or map the member as a number");
}

void refuse_unsigned(std::uint64_t value) {
  throw ValidationError("the unsigned integer " + std::to_string(value) +
                        " is larger than what databases keep in 64 bits, 9223372036854775807: use "
                        "rowan::Decimal or text for such numbers");
}

void refuse_item(std::int64_t number) {
  throw ValidationError("the number " + std::to_string(number) +
                        " in a list of the database does not fit in the items of the member: give "
                        "it a wider type");
}

void refuse_size(std::size_t bytes) {
  throw ValidationError("a value of " + std::to_string(bytes) +
                        " bytes is too large: one value may have 4294967295 bytes");
}

}  // namespace rowan::value
