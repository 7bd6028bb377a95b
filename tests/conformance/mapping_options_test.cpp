// Each option of a property, a relation or an entity, by what it does to rows and objects.

#include "fresh_reader.hpp"

#include <gmock/gmock.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace options {

using rowan::ReferentialAction;

enum class Role : std::uint8_t { reader = 1, writer = 7 };

inline std::string new_code() { return "made by on_create"; }

struct Row {
  std::int64_t id{};
  std::optional<std::string> label{};
  std::optional<std::int32_t> number{};
  std::optional<bool> flag{};
  std::optional<double> ratio{};
  std::optional<rowan::Decimal> price{};
  std::optional<rowan::Uuid> token{};
  std::optional<rowan::Timestamp> since{};
  std::optional<std::chrono::sys_days> day{};
  std::optional<Role> role{};
  std::optional<Role> rank{};
  std::optional<rowan::json> extra{};
  std::string raw{};
  std::optional<std::int64_t> sum{};
  std::string code{};
  std::int32_t writes = 0;
  std::int32_t memory = 3;
  std::int32_t plain = 4;
};

struct Limited {
  std::int64_t id{};
  std::string email{};
  std::string shown{};
  std::int32_t age = 18;
  std::int32_t left = 0;
  std::int32_t right = 1;
  std::string secret{};
};

struct Versioned {
  std::int64_t id{};
  std::string name{};
  std::int32_t version = 0;
};
struct Timed {
  std::int64_t id{};
  std::string name{};
  rowan::Timestamp version{};
};
struct Tokened {
  std::int64_t id{};
  std::string name{};
  std::string token{};
};

struct Part;
struct Label;
struct Whole {
  std::int64_t id{};
  std::string name{};
  rowan::Collection<Part> kept{};     // no cascade of removals
  rowan::Collection<Part> owned{};    // cascade_remove
  rowan::Collection<Part> orphans{};  // orphan_removal
  rowan::OptionalRef<Part> only{};    // one to one, orphan_removal
  rowan::Collection<Label> labels{};  // in a fixed order
};
struct Part {
  std::int64_t id{};
  std::string name{};
  rowan::OptionalRef<Whole> keeper{};
  rowan::OptionalRef<Whole> owner{};
  rowan::OptionalRef<Whole> parent{};
};
struct Label {
  std::int64_t id{};
  std::string text{};
};

/// Foreign keys by rule, as the database keeps them.
struct Target {
  std::int64_t id{};
  std::int64_t number = 0;
};
struct Ruled {
  std::int64_t id{};
  rowan::OptionalRef<Target> gone_with{};
  rowan::OptionalRef<Target> emptied{};
  rowan::OptionalRef<Target> holding{};
};

}  // namespace options

template <>
inline constexpr auto rowan::mapping<options::Row> =
    rowan::entity<options::Row>(
        rowan::primary_key<&options::Row::id>,
        rowan::property<&options::Row::label>.default_value("it's none").length(40),
        rowan::property<&options::Row::number>.default_value(-5),
        rowan::property<&options::Row::flag>.default_value(true),
        rowan::property<&options::Row::ratio>.default_value(0.5),
        rowan::property<&options::Row::price>.precision(12, 2).default_value("1.50"),
        rowan::property<&options::Row::token>.default_value("11111111-2222-4333-8444-555555555555"),
        rowan::property<&options::Row::since>.default_value("2024-02-29 12:30:00.25"),
        rowan::property<&options::Row::day>.default_value("2024-02-29"),
        rowan::property<&options::Row::role>.enum_as_text().default_value(options::Role::writer),
        rowan::property<&options::Row::rank>.default_value(options::Role::writer),
        rowan::property<&options::Row::extra>.default_raw("'{\"a\": 1}'"),
        rowan::property<&options::Row::raw>.length(20).default_raw("'raw'"),
        rowan::property<&options::Row::sum>.default_raw("40 + 2"),
        rowan::property<&options::Row::code>.on_create(options::new_code),
        rowan::property<&options::Row::writes>.on_update([](const options::Row& row) {
          return row.writes + 1;
        }),
        rowan::property<&options::Row::memory>.not_persistent(),
        rowan::property<&options::Row::plain>.default_value(9))
        .table("options_row");

