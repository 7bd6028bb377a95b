// The order of Debian versions, as the Debian policy manual defines it in 5.6.12.

#include <apt_catalog/version_order.hpp>

#include <cstddef>

namespace apt_catalog {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// A tilde sorts before the end of the part, letters before everything else.
int rank(std::string_view text, std::size_t at) {
  if (at >= text.size() || is_digit(text[at])) return 0;
  if (text[at] == '~') return -1;
  if (is_letter(text[at])) return text[at];
  return text[at] + 256;
}

std::string_view take_number(std::string_view& text) {
  std::size_t zeros = 0;
  while (zeros < text.size() && text[zeros] == '0') ++zeros;
  std::size_t end = zeros;
  while (end < text.size() && is_digit(text[end])) ++end;
  const std::string_view number = text.substr(zeros, end - zeros);
  text.remove_prefix(end);
  return number;
}

// Numbers of any length: without leading zeros, the longer one is the greater.
std::weak_ordering compare_numbers(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return a.size() <=> b.size();
  return a.compare(b) <=> 0;
}

// Parts that are no digits and numbers take turns.
std::weak_ordering compare_parts(std::string_view a, std::string_view b) {
  while (!a.empty() || !b.empty()) {
    std::size_t at = 0;
    while (rank(a, at) != 0 || rank(b, at) != 0) {
      if (rank(a, at) != rank(b, at)) return rank(a, at) <=> rank(b, at);
      ++at;
    }
    a.remove_prefix(at);
    b.remove_prefix(at);
    const std::weak_ordering order = compare_numbers(take_number(a), take_number(b));
    if (order != 0) return order;
  }
  return std::weak_ordering::equivalent;
}

struct VersionParts {
  std::string_view epoch, upstream, revision;
};

VersionParts split(std::string_view version) {
  VersionParts parts;
  if (const auto colon = version.find(':'); colon != std::string_view::npos) {
    parts.epoch = version.substr(0, colon);
    version.remove_prefix(colon + 1);
  }
  const auto dash = version.rfind('-');
  parts.upstream = version.substr(0, dash);
  if (dash != std::string_view::npos) parts.revision = version.substr(dash + 1);
  return parts;
}

}  // namespace

std::weak_ordering compare_versions(std::string_view a, std::string_view b) noexcept {
  const VersionParts left = split(a);
  const VersionParts right = split(b);
  if (const auto order = compare_parts(left.epoch, right.epoch); order != 0) return order;
  if (const auto order = compare_parts(left.upstream, right.upstream); order != 0) return order;
  return compare_parts(left.revision, right.revision);
}

}  // namespace apt_catalog
