// How values lie in SQLite's columns, and those that it cannot keep.

#include "drivers/sqlite/sqlite_fixture.hpp"

#include <gmock/gmock.h>

#include <chrono>
#include <limits>

namespace rowan::test {
namespace {

using testing::HasSubstr;

enum class Kind : std::uint8_t { plain, special };

struct Cells {
  std::int64_t id{};
  bool flag = true;
  double real = 1.5;
  Decimal amount{"12.50"};
  Uuid uuid = Uuid::parse("00112233-4455-6677-8899-aabbccddeeff");
  Uuid uuid_text = Uuid::parse("00112233-4455-6677-8899-aabbccddeeff");
  Timestamp at{std::chrono::microseconds(1'234'567)};
  Timestamp at_text{std::chrono::microseconds(1'234'567)};
  std::chrono::sys_days day{std::chrono::days(1)};
  std::vector<std::byte> bytes{std::byte{0}, std::byte{255}};
  json document = json::parse("{\"a\": 1}");
  Kind kind = Kind::special;
  Kind number = Kind::special;
  std::string text{};

  static consteval auto mapping() {
    return rowan::entity<Cells>(
        rowan::primary_key<&Cells::id>, rowan::property<&Cells::flag>,
        rowan::property<&Cells::real>, rowan::property<&Cells::amount>,
        rowan::property<&Cells::uuid>,
        rowan::property<&Cells::uuid_text>.column_type("varchar(36)"), rowan::property<&Cells::at>,
        rowan::property<&Cells::at_text>.column_type("text"), rowan::property<&Cells::day>,
        rowan::property<&Cells::bytes>, rowan::property<&Cells::document>,
        rowan::property<&Cells::kind>.enum_as_text(), rowan::property<&Cells::number>,
        rowan::property<&Cells::text>);
  }
};

class SqliteValues : public testing::Test {
 protected:
  SqliteValues() : orm({.driver = make_sqlite_driver({}), .entities = entities<Cells>()}) {
    orm.schema().create();
  }
  std::string sql(EntityManager& em, const std::string& expression) {
    return em.execute_rows("select " + expression + " from cells").at(0).at(0).text();
  }
  Orm orm;
};

TEST_F(SqliteValues, lie_as_the_documentation_says) {
  auto em = orm.em().fork();
  em.create<Cells>({.text = "x"});
  em.flush();
  EXPECT_EQ(sql(em, "typeof(flag) || flag"), "integer1");
  EXPECT_EQ(sql(em, "typeof(real) || real"), "real1.5");
  EXPECT_EQ(sql(em, "typeof(amount) || amount"), "text12.50");
  EXPECT_EQ(sql(em, "typeof(uuid) || lower(hex(uuid))"), "blob00112233445566778899aabbccddeeff");
  EXPECT_EQ(sql(em, "typeof(uuid_text) || uuid_text"), "text00112233-4455-6677-8899-aabbccddeeff");
  EXPECT_EQ(sql(em, "typeof(at) || at"), "integer1234567");
  EXPECT_EQ(sql(em, "typeof(at_text) || at_text"), "text1970-01-01 00:00:01.234567");
  EXPECT_EQ(sql(em, "typeof(day) || day"), "text1970-01-02");
  EXPECT_EQ(sql(em, "typeof(bytes) || hex(bytes)"), "blob00FF");
  EXPECT_EQ(sql(em, "typeof(document) || json_extract(document, '$.a')"), "text1");
  EXPECT_EQ(sql(em, "typeof(kind) || kind"), "textspecial");
  EXPECT_EQ(sql(em, "typeof(number) || number"), "integer1");
}

TEST_F(SqliteValues, of_columns_with_another_type_are_filtered_and_read_alike) {
  auto em = orm.em().fork();
  Cells& cells = em.create<Cells>({});
  em.flush();
  EXPECT_EQ(em.count<Cells>(f<&Cells::uuid_text> == cells.uuid), 1u);
  EXPECT_EQ(em.count<Cells>(f<&Cells::at_text> == cells.at), 1u);
  EXPECT_EQ(em.count<Cells>(f<&Cells::at_text> > cells.at), 0u);
  auto other = orm.em().fork();
  const Cells& read = other.find_one_or_fail<Cells>(cells.id);
  EXPECT_EQ(read.uuid_text, cells.uuid);
  EXPECT_EQ(read.at_text, cells.at);
}

TEST_F(SqliteValues, written_by_other_programs_in_other_forms_are_read) {
  auto em = orm.em().fork();
  Cells& cells = em.create<Cells>({});
  em.flush();
  em.execute(
      "update cells set uuid = '00112233-4455-6677-8899-aabbccddeeff', amount = 12.5, "
      "at = '1970-01-01 00:00:01.234567', day = '1970-01-02 00:00:00', real = 2, flag = 1");
  auto other = orm.em().fork();
  const Cells& read = other.find_one_or_fail<Cells>(cells.id);
  EXPECT_EQ(read.uuid, cells.uuid);
  EXPECT_EQ(read.amount, Decimal("12.5"));
  EXPECT_EQ(read.at, cells.at);
  EXPECT_EQ(read.day, cells.day);
  EXPECT_EQ(read.real, 2.0);
}

TEST_F(SqliteValues, decimals_are_added_up_exactly) {
  auto em = orm.em().fork();
  for (const char* amount : {"12345678901234567890.1", "0.2", "-0.00000000000000000001"})
    em.create<Cells>({.amount = Decimal(amount)});
  em.flush();
  const Decimal sum("12345678901234567890.29999999999999999999");
  const auto query = [&] { return em.query<Cells>().select(rowan::sum(f<&Cells::amount>)); };
  EXPECT_EQ(std::get<0>(query().one().value()), sum);
  EXPECT_EQ(query().having(rowan::sum(f<&Cells::amount>) >= sum).rows().size(), 1u);
  EXPECT_EQ(query().having(rowan::sum(f<&Cells::amount>) > sum).rows().size(), 0u);
  EXPECT_TRUE(em.execute_rows("select rowan_decimal_sum(null)").at(0).at(0).is_null());
  // A column of numbers, as other programs make them, is added up as its members are read.
  EXPECT_EQ(em.execute_rows("select rowan_decimal_sum(x) from (select 0.1 x union all select 0.2 "
                            "union all select 1e20 union all select 1e-7 union all select 3)")
                .at(0)
                .at(0)
                .text(),
            "100000000000000000003.3000001");
  em.execute("update cells set amount = 'much'");
  EXPECT_THROW((void)query().one(), Error);
  EXPECT_EQ(em.count<Cells>({}), 3u);  // the connection lives
}

TEST_F(SqliteValues, text_may_hold_zero_bytes) {
  using namespace std::string_literals;
  auto em = orm.em().fork();
  Cells& cells = em.create<Cells>({.text = "a\0b"s});
  em.flush();
  auto other = orm.em().fork();
  EXPECT_EQ(other.find_one_or_fail<Cells>(cells.id).text, "a\0b"s);
  EXPECT_EQ(other.count<Cells>(f<&Cells::text> == "a\0b"s), 1u);
  EXPECT_EQ(other.count<Cells>(f<&Cells::text> == "a"), 0u);
}

TEST_F(SqliteValues, times_reach_as_far_as_microseconds_do) {
  auto em = orm.em().fork();
  Cells& cells = em.create<Cells>({.at = Timestamp::max()});
  Cells& early = em.create<Cells>({.at = Timestamp::min()});
  em.flush();
  auto other = orm.em().fork();
  EXPECT_EQ(other.find_one_or_fail<Cells>(cells.id).at, Timestamp::max());
  EXPECT_EQ(other.find_one_or_fail<Cells>(early.id).at, Timestamp::min());
}

TEST_F(SqliteValues, that_cannot_be_kept_are_refused_by_name_and_stay_pending) {
  auto em = orm.em().fork();
  Cells& cells = em.create<Cells>({});
  const auto refusal = [&] {
    try {
      em.flush();
    } catch (const ValidationError& error) {
      return error.message();
    }
    return std::string("none");
  };
  cells.day = std::chrono::sys_days(std::chrono::days(10'000'000));
  EXPECT_THAT(refusal(), HasSubstr("Cells.day"));
  cells.day = {};
  cells.at_text = Timestamp::max();
  EXPECT_THAT(refusal(), HasSubstr("Cells.at_text"));
  cells.at_text = {};
  cells.real = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THAT(refusal(), HasSubstr("Cells.real"));
  cells.real = std::numeric_limits<double>::infinity();
  cells.kind = static_cast<Kind>(9);
  EXPECT_THAT(refusal(), HasSubstr("Cells.kind"));
  cells.kind = Kind::plain;
  EXPECT_EQ(refusal(), "none");
  EXPECT_EQ(em.count<Cells>(f<&Cells::real> > 1e300), 1u);
}

}  // namespace
}  // namespace rowan::test
