// Universally unique identifiers of 16 bytes.

#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace rowan {

/// A UUID (RFC 9562). The default is the nil UUID, all zeros.
///
/// Ordered as its text is, byte by byte.
class Uuid final {
 public:
  using Bytes = std::array<std::uint8_t, 16>;

  constexpr Uuid() noexcept = default;
  constexpr explicit Uuid(const Bytes& bytes) noexcept : bytes_(bytes) {}

  /// Returns a UUID of version 4: 122 random bits from the operating system's generator.
  [[nodiscard]] static Uuid random();

  /// Returns a UUID of version 7: the time in milliseconds, then random bits.
  ///
  /// Within one process each is greater than the one before, also between threads and when the
  /// clock is set back, so that new keys land at the end of an index. It shows when it was made.
  [[nodiscard]] static Uuid v7();

  /// Reads 8-4-4-4-12 hexadecimal digits, upper or lower case, without braces.
  ///
  /// Errors: throws ValidationError for anything else; try_parse() does not.
  [[nodiscard]] static constexpr Uuid parse(std::string_view text) {
    Uuid result;
    if (!try_parse(text, result)) refuse();
    return result;
  }

  /// Reads as parse() does and tells whether `text` was a UUID; if not, `result` is unchanged.
  [[nodiscard]] static constexpr bool try_parse(std::string_view text, Uuid& result) noexcept {
    if (text.size() != text_size) return false;
    Bytes bytes{};
    std::size_t at = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      if (is_after_hyphen(i) && text[at++] != '-') return false;
      const int high = digit(text[at]);
      const int low = digit(text[at + 1]);
      if (high < 0 || low < 0) return false;
      bytes[i] = static_cast<std::uint8_t>(high * 16 + low);
      at += 2;
    }
    result.bytes_ = bytes;
    return true;
  }

  /// Writes the 36 characters of the text to `out`, without a final zero.
  constexpr void write_to(char* out) const noexcept {
    constexpr const char* digits = "0123456789abcdef";
    for (std::size_t i = 0; i < bytes_.size(); ++i) {
      if (is_after_hyphen(i)) *out++ = '-';
      *out++ = digits[bytes_[i] >> 4];
      *out++ = digits[bytes_[i] & 15];
    }
  }

  /// Returns the text in lower case.
  [[nodiscard]] std::string to_string() const {
    std::string text(text_size, '\0');
    write_to(text.data());
    return text;
  }

  [[nodiscard]] constexpr const Bytes& bytes() const noexcept { return bytes_; }
  [[nodiscard]] constexpr bool is_nil() const noexcept { return bytes_ == Bytes{}; }
  /// Returns the version digit: 4, 7, ...; 0 for the nil UUID.
  [[nodiscard]] constexpr int version() const noexcept { return bytes_[6] >> 4; }

  friend constexpr bool operator==(const Uuid&, const Uuid&) noexcept = default;
  friend constexpr std::strong_ordering operator<=>(const Uuid&, const Uuid&) noexcept = default;

  /// The number of characters of the text.
  static constexpr std::size_t text_size = 36;

 private:
  static constexpr bool is_after_hyphen(std::size_t byte) noexcept {
    return byte == 4 || byte == 6 || byte == 8 || byte == 10;
  }
  static constexpr int digit(char c) noexcept {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
  }
  [[noreturn]] static void refuse();

  Bytes bytes_{};
};

static_assert(sizeof(Uuid) == 16);

}  // namespace rowan

template <>
struct std::hash<rowan::Uuid> {
  std::size_t operator()(const rowan::Uuid& uuid) const noexcept {
    std::uint64_t half[2];
    std::memcpy(half, uuid.bytes().data(), sizeof half);
    // Of a version 7 the first half hardly differs between neighbours, so it is spread.
    return static_cast<std::size_t>((half[0] * 0x9E3779B97F4A7C15u) ^ half[1]);
  }
};
