// Which of two Debian versions is the newer one.

#pragma once

#include <compare>
#include <string_view>

namespace apt_catalog {

/// Compares two versions `[epoch:]upstream[-revision]` as dpkg does: `1.0~rc1 < 1.0 < 1.0-1 < 1:0.5`.
///
/// Versions that differ in spelling only, such as `1.0` and `1.00`, are equivalent.
[[nodiscard]] std::weak_ordering compare_versions(std::string_view a, std::string_view b) noexcept;

}  // namespace apt_catalog
