// Every mapped type through every way of writing: one row, arrays, copies; and types that the driver does not know.

#include "drivers/postgres/postgres_test.hpp"

#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>
#include <vector>

namespace every {

enum class Mood : std::uint8_t { sad, fine, glad };

struct Row {
  std::int64_t id{};
  bool flag{};
  std::int16_t small{};
  std::int32_t medium{};
  std::int64_t large{};
  std::uint8_t tiny{};
  std::uint32_t wide{};
  float single{};
  double real{};
  std::string text;
  std::optional<std::string> maybe;
  std::vector<std::byte> bytes;
  rowan::Timestamp at{};
  std::chrono::sys_days day{};
  rowan::Uuid uuid;
  rowan::Decimal exact;
  rowan::json document;
  Mood mood{};
  Mood named{};
};

struct Custom {
  std::int64_t id{};
  std::string short_text;
  std::string fixed;
  std::string address;
  std::string span;
  std::string mood;
  std::int64_t narrow{};
  rowan::Timestamp local{};
  rowan::Decimal money;
  rowan::json text_document;
  rowan::Uuid uuid_text;
};

/// A type that has only a text makes the others come as text too.
struct Mixed {
  std::int64_t id{};
  std::string address;
  std::vector<std::string> words;
  std::vector<std::int64_t> numbers;
  rowan::Timestamp time{};
};

}  // namespace every

template <>
inline constexpr auto rowan::mapping<every::Row> =
    rowan::entity<every::Row>(rowan::primary_key<&every::Row::id>,
                              rowan::property<&every::Row::flag>,
                              rowan::property<&every::Row::small>,
                              rowan::property<&every::Row::medium>,
                              rowan::property<&every::Row::large>,
                              rowan::property<&every::Row::tiny>,
                              rowan::property<&every::Row::wide>,
                              rowan::property<&every::Row::single>,
                              rowan::property<&every::Row::real>,
                              rowan::property<&every::Row::text>,
                              rowan::property<&every::Row::maybe>,
                              rowan::property<&every::Row::bytes>,
                              rowan::property<&every::Row::at>,
                              rowan::property<&every::Row::day>,
                              rowan::property<&every::Row::uuid>,
                              rowan::property<&every::Row::exact>,
                              rowan::property<&every::Row::document>,
                              rowan::property<&every::Row::mood>,
                              rowan::property<&every::Row::named>.enum_as_text())
        .table("pg_every_row");

template <>
inline constexpr auto rowan::mapping<every::Custom> =
    rowan::entity<every::Custom>(
        rowan::primary_key<&every::Custom::id>,
        rowan::property<&every::Custom::short_text>.column_type("varchar(5)"),
        rowan::property<&every::Custom::fixed>.column_type("char(3)"),
        rowan::property<&every::Custom::address>.column_type("inet"),
        rowan::property<&every::Custom::span>.column_type("interval"),
        rowan::property<&every::Custom::mood>.column_type("pg_custom_mood"),
        rowan::property<&every::Custom::narrow>.column_type("smallint"),
        rowan::property<&every::Custom::local>.column_type("timestamp(3)"),
        rowan::property<&every::Custom::money>.column_type("numeric(10,2)"),
        rowan::property<&every::Custom::text_document>.column_type("json"),
        rowan::property<&every::Custom::uuid_text>.column_type("varchar(36)"))
        .table("pg_custom");

template <>
inline constexpr auto rowan::mapping<every::Mixed> =
    rowan::entity<every::Mixed>(rowan::primary_key<&every::Mixed::id>,
                                rowan::property<&every::Mixed::address>.column_type("inet"),
                                rowan::property<&every::Mixed::words>,
                                rowan::property<&every::Mixed::numbers>,
                                rowan::property<&every::Mixed::time>)
        .table("pg_mixed");

namespace rowan::test {
namespace {

using every::Custom;
using every::Mood;
using every::Row;

Timestamp at(std::int64_t microseconds) {
  return Timestamp{std::chrono::microseconds(microseconds)};
}

Row sample(int number) {
  const bool is_odd = number % 2 != 0;
  Row row;
  row.flag = is_odd;
  row.small = static_cast<std::int16_t>(is_odd ? -32768 : 32767);
  row.medium = is_odd ? std::numeric_limits<std::int32_t>::min() : number;
  row.large = is_odd ? std::numeric_limits<std::int64_t>::max() : -number;
  row.tiny = 255;
  row.wide = 4294967295;
  row.single = 0.1F;
  row.real = is_odd ? 1e-300 : std::numeric_limits<double>::infinity();
  row.text = "it's {\"quoted\"}, \\ and \xc3\xa9 " + std::to_string(number);
  if (is_odd) row.maybe = "";
  row.bytes = {std::byte{0}, std::byte{255}, std::byte(number % 256)};
  row.at = at(is_odd ? -1 : 1764115200123456);
  row.day = std::chrono::sys_days(std::chrono::days(is_odd ? -719162 : 20000));
  row.uuid = Uuid::parse("0190163d-8694-739b-aea5-966c26f8ad91");
  row.exact = Decimal(is_odd ? "-12345678901234567890.00010" : "0.00000000000000000001");
  row.document = json::parse(R"({"a": [1, "x\"y", null], "b": {"c": true}})");
  row.mood = Mood::glad;
  row.named = is_odd ? Mood::sad : Mood::fine;
  return row;
}

