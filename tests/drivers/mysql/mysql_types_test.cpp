// Every type there and back, with the values at its edges, by insert, single update and batch.

#include "mysql_server.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace types {

enum class Color { red, green, blue_sky };
enum class Level : std::int16_t { low = -1, high = 300 };

struct Sample {
  std::int64_t id{};
  std::int8_t i8 = 0;
  std::int16_t i16 = 0;
  std::int32_t i32 = 0;
  std::int64_t i64 = 0;
  std::uint8_t u8 = 0;
  std::uint16_t u16 = 0;
  std::uint32_t u32 = 0;
  std::uint64_t u64 = 0;
  bool flag = false;
  float real32 = 0;
  double real64 = 0;
  std::string text{};
  std::string long_text{};
  std::vector<std::byte> bytes{};
  rowan::Timestamp at{};
  std::chrono::sys_days day{};
  rowan::Uuid uuid{};
  rowan::Decimal money{};
  rowan::Decimal number{};
  rowan::json document{};
  Color color = Color::red;
  Level level = Level::low;
  std::optional<std::int32_t> maybe_number{};
  std::optional<std::string> maybe_text{};
  std::optional<rowan::Timestamp> maybe_at{};
  std::optional<rowan::Decimal> maybe_money{};
  std::optional<std::vector<std::byte>> maybe_bytes{};
  std::optional<rowan::Uuid> maybe_uuid{};
  std::optional<double> maybe_real{};
  std::optional<bool> maybe_flag{};
  std::optional<Color> maybe_color{};
  std::optional<std::chrono::sys_days> maybe_day{};
};

}  // namespace types

template <>
inline constexpr auto rowan::mapping<types::Sample> =
    rowan::entity<types::Sample>(rowan::primary_key<&types::Sample::id>,
                                 rowan::property<&types::Sample::i8>,
                                 rowan::property<&types::Sample::i16>,
                                 rowan::property<&types::Sample::i32>,
                                 rowan::property<&types::Sample::i64>,
                                 rowan::property<&types::Sample::u8>,
                                 rowan::property<&types::Sample::u16>,
                                 rowan::property<&types::Sample::u32>,
                                 rowan::property<&types::Sample::u64>,
                                 rowan::property<&types::Sample::flag>,
                                 rowan::property<&types::Sample::real32>,
                                 rowan::property<&types::Sample::real64>,
                                 rowan::property<&types::Sample::text>,
                                 rowan::property<&types::Sample::long_text>.text(),
                                 rowan::property<&types::Sample::bytes>,
                                 rowan::property<&types::Sample::at>,
                                 rowan::property<&types::Sample::day>,
                                 rowan::property<&types::Sample::uuid>,
                                 rowan::property<&types::Sample::money>.precision(20, 4),
                                 rowan::property<&types::Sample::number>,
                                 rowan::property<&types::Sample::document>,
                                 rowan::property<&types::Sample::color>.enum_as_text(),
                                 rowan::property<&types::Sample::level>,
                                 rowan::property<&types::Sample::maybe_number>,
                                 rowan::property<&types::Sample::maybe_text>,
                                 rowan::property<&types::Sample::maybe_at>,
                                 rowan::property<&types::Sample::maybe_money>.precision(20, 4),
                                 rowan::property<&types::Sample::maybe_bytes>,
                                 rowan::property<&types::Sample::maybe_uuid>,
                                 rowan::property<&types::Sample::maybe_real>,
                                 rowan::property<&types::Sample::maybe_flag>,
                                 rowan::property<&types::Sample::maybe_color>.enum_as_text(),
                                 rowan::property<&types::Sample::maybe_day>);

namespace rowan::test {
namespace {

using types::Color;
using types::Level;
using types::Sample;
using MysqlTypes = ConformanceOf<Sample>;

Timestamp at(int year, unsigned month, unsigned day, std::int64_t microseconds = 0) {
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month),
                                         std::chrono::day(day)};
  return Timestamp(std::chrono::sys_days(date)) + std::chrono::microseconds(microseconds);
}

std::vector<std::byte> bytes_of(std::string_view text) {
  std::vector<std::byte> out;
  for (const char c : text) out.push_back(static_cast<std::byte>(c));
  return out;
}

Sample least() {
  Sample sample;
  sample.i8 = std::numeric_limits<std::int8_t>::min();
  sample.i16 = std::numeric_limits<std::int16_t>::min();
  sample.i32 = std::numeric_limits<std::int32_t>::min();
  sample.i64 = std::numeric_limits<std::int64_t>::min();
  sample.real32 = -1.5e-30f;
  sample.real64 = -1.7976931348623157e308;
  sample.at = at(1000, 1, 1);
  sample.day = std::chrono::sys_days(std::chrono::year(1000) / 1 / 1);
  sample.money = Decimal("-9999999999999999.9999");
  sample.number = Decimal("-0.000000000000000000000000000001");
  sample.document = json::parse("null");
  return sample;
}

