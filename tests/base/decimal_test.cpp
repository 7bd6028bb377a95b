// Decimal: canonical text, equality and order by value.

#include <rowan/base/decimal.hpp>

#include <rowan/base/error.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <type_traits>

namespace rowan {
namespace {

TEST(Decimal, default_is_zero) { EXPECT_EQ(Decimal().text(), "0"); }

struct Spelling {
  const char* given;
  const char* canonical;
};

class DecimalSpelling : public testing::TestWithParam<Spelling> {};

TEST_P(DecimalSpelling, becomes_canonical) {
  EXPECT_EQ(Decimal(GetParam().given).text(), GetParam().canonical);
}

INSTANTIATE_TEST_SUITE_P(
    Texts,
    DecimalSpelling,
    testing::Values(Spelling{"0", "0"},
                    Spelling{"1.50", "1.50"},
                    Spelling{"+1", "1"},
                    Spelling{"-1", "-1"},
                    Spelling{"007", "7"},
                    Spelling{"000", "0"},
                    Spelling{".5", "0.5"},
                    Spelling{"-.5", "-0.5"},
                    Spelling{"-0", "0"},
                    Spelling{"-0.00", "0.00"},
                    Spelling{"-0.01", "-0.01"},
                    Spelling{"123456789012345678901234567890.123456789012345678901234567890",
                             "123456789012345678901234567890.123456789012345678901234567890"}));

class DecimalRefuses : public testing::TestWithParam<const char*> {};

TEST_P(DecimalRefuses, text_that_is_not_a_decimal) {
  EXPECT_THROW(Decimal{GetParam()}, ValidationError);
}

INSTANTIATE_TEST_SUITE_P(Texts,
                         DecimalRefuses,
                         testing::Values("",
                                         "-",
                                         "+",
                                         ".",
                                         "-.",
                                         "5.",
                                         "1e5",
                                         "1.2.3",
                                         " 1",
                                         "1 ",
                                         "1,5",
                                         "--1",
                                         "+-1",
                                         "0x1",
                                         "NaN",
                                         "inf",
                                         "1_000"));

TEST(Decimal, does_not_repeat_the_text_in_its_complaint) {
  try {
    Decimal{"secret"};
    FAIL() << "took letters for a number";
  } catch (const ValidationError& error) {
    EXPECT_EQ(error.message().find("secret"), std::string::npos);
  }
}

TEST(Decimal, leaves_the_result_alone_when_the_text_is_wrong) {
  Decimal value = 5;
  EXPECT_FALSE(Decimal::try_parse("x", value));
  EXPECT_EQ(value.text(), "5");
}

TEST(Decimal, takes_integers_to_their_limits) {
  EXPECT_EQ(Decimal(INT64_MIN).text(), "-9223372036854775808");
  EXPECT_EQ(Decimal(UINT64_MAX).text(), "18446744073709551615");
}

TEST(Decimal, does_not_take_a_double) { EXPECT_FALSE((std::is_constructible_v<Decimal, double>)); }

TEST(Decimal, knows_its_scale) {
  EXPECT_EQ(Decimal("1.50").scale(), 2u);
  EXPECT_EQ(Decimal("150").scale(), 0u);
}

TEST(Decimal, equality_is_by_value) {
  EXPECT_EQ(Decimal("1.50"), Decimal("1.5"));
  EXPECT_EQ(Decimal("1.00"), 1);
  EXPECT_EQ(Decimal("0.00"), Decimal("-0"));
}

TEST(Decimal, sees_the_last_digit) {
  EXPECT_NE(Decimal("0.1000000000000000000000001"), Decimal("0.1"));
}

TEST(Decimal, equal_values_have_one_hash) {
  EXPECT_EQ(std::hash<Decimal>()(Decimal("1.50")), std::hash<Decimal>()(Decimal("1.5")));
  EXPECT_EQ(std::hash<Decimal>()(Decimal("2.0")), std::hash<Decimal>()(Decimal(2)));
}

TEST(Decimal, the_point_counts_in_the_hash) {
  EXPECT_NE(std::hash<Decimal>()(Decimal("1.5")), std::hash<Decimal>()(Decimal("15")));
}

TEST(Decimal, is_ordered_by_value) {
  const char* ascending[] = {"-100", "-99.5", "-9",   "-1.5", "-1.49", "-0.1", "0.00",
                             "0.09", "0.1",   "0.11", "1",    "9.99",  "10",   "100"};
  for (std::size_t i = 1; i < std::size(ascending); ++i) {
    EXPECT_LT(Decimal(ascending[i - 1]), Decimal(ascending[i]));
    EXPECT_GT(Decimal(ascending[i]), Decimal(ascending[i - 1]));
  }
}

TEST(DecimalTexts, compare_by_value_and_put_what_is_no_number_last) {
  const char* ascending[] = {"-123456789012345678901234567891",
                             "-123456789012345678901234567890",
                             "-1.5",
                             "-0.5",
                             "0",
                             ".25",
                             "1.5",
                             "123456789012345678901234567890.1",
                             "123456789012345678901234567890.2",
                             "",
                             "1e5",
                             "x"};
  for (std::size_t i = 0; i < std::size(ascending); ++i) {
    for (std::size_t j = 0; j < std::size(ascending); ++j) {
      const int order = base::compare_decimal_texts(ascending[i], ascending[j]);
      EXPECT_EQ(order < 0, i < j) << ascending[i] << " and " << ascending[j];
      EXPECT_EQ(order > 0, i > j) << ascending[i] << " and " << ascending[j];
    }
  }
  EXPECT_EQ(base::compare_decimal_texts("1.50", "+001.5"), 0);
  EXPECT_EQ(base::compare_decimal_texts("-0.0", "0"), 0);
  EXPECT_EQ(base::compare_decimal_texts("5.", "5"), 0);
}

}  // namespace
}  // namespace rowan
