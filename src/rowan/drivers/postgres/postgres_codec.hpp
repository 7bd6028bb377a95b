// PostgreSQL's types by their numbers, and the bytes that its values have on the wire.

#pragma once

#include <rowan/value/cell.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace rowan::drivers::postgres {

/// The number by which PostgreSQL knows a type.
using TypeOid = std::uint32_t;

/// How values of a type lie on the wire.
enum class WireKind : std::uint8_t {
  unknown,  ///< known to the server only: its text is all that can be used
  boolean,
  int2,
  int4,
  int8,
  oid,
  float4,
  float8,
  text,  ///< also enumerators, names and whatever else is its own text
  bytea,
  uuid,
  numeric,
  date,
  timestamp,  ///< with and without zone
  json,
  jsonb,
  array,
};

/// A type of the server.
struct WireType {
  TypeOid oid = 0;
  WireKind kind = WireKind::unknown;
  WireKind element = WireKind::unknown;  ///< of arrays
  TypeOid element_oid = 0;
};

/// Returns what is known of a type that every server has; `unknown` for all others.
[[nodiscard]] WireType builtin_type(TypeOid oid) noexcept;

/// Appends the bytes of a value that is not null; tells whether the cell can be a value of this kind. Where it cannot,
/// nothing was appended and the value's text is for the server to read.
[[nodiscard]] bool append_binary(std::string& out, WireKind kind, const value::Cell& cell);

/// Tells whether values of this type can be bytes of this kind, as far as the types alone tell.
[[nodiscard]] bool can_be_binary(WireKind kind, ValueType type) noexcept;

/// Appends the value as PostgreSQL's input functions read it.
void append_text(std::string& out, const value::Cell& cell);

/// Writes an array of one dimension, element by element.
class ArrayWriter final {
 public:
  /// Starts the array. Lifetime: `out` is this writer's until finish().
  ArrayWriter(std::string& out, const WireType& array);
  /// Appends an element; tells whether it fits.
  [[nodiscard]] bool add(const value::Cell& cell);
  void finish();

 private:
  std::string& out_;
  std::size_t start_;
  WireKind kind_;
  std::uint32_t count_ = 0;
  bool has_null_ = false;
};

/// Writes the same as text: `{1,NULL,"a\"b"}`.
class ArrayTextWriter final {
 public:
  explicit ArrayTextWriter(std::string& out) : out_(out) { out_ += '{'; }
  void add(const value::Cell& cell);
  void finish() { out_ += '}'; }

 private:
  std::string& out_;
  bool is_first_ = true;
};

/// Appends a JSON array of plain values as an array of the type; false, and nothing, where an item does not fit.
[[nodiscard]] bool append_list(std::string& out, const WireType& array, std::string_view json_text);
/// The same as text, for types whose bytes are not known.
void append_list_text(std::string& out, std::string_view json_text);
/// Writes an array as JSON into `text`; tells whether the bytes are one.
[[nodiscard]] bool read_list(const WireType& array, std::string_view bytes, std::string& text);
/// The same of an array's text, as `{1,NULL,"a\"b"}`.
[[nodiscard]] bool read_list_text(const WireType& array, std::string_view given, std::string& text);

/// Returns the value that lies in `bytes`; numbers that must be written out go to `room`.
///
/// Errors: DriverError where the bytes are no value of this kind. Lifetime: that of `bytes` and `room`.
[[nodiscard]] value::Cell read_binary(const WireType& type,
                                      std::string_view bytes,
                                      std::string& room);

/// The same of a value's text.
[[nodiscard]] value::Cell read_text(const WireType& type, std::string_view text, std::string& room);

/// Appends the bytes of an exact number; false where the text is none. Knows NaN, Infinity and exponents.
[[nodiscard]] bool append_numeric(std::string& out, std::string_view text);

/// Reads the bytes of an exact number into `text`; tells whether they are one.
[[nodiscard]] bool read_numeric(std::string_view bytes, std::string& text);

/// Writes integers in the order of the network.
template <class Integer>
void append_big_endian(std::string& out, Integer value) {
  char bytes[sizeof(Integer)];
  auto rest = static_cast<std::uint64_t>(value);
  for (std::size_t i = sizeof(Integer); i-- > 0; rest >>= 8) bytes[i] = static_cast<char>(rest);
  out.append(bytes, sizeof bytes);
}

/// Reads an integer in the order of the network.
template <class Integer>
[[nodiscard]] Integer load_big_endian(const char* bytes) noexcept {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < sizeof(Integer); ++i)
    value = (value << 8) | static_cast<unsigned char>(bytes[i]);
  return static_cast<Integer>(value);
}

}  // namespace rowan::drivers::postgres
