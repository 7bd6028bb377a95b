// Finding the files, reading them one after the other, and keeping the newest of each package.

#include <apt_catalog/package_source.hpp>

#include <apt_catalog/command_stream.hpp>
#include <apt_catalog/control_file.hpp>
#include <apt_catalog/version_order.hpp>

#include <algorithm>
#include <array>
#include <fstream>
#include <map>
#include <string_view>
#include <system_error>
#include <utility>

namespace apt_catalog {
namespace {

namespace fs = std::filesystem;

constexpr const char* apt_reader = "/usr/lib/apt/apt-helper";

// Package records by name and architecture.
using Newest = std::map<std::pair<std::string, std::string>, PackageRecord>;

void keep_newest(Newest& newest, PackageRecord record) {
  std::pair key(record.name, record.architecture);
  const auto [at, is_new] = newest.try_emplace(std::move(key));
  PackageRecord& kept = at->second;
  if (is_new) {
    kept = std::move(record);
    return;
  }
  if (!record.installed_version) record.installed_version = kept.installed_version;
  if (compare_versions(record.version, kept.version) > 0) {
    kept = std::move(record);
  } else {
    kept.installed_version = std::move(record.installed_version);
  }
}

void read_stream(std::istream& input,
                 const std::string& name,
                 Newest& newest,
                 std::vector<std::string>& notes,
                 const std::function<void(std::size_t)>& advance) {
  ControlFileReader reader(input);
  std::vector<Problem> problems;
  while (const std::optional<Stanza> stanza = reader.next()) {
    if (auto record = parse_package(*stanza, problems)) keep_newest(newest, std::move(*record));
    if (advance) advance(1);
  }
  if (input.bad()) throw SourceError("cannot read " + name + " to its end");
  problems.insert(problems.end(), reader.problems().begin(), reader.problems().end());
  for (const Problem& problem : problems) {
    notes.push_back(name + ":" + std::to_string(problem.line) + ": " + problem.text);
  }
}

bool is_compressed(const fs::path& path) {
  return !path.filename().string().ends_with("_Packages");
}

// The lists of packages are those whose names end in _Packages, compressed or not.
bool is_package_list(const fs::path& path) {
  constexpr std::array<std::string_view, 6> endings{"", ".lz4", ".gz", ".xz", ".zst", ".bz2"};
  const std::string name = path.filename().string();
  return std::any_of(endings.begin(), endings.end(), [&](std::string_view ending) {
    return name.ends_with("_Packages" + std::string(ending));
  });
}

std::vector<fs::path> find_lists(const fs::path& folder) {
  std::vector<fs::path> lists;
  std::error_code error;
  fs::directory_iterator files(folder, error);
  if (error == std::errc::no_such_file_or_directory) return lists;
  if (error) throw SourceError("cannot read " + folder.string() + ": " + error.message());
  for (const fs::directory_entry& file : files) {
    if (file.is_regular_file() && is_package_list(file.path())) lists.push_back(file.path());
  }
  std::sort(lists.begin(), lists.end());  // the same order on every run
  return lists;
}

void read_file(const fs::path& path,
               Newest& newest,
               std::vector<std::string>& notes,
               const std::function<void(std::size_t)>& advance) {
  if (!fs::exists(path) || fs::is_directory(path)) {
    throw SourceError(path.string() + (fs::exists(path) ? " is a folder" : " does not exist"));
  }
  std::ifstream file(path);
  if (!file) throw SourceError("cannot open " + path.string() + ": no permission?");
  read_stream(file, path.filename().string(), newest, notes, advance);
}

void read_compressed(const fs::path& path,
                     Newest& newest,
                     std::vector<std::string>& notes,
                     const std::function<void(std::size_t)>& advance) {
  try {
    CommandStream command({apt_reader, "cat-file", path.string()});
    read_stream(command.output(), path.filename().string(), newest, notes, advance);
    if (!command.wait()) {
      throw SourceError(std::string(apt_reader) + " could not decompress " + path.string());
    }
  } catch (const std::system_error& error) {
    throw SourceError("cannot decompress " + path.string() + ": " + error.what() +
                      " (decompress it by hand, or give --no-lists)");
  }
}

}  // namespace

PackageList read_packages(const SourcePaths& paths,
                          const std::function<void(std::size_t count)>& advance) {
  PackageList list;
  Newest newest;
  if (!paths.status.empty()) {
    read_file(paths.status, newest, list.notes, advance);
    ++list.files;
  }
  if (!paths.lists.empty()) {
    for (const fs::path& path : find_lists(paths.lists)) {
      const auto read = is_compressed(path) ? read_compressed : read_file;
      read(path, newest, list.notes, advance);
      ++list.files;
    }
  }
  list.packages.reserve(newest.size());
  for (auto& [key, record] : newest) list.packages.push_back(std::move(record));
  return list;
}

}  // namespace apt_catalog
