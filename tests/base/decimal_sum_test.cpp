// DecimalSum: exact, whatever the number of digits and the signs.

#include <rowan/base/decimal_sum.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <initializer_list>
#include <random>
#include <string>
#include <string_view>

namespace rowan::base {
namespace {

std::string sum_of(std::initializer_list<std::string_view> texts) {
  DecimalSum sum;
  for (const std::string_view text : texts) sum.add(Decimal(text));
  return sum.text();
}

TEST(DecimalSum, is_exact) {
  EXPECT_EQ(sum_of({}), "0");
  EXPECT_EQ(sum_of({"0.1", "0.2"}), "0.3");
  EXPECT_EQ(sum_of({"12345678901234567890.1", "0.000000000000000000009"}),
            "12345678901234567890.100000000000000000009");
  EXPECT_EQ(sum_of({"999999999", "1"}), "1000000000");
  EXPECT_EQ(sum_of({"999999999999999999.999999999", "0.000000001"}),
            "1000000000000000000.000000000");
}

TEST(DecimalSum, keeps_the_longest_scale) {
  EXPECT_EQ(sum_of({"1.50", "2.5"}), "4.00");
  EXPECT_EQ(sum_of({"1", "-1.000"}), "0.000");
}

TEST(DecimalSum, goes_below_zero_and_back) {
  EXPECT_EQ(sum_of({"-0.1", "-0.2"}), "-0.3");
  EXPECT_EQ(sum_of({"1", "-1000000000000000000"}), "-999999999999999999");
  EXPECT_EQ(sum_of({"-1000000000", "0.5", "1000000000"}), "0.5");
  EXPECT_EQ(sum_of({"0.000000001", "-1"}), "-0.999999999");
}

TEST(DecimalSum, agrees_with_integers) {
  std::mt19937_64 random(7);
  for (int run = 0; run < 100; ++run) {
    DecimalSum sum;
    std::int64_t expected = 0;
    for (int i = 0; i < 50; ++i) {
      const std::int64_t number = static_cast<std::int64_t>(random()) >> (6 + random() % 50);
      expected += number;
      sum.add(Decimal(number));
    }
    EXPECT_EQ(sum.text(), std::to_string(expected)) << "run " << run;
  }
}

}  // namespace
}  // namespace rowan::base
