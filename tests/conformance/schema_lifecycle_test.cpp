// Tables made and unmade: create, drop, refresh, clear, and what stands in their way.

#include "conformance.hpp"

#include <gmock/gmock.h>

#include <cstdint>
#include <string>

namespace lifecycle {

struct City;
struct Country {
  std::int64_t id{};
  std::string name{};
  rowan::OptionalRef<City> capital{};  // a circle: each table refers to the other
  rowan::Collection<City> cities{};
};
struct City {
  std::int64_t id{};
  std::string name{};
  rowan::Ref<Country> country;
  rowan::OptionalRef<City> twin{};  // and one to itself
  rowan::Collection<Country> visited{};
};

}  // namespace lifecycle

template <>
inline constexpr auto rowan::mapping<lifecycle::Country> =
    rowan::entity<lifecycle::Country>(
        rowan::primary_key<&lifecycle::Country::id>,
        rowan::property<&lifecycle::Country::name>.unique().length(60),
        rowan::many_to_one<&lifecycle::Country::capital>,
        rowan::one_to_many<&lifecycle::Country::cities, &lifecycle::City::country>)
        .table("lifecycle_country");
template <>
inline constexpr auto rowan::mapping<lifecycle::City> =
    rowan::entity<lifecycle::City>(rowan::primary_key<&lifecycle::City::id>,
                                   rowan::property<&lifecycle::City::name>.index().length(60),
                                   rowan::many_to_one<&lifecycle::City::country>,
                                   rowan::many_to_one<&lifecycle::City::twin>,
                                   rowan::many_to_many<&lifecycle::City::visited>)
        .table("lifecycle_city");

namespace rowan::test {
namespace {

using namespace lifecycle;
using testing::HasSubstr;

class Lifecycle : public testing::Test {
 protected:
  Lifecycle()
      : recorder(std::make_shared<StatementRecorder>()),
        orm({.driver = driver_from_url(database_url()),
             .entities = entities<Country, City>(),
             .logger = recorder}) {
    orm.schema().drop();
    (void)recorder->take();
  }
  ~Lifecycle() override { orm.schema().drop(); }

  [[nodiscard]] const backend::Capabilities& capabilities() { return orm.driver().capabilities(); }
  void add_rows() {
    auto em = orm.em().fork();
    Country& country = em.create<Country>({.name = "Poland"});
    City& warsaw = em.create<City>({.name = "Warsaw", .country = country});
    City& lodz = em.create<City>({.name = "Lodz", .country = country, .twin = warsaw});
    warsaw.twin = lodz;
    country.capital = warsaw;
    warsaw.visited.add(country);
    em.flush();
  }
  std::size_t rows() {
    auto em = orm.em().fork();
    return em.count<Country>() + em.count<City>();
  }

  std::shared_ptr<StatementRecorder> recorder;
  Orm orm;
};

TEST_F(Lifecycle, tables_in_a_circle_are_made_used_and_dropped) {
  orm.schema().create();
  add_rows();
  EXPECT_EQ(rows(), 3u);
  orm.schema().drop();
  EXPECT_THROW((void)rows(), TableNotFoundError);
  orm.schema().drop();
  orm.schema().create();
  EXPECT_EQ(rows(), 0u);
}

TEST_F(Lifecycle, clear_keeps_tables_and_refresh_makes_them_anew) {
  orm.schema().create();
  add_rows();
  orm.schema().clear();
  EXPECT_EQ(rows(), 0u);
  add_rows();
  orm.schema().refresh();
  EXPECT_EQ(rows(), 0u);
  add_rows();
  EXPECT_EQ(rows(), 3u);
}

TEST_F(Lifecycle, foreign_keys_hold_again_after_tables_were_dropped_and_cleared) {
  orm.schema().refresh();
  orm.schema().clear();
  auto em = orm.em().fork();
  em.create<City>({.name = "Nowhere", .country = em.get_reference<Country>(12'345)});
  EXPECT_THROW(em.flush(), ForeignKeyConstraintViolation);
}

TEST_F(Lifecycle, create_fails_where_a_table_is_there) {
  orm.schema().create();
  add_rows();
  EXPECT_THROW(orm.schema().create(), DriverError);
  EXPECT_EQ(rows(), 3u);
}

TEST_F(Lifecycle, a_failure_half_way_leaves_nothing_behind) {
  ROWAN_REQUIRE(transactional_schema);
  auto em = orm.em().fork();
  em.execute("create table lifecycle_city_visited (other integer)");
  EXPECT_THROW(orm.schema().create(), DriverError);
  EXPECT_THROW((void)em.count<Country>(), TableNotFoundError);
  EXPECT_THROW((void)em.count<City>(), TableNotFoundError);
  em.execute("drop table lifecycle_city_visited");
  orm.schema().create();
  EXPECT_EQ(rows(), 0u);
}

TEST_F(Lifecycle, a_table_that_is_not_mapped_is_left_alone) {
  auto em = orm.em().fork();
  em.execute("drop table if exists lifecycle_stranger");
  em.execute("create table lifecycle_stranger (id integer primary key)");
  em.execute("insert into lifecycle_stranger (id) values (7)");
  orm.schema().refresh();
  orm.schema().clear();
  orm.schema().drop();
  const auto kept = em.execute_rows("select id from lifecycle_stranger");
  ASSERT_EQ(kept.size(), 1u);
  EXPECT_EQ(kept[0][0].integer(), 7);
  em.execute("drop table lifecycle_stranger");
}

TEST_F(Lifecycle, the_sql_is_what_would_run) {
  const std::string create = orm.schema().create_sql();
  const std::string drop = orm.schema().drop_sql();
  EXPECT_TRUE(recorder->take().empty());
  EXPECT_THROW((void)rows(), TableNotFoundError);
  auto em = orm.em().fork();
  const auto run = [&](std::string_view sql) {
    while (!sql.empty()) {
      const auto end = sql.find(";\n");
      ASSERT_NE(end, std::string_view::npos) << sql;
      em.execute(sql.substr(0, end));
      sql.remove_prefix(end + 2);
    }
  };
  run(create);
  add_rows();
  EXPECT_EQ(rows(), 3u);
  orm.schema().clear();
  orm.schema().drop();
  EXPECT_THAT(drop, HasSubstr("lifecycle_country"));
  EXPECT_THAT(drop, HasSubstr("lifecycle_city_visited"));
}

TEST_F(Lifecycle, its_statements_are_logged_as_schema) {
  class SchemaLog final : public Logger {
   public:
    void log(const LogMessage& message) override { text += std::string(message.sql) + "\n"; }
    [[nodiscard]] bool is_enabled(LogNamespace ns) const override {
      return ns == LogNamespace::schema;
    }
    std::string text;
  };
  const auto log = std::make_shared<SchemaLog>();
  Orm logged({.driver = driver_from_url(database_url()),
              .entities = entities<Country, City>(),
              .logger = log});
  logged.schema().create();
  EXPECT_THAT(log->text, HasSubstr("create table"));
  EXPECT_THAT(log->text, HasSubstr("lifecycle_city"));
  log->text.clear();
  static_cast<void>(logged.em().fork().count<City>());
  EXPECT_EQ(log->text, "");
  logged.schema().drop();
  EXPECT_THAT(log->text, HasSubstr("drop table"));
}

}  // namespace
}  // namespace rowan::test
