// Numbers, times and texts in the form that a line of a log can bear.

#include <rowan/value/cell_text.hpp>

#include <rowan/base/error.hpp>
#include <rowan/base/text.hpp>
#include <rowan/base/time.hpp>
#include <rowan/base/uuid.hpp>

#include <algorithm>
#include <charconv>
#include <chrono>

namespace rowan::value {

std::string to_text(const Cell& cell) {
  switch (cell.type) {
    case ValueType::null: return "null";
    case ValueType::boolean: return cell.integer != 0 ? "true" : "false";
    case ValueType::integer: return std::to_string(cell.integer);
    case ValueType::real: {
      char text[32];
      return std::string(text, std::to_chars(text, text + sizeof text, cell.real).ptr);
    }
    case ValueType::timestamp: {
      char text[32];
      try {
        const Timestamp at{std::chrono::microseconds(cell.integer)};
        return "\"" + std::string(text, format_timestamp(at, text)) + "\"";
      } catch (const Error&) {
        return std::to_string(cell.integer);
      }
    }
    case ValueType::date: {
      char text[16];
      try {
        const std::chrono::sys_days day{std::chrono::days(cell.integer)};
        return "\"" + std::string(text, format_date(day, text)) + "\"";
      } catch (const Error&) {
        return std::to_string(cell.integer);
      }
    }
    case ValueType::uuid:
      if (cell.size == 16) {
        Uuid::Bytes bytes;
        std::copy_n(reinterpret_cast<const std::uint8_t*>(cell.data), 16, bytes.begin());
        return "\"" + Uuid(bytes).to_string() + "\"";
      }
      [[fallthrough]];
    case ValueType::blob: return "<" + std::to_string(cell.size) + " bytes>";
    case ValueType::text:
    case ValueType::json: return base::quoted(cell.bytes());
    case ValueType::decimal: return std::string(cell.bytes());
    case ValueType::object: return "<object>";
  }
  return {};
}

}  // namespace rowan::value
