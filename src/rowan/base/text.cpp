// Names in snake case, edit distances and UTF-8.

#include <rowan/base/text.hpp>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <vector>

namespace rowan::base {

namespace {

bool is_upper(char c) noexcept { return c >= 'A' && c <= 'Z'; }
bool is_lower(char c) noexcept { return c >= 'a' && c <= 'z'; }
bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
char lower(char c) noexcept { return is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c; }

template <class Text>
std::string join_parts(std::span<const Text> parts, std::string_view separator) {
  std::string result;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) result += separator;
    result += parts[i];
  }
  return result;
}

/// Returns the number of letters to add, remove, replace or swap with their neighbour.
std::size_t slips_between(std::string_view left, std::string_view right) {
  const std::size_t width = right.size() + 1;
  std::vector<std::size_t> before_last(width);
  std::vector<std::size_t> last(width);
  std::vector<std::size_t> row(width);
  for (std::size_t j = 0; j < width; ++j) last[j] = j;
  for (std::size_t i = 1; i <= left.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j < width; ++j) {
      const bool same = lower(left[i - 1]) == lower(right[j - 1]);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (same ? 0u : 1u)});
      const bool swapped = i > 1 && j > 1 && lower(left[i - 1]) == lower(right[j - 2]) &&
                           lower(left[i - 2]) == lower(right[j - 1]);
      if (swapped) row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
    before_last.swap(last);
    last.swap(row);
  }
  return last[right.size()];
}

template <class Text>
std::string_view closest(std::string_view name, std::span<const Text> candidates) {
  constexpr std::size_t longest_name = 128;  // the work grows with the square of it
  std::string_view best;
  // A third of the letters may be wrong, but never all of them.
  std::size_t most_slips = std::max<std::size_t>(1, name.size() / 3);
  for (const Text& text : candidates) {
    const std::string_view candidate = text;
    if (std::max(name.size(), candidate.size()) > longest_name) continue;
    const std::size_t slips = slips_between(name, candidate);
    if (slips > most_slips || slips >= std::max(name.size(), candidate.size())) continue;
    best = candidate;
    if (slips == 0) break;
    most_slips = slips - 1;
  }
  return best;
}

/// Returns the length of the UTF-8 sequence at the front, 0 where it is not valid.
std::size_t sequence_length(const unsigned char* at, std::size_t left) noexcept {
  const unsigned char first = at[0];
  if (first < 0x80) return 1;
  const auto continues = [&](std::size_t i) { return i < left && (at[i] & 0xC0) == 0x80; };
  if (first >= 0xC2 && first <= 0xDF) return continues(1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    if (!continues(1) || !continues(2)) return 0;
    if (first == 0xE0 && at[1] < 0xA0) return 0;   // has a shorter form
    if (first == 0xED && at[1] >= 0xA0) return 0;  // half of a surrogate pair
    return 3;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    if (!continues(1) || !continues(2) || !continues(3)) return 0;
    if (first == 0xF0 && at[1] < 0x90) return 0;   // has a shorter form
    if (first == 0xF4 && at[1] >= 0x90) return 0;  // past U+10FFFF
    return 4;
  }
  return 0;
}

}  // namespace

std::string snake_case(std::string_view name) {
  std::string result;
  result.reserve(name.size() + 4);
  for (std::size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    if (is_upper(c) && i > 0) {
      const bool after_word = is_lower(name[i - 1]) || is_digit(name[i - 1]);
      const bool ends_capitals =
          is_upper(name[i - 1]) && i + 1 < name.size() && is_lower(name[i + 1]);
      if (after_word || ends_capitals) result += '_';
    }
    result += lower(c);
  }
  return result;
}

std::string ascii_lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = lower(c);
  return result;
}

std::string_view beginning(std::string_view text, std::size_t most_bytes) noexcept {
  if (text.size() <= most_bytes) return text;
  std::size_t end = most_bytes;
  while (end > most_bytes - 4 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end);
}

std::string quoted(std::string_view text) {
  constexpr std::size_t most_bytes = 120;
  constexpr const char* digits = "0123456789abcdef";
  const bool cut = text.size() > most_bytes;
  text = beginning(text, most_bytes);
  std::string result = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      (result += '\\') += c;
    } else if (c == '\n') {
      result += "\\n";
    } else if (c == '\t') {
      result += "\\t";
    } else if (byte < 0x20 || byte == 0x7F) {
      ((result += "\\x") += digits[byte >> 4]) += digits[byte & 15];
    } else {
      result += c;
    }
  }
  return result += cut ? "...\"" : "\"";
}

std::string join(std::span<const std::string> parts, std::string_view separator) {
  return join_parts(parts, separator);
}

std::string join(std::span<const std::string_view> parts, std::string_view separator) {
  return join_parts(parts, separator);
}

std::string_view closest_match(std::string_view name, std::span<const std::string> candidates) {
  return closest(name, candidates);
}

std::string_view closest_match(std::string_view name,
                               std::span<const std::string_view> candidates) {
  return closest(name, candidates);
}

bool is_valid_utf8(std::string_view text) noexcept {
  const auto* at = reinterpret_cast<const unsigned char*>(text.data());
  std::size_t left = text.size();
  while (left > 0) {
    // Most text is ASCII, and eight bytes of it are seen at once.
    std::uint64_t eight = 0;
    if (left >= sizeof eight) {
      std::memcpy(&eight, at, sizeof eight);
      if ((eight & 0x8080808080808080u) == 0) {
        at += sizeof eight;
        left -= sizeof eight;
        continue;
      }
    }
    const std::size_t length = sequence_length(at, left);
    if (length == 0) return false;
    at += length;
    left -= length;
  }
  return true;
}

}  // namespace rowan::base
