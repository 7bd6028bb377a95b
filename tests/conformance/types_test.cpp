// Every type there and back: edge values, filters by them, and no change seen where there is none.

#include "types_entities.hpp"

#include "fresh_reader.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <ratio>

namespace rowan::test {
namespace {

using std::chrono::microseconds;
using types::Bytes;
using types::Colour;
using types::Money;
using types::Mood;
using types::Optional;
using types::Plain;
using types::Size;

class Types : public WithReader<Plain, Optional> {
 protected:
  /// Writes one row for each value, reads it in another manager, and filters by it.
  template <auto Member, auto OptionalMember, class V>
  void round_trip(const std::vector<V>& values) {
    orm.schema().clear();
    write_and_read<Plain, Member>(values);
    for (const V& value : values) filter_by<Plain, Member>(values, value);
    std::vector<std::optional<V>> with_null(values.begin(), values.end());
    with_null.push_back(std::nullopt);
    write_and_read<Optional, OptionalMember>(with_null);
    for (const V& value : values) filter_by<Optional, OptionalMember>(values, value);
    auto em = orm.em().fork();
    EXPECT_EQ(em.count<Optional>(f<OptionalMember> == nullptr), 1u);
  }

  /// The same without filters, for what databases do not compare.
  template <auto Member, auto OptionalMember, class V>
  void round_trip_unfiltered(const std::vector<V>& values) {
    write_and_read<Plain, Member>(values);
    std::vector<std::optional<V>> with_null(values.begin(), values.end());
    with_null.push_back(std::nullopt);
    write_and_read<Optional, OptionalMember>(with_null);
  }

  template <class T, auto Member, class V>
  void write_and_read(const std::vector<V>& values) {
    auto em = orm.em().fork();
    std::vector<T*> written;
    for (const V& value : values) {
      T fresh{};
      fresh.*Member = value;
      written.push_back(&em.create<T>(std::move(fresh)));
    }
    em.flush();
    (void)statements();
    em.flush();
    EXPECT_TRUE(statements().empty()) << "what was just written is no change";

    auto other = orm.em().fork();
    for (std::size_t i = 0; i < values.size(); ++i) {
      const T& read = other.template find_one_or_fail<T>(written[i]->id);
      EXPECT_TRUE(read.*Member == values[i]) << "value " << i;
    }
    (void)statements();
    other.flush();
    EXPECT_TRUE(statements().empty()) << "what was just read is no change";

    // A loaded object that changes elsewhere writes that column alone.
    for (std::size_t i = 0; i < values.size(); ++i)
      EXPECT_TRUE(other.refresh(other.template find_one_or_fail<T>(written[i]->id)));
    (void)statements();
    other.flush();
    EXPECT_TRUE(statements().empty()) << "what was refreshed is no change";
  }

