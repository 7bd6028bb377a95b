// Reads and writes values as they travel.

#include <rowan/drivers/postgres/postgres_codec.hpp>

#include <rowan/base/error.hpp>
#include <rowan/base/time.hpp>
#include <rowan/base/uuid.hpp>

#include <algorithm>
#include <bit>
#include <charconv>
#include <chrono>
#include <cmath>
#include <limits>
#include <optional>

namespace rowan::drivers::postgres {
namespace {

using value::Cell;

// PostgreSQL counts from 2000-01-01, Rowan from 1970-01-01.
constexpr std::int64_t epoch_days = 10957;
constexpr std::int64_t epoch_microseconds = epoch_days * 86'400'000'000;
constexpr std::int64_t largest = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t smallest = std::numeric_limits<std::int64_t>::min();

struct Builtin {
  TypeOid oid;
  TypeOid array;
  WireKind kind;
};

constexpr Builtin builtins[] = {
    {16, 1000, WireKind::boolean},     {17, 1001, WireKind::bytea},
    {18, 1002, WireKind::text},        {19, 1003, WireKind::text},
    {20, 1016, WireKind::int8},        {21, 1005, WireKind::int2},
    {23, 1007, WireKind::int4},        {25, 1009, WireKind::text},
    {26, 1028, WireKind::oid},         {114, 199, WireKind::json},
    {142, 143, WireKind::text},        {700, 1021, WireKind::float4},
    {701, 1022, WireKind::float8},     {705, 0, WireKind::text},
    {1042, 1014, WireKind::text},      {1043, 1015, WireKind::text},
    {1082, 1182, WireKind::date},      {1114, 1115, WireKind::timestamp},
    {1184, 1185, WireKind::timestamp}, {1700, 1231, WireKind::numeric},
    {2278, 0, WireKind::text},         {2950, 2951, WireKind::uuid},
    {3802, 3807, WireKind::jsonb},
};

/// Adds, staying at the ends: PostgreSQL's infinities are the ends of its range.
std::int64_t moved(std::int64_t value, std::int64_t by) noexcept {
  if (value == largest || value == smallest) return value;
  std::int64_t sum = 0;
  if (__builtin_add_overflow(value, by, &sum)) return by > 0 ? largest : smallest;
  return sum;
}

template <class Integer>
bool append_integer(std::string& out, std::int64_t value) {
  if (value < std::numeric_limits<Integer>::min() || value > std::numeric_limits<Integer>::max())
    return false;
  append_big_endian(out, static_cast<Integer>(value));
  return true;
}

bool is_number(const Cell& cell) noexcept {
  return cell.type == ValueType::integer || cell.type == ValueType::boolean;
}

bool append_real(std::string& out, WireKind kind, const Cell& cell) {
  if (cell.type != ValueType::real && cell.type != ValueType::integer) return false;
  const double value = cell.type == ValueType::real ? cell.real : static_cast<double>(cell.integer);
  if (kind == WireKind::float8) {
    append_big_endian(out, std::bit_cast<std::uint64_t>(value));
    return true;
  }
  if (std::isfinite(value) && std::abs(value) > std::numeric_limits<float>::max()) return false;
  append_big_endian(out, std::bit_cast<std::uint32_t>(static_cast<float>(value)));
  return true;
}

bool append_exact(std::string& out, const Cell& cell) {
  if (cell.type == ValueType::decimal || cell.type == ValueType::text)
    return append_numeric(out, cell.bytes());
  char text[400];
  if (is_number(cell)) {
    const char* end = std::to_chars(text, text + sizeof text, cell.integer).ptr;
    return append_numeric(out, {text, static_cast<std::size_t>(end - text)});
  }
  if (cell.type != ValueType::real) return false;
  if (std::isnan(cell.real)) return append_numeric(out, "NaN");
  if (std::isinf(cell.real)) return append_numeric(out, cell.real > 0 ? "Infinity" : "-Infinity");
  const char* end = std::to_chars(text, text + sizeof text, cell.real).ptr;
  return append_numeric(out, {text, static_cast<std::size_t>(end - text)});
}

bool append_json(std::string& out, WireKind kind, const Cell& cell) {
  if (cell.type != ValueType::json && cell.type != ValueType::text) return false;
  if (kind == WireKind::jsonb) out += '\1';
  out += cell.bytes();
  return true;
}

void append_timestamp_text(std::string& out, std::int64_t microseconds) {
  if (microseconds == largest || microseconds == smallest) {
    out += microseconds == largest ? "infinity" : "-infinity";
    return;
  }
  char text[32];
  out.append(text, format_timestamp(Timestamp{std::chrono::microseconds(microseconds)}, text));
  out += "+00";
}

[[noreturn]] void refuse_bytes(std::string_view what) {
  throw DriverError({.message = "PostgreSQL sent bytes that are no " + std::string(what) +
                                ": the type of the column is not what the statement was told, so "
                                "open a new connection"});
}

void need(std::string_view bytes, std::size_t size, std::string_view what) {
  if (bytes.size() != size) [[unlikely]]
    refuse_bytes(what);
}

Cell read_number(std::string_view text, std::string_view what) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) refuse_bytes(what);
  return Cell::of_integer(value);
}

