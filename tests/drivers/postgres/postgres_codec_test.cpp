// PostgreSQL's binary formats, there and back, without a server.

#include <rowan/base/error.hpp>
#include <rowan/drivers/postgres/postgres_codec.hpp>

#include <gtest/gtest.h>

#include <bit>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <vector>

namespace rowan::drivers::postgres {
namespace {

using value::Cell;

std::string bytes_of(std::initializer_list<int> bytes) {
  std::string out;
  for (const int byte : bytes) out += static_cast<char>(byte);
  return out;
}

std::string numeric_text(const std::string& text) {
  std::string bytes, back;
  if (!append_numeric(bytes, text)) return "refused";
  return read_numeric(bytes, back) ? back : "unreadable";
}

Cell there_and_back(WireKind kind, const Cell& cell, std::string& bytes, std::string& room) {
  bytes.clear();
  EXPECT_TRUE(append_binary(bytes, kind, cell));
  WireType type;
  type.kind = kind;
  return read_binary(type, bytes, room);
}

// The bytes are those that a server sends for `select 12345.678::numeric` and the like.
TEST(PostgresNumeric, has_the_bytes_of_the_server) {
  std::string bytes;
  ASSERT_TRUE(append_numeric(bytes, "12345.678"));
  EXPECT_EQ(bytes, bytes_of({0, 3, 0, 1, 0, 0, 0, 3, 0, 1, 0x09, 0x29, 0x1A, 0x7C}));
  bytes.clear();
  ASSERT_TRUE(append_numeric(bytes, "-0.00000001"));
  EXPECT_EQ(bytes, bytes_of({0, 1, 0xFF, 0xFE, 0x40, 0, 0, 8, 0, 1}));
  bytes.clear();
  ASSERT_TRUE(append_numeric(bytes, "0"));
  EXPECT_EQ(bytes, bytes_of({0, 0, 0, 0, 0, 0, 0, 0}));
}

TEST(PostgresNumeric, keeps_the_scale_and_every_digit) {
  for (const char* text : {"0",
                           "0.0",
                           "1",
                           "-1",
                           "10",
                           "9999",
                           "10000",
                           "10001",
                           "100000000",
                           "0.1",
                           "0.0001",
                           "0.00001",
                           "1.50",
                           "-12345678901234567890.123456789",
                           "99999999999999999999999999",
                           "0.00000000000000000001",
                           "1000000.0000010",
                           "NaN",
                           "Infinity",
                           "-Infinity"}) {
    EXPECT_EQ(numeric_text(text), text);
  }
}

TEST(PostgresNumeric, takes_signs_exponents_and_missing_digits) {
  EXPECT_EQ(numeric_text("+5"), "5");
  EXPECT_EQ(numeric_text("-0"), "0");
  EXPECT_EQ(numeric_text(".5"), "0.5");
  EXPECT_EQ(numeric_text("007"), "7");
  EXPECT_EQ(numeric_text("1e-20"), "0.00000000000000000001");
  EXPECT_EQ(numeric_text("1.25e3"), "1250");
  EXPECT_EQ(numeric_text("-12.5e-3"), "-0.0125");
}

TEST(PostgresNumeric, refuses_what_is_no_number) {
  for (const char* text : {"", "-", ".", "abc", "1.2.3", "1e", "e5", "0x10", "1 ", "1e999999999"})
    EXPECT_EQ(numeric_text(text), "refused") << text;
}

TEST(PostgresNumeric, takes_as_many_digits_as_the_server_does) {
  const std::string whole(131072, '7');
  EXPECT_EQ(numeric_text(whole), whole);
  const std::string fraction = "0." + std::string(16383, '3');
  EXPECT_EQ(numeric_text(fraction), fraction);
  EXPECT_EQ(numeric_text("0." + std::string(16384, '3')), "refused");
}

TEST(PostgresNumeric, refuses_bytes_that_are_cut_off) {
  std::string bytes, text;
  ASSERT_TRUE(append_numeric(bytes, "12345.678"));
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_FALSE(read_numeric(std::string_view(bytes).substr(0, size), text)) << size;
  bytes[4] = '\x12';  // no such sign
  EXPECT_FALSE(read_numeric(bytes, text));
}

TEST(PostgresNumeric, random_numbers_come_back) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  for (int i = 0; i < 20000; ++i) {
    std::string text = random() % 2 == 0 ? "-" : "";
    const std::size_t whole = random() % 25;
    const std::size_t fraction = random() % 25;
    text += whole == 0 ? '0' : static_cast<char>('1' + random() % 9);
    for (std::size_t j = 1; j < whole; ++j)
      text += random() % 3 == 0 ? '0' : static_cast<char>('0' + random() % 10);
    if (fraction > 0) text += '.';
    for (std::size_t j = 0; j < fraction; ++j)
      text += random() % 2 == 0 ? '0' : static_cast<char>('0' + random() % 10);
    // Zero has no sign.
    const bool is_zero = text.find_first_of("123456789") == std::string::npos;
    EXPECT_EQ(numeric_text(text), is_zero && text[0] == '-' ? text.substr(1) : text);
  }
}

TEST(PostgresCodec, integers_keep_to_the_width_of_their_type) {
  std::string bytes, room;
  for (const std::int64_t number : {-32768, -1, 0, 1, 32767}) {
    const Cell cell = Cell::of_integer(number);
    for (const WireKind kind :
         {WireKind::int2, WireKind::int4, WireKind::int8, WireKind::numeric}) {
      const Cell back = there_and_back(kind, cell, bytes, room);
      if (kind == WireKind::numeric) {
        EXPECT_EQ(back.bytes(), std::to_string(number));
      } else {
        EXPECT_EQ(back, cell);
      }
    }
  }
  bytes.clear();
  EXPECT_FALSE(append_binary(bytes, WireKind::int2, Cell::of_integer(32768)));
  EXPECT_FALSE(append_binary(bytes, WireKind::int4, Cell::of_integer(-2147483649)));
  EXPECT_FALSE(append_binary(bytes, WireKind::oid, Cell::of_integer(-1)));
  EXPECT_FALSE(append_binary(bytes, WireKind::boolean, Cell::of_integer(2)));
  EXPECT_FALSE(append_binary(bytes, WireKind::int4, Cell::of_bytes("1")));
  EXPECT_EQ(bytes, "");
}

TEST(PostgresCodec, reals_keep_every_bit) {
  std::string bytes, room;
  for (const double number :
       {0.0, -0.0, 0.1, 1e308, 5e-324, std::numeric_limits<double>::infinity()}) {
    const Cell back = there_and_back(WireKind::float8, Cell::of_real(number), bytes, room);
    EXPECT_EQ(std::bit_cast<std::uint64_t>(back.real), std::bit_cast<std::uint64_t>(number));
  }
  EXPECT_TRUE(
      std::isnan(there_and_back(WireKind::float8, Cell::of_real(std::nan("")), bytes, room).real));
  EXPECT_EQ(there_and_back(WireKind::float4, Cell::of_real(0.1F), bytes, room).real, 0.1F);
  EXPECT_FALSE(append_binary(bytes, WireKind::float4, Cell::of_real(1e300)));
}

TEST(PostgresCodec, times_are_counted_from_2000) {
  std::string bytes, room;
  const Cell epoch = Cell::of_integer(946684800000000, ValueType::timestamp);
  EXPECT_EQ(there_and_back(WireKind::timestamp, epoch, bytes, room), epoch);
  EXPECT_EQ(bytes, std::string(8, '\0'));
  const Cell day = Cell::of_integer(0, ValueType::date);
  EXPECT_EQ(there_and_back(WireKind::date, day, bytes, room), day);
  EXPECT_EQ(bytes, bytes_of({0xFF, 0xFF, 0xD5, 0x33}));
  const auto largest = std::numeric_limits<std::int64_t>::max();
  const Cell infinity = Cell::of_integer(largest, ValueType::timestamp);
  EXPECT_EQ(there_and_back(WireKind::timestamp, infinity, bytes, room), infinity);
  const Cell last_day = Cell::of_integer(largest, ValueType::date);
  EXPECT_EQ(there_and_back(WireKind::date, last_day, bytes, room), last_day);
  EXPECT_FALSE(append_binary(bytes, WireKind::date, Cell::of_integer(1LL << 40, ValueType::date)));
}

TEST(PostgresCodec, json_has_a_version_where_it_is_binary) {
  std::string bytes, room;
  const Cell document = Cell::of_bytes("{\"a\":1}", ValueType::json);
  EXPECT_EQ(there_and_back(WireKind::jsonb, document, bytes, room), document);
  EXPECT_EQ(bytes[0], '\1');
  EXPECT_EQ(there_and_back(WireKind::json, document, bytes, room), document);
}

TEST(PostgresCodec, arrays_have_elements_and_nulls) {
  const WireType type = builtin_type(1016);
  ASSERT_EQ(type.kind, WireKind::array);
  ASSERT_EQ(type.element, WireKind::int8);
  std::string bytes;
  ArrayWriter array(bytes, type);
  EXPECT_TRUE(array.add(Cell::of_integer(7)));
  EXPECT_TRUE(array.add(Cell::of_null()));
  array.finish();
  EXPECT_EQ(bytes, bytes_of({0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 20, 0, 0, 0,    2,    0,    0,
                             0, 1, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0,  0, 7, 0xFF, 0xFF, 0xFF, 0xFF}));
  bytes.clear();
  ArrayWriter empty(bytes, type);
  empty.finish();
  EXPECT_EQ(bytes, bytes_of({0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 20}));
}

TEST(PostgresCodec, arrays_as_text_escape_what_has_a_meaning) {
  std::string text;
  ArrayTextWriter array(text);
  array.add(Cell::of_bytes("a\"b\\c,{}"));
  array.add(Cell::of_null());
  array.add(Cell::of_bytes("NULL"));
  array.finish();
  EXPECT_EQ(text, R"({"a\"b\\c,{}",NULL,"NULL"})");
}

