// Exact decimal numbers, kept as text, for money and the like.

#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

namespace rowan {

namespace base {

/// Compares two numbers as text by their values: below, at or above 0. Text that is no number comes after all numbers.
///
/// Takes what Decimal takes, and never allocates.
[[nodiscard]] int compare_decimal_texts(std::string_view left, std::string_view right) noexcept;

}  // namespace base

/// A decimal number of any length, exactly as it was given: Decimal("1.50") keeps its scale of 2.
///
/// It stores and compares; it does not compute. Two are equal when their values are, so
/// Decimal("1.50") == Decimal("1.5"), though the texts differ.
///
/// Invariant: the text is an optional '-', digits without leading zeros, and optionally a point
/// with at least one digit after it. Zero has no sign.
class Decimal final {
 public:
  /// Makes 0.
  Decimal() : text_(1, '0') {}

  /// Reads an optional sign, digits, and optionally a point with digits after it; digits before a
  /// point may be missing. No exponent, no blanks.
  ///
  /// Errors: throws ValidationError for anything else.
  explicit Decimal(std::string_view text);
  explicit Decimal(const char* text) : Decimal(std::string_view(text)) {}
  explicit Decimal(const std::string& text) : Decimal(std::string_view(text)) {}

  /// Takes an integer. Floating point is refused: 0.1 is not a double.
  template <class Integer>
  requires(std::is_integral_v<Integer> && !std::is_same_v<Integer, bool> &&
           !std::is_same_v<Integer, char>) Decimal(Integer value) {
    if constexpr (std::is_signed_v<Integer>) {
      assign_signed(value);
    } else {
      assign_unsigned(value);
    }
  }

  /// Reads as the constructor does and tells whether `text` was a number; if not, `result` is
  /// unchanged.
  [[nodiscard]] static bool try_parse(std::string_view text, Decimal& result);

  /// Returns the number as text, with its scale.
  ///
  /// Lifetime: until this is changed.
  [[nodiscard]] std::string_view text() const noexcept { return text_; }
  [[nodiscard]] const std::string& to_string() const noexcept { return text_; }

  /// Returns the number of digits after the point.
  [[nodiscard]] std::size_t scale() const noexcept;

  friend bool operator==(const Decimal& left, const Decimal& right) noexcept {
    return left.text_ == right.text_ || left.compare(right) == 0;
  }
  friend std::weak_ordering operator<=>(const Decimal& left, const Decimal& right) noexcept {
    return left.compare(right) <=> 0;
  }

  /// Returns a hash that is the same for equal values.
  [[nodiscard]] std::size_t hash() const noexcept;

 private:
  void assign_signed(std::int64_t value);
  void assign_unsigned(std::uint64_t value);
  [[nodiscard]] int compare(const Decimal& other) const noexcept;

  std::string text_;
};

}  // namespace rowan

template <>
struct std::hash<rowan::Decimal> {
  std::size_t operator()(const rowan::Decimal& value) const noexcept { return value.hash(); }
};