Cell read_real_text(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) refuse_bytes("real number");
  return Cell::of_real(value);
}

int hex_digit(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

Cell read_bytea_text(std::string_view text, std::string& room) {
  if (!text.starts_with("\\x") || text.size() % 2 != 0) refuse_bytes("bytea");
  room.clear();
  for (std::size_t i = 2; i < text.size(); i += 2) {
    const int high = hex_digit(text[i]);
    const int low = hex_digit(text[i + 1]);
    if (high < 0 || low < 0) refuse_bytes("bytea");
    room += static_cast<char>(high * 16 + low);
  }
  return Cell::of_bytes(room, ValueType::blob);
}

/// Moves a date of any year, or of one before Christ, into the years that have a text, and writes that. Returns by how
/// many days it was moved; nothing where the text is no such date. Calendars repeat after 400 years.
std::optional<std::int64_t> move_year(std::string_view text, std::string& moved_text) {
  constexpr std::int64_t days_of_400_years = 146097;
  constexpr std::string_view mark = " BC";
  const bool is_before_christ = text.ends_with(mark);
  if (is_before_christ) text.remove_suffix(mark.size());
  std::int64_t year = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), year);
  if (error != std::errc{} || year <= 0 || year > 10'000'000) return std::nullopt;
  if (is_before_christ) year = 1 - year;
  const std::int64_t in_cycle = 2000 + (year % 400 + 400) % 400;
  moved_text = std::to_string(in_cycle);
  moved_text.append(end, text.data() + text.size());
  return (year - in_cycle) / 400 * days_of_400_years;
}