  template <class T, auto Member, class V>
  void filter_by(const std::vector<V>& values, const V& wanted) {
    auto em = orm.em().fork();
    const auto expected =
        static_cast<std::size_t>(std::count(values.begin(), values.end(), wanted));
    const auto found = em.find<T>(f<Member> == wanted);
    EXPECT_EQ(found.size(), expected);
    for (const T& each : found) EXPECT_TRUE(each.*Member == wanted);
    EXPECT_EQ(em.count<T>(f<Member>.in({wanted})), expected);
  }
};

template <class T>
std::vector<T> limits_of() {
  using Limits = std::numeric_limits<T>;
  return {Limits::min(), T(Limits::min() + 1), T(0), T(1), T(Limits::max() - 1), Limits::max()};
}

Timestamp at(std::string_view text) {
  Timestamp time;
  EXPECT_TRUE(parse_timestamp(text, time)) << text;
  return time;
}
std::chrono::sys_days day(std::string_view text) {
  std::chrono::sys_days date;
  EXPECT_TRUE(parse_date(text, date)) << text;
  return date;
}
Bytes bytes(std::string_view text) {
  Bytes out;
  for (const char c : text) out.push_back(static_cast<std::byte>(c));
  return out;
}

TEST_F(Types, bool_) { round_trip<&Plain::flag, &Optional::flag, bool>({true, false}); }

TEST_F(Types, signed_integers) {
  round_trip<&Plain::i8, &Optional::i8>(limits_of<std::int8_t>());
  round_trip<&Plain::i16, &Optional::i16>(limits_of<std::int16_t>());
  round_trip<&Plain::i32, &Optional::i32>(limits_of<std::int32_t>());
}

TEST_F(Types, integers_of_64_bits) {
  round_trip<&Plain::i64, &Optional::i64>(limits_of<std::int64_t>());
}

TEST_F(Types, unsigned_integers) {
  round_trip<&Plain::u8, &Optional::u8>(limits_of<std::uint8_t>());
  round_trip<&Plain::u16, &Optional::u16>(limits_of<std::uint16_t>());
  round_trip<&Plain::u32, &Optional::u32>(limits_of<std::uint32_t>());
}

TEST_F(Types, unsigned_integers_of_64_bits_up_to_the_largest_signed_one) {
  constexpr std::uint64_t largest = std::numeric_limits<std::int64_t>::max();
  round_trip<&Plain::u64, &Optional::u64, std::uint64_t>({0, 1, largest - 1, largest});
}

TEST_F(Types, an_unsigned_integer_beyond_is_refused_by_name_and_stays_pending) {
  auto em = orm.em().fork();
  Plain& row = em.create<Plain>({.u64 = std::numeric_limits<std::uint64_t>::max()});
  try {
    em.flush();
    FAIL() << "a value that no database keeps was written";
  } catch (const ValidationError& error) {
    EXPECT_NE(error.message().find("Plain.u64"), std::string::npos) << error.message();
    EXPECT_NE(error.message().find("9223372036854775807"), std::string::npos) << error.message();
  }
  row.u64 = 7;
  em.flush();
  EXPECT_EQ(reader().find_one_or_fail<Plain>(row.id).u64, 7u);
  row.u64 = std::uint64_t{1} << 63;
  EXPECT_THROW(em.flush(), ValidationError);
  EXPECT_THROW((void)em.find<Plain>(f<&Plain::u64> == std::uint64_t{1} << 63), ValidationError);
  row.u64 = 8;
  em.flush();
  EXPECT_EQ(reader().find_one_or_fail<Plain>(row.id).u64, 8u);
}

TEST_F(Types, real_numbers) {
  using Single = std::numeric_limits<float>;
  using Double = std::numeric_limits<double>;
  round_trip<&Plain::single, &Optional::single, float>(
      {0.0f, -1.5f, 0.1f, Single::max(), Single::lowest(), Single::min(), Single::epsilon()});
  round_trip<&Plain::real, &Optional::real, double>({0.0, -1.5, 0.1, 1.0 / 3, 1e300, Double::max(),
                                                     Double::lowest(), Double::min(),
                                                     9007199254740993.0});
}

TEST_F(Types, a_single_is_compared_with_the_single_nearest_to_a_number) {
  auto em = orm.em().fork();
  em.create<Plain>({.single = 0.1f});
  em.flush();
  EXPECT_EQ(em.count<Plain>(f<&Plain::single> == 0.1), 1u);
  EXPECT_EQ(em.count<Plain>(f<&Plain::single>.in({0.1, 0.2})), 1u);
  EXPECT_EQ(em.count<Plain>(f<&Plain::single> > 0.1), 0u);
  EXPECT_EQ(em.count<Plain>(rowan::json::parse(R"({"single": 0.1})")), 1u);
  EXPECT_EQ(em.count<Plain>(rowan::json::parse(R"({"single": {"$gt": 0.1}})")), 0u);
}

TEST_F(Types, infinities) {
  ROWAN_REQUIRE(stores_infinity);
  const double infinity = std::numeric_limits<double>::infinity();
  round_trip<&Plain::real, &Optional::real, double>({infinity, -infinity});
}

TEST_F(Types, not_a_number) {
  ROWAN_REQUIRE(stores_nan);
  auto em = orm.em().fork();
  Plain& row = em.create<Plain>({.real = std::nan("")});
  em.flush();
  (void)statements();
  em.flush();
  auto other = orm.em().fork();
  EXPECT_TRUE(std::isnan(other.find_one_or_fail<Plain>(row.id).real));
  (void)statements();
  other.flush();
  EXPECT_TRUE(statements().empty());
}

TEST_F(Types, not_a_number_is_refused_where_the_database_would_make_it_null) {
  if (capabilities().stores_nan) return;
  auto em = orm.em().fork();
  Optional& row = em.create<Optional>({.real = std::nan("")});
  try {
    em.flush();
    FAIL() << "NaN was written";
  } catch (const ValidationError& error) {
    EXPECT_NE(error.message().find("Optional.real"), std::string::npos) << error.message();
  }
  row.real = 1.5;
  em.flush();
  EXPECT_EQ(reader().find_one_or_fail<Optional>(row.id).real, 1.5);
}

TEST_F(Types, text) {
  const std::vector<std::string> values = {
      "",
      "x",
      " blanks at both ends ",
      "it's \"quoted\", `ticked`, [bracketed]; -- and -- not a comment /* nor this */",
      "back\\slash \\n \\' % _ ? $1 :name @x",
      "line\nbreak\r\n\ttab",
      "\xc3\xa9\xc3\x9f\xe2\x82\xac",
      "\xf0\x9f\xa6\x86 \xf0\x9f\x8f\xb3\xef\xb8\x8f\xe2\x80\x8d\xf0\x9f\x8c\x88",
      "\xd8\xb9\xd8\xb1\xd8\xa8\xd9\x8a \xe4\xb8\xad\xe6\x96\x87",
      "null",
      "NULL",
      "0",
      std::string(255, 'z'),
  };
  round_trip<&Plain::name, &Optional::name>(values);
  round_trip<&Plain::text, &Optional::text>(values);
}

TEST_F(Types, large_text) {
  std::string large;
  for (int i = 0; large.size() < 1024 * 1024; ++i) large += std::to_string(i) + "\xf0\x9f\xa6\x86,";
  round_trip_unfiltered<&Plain::text, &Optional::text, std::string>({large, large + "x"});
}

TEST_F(Types, blobs) {
  Bytes all;
  for (int i = 0; i < 256; ++i) all.push_back(static_cast<std::byte>(i));
  using namespace std::string_view_literals;
  round_trip<&Plain::bytes, &Optional::bytes, Bytes>(
      {{}, bytes("\0"sv), bytes("\0\0a\0"sv), bytes("'\"\\"), bytes("\xff\xfe"), all});
  Bytes large;
  for (int i = 0; i < 1024 * 1024; ++i) large.push_back(static_cast<std::byte>(i * 7));
  round_trip_unfiltered<&Plain::bytes, &Optional::bytes, Bytes>({large});
}

TEST_F(Types, days) {
  round_trip<&Plain::day, &Optional::day, std::chrono::sys_days>(
      {day("1970-01-01"), day("1969-12-31"), day("1000-01-01"), day("1582-10-15"),
       day("2000-02-29"), day("2026-11-25"), day("9999-12-31")});
}

TEST_F(Types, points_in_time) {
  round_trip<&Plain::at, &Optional::at, Timestamp>(
      {at("1970-01-01"), at("1970-01-01 00:00:00.000001"), at("1969-12-31 23:59:59.999999"),
       at("1000-01-01 00:00:00"), at("2026-03-29 01:30:00.123456"), at("2026-11-25 23:59:59.5"),
       at("9999-12-31 23:59:59.999999")});
}

TEST_F(Types, points_in_time_of_other_precision) {
  using std::chrono::milliseconds;
  using std::chrono::seconds;
  round_trip<&Plain::at_seconds, &Optional::at_seconds, types::Seconds>(
      {types::Seconds(seconds(0)), types::Seconds(seconds(-1)),
       types::Seconds(seconds(1'700'000'000))});
  round_trip<&Plain::at_milliseconds, &Optional::at_milliseconds, types::Milliseconds>(
      {types::Milliseconds(milliseconds(-1)),
       types::Milliseconds(milliseconds(1'700'000'000'123))});
  // Whole microseconds of finer points; what is finer than that is cut off on the way.
  using std::chrono::nanoseconds;
  round_trip<&Plain::at_nanoseconds, &Optional::at_nanoseconds, types::Nanoseconds>(
      {types::Nanoseconds(nanoseconds(-1000)),
       types::Nanoseconds(nanoseconds(1'700'000'000'123'456'000))});
}

TEST_F(Types, what_is_finer_than_a_microsecond_is_cut_off_once) {
  auto em = orm.em().fork();
  const types::Nanoseconds fine(std::chrono::nanoseconds(1'999));
  Plain& row = em.create<Plain>({.at_nanoseconds = fine});
  em.flush();
  (void)statements();
  em.flush();
  EXPECT_TRUE(statements().empty());
  EXPECT_EQ(reader().find_one_or_fail<Plain>(row.id).at_nanoseconds,
            types::Nanoseconds(std::chrono::nanoseconds(1'000)));
  EXPECT_EQ(orm.em().fork().count<Plain>(f<&Plain::at_nanoseconds> == fine), 1u);
}

TEST_F(Types, a_point_in_time_beyond_microseconds_is_refused_by_name) {
  auto em = orm.em().fork();
  Plain& row = em.create<Plain>({.at_seconds = types::Seconds::max()});
  try {
    em.flush();
    FAIL() << "a time that does not fit was written";
  } catch (const ValidationError& error) {
    EXPECT_NE(error.message().find("Plain.at_seconds"), std::string::npos) << error.message();
  }
  row.at_seconds = {};
  em.flush();
}

TEST_F(Types, uuids) {
  std::vector<Uuid> values{Uuid(), Uuid::parse("ffffffff-ffff-ffff-ffff-ffffffffffff"),
                           Uuid::parse("00000000-0000-4000-8000-000000000000")};
  for (int i = 0; i < 8; ++i) values.push_back(i % 2 == 0 ? Uuid::v7() : Uuid::random());
  round_trip<&Plain::uuid, &Optional::uuid>(values);
}

TEST_F(Types, decimals) {
  round_trip<&Plain::amount, &Optional::amount, Decimal>(
      {Decimal("0"), Decimal("-0.5"), Decimal("4.50"), Decimal("0.0000000001"),
       Decimal("99999999999999999999.9999999999"), Decimal("-99999999999999999999.9999999999"),
       // Of 30 digits, the last one different: no double tells them apart.
       Decimal("12345678901234567890.0123456789"), Decimal("12345678901234567890.0123456788"),
       Decimal("123456789012345678901234567890"), Decimal("123456789012345678901234567891")});
}

TEST_F(Types, decimals_are_equal_by_value_and_ordered_by_it) {
  auto em = orm.em().fork();
  for (const char* text : {"10", "9.50", "-3", "123456789012345678901234567891",
                           "123456789012345678901234567890", "0"})
    em.create<Plain>({.amount = Decimal(text)});
  em.flush();
  auto other = orm.em().fork();
  EXPECT_EQ(other.count<Plain>(f<&Plain::amount> == Decimal("9.5")), 1u);
  EXPECT_EQ(other.count<Plain>(f<&Plain::amount> > Decimal("9.5")), 3u);
  EXPECT_EQ(other.count<Plain>(f<&Plain::amount> > Decimal("123456789012345678901234567890")), 1u);
  std::vector<Decimal> ordered;
  for (const Plain& row : other.find<Plain>({}, {.order_by = {f<&Plain::amount>.asc()}}))
    ordered.push_back(row.amount);
  EXPECT_TRUE(std::is_sorted(ordered.begin(), ordered.end()));
  EXPECT_EQ(ordered.size(), 6u);
}

TEST_F(Types, json_documents) {
  round_trip_unfiltered<&Plain::document, &Optional::document, json>(
      {json::parse("{}"), json::parse("[]"), json::parse(R"({"a": {"b": [1, 2, {"c": null}]}})"),
       json::parse(R"(["\u00e9\ud83e\udd86", "quote\" back\\slash\n", true, false])"),
       json::parse(R"({"\ud83e\udd86": "key", "": "empty", "it's": -1.5})"),
       json::parse("9007199254740993"), json::parse("0.1"), json("text"), json(true)});
}

TEST_F(Types, a_json_null_is_a_document) {
  auto em = orm.em().fork();
  Optional& document = em.create<Optional>({.document = json()});
  Optional& none = em.create<Optional>({});
  Plain& plain = em.create<Plain>({.document = json()});
  em.flush();
  auto other = orm.em().fork();
  EXPECT_TRUE(other.find_one_or_fail<Optional>(document.id).document.has_value());
  EXPECT_FALSE(other.find_one_or_fail<Optional>(none.id).document.has_value());
  EXPECT_TRUE(other.find_one_or_fail<Plain>(plain.id).document.is_null());
  (void)statements();
  other.flush();
  EXPECT_TRUE(statements().empty());
}

TEST_F(Types, enums_by_number_and_by_name) {
  round_trip<&Plain::size, &Optional::size, Size>({Size::tiny, Size::small, Size::large});
  round_trip<&Plain::mood, &Optional::mood, Mood>({Mood::calm, Mood::merry});
}

TEST_F(Types, a_number_without_enumerator_is_refused_by_name) {
  auto em = orm.em().fork();
  Plain& row = em.create<Plain>({.mood = static_cast<Mood>(5)});
  try {
    em.flush();
    FAIL() << "a number without a name was written";
  } catch (const ValidationError& error) {
    EXPECT_NE(error.message().find("Plain.mood"), std::string::npos) << error.message();
  }
  row.mood = Mood::merry;
  em.flush();
  EXPECT_EQ(reader().find_one_or_fail<Plain>(row.id).mood, Mood::merry);
}

TEST_F(Types, types_of_the_program) {
  round_trip<&Plain::money, &Optional::money, Money>(
      {{0}, {-1}, {std::numeric_limits<std::int64_t>::max()}});
  round_trip<&Plain::colour, &Optional::colour, Colour>({{""}, {"red"}, {"it's \xf0\x9f\xa6\x86"}});
}

TEST_F(Types, a_row_that_a_codec_refuses_leaves_no_half_object) {
  auto em = orm.em().fork();
  Plain& row = em.create<Plain>({.colour = {"red"}});
  em.flush();
  auto other = orm.em().fork();
  other.execute("update types_plain set colour = 'red'");
  EXPECT_THROW((void)other.find_one<Plain>(row.id), ValidationError);
  EXPECT_THROW((void)other.find<Plain>({}), ValidationError);
  other.execute("update types_plain set colour = '#blue'");
  EXPECT_EQ(other.find_one_or_fail<Plain>(row.id).colour, Colour{"blue"});
  (void)statements();
  other.flush();
  EXPECT_TRUE(statements().empty());
}

TEST_F(Types, random_rows_of_all_types_come_back) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  const auto number = [&] { return static_cast<std::int64_t>(random()); };
  auto em = orm.em().fork();
  std::vector<Plain*> rows;
  for (int i = 0; i < 200; ++i) {
    Plain row{};
    row.flag = number() % 2 == 0;
    row.i8 = static_cast<std::int8_t>(number());
    row.i16 = static_cast<std::int16_t>(number());
    row.i32 = static_cast<std::int32_t>(number());
    row.i64 = number();
    row.u8 = static_cast<std::uint8_t>(number());
    row.u16 = static_cast<std::uint16_t>(number());
    row.u32 = static_cast<std::uint32_t>(number());
    row.u64 = static_cast<std::uint64_t>(number()) >> 1;
    row.single = static_cast<float>(number() % 1'000'000) / 7;
    row.real = static_cast<double>(number()) / 3;
    row.name =
        std::string(static_cast<std::size_t>(random() % 60), static_cast<char>('a' + i % 26));
    row.text = row.name + "'\"\\\xf0\x9f\xa6\x86";
    for (std::uint64_t n = random() % 50; n > 0; --n)
      row.bytes.push_back(static_cast<std::byte>(random()));
    row.day = std::chrono::sys_days(std::chrono::days(number() % 300'000));
    row.at = Timestamp(microseconds(number() % 30'000'000'000'000'000));
    row.uuid = Uuid::random();
    row.amount =
        Decimal(std::to_string(number()) + "." + std::to_string(random() % 10'000'000'000));
    row.document = json::parse("{\"n\": " + std::to_string(number() % 1'000'000) + "}");
    row.size = i % 2 == 0 ? Size::tiny : Size::large;
    row.mood = i % 2 == 0 ? Mood::calm : Mood::merry;
    row.money = {number()};
    row.colour = {row.name};
    rows.push_back(&em.create<Plain>(std::move(row)));
  }
  em.flush();
  auto other = orm.em().fork();
  for (const Plain* row : rows) {
    const Plain& read = other.find_one_or_fail<Plain>(row->id);
    EXPECT_TRUE(read.flag == row->flag && read.i8 == row->i8 && read.i16 == row->i16 &&
                read.i32 == row->i32 && read.i64 == row->i64 && read.u8 == row->u8 &&
                read.u16 == row->u16 && read.u32 == row->u32 && read.u64 == row->u64);
    EXPECT_TRUE(read.single == row->single && read.real == row->real && read.name == row->name &&
                read.text == row->text && read.bytes == row->bytes);
    EXPECT_TRUE(read.day == row->day && read.at == row->at && read.uuid == row->uuid &&
                read.amount == row->amount && read.document == row->document);
    EXPECT_TRUE(read.size == row->size && read.mood == row->mood && read.money == row->money &&
                read.colour == row->colour);
  }
  (void)statements();
  other.flush();
  em.flush();
  EXPECT_TRUE(statements().empty());
}

}  // namespace
}  // namespace rowan::test