Sample greatest() {
  Sample sample;
  sample.i8 = std::numeric_limits<std::int8_t>::max();
  sample.i16 = std::numeric_limits<std::int16_t>::max();
  sample.i32 = std::numeric_limits<std::int32_t>::max();
  sample.i64 = std::numeric_limits<std::int64_t>::max();
  sample.u8 = std::numeric_limits<std::uint8_t>::max();
  sample.u16 = std::numeric_limits<std::uint16_t>::max();
  sample.u32 = std::numeric_limits<std::uint32_t>::max();
  sample.u64 = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  sample.flag = true;
  sample.real32 = 3.25e38f;
  sample.real64 = 2.2250738585072014e-308;
  sample.text = "\xf0\x9f\x90\x98 \xc3\xa9 'quoted' \"twice\" back\\slash \x01 %_";
  sample.long_text = std::string(1'500'000, 'x') + "\xf0\x9f\x90\x98";
  sample.bytes = bytes_of(std::string("\0\xff'\\\n", 5));
  sample.at = at(9999, 12, 31, 86'399'999'999);
  sample.day = std::chrono::sys_days(std::chrono::year(9999) / 12 / 31);
  sample.uuid = Uuid::v7();
  sample.money = Decimal("9999999999999999.9999");
  sample.number = Decimal("12345678901234567890123456789012345.000000000000000000000000000007");
  sample.document = json::parse(R"({"b": [1, 2.5, null, "\u00e9\\"], "a": {"deep": true}})");
  sample.color = Color::blue_sky;
  sample.level = Level::high;
  sample.maybe_number = -7;
  sample.maybe_text = "";
  sample.maybe_at = at(1969, 12, 31, 1);
  sample.maybe_money = Decimal("0.5");
  sample.maybe_bytes = std::vector<std::byte>{};
  sample.maybe_uuid = Uuid::v7();
  sample.maybe_real = 0.1;
  sample.maybe_flag = false;
  sample.maybe_color = Color::green;
  sample.maybe_day = std::chrono::sys_days(std::chrono::year(2024) / 2 / 29);
  return sample;
}

void expect_same(const Sample& found, const Sample& wanted) {
  EXPECT_EQ(found.i8, wanted.i8);
  EXPECT_EQ(found.i16, wanted.i16);
  EXPECT_EQ(found.i32, wanted.i32);
  EXPECT_EQ(found.i64, wanted.i64);
  EXPECT_EQ(found.u8, wanted.u8);
  EXPECT_EQ(found.u16, wanted.u16);
  EXPECT_EQ(found.u32, wanted.u32);
  EXPECT_EQ(found.u64, wanted.u64);
  EXPECT_EQ(found.flag, wanted.flag);
  EXPECT_EQ(found.real32, wanted.real32);
  EXPECT_EQ(found.real64, wanted.real64);
  EXPECT_EQ(found.text, wanted.text);
  EXPECT_TRUE(found.long_text == wanted.long_text);
  EXPECT_EQ(found.bytes, wanted.bytes);
  EXPECT_EQ(found.at, wanted.at);
  EXPECT_EQ(found.day, wanted.day);
  EXPECT_EQ(found.uuid, wanted.uuid);
  EXPECT_EQ(found.money, wanted.money);
  EXPECT_EQ(found.number, wanted.number);
  EXPECT_EQ(found.document, wanted.document);
  EXPECT_EQ(found.color, wanted.color);
  EXPECT_EQ(found.level, wanted.level);
  EXPECT_EQ(found.maybe_number, wanted.maybe_number);
  EXPECT_EQ(found.maybe_text, wanted.maybe_text);
  EXPECT_EQ(found.maybe_at, wanted.maybe_at);
  EXPECT_EQ(found.maybe_money, wanted.maybe_money);
  EXPECT_EQ(found.maybe_bytes, wanted.maybe_bytes);
  EXPECT_EQ(found.maybe_uuid, wanted.maybe_uuid);
  EXPECT_EQ(found.maybe_real, wanted.maybe_real);
  EXPECT_EQ(found.maybe_flag, wanted.maybe_flag);
  EXPECT_EQ(found.maybe_color, wanted.maybe_color);
  EXPECT_EQ(found.maybe_day, wanted.maybe_day);
}

/// Gives all members but the key.
void assign(Sample& to, Sample from) {
  from.id = to.id;
  to = std::move(from);
}

TEST_F(MysqlTypes, come_back_as_they_were_inserted) {
  auto em = orm.em().fork();
  Sample& low = em.create<Sample>(least());
  Sample& high = em.create<Sample>(greatest());
  em.flush();
  auto other = orm.em().fork();
  expect_same(other.find_one_or_fail<Sample>(low.id), least());
  expect_same(other.find_one_or_fail<Sample>(high.id), high);
}

TEST_F(MysqlTypes, come_back_from_an_update_of_one_row) {
  auto em = orm.em().fork();
  Sample& sample = em.create<Sample>(least());
  em.flush();
  const Sample wanted = greatest();
  assign(sample, wanted);
  em.flush();
  auto other = orm.em().fork();
  expect_same(other.find_one_or_fail<Sample>(sample.id), wanted);
}

TEST_F(MysqlTypes, come_back_from_one_update_of_many_rows_with_nulls_among_them) {
  auto em = orm.em().fork();
  std::vector<Sample*> samples;
  for (int i = 0; i < 7; ++i) {
    Sample& made = em.create<Sample>(i % 2 == 0 ? least() : greatest());
    made.maybe_number = 1000 + i;
    samples.push_back(&made);
  }
  em.flush();
  Sample wanted = greatest();
  // Values that are larger go alone; see below.
  wanted.long_text.resize(20'000, 'y');
  // Every column of every row changes, so that all share a statement.
  std::vector<Sample> after;
  for (int i = 0; i < 7; ++i) {
    Sample next = wanted;
    if (i % 2 != 0) {
      next = least();
      next.flag = false;
    }
    next.maybe_number = i == 3 ? std::optional<std::int32_t>() : i;
    after.push_back(next);
  }
  (void)statements();
  for (std::size_t i = 0; i < samples.size(); ++i) assign(*samples[i], after[i]);
  em.flush();
  // Of one shape, but for the rows of one kind whose columns hold the same as before.
  EXPECT_LE(count_of("update"), 2u);
  auto other = orm.em().fork();
  for (std::size_t i = 0; i < samples.size(); ++i)
    expect_same(other.find_one_or_fail<Sample>(samples[i]->id), after[i]);
}

TEST_F(MysqlTypes, large_values_are_updated_with_small_ones_beside_them) {
  auto em = orm.em().fork();
  std::vector<Sample*> samples;
  for (int i = 0; i < 6; ++i) samples.push_back(&em.create<Sample>(least()));
  em.flush();
  const auto text_of = [](std::size_t i) {
    return std::string(i == 1 || i == 4 ? 1'500'000 : 10, static_cast<char>('a' + i));
  };
  for (std::size_t i = 0; i < samples.size(); ++i) samples[i]->long_text = text_of(i);
  em.flush();
  auto other = orm.em().fork();
  for (std::size_t i = 0; i < samples.size(); ++i)
    EXPECT_TRUE(other.find_one_or_fail<Sample>(samples[i]->id).long_text == text_of(i)) << i;
}

TEST_F(MysqlTypes, are_found_by_their_values) {
  auto em = orm.em().fork();
  const Sample wanted = greatest();
  const std::int64_t id = [&] {
    Sample& made = em.create<Sample>(wanted);
    em.create<Sample>(least());
    em.flush();
    return made.id;
  }();
  const auto finds = [&](const Filter<Sample>& where) {
    auto other = orm.em().fork();
    const auto found = other.find<Sample>(where);
    return found.size() == 1 && found[0].id == id;
  };
  EXPECT_TRUE(finds(f<&Sample::i64> == wanted.i64));
  EXPECT_TRUE(finds(f<&Sample::u64> == wanted.u64));
  EXPECT_TRUE(finds(f<&Sample::flag> == true));
  EXPECT_TRUE(finds(f<&Sample::real64> == wanted.real64));
  EXPECT_TRUE(finds(f<&Sample::text> == wanted.text));
  EXPECT_TRUE(finds(f<&Sample::bytes> == wanted.bytes));
  EXPECT_TRUE(finds(f<&Sample::at> == wanted.at));
  EXPECT_TRUE(finds(f<&Sample::at> > at(5000, 1, 1)));
  EXPECT_TRUE(finds(f<&Sample::day> == wanted.day));
  EXPECT_TRUE(finds(f<&Sample::uuid> == wanted.uuid));
  EXPECT_TRUE(finds(f<&Sample::money> == wanted.money));
  EXPECT_TRUE(finds(f<&Sample::number> == wanted.number));
  EXPECT_TRUE(finds(f<&Sample::color> == Color::blue_sky));
  EXPECT_TRUE(finds(f<&Sample::level> == Level::high));
  EXPECT_TRUE(finds(f<&Sample::maybe_bytes> == std::vector<std::byte>{}));
}

TEST_F(MysqlTypes, long_lists_are_one_parameter_of_the_right_type) {
  auto em = orm.em().fork();
  const Sample wanted = greatest();
  const std::int64_t id = [&] {
    Sample& made = em.create<Sample>(wanted);
    em.create<Sample>(least());
    em.flush();
    return made.id;
  }();
  std::vector<std::int64_t> numbers{wanted.i64};
  std::vector<std::string> texts{wanted.text};
  std::vector<Timestamp> times{wanted.at};
  std::vector<std::chrono::sys_days> days{wanted.day};
  std::vector<double> reals{wanted.real64};
  for (int i = 0; i < 2000; ++i) {
    numbers.push_back(i + 5);
    texts.push_back("text " + std::to_string(i) + " \\ \" '");
    times.push_back(at(2000, 1, 1, i));
    days.push_back(std::chrono::sys_days(std::chrono::days(i)));
    reals.push_back(i + 0.25);
  }
  (void)statements();
  const auto finds = [&](const Filter<Sample>& where) {
    auto other = orm.em().fork();
    const auto found = other.find<Sample>(where);
    return found.size() == 1 && found[0].id == id;
  };
  EXPECT_TRUE(finds(f<&Sample::i64>.in(numbers)));
  EXPECT_TRUE(finds(f<&Sample::text>.in(texts)));
  EXPECT_TRUE(finds(f<&Sample::at>.in(times)));
  EXPECT_TRUE(finds(f<&Sample::day>.in(days)));
  EXPECT_TRUE(finds(f<&Sample::real64>.in(reals)));
  for (const std::string& sql : statements())
    EXPECT_NE(sql.find("json_table(?"), std::string::npos) << sql;
}

TEST_F(MysqlTypes, numbers_beyond_63_bits_are_refused_both_ways) {
  auto em = orm.em().fork();
  em.create<Sample>({.u64 = std::numeric_limits<std::uint64_t>::max()});
  EXPECT_THROW(em.flush(), ValidationError);

  auto native = orm.em().fork();
  const auto rows = native.execute_rows("select cast(18446744073709551615 as unsigned)");
  EXPECT_EQ(rows.at(0).at(0).text(), "18446744073709551615");
}

TEST_F(MysqlTypes, every_kind_of_column_is_read) {
  auto em = orm.em().fork();
  const auto row =
      em.execute_rows(
            "select cast('-101:02:03.000004' as time(6)), b'101', cast('2020-02-03' as "
            "date), null, 1.50, 'x', 2e0, -3, cast('ab' as binary)")
          .at(0);
  EXPECT_EQ(row.at(0).text(), "-101:02:03.000004");
  EXPECT_EQ(row.at(2).type(), ValueType::date);
  EXPECT_TRUE(row.at(3).is_null());
  EXPECT_EQ(row.at(4).text(), "1.50");
  EXPECT_EQ(row.at(5).text(), "x");
  EXPECT_EQ(row.at(6).real(), 2.0);
  EXPECT_EQ(row.at(7).integer(), -3);
  EXPECT_EQ(row.at(8).type(), ValueType::blob);
}

TEST_F(MysqlTypes, text_is_equal_and_ordered_by_code_point) {
  auto em = orm.em().fork();
  for (const char* text : {"b", "a ", "a", "B", "\xc3\xa9", "e"}) em.create<Sample>({.text = text});
  em.flush();
  auto other = orm.em().fork();
  EXPECT_EQ(other.count<Sample>(f<&Sample::text> == "a"), 1u);
  EXPECT_EQ(other.count<Sample>(f<&Sample::text> == "b"), 1u);
  EXPECT_EQ(other.count<Sample>(f<&Sample::text> == "e"), 1u);
  std::vector<std::string> order;
  for (const Sample& sample : other.find<Sample>({}, {.order_by = {f<&Sample::text>.asc()}}))
    order.push_back(sample.text);
  EXPECT_EQ(order, (std::vector<std::string>{"B", "a", "a ", "b", "e", "\xc3\xa9"}));
}

TEST_F(MysqlTypes, sums_and_averages_come_in_the_promised_type) {
  auto em = orm.em().fork();
  for (int i = 1; i <= 4; ++i)
    em.create<Sample>({.i32 = i, .real64 = i / 2.0, .money = Decimal("0.1000")});
  em.flush();
  auto rows = em.query<Sample>()
                  .select(sum(f<&Sample::i32>), avg(f<&Sample::i32>), max(f<&Sample::real64>),
                          sum(f<&Sample::money>), count(f<&Sample::id>))
                  .rows();
  EXPECT_EQ(std::get<0>(rows.at(0)), 10);
  EXPECT_EQ(std::get<1>(rows.at(0)), 2.5);
  EXPECT_EQ(std::get<2>(rows.at(0)), 2.0);
  EXPECT_EQ(std::get<3>(rows.at(0)), Decimal("0.4"));
}

}  // namespace
}  // namespace rowan::test
