// Comparison and hashing of cells, and the names of their types.

#include <rowan/value/cell.hpp>

#include <cstring>

namespace rowan {

std::string_view to_string(ValueType type) noexcept {
  constexpr std::string_view names[] = {"null", "boolean", "integer",   "real",
                                        "text", "blob",    "timestamp", "date",
                                        "uuid", "decimal", "json",      "object"};
  return names[static_cast<std::size_t>(type)];
}

namespace value {

bool operator==(const Cell& left, const Cell& right) noexcept {
  if (left.type != right.type) return false;
  if (left.has_bytes()) return left.bytes() == right.bytes();
  if (left.type == ValueType::real) return left.real == right.real;
  return left.is_null() || left.integer == right.integer;
}

std::uint64_t hash_of(const Cell& cell) noexcept {
  if (!cell.has_bytes()) return static_cast<std::uint64_t>(cell.integer) * 0x9E3779B97F4A7C15ULL;
  std::uint64_t hash = 0xcbf29ce484222325ULL;  // FNV-1a, 64 bits
  for (const char c : cell.bytes())
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return hash;
}

}  // namespace value
}  // namespace rowan
