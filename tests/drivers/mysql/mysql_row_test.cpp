// Binary rows byte for byte, also those that are cut off.

#include <rowan/base/error.hpp>
#include <rowan/drivers/mysql/mysql_row.hpp>

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace rowan::drivers::mysql {
namespace {

using namespace std::string_literals;

TEST(MysqlRow, nulls_are_a_bitmap_that_starts_at_the_third_bit) {
  RowDecoder decoder;
  decoder.set_columns({{WireType::int8, false}, {WireType::text, false}, {WireType::int16, true}});
  const std::string row = "\0\x08\x05\xff\xff"s;  // the second column is null
  const value::Cell* cells = decoder.read(row);
  ASSERT_NE(cells, nullptr);
  EXPECT_EQ(cells[0].integer, 5);
  EXPECT_TRUE(cells[1].is_null());
  EXPECT_EQ(cells[2].integer, 65535);
}

TEST(MysqlRow, lengths_of_text_have_four_forms) {
  RowDecoder decoder;
  decoder.set_columns({{WireType::text, false}});
  for (const std::size_t size : {0u, 250u, 251u, 70'000u}) {
    std::string row = "\0\0"s;
    if (size < 251) {
      row += static_cast<char>(size);
    } else if (size < 65536) {
      row += "\xfc"s + static_cast<char>(size & 255) + static_cast<char>(size >> 8);
    } else {
      row += "\xfd"s + static_cast<char>(size & 255) + static_cast<char>(size >> 8 & 255) +
             static_cast<char>(size >> 16);
    }
    row += std::string(size, 'x');
    const value::Cell* cells = decoder.read(row);
    ASSERT_NE(cells, nullptr) << size;
    EXPECT_EQ(cells[0].size, size);
  }
}

TEST(MysqlRow, a_row_that_is_cut_off_is_refused_wherever_the_cut_is) {
  RowDecoder decoder;
  decoder.set_columns({{WireType::int64, false},
                       {WireType::text, false},
                       {WireType::datetime, false},
                       {WireType::real64, false}});
  const std::string row =
      "\0\0"s + std::string(8, '\1') + "\3abc"s + "\4\xe8\7\1\2"s + std::string(8, '\0');
  ASSERT_NE(decoder.read(row), nullptr);
  for (std::size_t size = 0; size < row.size(); ++size)
    EXPECT_EQ(decoder.read(std::string_view(row).substr(0, size)), nullptr) << size;
}

TEST(MysqlRow, zeros_that_fill_a_decimal_are_left_out) {
  RowDecoder decoder;
  decoder.set_columns(
      {{.type = WireType::decimal, .is_padded = true}, {.type = WireType::decimal}});
  const auto read = [&](std::string_view padded) {
    std::string row = "\0\0"s;
    for (int i = 0; i < 2; ++i) row += static_cast<char>(padded.size()) + std::string(padded);
    const value::Cell* cells = decoder.read(row);
    EXPECT_EQ(cells[1].bytes(), padded);
    return std::string(cells[0].bytes());
  };
  EXPECT_EQ(read("1.500000"), "1.5");
  EXPECT_EQ(read("-20.000"), "-20");
  EXPECT_EQ(read("0.000"), "0");
  EXPECT_EQ(read("100"), "100");
}

TEST(MysqlRow, points_in_time_are_counted_from_the_epoch) {
  RowDecoder decoder;
  decoder.set_columns(
      {{WireType::datetime, false}, {WireType::date, false}, {WireType::datetime, false}});
  const std::string row =
      "\0\0"s + "\x0b\xb1\7\x0c\x1f\x17\x3b\x3b\x3f\x42\x0f\0"s +  // 1969-12-31 23:59:59.999999
      "\4\xb2\7\1\2"s +                                            // 1970-01-02
      "\0"s;                                                       // 0000-00-00
  const value::Cell* cells = decoder.read(row);
  ASSERT_NE(cells, nullptr);
  EXPECT_EQ(cells[0].integer, -1);
  EXPECT_EQ(cells[1].integer, 1);
  EXPECT_EQ(cells[2].bytes(), "0000-00-00");
}

TEST(MysqlRow, parts_of_a_timestamp_before_the_epoch_are_positive) {
  const TimeParts parts = parts_of_timestamp(-1);
  EXPECT_EQ(parts.year, 1969u);
  EXPECT_EQ(parts.second, 59u);
  EXPECT_EQ(parts.microsecond, 999'999u);
  EXPECT_THROW((void)parts_of_timestamp(INT64_MAX), ValidationError);
}

}  // namespace
}  // namespace rowan::drivers::mysql
