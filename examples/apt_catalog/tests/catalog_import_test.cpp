// CatalogImport: the first run writes everything, later ones what has changed.

#include <apt_catalog/catalog_import.hpp>

#include "catalog_fixture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <mutex>

using rowan::f;

namespace apt_catalog {
namespace {

using test::Catalog;
using test::make_record;

std::vector<std::string> dependencies_of(Catalog& catalog, const std::string& name) {
  auto em = catalog.orm.em().fork();
  Package& package = em.find_one_or_fail<Package>(f<&Package::name> == name,
                                                  {.populate = {f<&Package::dependencies>}});
  std::vector<std::string> names;
  for (const Package& each : package.dependencies) names.push_back(each.name);
  std::sort(names.begin(), names.end());
  return names;
}

using Names = std::vector<std::string>;

/// Keeps the text of every statement.
class StatementList final : public rowan::Logger {
 public:
  void log(const rowan::LogMessage& message) override {
    const std::lock_guard lock(mutex_);
    if (!message.sql.empty()) statements_.emplace_back(message.sql);
  }
  [[nodiscard]] bool is_enabled(rowan::LogNamespace ns) const override {
    return ns == rowan::LogNamespace::query;
  }
  [[nodiscard]] Names statements() const {
    const std::lock_guard lock(mutex_);
    return statements_;
  }

 private:
  mutable std::mutex mutex_;
  Names statements_;
};

/// A database file that is gone at the end of the test.
class CatalogFile {
 public:
  CatalogFile()
      : path_(std::filesystem::temp_directory_path() /
              ("catalog_" + rowan::Uuid::random().to_string() + ".db")) {}
  ~CatalogFile() { std::filesystem::remove(path_); }

