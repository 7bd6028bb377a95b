// From stanzas to packages: contacts, dependencies, and what is malformed.

#include <apt_catalog/package_record.hpp>

#include <gtest/gtest.h>

namespace apt_catalog {
namespace {

using Names = std::vector<std::vector<std::string>>;

Names names_of(const std::vector<Alternatives>& groups) {
  Names names;
  for (const Alternatives& group : groups) {
    auto& each = names.emplace_back();
    for (const Relation& relation : group) each.push_back(relation.name);
  }
  return names;
}

std::vector<Alternatives> parse_good(std::string_view text) {
  std::vector<std::string> problems;
  auto groups = parse_dependencies(text, problems);
  EXPECT_TRUE(problems.empty()) << problems.front();
  return groups;
}

Stanza stanza(std::vector<std::pair<std::string, std::string>> more) {
  Stanza out{7, {{"Package", "apt"}, {"Version", "2.6.1"}, {"Architecture", "amd64"}}};
  for (auto& [name, value] : more) {
    std::erase_if(out.fields, [&](const auto& field) { return field.first == name; });
    out.fields.emplace_back(std::move(name), std::move(value));
  }
  return out;
}

TEST(ParseDependencies, reads_names_and_versions) {
  const auto groups = parse_good("libc6 (>= 2.36), passwd");

  ASSERT_EQ(groups.size(), 2u);
  EXPECT_EQ(groups[0][0], (Relation{"libc6", "", ">=", "2.36"}));
  EXPECT_EQ(groups[1][0], (Relation{"passwd"}));
}

TEST(ParseDependencies, keeps_alternatives_together_in_their_order) {
  const auto groups = parse_good("a | b (>= 1), c|d | e");

  EXPECT_EQ(names_of(groups), (Names{{"a", "b"}, {"c", "d", "e"}}));
  EXPECT_EQ(groups[0][1].version, "1");
}

TEST(ParseDependencies, reads_over_several_lines) {
  EXPECT_EQ(names_of(parse_good("\na (>= 1),\nb\n | c,\n")), (Names{{"a"}, {"b", "c"}}));
}

TEST(ParseDependencies, reads_nothing_from_nothing) {
  EXPECT_TRUE(parse_good("").empty());
  EXPECT_TRUE(parse_good(" \n ").empty());
}

TEST(ParseDependencies, reads_architectures_after_a_colon) {
  EXPECT_EQ(parse_good("python3:any (>= 3.9~)")[0][0], (Relation{"python3", "any", ">=", "3.9~"}));
}

TEST(ParseDependencies, drops_restrictions) {
  EXPECT_EQ(parse_good("a (<< 2) [amd64 i386] <!nocheck>, b <cross>"),
            (std::vector<Alternatives>{{{"a", "", "<<", "2"}}, {{"b"}}}));
}

TEST(ParseDependencies, reads_versions_without_blanks_around_them) {
  EXPECT_EQ(parse_good("a(=1:2-3+b1)")[0][0], (Relation{"a", "", "=", "1:2-3+b1"}));
}

TEST(ParseDependencies, reads_the_old_comparisons) {
  EXPECT_EQ(parse_good("a (< 1)")[0][0].comparison, "<=");
  EXPECT_EQ(parse_good("a (> 1)")[0][0].comparison, ">=");
}

class MalformedDependency : public testing::TestWithParam<const char*> {};

TEST_P(MalformedDependency, is_left_out_and_the_others_are_read) {
  std::vector<std::string> problems;
  const auto groups = parse_dependencies(std::string("first, ") + GetParam() + ", last", problems);

  EXPECT_EQ(names_of(groups), (Names{{"first"}, {"last"}}));
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_NE(problems[0].find(GetParam()), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(ParseDependencies,
                         MalformedDependency,
                         testing::Values("a |",
                                         "| a",
                                         "a || b",
                                         "a b",
                                         "a (>= 1",
                                         "a >= 1)",
                                         "a ()",
                                         "a (>=)",
                                         "a (=> 1)",
                                         "a (1)",
                                         "a (>= 1 2)",
                                         "(>= 1)",
                                         "a: (= 1)",
                                         "${misc:Depends}"));

TEST(ParseContact, reads_name_and_address) {
  EXPECT_EQ(parse_contact("Ada <ada@example.org>"), (Contact{"Ada", "ada@example.org"}));
}

TEST(ParseContact, drops_quotes_and_a_comma_at_the_end) {
  EXPECT_EQ(parse_contact("\"Ada, of London\" <ada@example.org>,"),
            (Contact{"Ada, of London", "ada@example.org"}));
}

TEST(ParseContact, takes_what_there_is) {
  EXPECT_EQ(parse_contact("Ada"), (Contact{"Ada", ""}));
  EXPECT_EQ(parse_contact("<ada@example.org>"), (Contact{"ada@example.org", "ada@example.org"}));
  EXPECT_EQ(parse_contact("Ada <broken"), (Contact{"Ada <broken", ""}));
  EXPECT_EQ(parse_contact(""), (Contact{"", ""}));
}

TEST(ParsePackage, takes_every_field) {
  std::vector<Problem> problems;
  const auto record = parse_package(stanza({{"Section", "admin"},
                                            {"Maintainer", "APT <apt@example.org>"},
                                            {"Installed-Size", "4232"},
                                            {"Description", "package manager\nlong text"},
                                            {"Pre-Depends", "dpkg"},
                                            {"Depends", "adduser, gpgv | gpgv2"}}),
                                    problems);

  ASSERT_TRUE(record.has_value());
  EXPECT_EQ(record->name, "apt");
  EXPECT_EQ(record->version, "2.6.1");
  EXPECT_EQ(record->architecture, "amd64");
  EXPECT_EQ(record->section, "admin");
  EXPECT_EQ(record->maintainer, (Contact{"APT", "apt@example.org"}));
  EXPECT_EQ(record->installed_kib, 4232);
  EXPECT_EQ(record->description, "package manager");
  EXPECT_EQ(names_of(record->depends), (Names{{"dpkg"}, {"adduser"}, {"gpgv", "gpgv2"}}));
  EXPECT_EQ(record->installed_version, std::nullopt);
  EXPECT_TRUE(problems.empty());
}

TEST(ParsePackage, needs_three_fields_only) {
  std::vector<Problem> problems;
  const auto record = parse_package(stanza({}), problems);

  ASSERT_TRUE(record.has_value());
  EXPECT_EQ(record->maintainer, std::nullopt);
  EXPECT_EQ(record->installed_kib, std::nullopt);
  EXPECT_TRUE(problems.empty());
}

TEST(ParsePackage, tells_installed_packages_by_their_status) {
  std::vector<Problem> problems;

  EXPECT_EQ(
      parse_package(stanza({{"Status", "install ok installed"}}), problems)->installed_version,
      "2.6.1");
  EXPECT_FALSE(parse_package(stanza({{"Status", "deinstall ok config-files"}}), problems));
  EXPECT_FALSE(parse_package(stanza({{"Status", "install ok not-installed"}}), problems));
  EXPECT_FALSE(parse_package(stanza({{"Status", "installed"}}), problems));
  EXPECT_TRUE(problems.empty());
}

TEST(ParsePackage, refuses_a_stanza_without_name_version_or_architecture) {
  for (const char* field : {"Package", "Version", "Architecture"}) {
    std::vector<Problem> problems;
    EXPECT_FALSE(parse_package(stanza({{field, ""}}), problems));
    ASSERT_EQ(problems.size(), 1u);
    EXPECT_EQ(problems[0].line, 7u);
    EXPECT_NE(problems[0].text.find(field), std::string::npos);
  }
}

TEST(ParsePackage, refuses_a_malformed_name_or_version) {
  std::vector<Problem> problems;

  EXPECT_FALSE(parse_package(stanza({{"Package", "two words"}}), problems));
  EXPECT_FALSE(parse_package(stanza({{"Version", "1.0 beta"}}), problems));
  EXPECT_EQ(problems.size(), 2u);
}

TEST(ParsePackage, goes_on_without_a_size_that_is_no_number) {
  for (const char* size : {"big", "-1", "12k", "99999999999999999999"}) {
    std::vector<Problem> problems;
    const auto record = parse_package(stanza({{"Installed-Size", size}}), problems);
    ASSERT_TRUE(record.has_value());
    EXPECT_EQ(record->installed_kib, std::nullopt);
    EXPECT_EQ(problems.size(), 1u);
  }
}

TEST(ParsePackage, goes_on_without_a_malformed_dependency) {
  std::vector<Problem> problems;
  const auto record = parse_package(stanza({{"Depends", "a, b |, c"}}), problems);

  ASSERT_TRUE(record.has_value());
  EXPECT_EQ(names_of(record->depends), (Names{{"a"}, {"c"}}));
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_EQ(problems[0].line, 7u);
}

}  // namespace
}  // namespace apt_catalog
