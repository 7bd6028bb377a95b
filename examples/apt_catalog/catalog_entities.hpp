// Packages with their maintainers, sections, architectures and dependencies.

#pragma once

#include <rowan/rowan.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace apt_catalog {

struct Package;

struct Architecture {
  std::int64_t id{};
  std::string name;
  rowan::Collection<Package> packages{};
};

struct Section {
  std::int64_t id{};
  std::string name;
  rowan::Collection<Package> packages{};
};

/// Who looks after packages; the address is empty where the package database gives none.
struct Maintainer {
  std::int64_t id{};
  std::string name;
  std::string email;
  rowan::Collection<Package> packages{};
};

/// One name for one architecture, in the newest version known.
struct Package {
  std::int64_t id{};
  std::string name;
  rowan::Ref<Architecture> architecture;
  std::string version;
  std::optional<std::string> installed_version{};
  rowan::OptionalRef<Section> section{};
  rowan::OptionalRef<Maintainer> maintainer{};
  std::optional<std::int64_t> installed_kib{};
  std::string description{};
  rowan::Collection<Package> dependencies{};
  rowan::Collection<Package> dependents{};
};

}  // namespace apt_catalog

template <>
inline constexpr auto rowan::mapping<apt_catalog::Architecture> = rowan::entity<
    apt_catalog::Architecture>(
    rowan::primary_key<&apt_catalog::Architecture::id>,
    rowan::property<&apt_catalog::Architecture::name>.unique(),
    rowan::one_to_many<&apt_catalog::Architecture::packages, &apt_catalog::Package::architecture>);

template <>
inline constexpr auto rowan::mapping<apt_catalog::Section> = rowan::entity<apt_catalog::Section>(
    rowan::primary_key<&apt_catalog::Section::id>,
    rowan::property<&apt_catalog::Section::name>.unique(),
    rowan::one_to_many<&apt_catalog::Section::packages, &apt_catalog::Package::section>);

template <>
inline constexpr auto rowan::mapping<apt_catalog::Maintainer> =
    rowan::entity<apt_catalog::Maintainer>(
        rowan::primary_key<&apt_catalog::Maintainer::id>,
        rowan::property<&apt_catalog::Maintainer::name>,
        rowan::property<&apt_catalog::Maintainer::email>,
        rowan::one_to_many<&apt_catalog::Maintainer::packages, &apt_catalog::Package::maintainer>)
        .unique<&apt_catalog::Maintainer::name, &apt_catalog::Maintainer::email>();

template <>
inline constexpr auto rowan::mapping<apt_catalog::Package> =
    rowan::entity<apt_catalog::Package>(
        rowan::primary_key<&apt_catalog::Package::id>,
        rowan::property<&apt_catalog::Package::name>,
        rowan::many_to_one<&apt_catalog::Package::architecture>.index(),
        rowan::property<&apt_catalog::Package::version>,
        rowan::property<&apt_catalog::Package::installed_version>,
        rowan::many_to_one<&apt_catalog::Package::section>.index(),
        rowan::many_to_one<&apt_catalog::Package::maintainer>.index(),
        rowan::property<&apt_catalog::Package::installed_kib>,
        rowan::property<&apt_catalog::Package::description>.text(),
        rowan::many_to_many<&apt_catalog::Package::dependencies>.pivot_columns("package_id",
                                                                               "dependency_id"),
        rowan::many_to_many<&apt_catalog::Package::dependents>.mapped_by<&apt_catalog::Package::dependencies>())
        .unique<&apt_catalog::Package::name, &apt_catalog::Package::architecture>();
