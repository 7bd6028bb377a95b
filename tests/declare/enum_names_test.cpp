// Enumerators by name.

#include <rowan/declare/enum_names.hpp>

#include <rowan/base/error.hpp>

#include <gtest/gtest.h>

namespace rowan::declare {
namespace {

enum class Colour { red, green = 7, dark = -128, last = 256, unseen = 257 };
enum Plain : std::uint8_t { none, all = 255 };
enum class Flag : bool { no, yes };

TEST(EnumNames, finds_the_enumerators_between_minus_128_and_256) {
  const EnumNames& names = enum_names<Colour>();
  EXPECT_EQ(names.names, (std::vector<std::string_view>{"dark", "red", "green", "last"}));
  EXPECT_EQ(names.values, (std::vector<std::int64_t>{-128, 0, 7, 256}));
  EXPECT_EQ(enum_names<Plain>().names, (std::vector<std::string_view>{"none", "all"}));
  EXPECT_EQ(enum_names<Flag>().names, (std::vector<std::string_view>{"no", "yes"}));
}

TEST(EnumNames, store_and_read_names) {
  base::Arena scratch;
  EXPECT_EQ(EnumTextConvert<Colour>::to_cell(Colour::green, scratch).bytes(), "green");
  Colour colour{};
  EXPECT_TRUE(EnumTextConvert<Colour>::from_cell(value::Cell::of_bytes("dark"), colour));
  EXPECT_EQ(colour, Colour::dark);
  EXPECT_FALSE(EnumTextConvert<Colour>::from_cell(value::Cell::of_bytes("blue"), colour));
  EXPECT_FALSE(EnumTextConvert<Colour>::from_cell(value::Cell::of_integer(7), colour));
}

TEST(EnumNames, refuse_a_number_without_name) {
  base::Arena scratch;
  EXPECT_THROW((void)EnumTextConvert<Colour>::to_cell(static_cast<Colour>(3), scratch),
               ValidationError);
}

}  // namespace
}  // namespace rowan::declare