template <>
inline constexpr auto rowan::mapping<options::Limited> =
    rowan::entity<options::Limited>(
        rowan::primary_key<&options::Limited::id>,
        rowan::property<&options::Limited::email>.unique("options_one_email").length(80),
        rowan::property<&options::Limited::shown>.column("shown_as").index().length(80),
        rowan::property<&options::Limited::age>.check("age >= 18"),
        rowan::property<&options::Limited::left>.column("left_end"),
        rowan::property<&options::Limited::right>.column("right_end"),
        rowan::property<&options::Limited::secret>.hidden().length(80))
        .table("options_limited")
        .unique<&options::Limited::left, &options::Limited::right>("options_one_span")
        .index<&options::Limited::right, &options::Limited::left>()
        .check("left_end < right_end", "options_span");

template <>
inline constexpr auto rowan::mapping<options::Versioned> =
    rowan::entity<options::Versioned>(rowan::primary_key<&options::Versioned::id>,
                                      rowan::property<&options::Versioned::name>,
                                      rowan::property<&options::Versioned::version>.version())
        .table("options_versioned");
template <>
inline constexpr auto rowan::mapping<options::Timed> =
    rowan::entity<options::Timed>(rowan::primary_key<&options::Timed::id>,
                                  rowan::property<&options::Timed::name>,
                                  rowan::property<&options::Timed::version>.version())
        .table("options_timed");
template <>
inline constexpr auto rowan::mapping<options::Tokened> =
    rowan::entity<options::Tokened>(rowan::primary_key<&options::Tokened::id>,
                                    rowan::property<&options::Tokened::name>,
                                    rowan::property<&options::Tokened::token>.concurrency_check())
        .table("options_tokened");

template <>
inline constexpr auto rowan::mapping<options::Whole> =
    rowan::entity<options::Whole>(
        rowan::primary_key<&options::Whole::id>,
        rowan::property<&options::Whole::name>,
        rowan::one_to_many<&options::Whole::kept, &options::Part::keeper>,
        rowan::one_to_many<&options::Whole::owned, &options::Part::owner>.cascade_remove(),
        rowan::one_to_many<&options::Whole::orphans, &options::Part::parent>.orphan_removal(),
        rowan::one_to_one<&options::Whole::only>.orphan_removal(),
        rowan::many_to_many<&options::Whole::labels>.fixed_order())
        .table("options_whole");
template <>
inline constexpr auto rowan::mapping<options::Part> =
    rowan::entity<options::Part>(rowan::primary_key<&options::Part::id>,
                                 rowan::property<&options::Part::name>,
                                 rowan::many_to_one<&options::Part::keeper>,
                                 rowan::many_to_one<&options::Part::owner>,
                                 rowan::many_to_one<&options::Part::parent>.cascade_none())
        .table("options_part");
template <>
inline constexpr auto rowan::mapping<options::Label> =
    rowan::entity<options::Label>(rowan::primary_key<&options::Label::id>,
                                  rowan::property<&options::Label::text>)
        .table("options_label");
template <>
inline constexpr auto rowan::mapping<options::Target> =
    rowan::entity<options::Target>(rowan::primary_key<&options::Target::id>,
                                   rowan::property<&options::Target::number>)
        .table("options_target");