void expect_same(const Row& row, const Row& wanted) {
  EXPECT_EQ(row.flag, wanted.flag);
  EXPECT_EQ(row.small, wanted.small);
  EXPECT_EQ(row.medium, wanted.medium);
  EXPECT_EQ(row.large, wanted.large);
  EXPECT_EQ(row.tiny, wanted.tiny);
  EXPECT_EQ(row.wide, wanted.wide);
  EXPECT_EQ(row.single, wanted.single);
  EXPECT_EQ(row.real, wanted.real);
  EXPECT_EQ(row.text, wanted.text);
  EXPECT_EQ(row.maybe, wanted.maybe);
  EXPECT_EQ(row.bytes, wanted.bytes);
  EXPECT_EQ(row.at, wanted.at);
  EXPECT_EQ(row.day, wanted.day);
  EXPECT_EQ(row.uuid, wanted.uuid);
  EXPECT_EQ(row.exact.text(), wanted.exact.text());
  EXPECT_EQ(row.document, wanted.document);
  EXPECT_EQ(row.mood, wanted.mood);
  EXPECT_EQ(row.named, wanted.named);
}

class PostgresTypes : public ::testing::Test {
 protected:
  PostgresTypes() : orm(make_orm<Row>(server_url())) { orm.schema().refresh(); }
  ~PostgresTypes() override { orm.schema().drop(); }

  void write_and_read(int count) {
    auto em = orm.em().fork();
    std::vector<std::int64_t> keys;
    for (int i = 0; i < count; ++i) em.create<Row>(sample(i));
    em.flush();
    auto other = orm.em().fork();
    const auto rows = other.find<Row>(f<&Row::id> > 0, {.order_by = {f<&Row::id>}});
    ASSERT_EQ(rows.size(), static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i) expect_same(rows[static_cast<std::size_t>(i)], sample(i));
  }

  Orm orm;
};

TEST_F(PostgresTypes, come_back_from_one_row) { write_and_read(1); }
TEST_F(PostgresTypes, come_back_from_arrays) { write_and_read(7); }
TEST_F(PostgresTypes, come_back_from_a_copy) {
  write_and_read(300);
  auto em = orm.em().fork();
  EXPECT_EQ(number_of(em, "select count(*) from pg_every_row where wide = 4294967295"), 300);
}

TEST_F(PostgresTypes, columns_have_the_types_of_their_members) {
  auto em = orm.em().fork();
  EXPECT_EQ(
      text_of(em,
              "select string_agg(format_type(atttypid, atttypmod), ', ' order by attnum) from "
              "pg_attribute where attrelid = 'pg_every_row'::regclass and attnum > 0"),
      "bigint, boolean, smallint, integer, bigint, smallint, bigint, real, double precision, "
      "text, text, bytea, timestamp(6) with time zone, date, uuid, numeric, jsonb, smallint, "
      "text");
}

TEST_F(PostgresTypes, are_updated_as_arrays) {
  auto em = orm.em().fork();
  for (int i = 0; i < 5; ++i) em.create<Row>(sample(0));
  em.flush();
  auto rows = em.find<Row>({}, {.order_by = {f<&Row::id>}});
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::int64_t id = rows[i].id;
    rows[i] = sample(static_cast<int>(i));
    rows[i].id = id;
  }
  const auto before = em.statistics().statements;
  em.flush();
  // Rows whose changed columns are the same go together.
  EXPECT_LE(em.statistics().statements - before, 4u);
  auto other = orm.em().fork();
  const auto read = other.find<Row>({}, {.order_by = {f<&Row::id>}});
  for (std::size_t i = 0; i < read.size(); ++i) expect_same(read[i], sample(static_cast<int>(i)));
}