  [[nodiscard]] std::string bytes() const {
    std::ifstream file(path_, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  /// Imports as a program of its own would; returns the statements that it sent, but for those of the schema.
  [[nodiscard]] Names import(const std::vector<PackageRecord>& records, bool is_first) const {
    const auto list = std::make_shared<StatementList>();
    rowan::Orm orm{{
        .driver = rowan::driver_from_url("sqlite:" + path_.string()),
        .entities = rowan::entities<Package, Maintainer, Section, Architecture>(),
        .logger = list,
    }};
    if (is_first) orm.schema().create();
    const std::size_t before = list->statements().size();
    auto em = orm.em().fork();
    CatalogImport import(em);
    import.load();
    (void)import.apply(records);
    em.flush();
    Names sent = list->statements();
    sent.erase(sent.begin(), sent.begin() + static_cast<std::ptrdiff_t>(before));
    return sent;
  }

 private:
  std::filesystem::path path_;
};

TEST(CatalogImport, writes_packages_with_what_belongs_to_them) {
  Catalog catalog;

  const WriteCounts counts = catalog.import({make_record("a", {"b"}), make_record("b")});

  // Two packages, a dependency, an architecture, a section and a maintainer.
  EXPECT_EQ(counts.inserted, 6u);
  EXPECT_EQ(counts.updated, 0u);
  EXPECT_EQ(catalog.result.created, 2u);
  EXPECT_EQ(catalog.result.expected_rows, 6u);
  auto em = catalog.orm.em().fork();
  Package& a = em.find_one_or_fail<Package>(
      f<&Package::name> == "a",
      {.populate = {f<&Package::section>, f<&Package::maintainer>, f<&Package::architecture>}});
  EXPECT_EQ(a.version, "1");
  EXPECT_EQ(a.installed_kib, 100);
  EXPECT_EQ(a.section->name, "utils");
  EXPECT_EQ(a.maintainer->email, "ada@example.org");
  EXPECT_EQ(a.architecture->name, "amd64");
}

TEST(CatalogImport, writes_nothing_where_nothing_changed) {
  const std::vector<PackageRecord> records{make_record("a", {"b", "c"}), make_record("b", {"c"}),
                                           make_record("c", {"a"})};
  Catalog catalog;
  (void)catalog.import(records);

  const WriteCounts counts = catalog.import(records);

  EXPECT_EQ(counts.statements, 0u);
  EXPECT_EQ(catalog.result.created, 0u);
  EXPECT_EQ(catalog.result.dependencies, 4u);
}

TEST(CatalogImport, leaves_a_file_alone_where_nothing_changed) {
  const std::vector<PackageRecord> records{make_record("a", {"b", "c"}), make_record("b", {"c"}),
                                           make_record("c", {"a"})};
  const CatalogFile file;
  EXPECT_THAT(file.import(records, true), testing::Contains(testing::StartsWith("insert")));
  const std::string before = file.bytes();

  const Names sent = file.import(records, false);

  EXPECT_FALSE(sent.empty());
  EXPECT_THAT(sent, testing::Each(testing::StartsWith("select")));
  EXPECT_EQ(file.bytes(), before);
}

TEST(CatalogImport, writes_nothing_where_dependencies_only_change_their_order) {
  Catalog catalog;
  (void)catalog.import({make_record("a", {"b", "c"}), make_record("b"), make_record("c")});

  const auto counts =
      catalog.import({make_record("a", {"c", "b"}), make_record("b"), make_record("c")});

  EXPECT_EQ(counts.statements, 0u);
}

TEST(CatalogImport, writes_the_one_row_that_changed) {
  Catalog catalog;
  (void)catalog.import({make_record("a"), make_record("b")});

  const WriteCounts counts = catalog.import({make_record("a"), make_record("b", {}, "2")});

  EXPECT_EQ(counts.statements, 1u);
  EXPECT_EQ(counts.updated, 1u);
  EXPECT_EQ(counts.rows(), 1u);
}

TEST(CatalogImport, writes_the_dependencies_that_changed) {
  Catalog catalog;
  (void)catalog.import({make_record("a", {"b"}), make_record("b"), make_record("c")});

  const auto counts = catalog.import({make_record("a", {"c"}), make_record("b"), make_record("c")});

  EXPECT_EQ(counts.inserted, 1u);
  EXPECT_EQ(counts.removed, 1u);
  EXPECT_EQ(counts.updated, 0u);
  EXPECT_EQ(dependencies_of(catalog, "a"), (Names{"c"}));
}

TEST(CatalogImport, removes_packages_that_are_gone) {
  Catalog catalog;
  (void)catalog.import({make_record("a", {"b"}), make_record("b", {"a"})});

  (void)catalog.import({make_record("a", {"b"})});

  EXPECT_EQ(catalog.result.removed, 1u);
  EXPECT_EQ(catalog.result.unresolved, 1u);
  EXPECT_EQ(catalog.orm.em().fork().count<Package>(), 1u);
  EXPECT_TRUE(dependencies_of(catalog, "a").empty());
}

TEST(CatalogImport, removes_maintainers_and_sections_without_packages) {
  Catalog catalog;
  (void)catalog.import({make_record("a")});
  PackageRecord plain = make_record("a");
  plain.section.clear();
  plain.maintainer.reset();

  (void)catalog.import({plain});

  auto em = catalog.orm.em().fork();
  EXPECT_EQ(em.count<Section>(), 0u);
  EXPECT_EQ(em.count<Maintainer>(), 0u);
  EXPECT_EQ(em.count<Architecture>(), 1u);
  EXPECT_TRUE(em.find_one_or_fail<Package>(f<&Package::name> == "a").section.empty());
}

TEST(CatalogImport, takes_the_first_alternative_that_there_is) {
  PackageRecord record = make_record("a");
  record.depends = {{{"gone"}, {"c"}, {"b"}}, {{"gone"}}};
  Catalog catalog;

  (void)catalog.import({record, make_record("b"), make_record("c")});

  EXPECT_EQ(dependencies_of(catalog, "a"), (Names{"c"}));
  EXPECT_EQ(catalog.result.unresolved, 1u);
}

TEST(CatalogImport, links_a_package_once_however_often_it_is_named) {
  Catalog catalog;

  (void)catalog.import({make_record("a", {"b", "b"}), make_record("b")});

  EXPECT_EQ(dependencies_of(catalog, "a"), (Names{"b"}));
}

TEST(CatalogImport, prefers_the_own_architecture_then_all) {
  PackageRecord other = make_record("lib");
  other.architecture = "i386";
  PackageRecord data = make_record("data");
  data.architecture = "all";
  Catalog catalog;

  (void)catalog.import({make_record("a", {"lib", "data"}), data, other, make_record("lib")});

  auto em = catalog.orm.em().fork();
  Package& a = em.find_one_or_fail<Package>(
      f<&Package::name> == "a", {.populate = {f<&Package::dependencies, &Package::architecture>}});
  Names architectures;
  for (const Package& each : a.dependencies) architectures.push_back(each.architecture->name);
  std::sort(architectures.begin(), architectures.end());
  EXPECT_EQ(architectures, (Names{"all", "amd64"}));
}

}  // namespace
}  // namespace apt_catalog