template <>
inline constexpr auto rowan::mapping<options::Ruled> =
    rowan::entity<options::Ruled>(
        rowan::primary_key<&options::Ruled::id>,
        rowan::many_to_one<&options::Ruled::gone_with>.on_delete(
            options::ReferentialAction::cascade),
        rowan::many_to_one<&options::Ruled::emptied>.on_delete(
            options::ReferentialAction::set_null),
        rowan::many_to_one<&options::Ruled::holding>
            .on_delete(options::ReferentialAction::restrict_)
            .on_update_rule(options::ReferentialAction::cascade))
        .table("options_ruled");

namespace rowan::test {
namespace {

using namespace options;
using testing::HasSubstr;

class PropertyOptions : public WithReader<Row, Limited, Versioned, Timed, Tokened> {};

TEST_F(PropertyOptions, an_optional_without_value_gets_the_default_and_knows_it) {
  auto em = orm.em().fork();
  Row& row = em.create<Row>({});
  em.flush();
  const auto expect_defaults = [](const Row& read) {
    EXPECT_EQ(read.label, "it's none");
    EXPECT_EQ(read.number, -5);
    EXPECT_EQ(read.flag, true);
    EXPECT_EQ(read.ratio, 0.5);
    EXPECT_EQ(read.price, Decimal("1.50"));
    EXPECT_EQ(read.token, Uuid::parse("11111111-2222-4333-8444-555555555555"));
    Timestamp since;
    ASSERT_TRUE(parse_timestamp("2024-02-29 12:30:00.25", since));
    EXPECT_EQ(read.since, since);
    EXPECT_EQ(read.day, std::chrono::sys_days(std::chrono::days(19782)));
    EXPECT_EQ(read.role, Role::writer);
    EXPECT_EQ(read.rank, Role::writer);
    EXPECT_TRUE(read.extra.has_value() && (*read.extra)["a"] == json(1));
    EXPECT_EQ(read.raw, "raw");
    EXPECT_EQ(read.sum, 42);
  };
  expect_defaults(row);
  (void)statements();
  em.flush();
  EXPECT_TRUE(statements().empty());
  auto other = orm.em().fork();
  expect_defaults(other.find_one_or_fail<Row>(row.id));
  other.flush();
}

TEST_F(PropertyOptions, a_default_in_the_row_equals_the_same_value_in_a_filter) {
  auto em = orm.em().fork();
  em.create<Row>({});
  em.flush();
  EXPECT_EQ(em.count<Row>(f<&Row::label> == "it's none"), 1u);
  EXPECT_EQ(em.count<Row>(f<&Row::number> == -5), 1u);
  EXPECT_EQ(em.count<Row>(f<&Row::flag> == true), 1u);
  EXPECT_EQ(em.count<Row>(f<&Row::price> == Decimal("1.5")), 1u);
  EXPECT_EQ(em.count<Row>(f<&Row::token> == Uuid::parse("11111111-2222-4333-8444-555555555555")),
            1u);
  Timestamp since;
  ASSERT_TRUE(parse_timestamp("2024-02-29 12:30:00.25", since));
  EXPECT_EQ(em.count<Row>(f<&Row::since> == since), 1u);
  EXPECT_EQ(em.count<Row>(f<&Row::since> > since), 0u);
  EXPECT_EQ(em.count<Row>(f<&Row::day> == std::chrono::sys_days(std::chrono::days(19782))), 1u);
  EXPECT_EQ(em.count<Row>(f<&Row::role> == Role::writer), 1u);
  EXPECT_EQ(em.count<Row>(f<&Row::rank> == Role::writer), 1u);
}

TEST_F(PropertyOptions, a_value_given_wins_over_the_default) {
  auto em = orm.em().fork();
  Row& row = em.create<Row>({.label = "mine", .number = 0, .flag = false, .raw = "mine", .sum = 0});
  em.flush();
  auto other = orm.em().fork();
  const Row& again = other.find_one_or_fail<Row>(row.id);
  EXPECT_EQ(again.label, "mine");
  EXPECT_EQ(again.number, 0);
  EXPECT_EQ(again.flag, false);
  EXPECT_EQ(again.raw, "mine");
  EXPECT_EQ(again.sum, 0);
}

TEST_F(PropertyOptions, rows_with_and_without_defaults_share_a_flush) {
  auto em = orm.em().fork();
  std::vector<Row*> rows;
  for (int i = 0; i < 20; ++i)
    rows.push_back(&em.create<Row>(
        i % 3 == 0 ? Row{} : Row{.label = std::to_string(i), .number = i, .raw = "given"}));
  em.flush();
  auto other = orm.em().fork();
  for (int i = 0; i < 20; ++i) {
    const Row& read = other.find_one_or_fail<Row>(rows[static_cast<std::size_t>(i)]->id);
    EXPECT_EQ(read.label, i % 3 == 0 ? "it's none" : std::to_string(i));
    EXPECT_EQ(read.raw, i % 3 == 0 ? "raw" : "given");
    EXPECT_EQ(rows[static_cast<std::size_t>(i)]->raw, read.raw);
  }
}

TEST_F(PropertyOptions, the_default_of_a_plain_member_is_for_other_programs_only) {
  auto em = orm.em().fork();
  Row& row = em.create<Row>({});
  em.flush();
  EXPECT_EQ(row.plain, 4);
  em.execute("insert into options_row (code, writes) values ('x', 0)");
  EXPECT_EQ(em.count<Row>(f<&Row::plain> == 9), 1u);
}

TEST_F(PropertyOptions, on_create_fills_what_is_unset_and_only_that) {
  auto em = orm.em().fork();
  EXPECT_EQ(em.create<Row>({}).code, "made by on_create");
  EXPECT_EQ(em.create<Row>({.code = "given"}).code, "given");
}

TEST_F(PropertyOptions, on_update_runs_with_another_change_only) {
  auto em = orm.em().fork();
  Row& row = em.create<Row>({});
  em.flush();
  EXPECT_EQ(row.writes, 0);
  em.flush();
  EXPECT_EQ(row.writes, 0);
  row.label = "changed";
  em.flush();
  EXPECT_EQ(row.writes, 1);
  EXPECT_EQ(orm.em().fork().count<Row>(f<&Row::writes> == 1), 1u);
}

TEST_F(PropertyOptions, what_is_not_persistent_stays_in_memory) {
  auto em = orm.em().fork();
  Row& row = em.create<Row>({.memory = 77});
  em.flush();
  (void)statements();
  row.memory = 78;
  em.flush();
  EXPECT_TRUE(statements().empty());
  auto other = orm.em().fork();
  EXPECT_EQ(other.find_one_or_fail<Row>(row.id).memory, 3);
  EXPECT_EQ(orm.schema().create_sql().find("memory"), std::string::npos);
}

TEST_F(PropertyOptions, unique_and_check_are_kept_by_the_database) {
  auto em = orm.em().fork();
  em.create<Limited>({.email = "a@b"});
  em.flush();
  auto other = orm.em().fork();
  Limited& twin = other.create<Limited>({.email = "a@b", .left = 5, .right = 6});
  EXPECT_THROW(other.flush(), UniqueConstraintViolation);
  twin.email = "c@d";
  twin.age = 17;
  EXPECT_THROW(other.flush(), CheckConstraintViolation);
  twin.age = 18;
  other.flush();
  EXPECT_EQ(orm.em().fork().count<Limited>(), 2u);
}

TEST_F(PropertyOptions, constraints_of_the_table_span_columns) {
  auto em = orm.em().fork();
  em.create<Limited>({.email = "1", .left = 1, .right = 2});
  em.create<Limited>({.email = "2", .left = 1, .right = 3});
  em.flush();
  Limited& twin = em.create<Limited>({.email = "3", .left = 1, .right = 3});
  EXPECT_THROW(em.flush(), UniqueConstraintViolation);
  twin.left = 4;
  EXPECT_THROW(em.flush(), CheckConstraintViolation);
  twin.right = 5;
  em.flush();
  EXPECT_EQ(orm.em().fork().count<Limited>(), 3u);
}

TEST_F(PropertyOptions, a_column_may_have_another_name_than_its_member) {
  auto em = orm.em().fork();
  em.create<Limited>({.email = "a", .shown = "seen"});
  em.flush();
  const auto rows = em.execute_rows("select shown_as from options_limited");
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0][0].text(), "seen");
  EXPECT_EQ(em.count<Limited>(f<&Limited::shown> == "seen"), 1u);
  const std::string sql = orm.schema().create_sql();
  EXPECT_THAT(sql, HasSubstr("options_limited_shown_as_index"));
  EXPECT_THAT(sql, HasSubstr("options_one_span"));
  EXPECT_THAT(sql, HasSubstr("options_span"));
}

