// The formats that no database binds by itself.

#include <rowan/sql/stored_value.hpp>

#include <rowan/base/error.hpp>
#include <rowan/base/time.hpp>
#include <rowan/base/uuid.hpp>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>

namespace rowan::sql {
namespace {

using value::Cell;

Cell name_of_enumerator(const Cell& cell, const Parameter& parameter) {
  if (cell.type != ValueType::integer) return cell;
  const metadata::PropertyMeta& property = *parameter.property;
  const auto& values = property.enum_values;
  const auto found = std::find(values.begin(), values.end(), cell.integer);
  const auto at = static_cast<std::size_t>(found - values.begin());
  if (at >= property.enum_names.size()) {
    throw ValidationError(property.full_name() +
                          " holds a number that none of its enumerators has, and is stored by "
                          "name: give it one of the enumerators");
  }
  return Cell::of_bytes(property.enum_names[at]);
}

/// Formats, and says of which property where that is refused.
template <class Format>
std::size_t format_for(const Parameter& parameter, Format format) {
  try {
    return format();
  } catch (const ValidationError& error) {
    if (parameter.property == nullptr) throw;
    throw ValidationError(parameter.property->full_name() + ": " + error.message());
  }
}

void append_quoted(std::string& out, std::string_view text) {
  static constexpr char digits[] = "0123456789abcdef";
  out += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20) {
      out += "\\u00";
      out += digits[byte >> 4];
      out += digits[byte & 15];
      continue;
    }
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  out += '"';
}

}  // namespace

Cell to_stored(const Cell& cell, const Parameter& parameter, StorageBuffer& buffer) {
  switch (cell.type) {
    case ValueType::boolean: return Cell::of_integer(cell.integer);
    case ValueType::timestamp: {
      if (parameter.storage != Storage::text_timestamp) return Cell::of_integer(cell.integer);
      const Timestamp at{std::chrono::microseconds(cell.integer)};
      return Cell::of_bytes({buffer.bytes, format_for(parameter, [&] {
                               return format_timestamp(at, buffer.bytes);
                             })});
    }
    case ValueType::date: {
      const std::chrono::sys_days day{
          std::chrono::days(static_cast<std::chrono::days::rep>(cell.integer))};
      return Cell::of_bytes(
          {buffer.bytes, format_for(parameter, [&] { return format_date(day, buffer.bytes); })});
    }
    case ValueType::uuid: {
      if (parameter.storage != Storage::text_uuid || cell.size != 16)
        return Cell::of_bytes(cell.bytes(), ValueType::blob);
      Uuid::Bytes bytes;
      std::copy_n(reinterpret_cast<const std::uint8_t*>(cell.data), 16, bytes.begin());
      const std::string text = Uuid(bytes).to_string();
      std::copy(text.begin(), text.end(), buffer.bytes);
      return Cell::of_bytes({buffer.bytes, text.size()});
    }
    case ValueType::decimal:
    case ValueType::json: return Cell::of_bytes(cell.bytes());
    case ValueType::object:
      throw ValidationError("an object was given where its key is needed: flush it first");
    default: break;
  }
  return parameter.storage == Storage::enum_name ? name_of_enumerator(cell, parameter) : cell;
}

void refuse_real(double value, const Parameter& parameter) {
  throw ValidationError(
      (parameter.property != nullptr ? parameter.property->full_name() : "a parameter") +
      (std::isnan(value) ? " holds NaN" : " holds infinity") +
      ", which this database cannot keep: give it a number, or map it as a std::optional and leave "
      "that empty");
}

std::string to_json_list(std::span<const Cell> cells, const Parameter& parameter) {
  std::string out = "[";
  for (const Cell& cell : cells) {
    if (out.size() > 1) out += ',';
    StorageBuffer buffer;
    const Cell stored = to_stored(cell, parameter, buffer);
    if (stored.type == ValueType::integer) {
      out += std::to_string(stored.integer);
    } else if (stored.type == ValueType::real && std::isfinite(stored.real)) {
      char text[32];
      out.append(text, std::to_chars(text, text + sizeof text, stored.real).ptr);
    } else if (stored.type == ValueType::text) {
      append_quoted(out, stored.bytes());
    } else {
      out += "null";
    }
  }
  return out + "]";
}

}  // namespace rowan::sql
