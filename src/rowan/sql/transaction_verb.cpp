// Reads the first words of a statement.

#include <rowan/sql/transaction_verb.hpp>

#include <rowan/base/text.hpp>

#include <algorithm>
#include <string>

namespace rowan::sql {
namespace {

/// Cuts blanks, comments and empty statements off the front.
void skip_blanks(std::string_view& text) {
  const auto skip_behind = [&](std::string_view end) {
    const auto found = text.find(end, 2);
    text.remove_prefix(found == std::string_view::npos ? text.size() : found + end.size());
  };
  while (!text.empty()) {
    if (text.starts_with("--")) {
      skip_behind("\n");
    } else if (text.starts_with("/*")) {
      skip_behind("*/");
    } else if (std::string_view(" \t\r\n\f\v;").find(text.front()) != std::string_view::npos) {
      text.remove_prefix(1);
    } else {
      return;
    }
  }
}

/// Cuts the first word off, in lower case; none where something else comes first.
std::string take_word(std::string_view& text) {
  skip_blanks(text);
  const auto is_letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  const auto end = std::find_if_not(text.begin(), text.end(), is_letter);
  const auto length = static_cast<std::size_t>(end - text.begin());
  const std::string word = base::ascii_lower(text.substr(0, length));
  text.remove_prefix(length);
  return word;
}

}  // namespace

bool is_transaction_verb(std::string_view text) {
  skip_blanks(text);
  constexpr std::string_view first_letters = "bcesraBCESRA";
  if (text.empty() || first_letters.find(text.front()) == std::string_view::npos) return false;
  const std::string verb = take_word(text);
  std::string next = take_word(text);
  if (verb == "start") return next == "transaction";
  // MariaDB's blocks of statements begin so.
  if (verb == "begin") return next != "not";
  if (verb == "end" || verb == "abort") return true;
  if (verb != "commit" && verb != "rollback") return false;
  if (next == "work" || next == "transaction") next = take_word(text);
  return next != "to" && next != "prepared";
}

}  // namespace rowan::sql