TEST_F(PropertyOptions, an_integer_version_counts_and_finds_the_conflict) {
  auto em = orm.em().fork();
  Versioned& row = em.create<Versioned>({.name = "a"});
  em.flush();
  EXPECT_EQ(row.version, 1);
  auto other = orm.em().fork();
  other.find_one_or_fail<Versioned>(row.id).name = "b";
  other.flush();
  row.name = "c";
  EXPECT_THROW(em.flush(), OptimisticLockError);
  EXPECT_EQ(row.version, 1);
  em.refresh(row);
  EXPECT_EQ(row.version, 2);
  row.name = "c";
  em.flush();
  EXPECT_EQ(row.version, 3);
}

TEST_F(PropertyOptions, a_version_may_be_the_time_of_the_last_write) {
  auto em = orm.em().fork();
  Timed& row = em.create<Timed>({.name = "a", .version = now()});
  em.flush();
  const Timestamp first = row.version;
  auto other = orm.em().fork();
  other.find_one_or_fail<Timed>(row.id).name = "b";
  other.flush();
  row.name = "c";
  EXPECT_THROW(em.flush(), OptimisticLockError);
  em.refresh(row);
  EXPECT_GT(row.version, first);
  row.name = "c";
  em.flush();
}

TEST_F(PropertyOptions, a_version_in_time_that_is_unset_begins_with_the_insert) {
  auto em = orm.em().fork();
  const Timestamp before = now();
  Timed& row = em.create<Timed>({.name = "a"});
  em.flush();
  EXPECT_GE(row.version, before);
  auto other = orm.em().fork();
  EXPECT_EQ(other.find_one_or_fail<Timed>(row.id).version, row.version);
}

