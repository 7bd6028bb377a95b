// The questions, over a catalogue small enough to know the answers.

#include <apt_catalog/catalog_questions.hpp>

#include "catalog_fixture.hpp"

#include <gtest/gtest.h>

namespace apt_catalog {
namespace {

using test::Catalog;
using test::make_record;

class CatalogQuestions : public testing::Test {
 protected:
  void SetUp() override {
    PackageRecord app = make_record("app", {"lib", "data"}, "2");
    app.installed_version = "1";
    app.maintainer = Contact{"Eve", "eve@example.org"};
    PackageRecord base = make_record("base", {"lib"});
    base.installed_version = "1";
    base.section = "libs";
    base.installed_kib = 5000;
    (void)catalog_.import({app, make_record("lib", {"base"}), base, make_record("data")});
  }

  Catalog catalog_;
  rowan::EntityManager em_ = catalog_.orm.em().fork();
};

std::vector<std::pair<std::string, std::int64_t>> pairs(const std::vector<Ranked>& ranking) {
  std::vector<std::pair<std::string, std::int64_t>> out;
  for (const Ranked& each : ranking) out.emplace_back(each.name, each.number);
  return out;
}

using Pairs = std::vector<std::pair<std::string, std::int64_t>>;

TEST_F(CatalogQuestions, counts_packages_installed_and_outdated) {
  const Totals totals = count_packages(em_);

  EXPECT_EQ(totals.packages, 4u);
  EXPECT_EQ(totals.installed, 2u);
  EXPECT_EQ(totals.outdated, 1u);
}

TEST_F(CatalogQuestions, ranks_packages_by_those_that_need_them) {
  EXPECT_EQ(pairs(most_needed(em_, 2)), (Pairs{{"lib", 2}, {"base", 1}}));
}

TEST_F(CatalogQuestions, ranks_maintainers_by_packages) {
  EXPECT_EQ(pairs(busiest_maintainers(em_, 10)), (Pairs{{"Ada", 3}, {"Eve", 1}}));
}

TEST_F(CatalogQuestions, ranks_sections_by_size) {
  EXPECT_EQ(pairs(largest_sections(em_, 10)), (Pairs{{"libs", 5000}, {"utils", 300}}));
}

TEST_F(CatalogQuestions, follows_dependencies_through_a_circle) {
  const auto needs = needs_of(em_, "app");

  ASSERT_TRUE(needs.has_value());
  EXPECT_EQ(needs->direct, 2u);
  EXPECT_EQ(needs->all, 3u);
  EXPECT_EQ(needs->chain, (std::vector<std::string>{"app", "lib", "base"}));
}

TEST_F(CatalogQuestions, answers_for_a_package_without_dependencies) {
  const auto needs = needs_of(em_, "data");

  ASSERT_TRUE(needs.has_value());
  EXPECT_EQ(needs->all, 0u);
  EXPECT_EQ(needs->chain, (std::vector<std::string>{"data"}));
}

TEST_F(CatalogQuestions, knows_that_a_package_is_unknown) {
  EXPECT_FALSE(needs_of(em_, "nothing").has_value());
}

}  // namespace
}  // namespace apt_catalog
