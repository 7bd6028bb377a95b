// Lists of plain values, which are JSON in a cell and an array in the database.

#include <rowan/base/error.hpp>
#include <rowan/base/json.hpp>
#include <rowan/drivers/postgres/postgres_codec.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <vector>

namespace rowan::drivers::postgres {
namespace {

using value::Cell;

/// Returns the item as a cell; text lies in `room`. False for lists and documents in a list.
bool cell_of(const json& item, std::string& room, Cell& out) {
  if (item.is_null()) {
    out = Cell::of_null();
  } else if (item.is_boolean()) {
    out = Cell::of_integer(item.as_bool() ? 1 : 0, ValueType::boolean);
  } else if (item.is_integer()) {
    out = Cell::of_integer(item.as_int64());
  } else if (item.is_number()) {
    out = Cell::of_real(item.as_double());
  } else if (item.is_string()) {
    room = item.as_string();
    out = Cell::of_bytes(room);
  } else {
    return false;
  }
  return true;
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

void append_item(std::string& out, const Cell& cell) {
  switch (cell.type) {
    case ValueType::null: out += "null"; return;
    case ValueType::boolean: out += cell.integer != 0 ? "true" : "false"; return;
    case ValueType::integer:
    case ValueType::decimal:
      if (cell.type == ValueType::decimal && cell.bytes().find_first_of("Nf") != std::string::npos)
        break;
      append_text(out, cell);
      return;
    case ValueType::real: {
      if (!std::isfinite(cell.real)) break;
      char text[40];
      out.append(text, std::to_chars(text, text + sizeof text, cell.real).ptr);
      return;
    }
    case ValueType::json: out += cell.bytes(); return;
    default: break;
  }
  std::string text;
  append_text(text, cell);
  append_quoted(out, text);
}

/// Walks over the items of an array of any number of dimensions.
class ListReader final {
 public:
  ListReader(const WireType& array, std::string_view bytes, std::string& out)
      : bytes_(bytes), out_(out) {
    item_.oid = array.element_oid;
    item_.kind = array.element;
  }
  bool read() {
    if (bytes_.size() < 12) return false;
    const auto dimensions = load_big_endian<std::uint32_t>(bytes_.data());
    bytes_.remove_prefix(12);
    out_.clear();
    if (dimensions == 0) {
      out_ = "[]";
      return true;
    }
    if (dimensions > 6 || bytes_.size() < dimensions * 8) return false;
    for (std::uint32_t i = 0; i < dimensions; ++i)
      sizes_.push_back(load_big_endian<std::uint32_t>(bytes_.data() + i * 8));
    bytes_.remove_prefix(dimensions * 8);
    return read_level(0) && bytes_.empty();
  }

 private:
  bool read_level(std::size_t level) {
    out_ += '[';
    for (std::uint32_t i = 0; i < sizes_[level]; ++i) {
      if (i > 0) out_ += ',';
      if (level + 1 < sizes_.size() ? !read_level(level + 1) : !read_item()) return false;
    }
    out_ += ']';
    return true;
  }
  bool read_item() {
    if (bytes_.size() < 4) return false;
    const auto size = load_big_endian<std::int32_t>(bytes_.data());
    bytes_.remove_prefix(4);
    if (size < 0) {
      out_ += "null";
      return true;
    }
    const auto length = static_cast<std::size_t>(size);
    if (bytes_.size() < length) return false;
    append_item(out_, read_binary(item_, bytes_.substr(0, length), room_));
    bytes_.remove_prefix(length);
    return true;
  }

  std::string_view bytes_;
  std::string& out_;
  WireType item_;
  std::vector<std::uint32_t> sizes_;
  std::string room_;
};

/// The same of an array's text.
class ListTextReader final {
 public:
  ListTextReader(const WireType& array, std::string_view given, std::string& out)
      : rest_(given), out_(out) {
    item_.oid = array.element_oid;
    item_.kind = array.element;
  }
  bool read() {
    out_.clear();
    // Bounds come first where they do not begin at 1, as in [0:1]={5,6}.
    if (rest_.starts_with('[')) rest_.remove_prefix(std::min(rest_.size(), rest_.find('{')));
    return read_level(1) && rest_.empty();
  }

 private:
  bool take(char wanted) {
    if (!rest_.starts_with(wanted)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool read_level(int level) {
    if (level > 6 || !take('{')) return false;
    out_ += '[';
    if (!take('}')) {
      do {
        if (out_.back() != '[') out_ += ',';
        if (rest_.starts_with('{') ? !read_level(level + 1) : !read_item()) return false;
      } while (take(','));
      if (!take('}')) return false;
    }
    out_ += ']';
    return true;
  }
  bool read_item() {
    std::string text;
    const bool is_quoted = take('"');
    const std::string_view ends = is_quoted ? "\"" : ",}";
    while (!rest_.empty() && ends.find(rest_.front()) == std::string_view::npos) {
      take('\\');
      if (rest_.empty()) return false;
      text += rest_.front();
      rest_.remove_prefix(1);
    }
    if (is_quoted && !take('"')) return false;
    const bool is_null = !is_quoted && text == "NULL";
    append_item(out_, is_null ? Cell::of_null() : read_text(item_, text, room_));
    return true;
  }

  std::string_view rest_;
  std::string& out_;
  WireType item_;
  std::string room_;
};

}  // namespace

bool append_list(std::string& out, const WireType& array, std::string_view json_text) {
  const json list = json::parse(json_text);
  if (!list.is_array()) return false;
  const std::size_t start = out.size();
  ArrayWriter writer(out, array);
  std::string room;
  for (std::size_t i = 0; i < list.size(); ++i) {
    Cell cell;
    if (cell_of(list[i], room, cell) && writer.add(cell)) continue;
    out.resize(start);
    return false;
  }
  writer.finish();
  return true;
}

void append_list_text(std::string& out, std::string_view json_text) {
  const json list = json::parse(json_text);
  if (!list.is_array()) {
    out += json_text;
    return;
  }
  ArrayTextWriter writer(out);
  std::string room;
  for (std::size_t i = 0; i < list.size(); ++i) {
    Cell cell;
    if (!cell_of(list[i], room, cell))
      throw ValidationError("a list in an array column holds plain values only");
    writer.add(cell);
  }
  writer.finish();
}

bool read_list(const WireType& array, std::string_view bytes, std::string& text) {
  return ListReader(array, bytes, text).read();
}

bool read_list_text(const WireType& array, std::string_view given, std::string& text) {
  return ListTextReader(array, given, text).read();
}

}  // namespace rowan::drivers::postgres
