// ControlFileReader: stanzas, continuation lines, and what is malformed.

#include <apt_catalog/control_file.hpp>

#include <gtest/gtest.h>

#include <sstream>

namespace apt_catalog {
namespace {

struct Everything {
  std::vector<Stanza> stanzas;
  std::vector<Problem> problems;
};

Everything read_all(const std::string& text) {
  std::istringstream input(text);
  ControlFileReader reader(input);
  Everything all;
  while (auto stanza = reader.next()) all.stanzas.push_back(std::move(*stanza));
  all.problems = reader.problems();
  return all;
}

TEST(ControlFileReader, parts_stanzas_at_blank_lines) {
  const auto all = read_all("\nPackage: a\nVersion: 1\n\n \n\t\nPackage: b\n");

  ASSERT_EQ(all.stanzas.size(), 2u);
  EXPECT_EQ(all.stanzas[0].value("Package"), "a");
  EXPECT_EQ(all.stanzas[0].value("Version"), "1");
  EXPECT_EQ(all.stanzas[1].value("Package"), "b");
  EXPECT_TRUE(all.problems.empty());
}

TEST(ControlFileReader, knows_the_line_of_each_stanza) {
  const auto all = read_all("\n\nPackage: a\nVersion: 1\n\nPackage: b\n");

  ASSERT_EQ(all.stanzas.size(), 2u);
  EXPECT_EQ(all.stanzas[0].line, 3u);
  EXPECT_EQ(all.stanzas[1].line, 6u);
}

TEST(ControlFileReader, finds_nothing_in_an_empty_input) {
  EXPECT_TRUE(read_all("").stanzas.empty());
  EXPECT_TRUE(read_all("\n\n \n").stanzas.empty());
}

TEST(ControlFileReader, reads_a_last_stanza_without_a_line_end) {
  const auto all = read_all("Package: a\nVersion: 1");

  ASSERT_EQ(all.stanzas.size(), 1u);
  EXPECT_EQ(all.stanzas[0].value("Version"), "1");
}

TEST(ControlFileReader, joins_continuation_lines) {
  const auto all = read_all("Description: short\n one\n  two, indented\n .\n\tthree \n");

  ASSERT_EQ(all.stanzas.size(), 1u);
  EXPECT_EQ(all.stanzas[0].value("Description"), "short\none\n two, indented\n.\nthree");
}

TEST(ControlFileReader, takes_a_value_that_begins_on_the_next_line) {
  const auto all = read_all("Depends:\n a,\n b\nVersion: 1\n");

  ASSERT_EQ(all.stanzas.size(), 1u);
  EXPECT_EQ(all.stanzas[0].value("Depends"), "\na,\nb");
  EXPECT_EQ(all.stanzas[0].value("Version"), "1");
}

TEST(ControlFileReader, keeps_colons_in_values) {
  EXPECT_EQ(read_all("Version: 1:2.3-4\n").stanzas.at(0).value("Version"), "1:2.3-4");
}

TEST(ControlFileReader, compares_field_names_without_case) {
  EXPECT_EQ(read_all("PACKAGE: a\n").stanzas.at(0).value("Package"), "a");
}

TEST(ControlFileReader, answers_an_absent_field_with_nothing) {
  EXPECT_EQ(read_all("Package: a\n").stanzas.at(0).value("Version"), "");
}

TEST(ControlFileReader, passes_over_comments) {
  const auto all = read_all("# a remark\nPackage: a\n#Version: 2\nVersion: 1\n");

  ASSERT_EQ(all.stanzas.size(), 1u);
  EXPECT_EQ(all.stanzas[0].value("Version"), "1");
}

TEST(ControlFileReader, reads_lines_that_end_as_on_windows) {
  const auto all = read_all("Package: a\r\nVersion: 1\r\n\r\nPackage: b\r\n");

  ASSERT_EQ(all.stanzas.size(), 2u);
  EXPECT_EQ(all.stanzas[0].value("Version"), "1");
}

struct Malformed {
  const char* what;
  std::string stanza;
  std::size_t line;
};

class MalformedStanza : public testing::TestWithParam<Malformed> {};

TEST_P(MalformedStanza, is_left_out_and_reading_goes_on) {
  const auto all = read_all(GetParam().stanza + "\n\nPackage: good\n");

  ASSERT_EQ(all.stanzas.size(), 1u);
  EXPECT_EQ(all.stanzas[0].value("Package"), "good");
  ASSERT_EQ(all.problems.size(), 1u);
  EXPECT_EQ(all.problems[0].line, GetParam().line);
}

INSTANTIATE_TEST_SUITE_P(
    ControlFileReader,
    MalformedStanza,
    testing::Values(Malformed{"no_colon", "Package: a\nno colon here\nVersion: 1", 2},
                    Malformed{"continuation_first", " early\nPackage: a", 1},
                    Malformed{"no_name", ": value\nPackage: a", 1},
                    Malformed{"blank_in_name", "Package: a\nTwo Words: x", 2},
                    Malformed{"name_begins_with_a_dash", "-Package: a", 1},
                    Malformed{"field_twice", "Package: a\nVersion: 1\npackage: b", 3},
                    Malformed{"zero_byte", std::string("Package: a\0b\nVersion: 1", 23), 1},
                    Malformed{"cut_off", "Package: a\nVersion: 1\nDesc", 3}),
    [](const auto& each) { return std::string(each.param.what); });

TEST(ControlFileReader, quotes_neither_long_lines_nor_control_characters) {
  const auto all = read_all("\033[31m" + std::string(1000, 'x') + "\n");

  ASSERT_EQ(all.problems.size(), 1u);
  EXPECT_EQ(all.problems[0].text.find('\033'), std::string::npos);
  EXPECT_LT(all.problems[0].text.size(), 100u);
}

}  // namespace
}  // namespace apt_catalog
