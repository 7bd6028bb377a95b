// Reads, compares and rewrites golden files.

#include "golden.hpp"

#include <rowan/base/error.hpp>
#include <rowan/drivers.hpp>

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <utility>
#include <vector>

namespace rowan::golden {
namespace {

struct Dialect {
  std::string name;
  std::shared_ptr<backend::Driver> driver;
};

const std::vector<Dialect>& dialects() {
  static const std::vector<Dialect> all = [] {
    std::vector<Dialect> made;
    std::istringstream words(ROWAN_GOLDEN_DIALECTS);
    std::string word;
    while (words >> word) {
      const std::size_t at = word.find('=');
      made.push_back({word.substr(0, at), driver_from_url(word.substr(at + 1))});
    }
    return made;
  }();
  return all;
}

/// The sections of a file in their order, each under its title.
using Sections = std::vector<std::pair<std::string, std::string>>;

Sections read(const std::filesystem::path& path) {
  Sections out;
  std::ifstream file(path);
  std::string line;
  while (std::getline(file, line)) {
    if (line.starts_with("-- ")) {
      out.emplace_back(line.substr(3), "");
    } else if (!out.empty() && !line.empty()) {
      std::string& text = out.back().second;
      text += (text.empty() ? "" : "\n") + line;
    }
  }
  return out;
}

void write(const std::filesystem::path& path, const Sections& sections) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream file(path);
  for (const auto& [title, text] : sections) file << "-- " << title << '\n' << text << '\n';
}

std::string* find(Sections& sections, const std::string& title) {
  for (auto& [known, text] : sections) {
    if (known == title) return &text;
  }
  return nullptr;
}

std::string in_one_line(const std::string& text) {
  std::istringstream words(text);
  std::string out;
  std::string word;
  while (words >> word) out += (out.empty() ? "" : " ") + word;
  return out;
}

std::string rendered(const Render& render, backend::Driver& driver) {
  try {
    return render(driver);
  } catch (const ValidationError& error) {
    return "unsupported: " + error.message();
  }
}

bool is_approving() {
  const char* value = std::getenv("ROWAN_APPROVE");
  return value != nullptr && std::string(value) == "1";
}

}  // namespace

void check(const std::string& area,
           const std::string& name,
           const std::string& query,
           const Render& render) {
  const std::filesystem::path path =
      std::filesystem::path(ROWAN_GOLDEN_FOLDER) / area / (name + ".golden");
  Sections sections = read(path);
  Sections wanted{{"query", in_one_line(query)}};
  for (const Dialect& dialect : dialects())
    wanted.emplace_back(dialect.name, rendered(render, *dialect.driver));
  if (is_approving()) {
    for (const auto& [title, text] : wanted) {
      std::string* known = find(sections, title);
      if (known == nullptr) {
        sections.emplace_back(title, text);
      } else {
        *known = text;
      }
    }
    write(path, sections);
    return;
  }
  for (const auto& [title, text] : wanted) {
    const std::string* known = find(sections, title);
    if (known == nullptr) {
      ADD_FAILURE() << path.string() << " has no section '-- " << title
                    << "': tools/approve.py adds it; it would be\n"
                    << text;
    } else {
      EXPECT_EQ(*known, text) << "section '-- " << title << "' of " << path.string()
                              << "; tools/approve.py rewrites it";
    }
  }
}

}  // namespace rowan::golden