TEST(PostgresCodec, values_as_text_are_what_the_server_reads) {
  const auto text_of = [](const Cell& cell) {
    std::string out;
    append_text(out, cell);
    return out;
  };
  EXPECT_EQ(text_of(Cell::of_integer(1, ValueType::boolean)), "t");
  EXPECT_EQ(text_of(Cell::of_integer(-5)), "-5");
  EXPECT_EQ(text_of(Cell::of_real(0.1)), "0.1");
  EXPECT_EQ(text_of(Cell::of_real(-std::numeric_limits<double>::infinity())), "-Infinity");
  EXPECT_EQ(text_of(Cell::of_integer(1, ValueType::timestamp)), "1970-01-01 00:00:00.000001+00");
  EXPECT_EQ(text_of(Cell::of_integer(1, ValueType::date)), "1970-01-02");
  EXPECT_EQ(text_of(Cell::of_bytes(bytes_of({1, 0xAB}), ValueType::blob)), "\\x01ab");
  EXPECT_EQ(text_of(Cell::of_bytes(std::string(16, '\0'), ValueType::uuid)),
            "00000000-0000-0000-0000-000000000000");
}

TEST(PostgresCodec, texts_of_the_server_are_read_by_their_types) {
  std::string room;
  const auto read = [&](TypeOid oid, std::string_view text) {
    return read_text(builtin_type(oid), text, room);
  };
  EXPECT_EQ(read(16, "t"), Cell::of_integer(1, ValueType::boolean));
  EXPECT_EQ(read(20, "-9223372036854775808"),
            Cell::of_integer(std::numeric_limits<std::int64_t>::min()));
  EXPECT_EQ(read(701, "1e-05").real, 1e-05);
  EXPECT_EQ(read(1700, "1.50"), Cell::of_bytes("1.50", ValueType::decimal));
  EXPECT_EQ(read(17, "\\x00ff").bytes(), bytes_of({0, 0xFF}));
  EXPECT_EQ(read(1184, "1970-01-01 00:00:01+00"), Cell::of_integer(1000000, ValueType::timestamp));
  EXPECT_EQ(read(1082, "1970-01-03"), Cell::of_integer(2, ValueType::date));
  EXPECT_EQ(read(2950, "00000000-0000-0000-0000-000000000001").bytes().back(), '\1');
  EXPECT_EQ(read(1186, "1 day").bytes(), "1 day");
}