TEST_F(PostgresTypes, serve_in_filters_and_lists) {
  auto em = orm.em().fork();
  for (int i = 0; i < 4; ++i) em.create<Row>(sample(i));
  em.flush();
  EXPECT_EQ(em.count<Row>(f<&Row::flag> == true), 2u);
  EXPECT_EQ(em.count<Row>(f<&Row::small>.in({std::int16_t{-32768}, std::int16_t{5}})), 2u);
  EXPECT_EQ(em.count<Row>(f<&Row::medium> < 3000000000), 4u);
  EXPECT_EQ(em.count<Row>(f<&Row::uuid>.in({sample(0).uuid, Uuid()})), 4u);
  EXPECT_EQ(em.count<Row>(f<&Row::exact>.in({Decimal("0.000000000000000000010"), Decimal(1)})), 2u);
  EXPECT_EQ(em.count<Row>(f<&Row::exact> < Decimal(0)), 2u);
  EXPECT_EQ(em.count<Row>(f<&Row::at> < Timestamp{}), 2u);
  EXPECT_EQ(em.count<Row>(f<&Row::day>.in({sample(0).day, sample(1).day})), 4u);
  EXPECT_EQ(em.count<Row>(f<&Row::named>.in({Mood::sad, Mood::glad})), 2u);
  EXPECT_EQ(em.count<Row>(f<&Row::real>.in({1e-300, 2.0})), 2u);
  EXPECT_EQ(em.count<Row>(f<&Row::text>.in({sample(3).text, std::string("a,b\"{}")})), 1u);
}

TEST_F(PostgresTypes, of_numbers_have_their_edges) {
  auto em = orm.em().fork();
  Row& row = em.create<Row>(sample(0));
  row.real = std::nan("");
  row.exact = Decimal(std::string(1000, '9') + "." + std::string(200, '1'));
  em.flush();
  auto other = orm.em().fork();
  const Row& read = other.find_one_or_fail<Row>(row.id);
  EXPECT_TRUE(std::isnan(read.real));
  EXPECT_EQ(read.exact.text(), row.exact.text());
}

TEST_F(PostgresTypes, sums_and_averages_have_the_types_of_the_typed_query) {
  auto em = orm.em().fork();
  for (int i = 0; i < 3; ++i) em.create<Row>(sample(0)).medium = 2000000000;
  em.flush();
  const auto rows = em.query<Row>()
                        .select(sum(f<&Row::medium>), avg(f<&Row::medium>), sum(f<&Row::exact>))
                        .rows();
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(std::get<0>(rows[0]), 6000000000);
  EXPECT_EQ(std::get<1>(rows[0]), 2000000000.0);
}

class PostgresCustomTypes : public ::testing::Test {
 protected:
  PostgresCustomTypes() : orm(make_orm<Custom>(server_url())) {
    orm.schema().drop();
    auto em = orm.em().fork();
    em.execute("drop type if exists pg_custom_mood");
    em.execute("create type pg_custom_mood as enum ('sad', 'ok')");
    orm.schema().create();
  }
  ~PostgresCustomTypes() override {
    orm.schema().drop();
    orm.em().fork().execute("drop type pg_custom_mood");
  }

  static Custom sample(int number) {
    Custom row;
    row.short_text = "n" + std::to_string(number);
    row.fixed = "ab";
    row.address = "10.0.0.1";
    row.span = "1 day";
    row.mood = number % 2 == 0 ? "ok" : "sad";
    row.narrow = number;
    row.local = at(1764115200123000);
    row.money = Decimal("1.50");
    row.text_document = json::parse("[1]");
    row.uuid_text = Uuid::parse("0190163d-8694-739b-aea5-966c26f8ad91");
    return row;
  }
  void write_and_read(int count) {
    auto em = orm.em().fork();
    for (int i = 0; i < count; ++i) em.create<Custom>(sample(i));
    em.flush();
    auto other = orm.em().fork();
    const auto rows = other.find<Custom>({}, {.order_by = {f<&Custom::id>}});
    ASSERT_EQ(rows.size(), static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i) {
      const Custom& row = rows[static_cast<std::size_t>(i)];
      EXPECT_EQ(row.short_text, sample(i).short_text);
      EXPECT_EQ(row.fixed, "ab ");
      EXPECT_EQ(row.address, "10.0.0.1");
      EXPECT_EQ(row.span, "1 day");
      EXPECT_EQ(row.mood, sample(i).mood);
      EXPECT_EQ(row.narrow, i);
      EXPECT_EQ(row.local, sample(i).local);
      EXPECT_EQ(row.money.text(), "1.50");
      EXPECT_EQ(row.text_document, sample(i).text_document);
      EXPECT_EQ(row.uuid_text, sample(i).uuid_text);
    }
  }

  Orm orm;
};

