// read_packages: which files count, and which version of a package.

#include <apt_catalog/package_source.hpp>

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

namespace apt_catalog {
namespace {

namespace fs = std::filesystem;

class PackageSource : public testing::Test {
 protected:
  void SetUp() override {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    folder_ = fs::temp_directory_path() /
              ("apt_catalog_" + std::string(test->name()) + "_" + std::to_string(getpid()));
    fs::create_directories(folder_ / "lists");
  }
  void TearDown() override { fs::remove_all(folder_); }

  fs::path write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ / name) << text;
    return folder_ / name;
  }
  [[nodiscard]] SourcePaths paths() const { return {folder_ / "status", folder_ / "lists"}; }

  fs::path folder_;
};

std::string package(const std::string& name, const std::string& version, const char* more = "") {
  return "Package: " + name + "\nVersion: " + version + "\nArchitecture: amd64\n" + more + "\n";
}

constexpr const char* installed = "Status: install ok installed\n";

TEST_F(PackageSource, joins_the_status_file_and_every_list) {
  write("status", package("b", "1", installed));
  write("lists/one_Packages", package("c", "1") + package("a", "1"));
  write("lists/two_Packages", package("d", "1"));
  write("lists/two_InRelease", "no list of packages");

  const PackageList list = read_packages(paths());

  EXPECT_EQ(list.files, 3u);
  ASSERT_EQ(list.packages.size(), 4u);
  EXPECT_EQ(list.packages[0].name, "a");
  EXPECT_EQ(list.packages[3].name, "d");
  EXPECT_TRUE(list.notes.empty());
}

TEST_F(PackageSource, keeps_the_newest_version_and_the_installed_one) {
  write("status", package("a", "1.0", installed));
  write("lists/one_Packages", package("a", "1.1") + package("a", "1.1~rc1"));

  const PackageList list = read_packages(paths());

  ASSERT_EQ(list.packages.size(), 1u);
  EXPECT_EQ(list.packages[0].version, "1.1");
  EXPECT_EQ(list.packages[0].installed_version, "1.0");
}

TEST_F(PackageSource, keeps_packages_of_other_architectures_apart) {
  write("status", package("a", "1") + "Package: a\nVersion: 1\nArchitecture: i386\n");

  EXPECT_EQ(read_packages(paths()).packages.size(), 2u);
}

TEST_F(PackageSource, notes_file_and_line_of_what_it_leaves_out) {
  write("status", package("a", "1") + "Package: b\nno colon\n\n" + package("c", "1"));

  const PackageList list = read_packages(paths());

  EXPECT_EQ(list.packages.size(), 2u);
  ASSERT_EQ(list.notes.size(), 1u);
  EXPECT_EQ(list.notes[0].rfind("status:6: ", 0), 0u) << list.notes[0];
}

TEST_F(PackageSource, does_without_a_folder_of_lists) {
  write("status", package("a", "1"));
  fs::remove(folder_ / "lists");

  EXPECT_EQ(read_packages(paths()).packages.size(), 1u);
}

TEST_F(PackageSource, refuses_a_status_file_that_is_not_there) {
  EXPECT_THROW((void)read_packages(paths()), SourceError);
  fs::create_directory(folder_ / "status");
  EXPECT_THROW((void)read_packages(paths()), SourceError);
}

TEST_F(PackageSource, refuses_a_compressed_list_that_is_damaged) {
  write("status", package("a", "1"));
  write("lists/one_Packages.lz4", "no archive");

  EXPECT_THROW((void)read_packages(paths()), SourceError);
}

TEST_F(PackageSource, reads_compressed_lists) {
  if (!fs::exists("/usr/lib/apt/apt-helper")) GTEST_SKIP() << "this machine lacks apt";
  // gzip of "Package: a\nVersion: 1\nArchitecture: all\n".
  write("status", "");
  const std::string gzip(
      "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\x0b\x48\x4c\xce\x4e\x4c"
      "\x4f\xb5\x52\x48\xe4\x0a\x4b\x2d\x2a\xce\xcc\xcf\xb3\x52\x30\xe4"
      "\x72\x2c\x4a\xce\xc8\x2c\x49\x4d\x2e\x29\x2d\x02\x49\xe5\xe4\x70"
      "\x01\x00\xb0\xca\xb6\x2f\x28\x00\x00\x00",
      58);
  write("lists/one_Packages.gz", gzip);

  const PackageList list = read_packages(paths());

  ASSERT_EQ(list.packages.size(), 1u);
  EXPECT_EQ(list.packages[0].architecture, "all");
}

TEST_F(PackageSource, tells_how_far_it_is) {
  write("status", package("a", "1") + package("b", "1"));
  std::size_t count = 0;

  (void)read_packages(paths(), [&](std::size_t more) { count += more; });

  EXPECT_EQ(count, 2u);
}

}  // namespace
}  // namespace apt_catalog
