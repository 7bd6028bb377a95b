// compare_versions: the order that dpkg --compare-versions has.

#include <apt_catalog/version_order.hpp>

#include <gtest/gtest.h>

#include <string>

namespace apt_catalog {
namespace {

TEST(CompareVersions, orders_versions_as_dpkg_does) {
  // From older to newer.
  const char* versions[] = {
      "0~",      "0",      "0.9",        "1.0~~",    "1.0~rc1",  "1.0~rc1-1",
      "1.0~rc2", "1.0",    "1.0-1~bpo1", "1.0-1",    "1.0-1+b1", "1.0-1+deb12u1",
      "1.0-2",   "1.0-10", "1.0a",       "1.0+dfsg", "1.0.1",    "1.2",
      "1.10",    "2",      "2a",         "1:0.1",    "2:0"};
  for (std::size_t i = 0; i < std::size(versions); ++i) {
    for (std::size_t j = 0; j < std::size(versions); ++j) {
      EXPECT_EQ(compare_versions(versions[i], versions[j]) < 0, i < j)
          << versions[i] << " and " << versions[j];
      EXPECT_EQ(compare_versions(versions[i], versions[j]) > 0, i > j)
          << versions[i] << " and " << versions[j];
    }
  }
}

TEST(CompareVersions, finds_other_spellings_equivalent) {
  EXPECT_TRUE(compare_versions("1.0", "1.00") == 0);
  EXPECT_TRUE(compare_versions("1.0", "0:1.0") == 0);
  EXPECT_TRUE(compare_versions("1.0", "1.0-0") == 0);
}

TEST(CompareVersions, compares_numbers_of_any_length) {
  const std::string digits(40, '9');

  EXPECT_TRUE(compare_versions(digits, digits + "0") < 0);
  EXPECT_TRUE(compare_versions("1." + digits, "1." + digits) == 0);
}

}  // namespace
}  // namespace apt_catalog