Cell read_timestamp_text(std::string_view text) {
  if (text == "infinity") return Cell::of_integer(largest, ValueType::timestamp);
  if (text == "-infinity") return Cell::of_integer(smallest, ValueType::timestamp);
  Timestamp time;
  if (parse_timestamp(text, time)) [[likely]]
    return Cell::of_integer(time.time_since_epoch().count(), ValueType::timestamp);
  std::string moved_text;
  const std::optional<std::int64_t> days = move_year(text, moved_text);
  if (!days || !parse_timestamp(moved_text, time)) return Cell::of_bytes(text);
  std::int64_t sum = 0;
  if (__builtin_add_overflow(time.time_since_epoch().count(), *days * 86'400'000'000, &sum))
    sum = *days > 0 ? largest : smallest;
  return Cell::of_integer(sum, ValueType::timestamp);
}

Cell read_date_text(std::string_view text) {
  if (text == "infinity") return Cell::of_integer(largest, ValueType::date);
  if (text == "-infinity") return Cell::of_integer(smallest, ValueType::date);
  std::chrono::sys_days date;
  if (parse_date(text, date)) [[likely]]
    return Cell::of_integer(date.time_since_epoch().count(), ValueType::date);
  std::string moved_text;
  const std::optional<std::int64_t> days = move_year(text, moved_text);
  if (!days || !parse_date(moved_text, date)) return Cell::of_bytes(text);
  return Cell::of_integer(date.time_since_epoch().count() + *days, ValueType::date);
}

Cell read_uuid_text(std::string_view text, std::string& room) {
  Uuid uuid;
  if (!Uuid::try_parse(text, uuid)) refuse_bytes("uuid");
  room.assign(reinterpret_cast<const char*>(uuid.bytes().data()), 16);
  return Cell::of_bytes(room, ValueType::uuid);
}

std::int64_t days_of(std::int32_t days) noexcept {
  if (days == std::numeric_limits<std::int32_t>::max()) return largest;
  if (days == std::numeric_limits<std::int32_t>::min()) return smallest;
  return days + epoch_days;
}

bool append_date(std::string& out, std::int64_t days) {
  if (days == largest || days == smallest) {
    append_big_endian(out, days == largest ? std::numeric_limits<std::int32_t>::max()
                                           : std::numeric_limits<std::int32_t>::min());
    return true;
  }
  return append_integer<std::int32_t>(out, moved(days, -epoch_days));
}

}  // namespace

WireType builtin_type(TypeOid oid) noexcept {
  for (const Builtin& each : builtins) {
    if (each.oid == oid) return {oid, each.kind, WireKind::unknown, 0};
    if (each.array == oid && oid != 0) return {oid, WireKind::array, each.kind, each.oid};
  }
  return {oid, WireKind::unknown, WireKind::unknown, 0};
}

// Writing -------------------------------------------------------------------------------------------------------------

bool append_binary(std::string& out, WireKind kind, const Cell& cell) {
  switch (kind) {
    case WireKind::boolean:
      if (!is_number(cell) || cell.integer < 0 || cell.integer > 1) return false;
      out += static_cast<char>(cell.integer);
      return true;
    case WireKind::int2: return is_number(cell) && append_integer<std::int16_t>(out, cell.integer);
    case WireKind::int4: return is_number(cell) && append_integer<std::int32_t>(out, cell.integer);
    case WireKind::int8: return is_number(cell) && append_integer<std::int64_t>(out, cell.integer);
    case WireKind::oid: return is_number(cell) && append_integer<std::uint32_t>(out, cell.integer);
    case WireKind::float4:
    case WireKind::float8: return append_real(out, kind, cell);
    case WireKind::text:
      if (!cell.has_bytes() || cell.type == ValueType::uuid || cell.type == ValueType::blob)
        return false;
      out += cell.bytes();
      return true;
    case WireKind::bytea:
      if (cell.type != ValueType::blob && cell.type != ValueType::uuid) return false;
      out += cell.bytes();
      return true;
    case WireKind::uuid:
      if (cell.type != ValueType::uuid || cell.size != 16) return false;
      out += cell.bytes();
      return true;
    case WireKind::numeric: return append_exact(out, cell);
    case WireKind::date: return cell.type == ValueType::date && append_date(out, cell.integer);
    case WireKind::timestamp:
      if (cell.type != ValueType::timestamp) return false;
      append_big_endian(out, moved(cell.integer, -epoch_microseconds));
      return true;
    case WireKind::json:
    case WireKind::jsonb: return append_json(out, kind, cell);
    case WireKind::array:
    case WireKind::unknown: break;
  }
  return false;
}

bool can_be_binary(WireKind kind, ValueType type) noexcept {
  switch (kind) {
    case WireKind::boolean: return type == ValueType::boolean;
    case WireKind::int2:
    case WireKind::int4:
    case WireKind::int8:
    case WireKind::oid: return type == ValueType::integer || type == ValueType::boolean;
    case WireKind::float4:
    case WireKind::float8: return type == ValueType::real || type == ValueType::integer;
    case WireKind::numeric:
      return type == ValueType::decimal || type == ValueType::integer || type == ValueType::real;
    case WireKind::text:
      return type == ValueType::text || type == ValueType::json || type == ValueType::decimal;
    case WireKind::bytea: return type == ValueType::blob || type == ValueType::uuid;
    case WireKind::uuid: return type == ValueType::uuid;
    case WireKind::date: return type == ValueType::date;
    case WireKind::timestamp: return type == ValueType::timestamp;
    case WireKind::json:
    case WireKind::jsonb: return type == ValueType::json || type == ValueType::text;
    case WireKind::array:
    case WireKind::unknown: break;
  }
  return false;
}

void append_text(std::string& out, const Cell& cell) {
  char text[40];
  switch (cell.type) {
    case ValueType::boolean: out += cell.integer != 0 ? 't' : 'f'; return;
    case ValueType::integer:
      out.append(text, std::to_chars(text, text + sizeof text, cell.integer).ptr);
      return;
    case ValueType::real:
      if (!std::isfinite(cell.real)) {
        out += std::isnan(cell.real) ? "NaN" : cell.real > 0 ? "Infinity" : "-Infinity";
        return;
      }
      out.append(text, std::to_chars(text, text + sizeof text, cell.real).ptr);
      return;
    case ValueType::timestamp: append_timestamp_text(out, cell.integer); return;
    case ValueType::date: {
      const std::chrono::sys_days day{
          std::chrono::days(static_cast<std::chrono::days::rep>(cell.integer))};
      out.append(text, format_date(day, text));
      return;
    }
    case ValueType::uuid: {
      if (cell.size != 16) break;
      Uuid::Bytes bytes;
      std::copy_n(reinterpret_cast<const std::uint8_t*>(cell.data), 16, bytes.begin());
      out += Uuid(bytes).to_string();
      return;
    }
    case ValueType::blob: {
      static constexpr char digits[] = "0123456789abcdef";
      out += "\\x";
      for (const char c : cell.bytes()) {
        out += digits[static_cast<unsigned char>(c) >> 4];
        out += digits[static_cast<unsigned char>(c) & 15];
      }
      return;
    }
    default: break;
  }
  out += cell.bytes();
}

ArrayWriter::ArrayWriter(std::string& out, const WireType& array)
    : out_(out), start_(out.size()), kind_(array.element) {
  append_big_endian<std::uint32_t>(out_, 1);  // dimensions
  append_big_endian<std::uint32_t>(out_, 0);  // has nulls
  append_big_endian<std::uint32_t>(out_, array.element_oid);
  append_big_endian<std::uint32_t>(out_, 0);  // elements
  append_big_endian<std::uint32_t>(out_, 1);  // first index
}

bool ArrayWriter::add(const Cell& cell) {
  ++count_;
  if (cell.is_null()) {
    has_null_ = true;
    append_big_endian<std::int32_t>(out_, -1);
    return true;
  }
  const std::size_t length_at = out_.size();
  append_big_endian<std::uint32_t>(out_, 0);
  if (!append_binary(out_, kind_, cell)) return false;
  const auto size = static_cast<std::uint32_t>(out_.size() - length_at - 4);
  for (int i = 0; i < 4; ++i)
    out_[length_at + static_cast<std::size_t>(i)] = static_cast<char>(size >> (24 - 8 * i));
  return true;
}

void ArrayWriter::finish() {
  if (count_ == 0) {
    // An empty array has no dimension.
    out_.resize(start_ + 12);
    out_[start_ + 3] = 0;
    return;
  }
  out_[start_ + 7] = has_null_ ? '\1' : '\0';
  for (int i = 0; i < 4; ++i)
    out_[start_ + 12 + static_cast<std::size_t>(i)] = static_cast<char>(count_ >> (24 - 8 * i));
}

void ArrayTextWriter::add(const Cell& cell) {
  if (!is_first_) out_ += ',';
  is_first_ = false;
  if (cell.is_null()) {
    out_ += "NULL";
    return;
  }
  std::string text;
  append_text(text, cell);
  out_ += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') out_ += '\\';
    out_ += c;
  }
  out_ += '"';
}

