// From the fields of a stanza to a package.

#include <apt_catalog/package_record.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace apt_catalog {
namespace {

// Cuts the text before `separator` off `rest`, or all of it.
std::string_view cut(std::string_view& rest, char separator) {
  const auto end = rest.find(separator);
  const std::string_view head = rest.substr(0, end);
  rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
  return trimmed(head);
}

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' ||
         c == '-' || c == '.' || c == '_';
}

bool is_package_name(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), is_name_character);
}

bool is_version(std::string_view version) {
  return !version.empty() && std::all_of(version.begin(), version.end(), [](char c) {
    return is_name_character(c) || c == ':' || c == '~';
  });
}

// Reads "(>= 1.2)" into the relation and tells whether it could.
bool parse_constraint(std::string_view text, Relation& relation) {
  if (text.size() < 2 || text.front() != '(' || text.back() != ')') return false;
  text = trimmed(text.substr(1, text.size() - 2));
  const auto end = text.find_first_not_of("<=>");
  if (end == std::string_view::npos) return false;
  std::string_view comparison = text.substr(0, end);
  // Old forms, which dpkg still reads: < means <=, and > means >=.
  if (comparison == "<") comparison = "<=";
  if (comparison == ">") comparison = ">=";
  constexpr std::array<std::string_view, 5> known{"<<", "<=", "=", ">=", ">>"};
  const std::string_view version = trimmed(text.substr(end));
  if (std::find(known.begin(), known.end(), comparison) == known.end()) return false;
  if (!is_version(version)) return false;
  relation.comparison = comparison;
  relation.version = version;
  return true;
}

std::optional<Relation> parse_relation(std::string_view text) {
  // Restrictions to architectures [..] and build profiles <..> follow the constraint.
  const auto after = text.find('(') == std::string_view::npos ? 0 : text.find(')');
  text = trimmed(text.substr(0, text.find_first_of("[<", after)));
  const auto name_end = text.find_first_of(" \t\n(");
  std::string_view name = text.substr(0, name_end);
  Relation relation;
  if (const auto colon = name.find(':'); colon != std::string_view::npos) {
    relation.architecture = name.substr(colon + 1);
    if (!is_package_name(relation.architecture)) return std::nullopt;
    name = name.substr(0, colon);
  }
  if (!is_package_name(name)) return std::nullopt;
  relation.name = name;
  if (name_end == std::string_view::npos) return relation;
  if (!parse_constraint(trimmed(text.substr(name_end)), relation)) return std::nullopt;
  return relation;
}

// Reads the decimal number of KiB.
std::optional<std::int64_t> parse_size(std::string_view text) {
  std::int64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || stop != end || value < 0) return std::nullopt;
  return value;
}

// The status field is three words: what is wanted, whether there was an error, what is the case.
bool is_installed(std::string_view status) {
  const auto blank = status.find_last_of(" \t");
  return blank != std::string_view::npos && status.substr(blank + 1) == "installed";
}

std::vector<Alternatives> all_dependencies(const Stanza& stanza, std::vector<Problem>& problems) {
  std::vector<Alternatives> all;
  for (const std::string_view field : {"Pre-Depends", "Depends"}) {
    std::vector<std::string> wrong;
    for (Alternatives& group : parse_dependencies(stanza.value(field), wrong)) {
      all.push_back(std::move(group));
    }
    for (std::string& text : wrong) problems.push_back({stanza.line, std::move(text)});
  }
  return all;
}

}  // namespace

Contact parse_contact(std::string_view text) {
  text = trimmed(text);
  if (!text.empty() && text.back() == ',') text = trimmed(text.substr(0, text.size() - 1));
  const auto open = text.rfind('<');
  if (open == std::string_view::npos || text.back() != '>') return {std::string(text), {}};
  std::string_view name = trimmed(text.substr(0, open));
  if (name.size() > 1 && name.front() == '"' && name.back() == '"') {
    name = name.substr(1, name.size() - 2);
  }
  const std::string_view email = trimmed(text.substr(open + 1, text.size() - open - 2));
  return {std::string(name.empty() ? email : name), std::string(email)};
}

std::vector<Alternatives> parse_dependencies(std::string_view text,
                                             std::vector<std::string>& problems) {
  std::vector<Alternatives> groups;
  text = trimmed(text);
  while (!text.empty()) {
    const std::string_view group_text = cut(text, ',');
    if (group_text.empty()) continue;  // a comma too many, which dpkg forgives too
    Alternatives group;
    std::string_view rest = group_text;
    bool good = rest.back() != '|';
    while (good && !rest.empty()) {
      std::optional<Relation> relation = parse_relation(cut(rest, '|'));
      good = relation.has_value();
      if (good) group.push_back(std::move(*relation));
    }
    if (good) {
      groups.push_back(std::move(group));
    } else {
      problems.push_back("not understood as a dependency: '" + std::string(group_text) + "'");
    }
  }
  return groups;
}

std::optional<PackageRecord> parse_package(const Stanza& stanza, std::vector<Problem>& problems) {
  const std::string_view status = stanza.value("Status");
  if (!status.empty() && !is_installed(status)) return std::nullopt;
  for (const char* field : {"Package", "Version", "Architecture"}) {
    if (!stanza.value(field).empty()) continue;
    problems.push_back({stanza.line, std::string("a package without the field ") + field});
    return std::nullopt;
  }
  PackageRecord record{.name = std::string(stanza.value("Package")),
                       .architecture = std::string(stanza.value("Architecture")),
                       .version = std::string(stanza.value("Version"))};
  if (!is_package_name(record.name) || !is_package_name(record.architecture) ||
      !is_version(record.version)) {
    problems.push_back(
        {stanza.line, "the name, version or architecture of the package is malformed"});
    return std::nullopt;
  }
  record.section = stanza.value("Section");
  if (const auto text = stanza.value("Maintainer"); !text.empty()) {
    record.maintainer = parse_contact(text);
  }
  if (const auto text = stanza.value("Installed-Size"); !text.empty()) {
    record.installed_kib = parse_size(text);
    if (!record.installed_kib) problems.push_back({stanza.line, "Installed-Size is no number"});
  }
  const std::string_view description = stanza.value("Description");
  record.description = description.substr(0, description.find('\n'));
  record.depends = all_dependencies(stanza, problems);
  if (!status.empty()) record.installed_version = record.version;
  return record;
}

}  // namespace apt_catalog
