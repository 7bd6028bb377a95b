// Text: snake case, quoting, near matches and UTF-8.

#include <rowan/base/text.hpp>

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace rowan::base {
namespace {

struct Name {
  const char* given;
  const char* snake;
};

class SnakeCase : public testing::TestWithParam<Name> {};

TEST_P(SnakeCase, of_a_name) { EXPECT_EQ(snake_case(GetParam().given), GetParam().snake); }

INSTANTIATE_TEST_SUITE_P(Names,
                         SnakeCase,
                         testing::Values(Name{"", ""},
                                         Name{"User", "user"},
                                         Name{"createdAt", "created_at"},
                                         Name{"HTTPServer", "http_server"},
                                         Name{"userID", "user_id"},
                                         Name{"user2Name", "user2_name"},
                                         Name{"created_at", "created_at"},
                                         Name{"Foo_Bar", "foo_bar"},
                                         Name{"A", "a"},
                                         Name{"ABC", "abc"},
                                         Name{"_private", "_private"}));

TEST(AsciiLower, leaves_other_bytes_alone) { EXPECT_EQ(ascii_lower("AbZ\xc3\x84"), "abz\xc3\x84"); }

TEST(Quoted, puts_quotes_around) { EXPECT_EQ(base::quoted("name"), "\"name\""); }

TEST(Quoted, escapes_what_would_break_a_line) {
  EXPECT_EQ(base::quoted("a\"b\\c\nd\x1b"), R"("a\"b\\c\nd\x1b")");
}

TEST(Quoted, cuts_long_text) {
  EXPECT_EQ(base::quoted(std::string(500, 'x')), "\"" + std::string(120, 'x') + "...\"");
}

TEST(Quoted, does_not_cut_within_a_character) {
  const std::string text = std::string(119, 'x') + "\xc3\xa9" + "yz";
  EXPECT_EQ(base::quoted(text), "\"" + std::string(119, 'x') + "...\"");
}

TEST(Join, puts_the_separator_between) {
  const std::vector<std::string> parts = {"a", "b", "c"};
  EXPECT_EQ(join(parts, ", "), "a, b, c");
}

TEST(Join, of_nothing_is_empty) { EXPECT_EQ(join(std::vector<std::string_view>(), ", "), ""); }

const std::vector<std::string> columns = {"id", "email", "password", "created_at"};

TEST(ClosestMatch, finds_a_missing_letter) {
  EXPECT_EQ(closest_match("pasword", columns), "password");
}

TEST(ClosestMatch, finds_swapped_letters) { EXPECT_EQ(closest_match("emial", columns), "email"); }

TEST(ClosestMatch, does_not_mind_the_case) { EXPECT_EQ(closest_match("Email", columns), "email"); }

TEST(ClosestMatch, finds_nothing_for_another_word) {
  EXPECT_EQ(closest_match("price", columns), "");
}

TEST(ClosestMatch, takes_the_nearest) {
  const std::vector<std::string_view> names = {"names", "name", "nam"};
  EXPECT_EQ(closest_match("nme", names), "name");
}

TEST(ClosestMatch, does_not_offer_a_word_without_a_common_letter) {
  EXPECT_EQ(closest_match("x", std::vector<std::string>{"y"}), "");
}

TEST(ClosestMatch, of_nothing_is_empty) {
  EXPECT_EQ(closest_match("", columns), "");
  EXPECT_EQ(closest_match("a", std::vector<std::string>()), "");
}

class ValidUtf8 : public testing::TestWithParam<const char*> {};
TEST_P(ValidUtf8, is_taken) { EXPECT_TRUE(is_valid_utf8(GetParam())); }
INSTANTIATE_TEST_SUITE_P(Texts,
                         ValidUtf8,
                         testing::Values("",
                                         "plain",
                                         "longer than eight bytes",
                                         "\xc3\xa9",
                                         "\xe2\x82\xac",
                                         "\xf0\x9f\x98\x80",
                                         "\xed\x9f\xbf",
                                         "\xf4\x8f\xbf\xbf",
                                         "eight by\xc3\xa9 and more text"));

class BrokenUtf8 : public testing::TestWithParam<const char*> {};
TEST_P(BrokenUtf8, is_refused) { EXPECT_FALSE(is_valid_utf8(GetParam())); }
INSTANTIATE_TEST_SUITE_P(Texts,
                         BrokenUtf8,
                         testing::Values("\x80",
                                         "\xc3",
                                         "\xc0\x80",
                                         "\xc1\xbf",
                                         "\xe0\x80\x80",
                                         "\xed\xa0\x80",
                                         "\xf0\x80\x80\x80",
                                         "\xf4\x90\x80\x80",
                                         "\xf5\x80\x80\x80",
                                         "\xe2\x82",
                                         "\xc3(",
                                         "\xff",
                                         "more than eight \xff",
                                         "\xf0\x9f\x98"));

}  // namespace
}  // namespace rowan::base