TEST_F(PropertyOptions, versions_begin_by_themselves_where_another_program_inserts) {
  auto em = orm.em().fork();
  em.execute("insert into options_versioned (name) values ('x')");
  em.execute("insert into options_timed (name) values ('x')");
  Versioned& row = em.find_one_or_fail<Versioned>(f<&Versioned::name> == "x");
  EXPECT_EQ(row.version, 1);
  Timed& timed = em.find_one_or_fail<Timed>(f<&Timed::name> == "x");
  const Timestamp first = timed.version;
  EXPECT_GT(first, now() - std::chrono::hours(1));
  EXPECT_LT(first, now() + std::chrono::hours(1));
  timed.name = "y";
  row.name = "y";
  em.flush();
  EXPECT_EQ(row.version, 2);
  EXPECT_GT(timed.version, first);
}

TEST_F(PropertyOptions, a_concurrency_token_must_change_and_must_be_the_old_one) {
  auto em = orm.em().fork();
  Tokened& row = em.create<Tokened>({.name = "a", .token = ""});
  em.flush();
  row.name = "b";
  EXPECT_THROW(em.flush(), OptimisticLockError);
  row.token = "1";
  em.flush();
  auto other = orm.em().fork();
  Tokened& seen = other.find_one_or_fail<Tokened>(row.id);
  row.token = "2";
  em.flush();
  seen.name = "c";
  seen.token = "3";
  EXPECT_THROW(other.flush(), OptimisticLockError);
}