TEST(PostgresCodec, arrays_are_read_from_their_text) {
  std::string room;
  const auto read = [&](TypeOid oid, std::string_view text) {
    return std::string(read_text(builtin_type(oid), text, room).bytes());
  };
  EXPECT_EQ(read(1009, R"({a,"b,c",NULL,"NULL","q\"\\{}",""})"),
            R"(["a","b,c",null,"NULL","q\"\\{}",""])");
  EXPECT_EQ(read(1009, "{}"), "[]");
  EXPECT_EQ(read(1016, "{1,-2,NULL}"), "[1,-2,null]");
  EXPECT_EQ(read(1007, "[0:1]={5,6}"), "[5,6]");
  EXPECT_EQ(read(1007, "{{1,2},{3,4}}"), "[[1,2],[3,4]]");
  EXPECT_EQ(read(1000, "{t,f}"), "[true,false]");
  EXPECT_EQ(read(1022, "{0.5,1e+300}"), "[0.5,1e+300]");
  for (const char* broken : {"", "a", "{", "{1", "{1,2", "{1}}", "{\"a}", "{a\\"})
    EXPECT_THROW((void)read(1009, broken), DriverError) << broken;
}

TEST(PostgresCodec, dates_beyond_four_digits_are_read_from_their_text) {
  std::string room;
  const auto read = [&](TypeOid oid, std::string_view text) {
    const Cell cell = read_text(builtin_type(oid), text, room);
    EXPECT_NE(cell.type, ValueType::text) << text;
    return cell.integer;
  };
  const auto day = [](int year, unsigned month, unsigned number) {
    return std::chrono::sys_days(std::chrono::year(year) / static_cast<int>(month) /
                                 static_cast<int>(number))
        .time_since_epoch()
        .count();
  };
  EXPECT_EQ(read(1082, "0044-03-15 BC"), day(-43, 3, 15));
  EXPECT_EQ(read(1082, "0001-02-29 BC"), day(0, 2, 29));
  EXPECT_EQ(read(1082, "12345-12-31"), day(12345, 12, 31));
  EXPECT_EQ(read(1082, "infinity"), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(read(1184, "0044-03-15 01:00:00.5+00 BC"),
            day(-43, 3, 15) * 86'400'000'000 + 3'600'500'000);
  EXPECT_EQ(read(1114, "10000-01-01 00:00:00"), day(10000, 1, 1) * 86'400'000'000);
  EXPECT_EQ(read(1184, "294276-12-31 00:00:00+00"), std::numeric_limits<std::int64_t>::max());
}

}  // namespace
}  // namespace rowan::drivers::postgres
