// The grammar of control files, as far as dpkg and apt write it.

#include <apt_catalog/control_file.hpp>

#include <algorithm>

namespace apt_catalog {
namespace {

constexpr std::string_view blanks = " \t\r\n";

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same_name(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

// Field names are printable ASCII without blank and colon, and begin with no '-'.
bool is_field_name(std::string_view name) {
  return !name.empty() && name.front() != '-' &&
         std::all_of(name.begin(), name.end(), [](char c) { return c > ' ' && c < 127; });
}

// Messages quote what was read: not whole lines, and nothing that drives a terminal.
std::string quoted(std::string_view text) {
  constexpr std::size_t most = 40;
  std::string out = "'";
  for (const char c : text.substr(0, most)) out += c >= ' ' && c != 127 ? c : '?';
  return out + (text.size() > most ? "...'" : "'");
}

}  // namespace

std::string_view trimmed(std::string_view text) noexcept {
  const auto first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

std::string_view Stanza::value(std::string_view name) const noexcept {
  for (const auto& [field, text] : fields) {
    if (same_name(field, name)) return text;
  }
  return {};
}

bool ControlFileReader::read_line() {
  if (!std::getline(input_, line_)) return false;
  ++line_number_;
  if (!line_.empty() && line_.back() == '\r') line_.pop_back();
  return true;
}

// Returns what is wrong with the line, empty where nothing is.
std::string ControlFileReader::add_line(Stanza& stanza) const {
  const std::string_view line = line_;
  if (line.find('\0') != std::string_view::npos) return "a zero byte in the text";
  if (line.front() == ' ' || line.front() == '\t') {
    if (stanza.fields.empty()) return "a continuation line before the first field";
    const std::string_view more = line.substr(1);
    stanza.fields.back().second.append(1, '\n').append(
        more.substr(0, more.find_last_not_of(blanks) + 1));
    return {};
  }
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) return "no colon in " + quoted(line);
  const std::string_view name = line.substr(0, colon);
  if (!is_field_name(name)) return quoted(name) + " is no name of a field";
  if (std::any_of(stanza.fields.begin(), stanza.fields.end(),
                  [name](const auto& field) { return same_name(field.first, name); })) {
    return "the field " + quoted(name) + " stands twice in one stanza";
  }
  if (stanza.fields.empty()) stanza.line = line_number_;
  stanza.fields.emplace_back(name, trimmed(line.substr(colon + 1)));
  return {};
}

void ControlFileReader::skip_stanza() {
  while (read_line() && !trimmed(line_).empty()) {
  }
}

std::optional<Stanza> ControlFileReader::next() {
  Stanza stanza;
  while (read_line()) {
    if (!line_.empty() && line_.front() == '#') continue;
    if (trimmed(line_).empty()) {
      if (!stanza.fields.empty()) return stanza;
      continue;
    }
    if (std::string wrong = add_line(stanza); !wrong.empty()) {
      problems_.push_back({line_number_, std::move(wrong)});
      skip_stanza();
      stanza = {};
    }
  }
  if (stanza.fields.empty()) return std::nullopt;
  return stanza;
}

}  // namespace apt_catalog