TEST_F(PostgresCustomTypes, come_back_from_one_row) { write_and_read(1); }
TEST_F(PostgresCustomTypes, come_back_from_arrays) { write_and_read(3); }
TEST_F(PostgresCustomTypes, come_back_from_many_rows) { write_and_read(200); }

TEST_F(PostgresCustomTypes, are_found_by_their_values) {
  auto em = orm.em().fork();
  for (int i = 0; i < 3; ++i) em.create<Custom>(sample(i));
  em.flush();
  EXPECT_EQ(em.count<Custom>(f<&Custom::mood> == std::string("ok")), 2u);
  EXPECT_EQ(em.count<Custom>(f<&Custom::mood>.in({std::string("ok"), std::string("sad")})), 3u);
  EXPECT_EQ(em.count<Custom>(f<&Custom::address> == std::string("10.0.0.1")), 3u);
  EXPECT_EQ(em.count<Custom>(f<&Custom::narrow> > 1), 1u);
}

TEST_F(PostgresCustomTypes, are_not_cut_to_their_length) {
  for (const int count : {1, 2, 250}) {
    auto em = orm.em().fork();
    for (int i = 0; i < count; ++i) em.create<Custom>(sample(i)).short_text = "too long";
    try {
      em.flush();
      FAIL() << "stored";
    } catch (const DataError& error) {
      EXPECT_EQ(error.sqlstate(), "22001");
    }
  }
}

TEST_F(PostgresCustomTypes, refuse_numbers_out_of_their_range) {
  for (const int count : {1, 2, 250}) {
    auto em = orm.em().fork();
    for (int i = 0; i < count; ++i) em.create<Custom>(sample(i)).narrow = 99999;
    try {
      em.flush();
      FAIL() << "stored";
    } catch (const DataError& error) {
      EXPECT_EQ(error.sqlstate(), "22003");
    }
    EXPECT_EQ(number_of(em, "select count(*) from pg_custom"), 0);
  }
}

TEST(PostgresResults, that_come_as_text_have_arrays_and_all_times) {
  Orm orm = make_orm<every::Mixed>(server_url());
  orm.schema().refresh();
  const std::vector<std::string> words = {"a", "b,c", "", "NULL", "q\"\\{}", "\n"};
  const auto time = at(-70'000'000'000'000'000);
  auto em = orm.em().fork();
  em.create<every::Mixed>(
      {.address = "10.0.0.1", .words = words, .numbers = {1, -2}, .time = time});
  em.create<every::Mixed>({.address = "10.0.0.2", .words = {}, .numbers = {}, .time = at(0)});
  em.flush();
  auto other = orm.em().fork();
  const auto read = other.find<every::Mixed>({}, {.order_by = {f<&every::Mixed::id>}});
  ASSERT_EQ(read.size(), 2u);
  EXPECT_EQ(read[0].address, "10.0.0.1");
  EXPECT_EQ(read[0].words, words);
  EXPECT_EQ(read[0].numbers, (std::vector<std::int64_t>{1, -2}));
  EXPECT_EQ(read[0].time, time);
  EXPECT_TRUE(read[1].words.empty());
  orm.schema().drop();
}

TEST(PostgresResults, of_types_that_have_only_text_are_read_as_text) {
  Orm orm = make_orm<Row>(server_url());
  auto em = orm.em().fork();
  const auto row = em.execute_rows(
                         "select interval '1 day', 42::bigint, true, 1.5::float8, 1.50::numeric, "
                         "'\\x01'::bytea, null, array[1,2], date '2000-01-02', "
                         "timestamptz '1970-01-01 00:00:01Z', "
                         "'0190163d-8694-739b-aea5-966c26f8ad91'::uuid")
                       .at(0);
  EXPECT_EQ(row[0].text(), "1 day");
  EXPECT_EQ(row[1].integer(), 42);
  EXPECT_EQ(row[2].type(), ValueType::boolean);
  EXPECT_EQ(row[3].real(), 1.5);
  EXPECT_EQ(row[4].text(), "1.50");
  EXPECT_EQ(row[5].text(), std::string(1, '\1'));
  EXPECT_TRUE(row[6].is_null());
  EXPECT_EQ(row[7].text(), "[1,2]");
  EXPECT_EQ(
      em.execute_rows("select array[[1,2],[3,null]], '{}'::text[], array['a\"b']").at(0)[0].text(),
      "[[1,2],[3,null]]");
  EXPECT_EQ(row[8].integer(), 10958);
  EXPECT_EQ(row[9].integer(), 1000000);
  EXPECT_EQ(row[10].text().size(), 16u);
}

}  // namespace
}  // namespace rowan::test