class RelationOptions : public WithReader<Part, Whole, Label, Target, Ruled> {};

TEST_F(RelationOptions, removals_cascade_where_it_is_said) {
  auto em = orm.em().fork();
  Whole& whole = em.create<Whole>({.name = "w"});
  whole.kept.add(em.create<Part>({.name = "kept"}));
  whole.owned.add(em.create<Part>({.name = "owned"}));
  whole.orphans.add(em.create<Part>({.name = "orphan"}));
  whole.only = em.create<Part>({.name = "only"});
  em.flush();
  em.remove(whole);
  em.flush();
  auto other = orm.em().fork();
  const auto left = other.find<Part>({});
  ASSERT_EQ(left.size(), 1u);
  EXPECT_EQ(left[0].name, "kept");
  EXPECT_TRUE(left[0].keeper.empty());
}

TEST_F(RelationOptions, what_leaves_an_owning_relation_is_removed) {
  auto em = orm.em().fork();
  Whole& whole = em.create<Whole>({.name = "w"});
  Part& orphan = em.create<Part>({.name = "orphan"});
  Part& kept = em.create<Part>({.name = "kept"});
  whole.orphans.add(orphan);
  whole.kept.add(kept);
  whole.only = em.create<Part>({.name = "only"});
  em.flush();
  whole.orphans.remove(orphan);
  whole.kept.remove(kept);
  whole.only = nullptr;
  em.flush();
  auto other = orm.em().fork();
  const auto left = other.find<Part>({});
  ASSERT_EQ(left.size(), 1u);
  EXPECT_EQ(left[0].name, "kept");
}

TEST_F(RelationOptions, a_fixed_order_is_kept_and_changed) {
  auto em = orm.em().fork();
  Label& a = em.create<Label>({.text = "a"});
  Label& b = em.create<Label>({.text = "b"});
  Label& c = em.create<Label>({.text = "c"});
  Whole& whole = em.create<Whole>({.name = "w"});
  whole.labels.set({c, a, b});
  em.flush();
  const auto order = [&] {
    auto other = orm.em().fork();
    std::string out;
    for (const Label& label :
         other.find_one_or_fail<Whole>(whole.id, {.populate = {f<&Whole::labels>}}).labels)
      out += label.text;
    return out;
  };
  EXPECT_EQ(order(), "cab");
  whole.labels.set({b, c, a});
  em.flush();
  EXPECT_EQ(order(), "bca");
}

TEST_F(RelationOptions, the_database_follows_delete_and_update_rules) {
  auto em = orm.em().fork();
  Target& one = em.create<Target>({.number = 1});
  Target& two = em.create<Target>({.number = 2});
  Target& three = em.create<Target>({.number = 3});
  Ruled& gone = em.create<Ruled>({});
  gone.gone_with = one;
  Ruled& emptied = em.create<Ruled>({});
  emptied.emptied = two;
  Ruled& holding = em.create<Ruled>({});
  holding.holding = three;
  em.flush();
  auto other = orm.em().fork();
  other.execute("delete from options_target where number = 1");
  other.execute("delete from options_target where number = 2");
  EXPECT_THROW(other.execute("delete from options_target where number = 3"),
               ForeignKeyConstraintViolation);
  EXPECT_EQ(other.count<Ruled>(f<&Ruled::id> == gone.id), 0u);
  EXPECT_TRUE(other.find_one_or_fail<Ruled>(emptied.id).emptied.empty());
  const std::int64_t moved = three.id + 1000;
  other.execute("update options_target set id = id + 1000 where number = 3");
  EXPECT_EQ(other.count<Ruled>(f<&Ruled::holding, &Target::id> == moved), 1u);
}

}  // namespace
}  // namespace rowan::test
