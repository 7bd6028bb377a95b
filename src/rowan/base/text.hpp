// Small operations on names and text.

#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace rowan::base {

/// Returns a class's or member's name as a table or column is called: "HTTPServer" becomes
/// "http_server", "createdAt" becomes "created_at", "user2Name" becomes "user2_name".
///
/// Only ASCII letters are looked at.
[[nodiscard]] std::string snake_case(std::string_view name);

/// Returns `text` in lower case, ASCII letters only.
[[nodiscard]] std::string ascii_lower(std::string_view text);

/// Returns `text` in double quotes, for messages.
///
/// Control characters, quotes and backslashes are escaped; of more than 120 bytes the rest is
/// left out, so that a message stays one line. Call it as base::quoted(): an unqualified quoted() of
/// a std::string may find std::quoted.
[[nodiscard]] std::string quoted(std::string_view text);

/// Returns the first `most_bytes` of a text, 4 at least, or up to three less: no character of UTF-8 is cut.
[[nodiscard]] std::string_view beginning(std::string_view text, std::size_t most_bytes) noexcept;

/// Returns the parts, one after the other, with `separator` between them.
[[nodiscard]] std::string join(std::span<const std::string> parts, std::string_view separator);
[[nodiscard]] std::string join(std::span<const std::string_view> parts, std::string_view separator);

/// Returns the candidate that `name` is most likely a slip for, or an empty view where none is
/// near: for "did you mean".
///
/// Letters of the wrong case count for nothing, swapped neighbours for one slip. Of equals the first
/// is taken.
/// Lifetime: that of the candidates.
[[nodiscard]] std::string_view closest_match(std::string_view name,
                                             std::span<const std::string> candidates);
[[nodiscard]] std::string_view closest_match(std::string_view name,
                                             std::span<const std::string_view> candidates);

/// Tells whether `text` is valid UTF-8: no overlong forms, no surrogates, nothing past U+10FFFF.
[[nodiscard]] bool is_valid_utf8(std::string_view text) noexcept;

}  // namespace rowan::base
