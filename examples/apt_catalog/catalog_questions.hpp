// What the catalogue can be asked, each a query or two.

#pragma once

#include <rowan/rowan.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace apt_catalog {

/// A name, and how many of something it has.
struct Ranked {
  std::string name;
  std::int64_t number = 0;
};

struct Totals {
  std::size_t packages = 0;
  std::size_t installed = 0;
  std::size_t outdated = 0;  ///< installed, in another version than the newest one known
};

/// A package with everything that it needs.
struct Needs {
  std::string package;
  std::size_t direct = 0;
  std::size_t all = 0;               ///< with what those need in turn
  std::vector<std::string> chain{};  ///< from the package to one of those farthest from it
};

[[nodiscard]] Totals count_packages(rowan::EntityManager& em);

/// Returns the packages on which most others depend.
[[nodiscard]] std::vector<Ranked> most_needed(rowan::EntityManager& em, std::int64_t limit);

/// Returns the maintainers of most packages.
[[nodiscard]] std::vector<Ranked> busiest_maintainers(rowan::EntityManager& em, std::int64_t limit);

/// Returns the sections whose packages take most room, in KiB.
[[nodiscard]] std::vector<Ranked> largest_sections(rowan::EntityManager& em, std::int64_t limit);

/// Follows the dependencies of a package as far as they lead; empty where no package has the name.
///
/// Cost: a statement or a few for each step away from the package.
[[nodiscard]] std::optional<Needs> needs_of(rowan::EntityManager& em, std::string_view package);

}  // namespace apt_catalog
