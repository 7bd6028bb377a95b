// Where the packages of a Debian machine are written down, and how they become one list.

#pragma once

#include <apt_catalog/package_record.hpp>

#include <cstddef>
#include <filesystem>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

namespace apt_catalog {

/// A file that cannot be read.
class SourceError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Where to read; an empty path means not at all.
struct SourcePaths {
  std::filesystem::path status;  ///< dpkg's file of installed packages
  std::filesystem::path
      lists;  ///< apt's folder of available packages; left out where it is missing
};

/// What was read.
struct PackageList {
  std::vector<PackageRecord> packages;  ///< by name and architecture, each once
  std::size_t files = 0;
  std::vector<std::string> notes;  ///< "status:12: no colon in 'x'", for each stanza left out
};

/// Reads the status file and every list of apt.
///
/// Of several versions of a package the newest counts. Compressed lists are read by apt's own helper.
/// `advance`, where given, is told of each package read.
/// Errors: SourceError where a file is missing or unreadable.
[[nodiscard]] PackageList read_packages(const SourcePaths& paths,
                                        const std::function<void(std::size_t count)>& advance = {});

}  // namespace apt_catalog
