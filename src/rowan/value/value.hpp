// One database value that owns its bytes.

#pragma once

#include <rowan/value/cell.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace rowan {

/// A database value with its own storage: what filters keep and what rows of unknown shape hold.
class Value {
 public:
  Value() noexcept = default;
  explicit Value(const value::Cell& cell) : cell_(cell) {
    if (cell.has_bytes()) text_.assign(cell.data, cell.size);
  }

  static Value of_integer(std::int64_t v, ValueType type = ValueType::integer) {
    return Value(value::Cell::of_integer(v, type));
  }
  static Value of_real(double v) { return Value(value::Cell::of_real(v)); }
  static Value of_text(std::string text, ValueType type = ValueType::text) {
    Value out;
    out.text_ = std::move(text);
    out.cell_ = value::Cell::of_bytes(out.text_, type);
    return out;
  }
  /// Returns an operand that stands for the entity at `object` until its key is known.
  static Value of_object(const void* object) {
    Value out;
    out.cell_.data = static_cast<const char*>(object);
    out.cell_.type = ValueType::object;
    return out;
  }

  [[nodiscard]] ValueType type() const noexcept { return cell_.type; }
  [[nodiscard]] bool is_null() const noexcept { return cell_.is_null(); }
  [[nodiscard]] std::int64_t integer() const noexcept { return cell_.integer; }
  [[nodiscard]] double real() const noexcept { return cell_.real; }
  [[nodiscard]] const std::string& text() const noexcept { return text_; }
  [[nodiscard]] const void* object() const noexcept { return cell_.data; }

  /// Returns a view of this value.
  /// Lifetime: good while this value lives unchanged and unmoved.
  [[nodiscard]] value::Cell as_cell() const noexcept {
    value::Cell out = cell_;
    if (cell_.has_bytes()) {
      out.data = text_.data();
      out.size = static_cast<std::uint32_t>(text_.size());
    }
    return out;
  }

  friend bool operator==(const Value& left, const Value& right) noexcept {
    return left.as_cell() == right.as_cell();
  }

 private:
  value::Cell cell_;
  std::string text_;
};

}  // namespace rowan