// Reading -------------------------------------------------------------------------------------------------------------

Cell read_binary(const WireType& type, std::string_view bytes, std::string& room) {
  switch (type.kind) {
    case WireKind::boolean:
      need(bytes, 1, "boolean");
      return Cell::of_integer(bytes[0] != 0 ? 1 : 0, ValueType::boolean);
    case WireKind::int2:
      need(bytes, 2, "smallint");
      return Cell::of_integer(load_big_endian<std::int16_t>(bytes.data()));
    case WireKind::int4:
      need(bytes, 4, "integer");
      return Cell::of_integer(load_big_endian<std::int32_t>(bytes.data()));
    case WireKind::int8:
      need(bytes, 8, "bigint");
      return Cell::of_integer(load_big_endian<std::int64_t>(bytes.data()));
    case WireKind::oid:
      need(bytes, 4, "oid");
      return Cell::of_integer(load_big_endian<std::uint32_t>(bytes.data()));
    case WireKind::float4:
      need(bytes, 4, "real");
      return Cell::of_real(std::bit_cast<float>(load_big_endian<std::uint32_t>(bytes.data())));
    case WireKind::float8:
      need(bytes, 8, "double precision");
      return Cell::of_real(std::bit_cast<double>(load_big_endian<std::uint64_t>(bytes.data())));
    case WireKind::bytea: return Cell::of_bytes(bytes, ValueType::blob);
    case WireKind::uuid: need(bytes, 16, "uuid"); return Cell::of_bytes(bytes, ValueType::uuid);
    case WireKind::numeric:
      if (!read_numeric(bytes, room)) refuse_bytes("numeric");
      return Cell::of_bytes(room, ValueType::decimal);
    case WireKind::date:
      need(bytes, 4, "date");
      return Cell::of_integer(days_of(load_big_endian<std::int32_t>(bytes.data())),
                              ValueType::date);
    case WireKind::timestamp:
      need(bytes, 8, "timestamp");
      return Cell::of_integer(
          moved(load_big_endian<std::int64_t>(bytes.data()), epoch_microseconds),
          ValueType::timestamp);
    case WireKind::json: return Cell::of_bytes(bytes, ValueType::json);
    case WireKind::jsonb:
      if (bytes.empty() || bytes[0] != '\1') refuse_bytes("jsonb of version 1");
      return Cell::of_bytes(bytes.substr(1), ValueType::json);
    case WireKind::array:
      if (!read_list(type, bytes, room)) refuse_bytes("array");
      return Cell::of_bytes(room, ValueType::json);
    case WireKind::text:
    case WireKind::unknown: break;
  }
  return Cell::of_bytes(bytes);
}

Cell read_text(const WireType& type, std::string_view text, std::string& room) {
  switch (type.kind) {
    case WireKind::boolean: return Cell::of_integer(text == "t" ? 1 : 0, ValueType::boolean);
    case WireKind::int2:
    case WireKind::int4:
    case WireKind::int8:
    case WireKind::oid: return read_number(text, "integer");
    case WireKind::float4:
    case WireKind::float8: return read_real_text(text);
    case WireKind::bytea: return read_bytea_text(text, room);
    case WireKind::uuid: return read_uuid_text(text, room);
    case WireKind::numeric: return Cell::of_bytes(text, ValueType::decimal);
    case WireKind::date: return read_date_text(text);
    case WireKind::timestamp: return read_timestamp_text(text);
    case WireKind::json:
    case WireKind::jsonb: return Cell::of_bytes(text, ValueType::json);
    case WireKind::array:
      if (!read_list_text(type, text, room)) refuse_bytes("array");
      return Cell::of_bytes(room, ValueType::json);
    default: return Cell::of_bytes(text);
  }
}

}  // namespace rowan::drivers::postgres
