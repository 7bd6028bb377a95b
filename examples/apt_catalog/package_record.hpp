// What the catalogue takes from the stanza of a package.

#pragma once

#include <apt_catalog/control_file.hpp>

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace apt_catalog {

/// One name in a dependency: `libc6:any (>= 2.36)`.
struct Relation {
  std::string name;
  std::string architecture{};  ///< after the colon; empty where there is none
  std::string comparison{};    ///< <<, <=, =, >= or >>; empty where every version will do
  std::string version{};

  friend bool operator==(const Relation&, const Relation&) = default;
};

/// Names of which one is enough, the preferred one first: `a | b`.
using Alternatives = std::vector<Relation>;

/// The maintainer's name and address; the address is empty where none is given.
struct Contact {
  std::string name;
  std::string email;

  friend auto operator<=>(const Contact&, const Contact&) = default;
};

/// One package, free of the database.
struct PackageRecord {
  std::string name;
  std::string architecture;
  std::string version;
  std::string section{};  ///< empty where none is given
  std::optional<Contact> maintainer{};
  std::optional<std::int64_t> installed_kib{};
  std::string description{};  ///< its first line; the lists of apt hold no more
  std::vector<Alternatives> depends{};
  std::optional<std::string> installed_version{};
};

/// Reads "Name <address>"; a comma after it is dropped.
[[nodiscard]] Contact parse_contact(std::string_view text);

/// Reads `a (>= 1), b | c:any, d [amd64] <!nocheck>`; restrictions in [] and <> are dropped.
///
/// Appends what is wrong to `problems`, in plain words; such a group is left out.
[[nodiscard]] std::vector<Alternatives> parse_dependencies(std::string_view text,
                                                           std::vector<std::string>& problems);

/// Returns the package of a stanza; empty where it is malformed, or no longer installed.
///
/// What can be left out is left out, and everything wrong appended to `problems`.
[[nodiscard]] std::optional<PackageRecord> parse_package(const Stanza& stanza,
                                                         std::vector<Problem>& problems);

}  // namespace apt_catalog
