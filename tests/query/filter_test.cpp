// Typed conditions: what tree and what values they make.

#include <query/query_entities.hpp>
#include <rowan/query/filter.hpp>
#include <rowan/query/find_options.hpp>
#include <rowan/query/printer.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace rowan::query::testing {
namespace {

template <class T>
std::string text(const Filter<T>& filter) {
  return to_string(filter.condition());
}

TEST(Filter, HoldsForEveryRowByDefault) {
  EXPECT_TRUE(Filter<Book>().empty());
  const Filter<Book> braces = {};
  EXPECT_TRUE(braces.empty());
}

TEST(Filter, KeepsTheOperandInTheDatabasesForm) {
  const Filter<Book> filter = f<&Book::title> == "Emma";
  EXPECT_EQ(text(filter), "eq[1]:1");
  EXPECT_EQ(filter.condition().values[0], Value::of_text("Emma"));
  const auto at = Timestamp(std::chrono::microseconds(5));
  EXPECT_EQ((f<&Book::created_at> < at).condition().values[0],
            Value::of_integer(5, ValueType::timestamp));
  EXPECT_EQ((f<&Book::created_at> <
             std::chrono::sys_time<std::chrono::nanoseconds>(std::chrono::nanoseconds(5000)))
                .condition()
                .values[0],
            Value::of_integer(5, ValueType::timestamp));
  EXPECT_EQ((f<&Book::rating> > 3).condition().values[0], Value::of_real(3));
  EXPECT_EQ((f<&Book::price> == Decimal("1.50")).condition().values[0].text(), "1.50");
  EXPECT_EQ((f<&Book::is_published> == true).condition().values[0].type(), ValueType::boolean);
}

TEST(Filter, ComparesAnEnumAsItsMemberIsStored) {
  EXPECT_EQ((f<&Author::mood> == Mood::wild).condition().values[0], Value::of_text("wild"));
  EXPECT_EQ((f<&Author::mood>.in({Mood::wild})).condition().values[0], Value::of_text("wild"));
  EXPECT_EQ((f<&Author::mood_number> == Mood::wild).condition().values[0], Value::of_integer(1));
}

TEST(Filter, ComparesAnArrayAsOneValue) {
  const auto words = f<&Tag::words>.contains(std::vector{"a", "b"});
  EXPECT_EQ(text(words), "contains[1]:1");
  EXPECT_EQ(words.condition().values[0], Value::of_text(R"(["a","b"])", ValueType::json));
  // A number beyond the member's range stays what it is, for the database to refuse.
  const auto numbers = f<&Tag::numbers>.overlaps(std::vector{std::int64_t{1} << 40});
  EXPECT_EQ(text(numbers), "overlap[1]:1");
  EXPECT_EQ(numbers.condition().values[0].text(), "[1099511627776]");
  EXPECT_EQ(text(f<&Tag::words>.contained_in({"a"})), "contained[1]:1");
}

TEST(Filter, AsksADocumentForKeys) {
  EXPECT_EQ(text(f<&Book::extra>.contains(json::object())), "contains[1]:1");
  EXPECT_EQ((f<&Book::extra>.has_key("a")).condition().values[0], Value::of_text("a"));
  const auto keys = f<&Book::extra>.has_keys({"a", "b"});
  EXPECT_EQ(text(keys), "has_keys[1]:1");
  EXPECT_EQ(keys.condition().values[0], Value::of_text(R"(["a","b"])", ValueType::json));
  EXPECT_EQ(text(f<&Book::extra>.has_some_keys({"a"})), "has_some_keys[1]:1");
}

TEST(Filter, TurnsEmptyOptionalsAndNullIntoIsNull) {
  EXPECT_EQ(text(f<&Book::blurb> == nullptr), "null[1]");
  EXPECT_EQ(text(f<&Book::blurb> != std::nullopt), "not_null[1]");
  EXPECT_EQ(text(f<&Book::blurb> == std::optional<std::string>()), "null[1]");
  EXPECT_EQ(text(f<&Book::blurb> == std::optional<std::string>("x")), "eq[1]:1");
  EXPECT_EQ(text(f<&Book::editor> == OptionalRef<Author>()), "null[1]");
  EXPECT_EQ(text(f<&Book::editor, &Author::name> == nullptr), "null[2]");
}

TEST(Filter, KeepsAnObjectUntilItsKeyIsKnown) {
  Author ada;
  EXPECT_EQ((f<&Book::author> == ada).condition().values[0].object(), &ada);
  EXPECT_EQ((f<&Book::author>.in({ada})).condition().values[0].object(), &ada);
  EXPECT_EQ((f<&Book::author> == 7).condition().values[0], Value::of_integer(7));
  EXPECT_EQ((f<&Book::author> == Ref<Author>(ada)).condition().values[0].object(), &ada);
}

TEST(Filter, RefusesAnIntegerThatNoDatabaseHolds) {
  EXPECT_THROW((void)(f<&Book::id> == std::numeric_limits<std::uint64_t>::max()), ValidationError);
}

TEST(Filter, JoinsConditionsFlat) {
  const auto one = f<&Book::id> == 1;
  EXPECT_EQ(text(one && one && one), "and(eq[1]:1, eq[1]:1, eq[1]:1)");
  EXPECT_EQ(text(one && (one && one)), "and(eq[1]:1, eq[1]:1, eq[1]:1)");
  EXPECT_EQ(text(one || (one && one)), "or(eq[1]:1, and(eq[1]:1, eq[1]:1))");
  EXPECT_EQ(text(!one), "not(eq[1]:1)");
}

TEST(Filter, LeavesAnEmptyOneOutOfAndAndLetsItSwallowOr) {
  Filter<Book> where;
  where = where && f<&Book::id> == 1;
  EXPECT_EQ(text(where), "eq[1]:1");
  EXPECT_TRUE((where || Filter<Book>()).empty());
  EXPECT_EQ(text(!Filter<Book>()), "or");
}

TEST(Filter, IsAKeyAListOfKeysOrJson) {
  EXPECT_EQ(text(Filter<Book>(7)), "key_eq:1");
  EXPECT_EQ(text(Filter<Tag>(Uuid())), "key_eq:1");
  EXPECT_EQ(text(Filter<Book>(std::vector<std::int64_t>{1, 2})), "key_in:2");
  EXPECT_EQ(text(Filter<Book>({1, 2})), "key_in:2");
  EXPECT_EQ(text(Filter<Book>(json::parse(R"({"id": 1})"))), "json");
}

TEST(Filter, KeepsJsonBesideOtherConditions) {
  const Filter<Book> filter = Filter<Book>(json::parse(R"({"id": 1})")) && f<&Book::id> == 2;
  EXPECT_EQ(text(filter), "and(json, eq[1]:1)");
  EXPECT_NE(filter.condition().json, nullptr);
}

TEST(Filter, PadsListsToFewLengths) {
  EXPECT_EQ(text(f<&Book::id>.in({1, 2, 3})), "in[1]:4");
  EXPECT_EQ(text(f<&Book::id>.in(std::vector<int>(3000, 1))), "in[1]:3072");
  EXPECT_EQ(text(f<&Book::id>.in(std::vector<int>())), "in[1]");
  EXPECT_EQ(text(f<&Book::title>.nin({"a", "b"})), "nin[1]:2");
}

TEST(Filter, AsksCollections) {
  EXPECT_EQ(text(f<&Author::books>.some(f<&Book::id> == 1)), "some[1](eq[1]:1)");
  EXPECT_EQ(text(f<&Author::books>.is_empty()), "none_of[1]");
  EXPECT_EQ(text(f<&Author::books>.size() > 3), "size[1]:1");
}

TEST(Filter, TakesRawSqlWithValues) {
  const auto filter = sql_filter<Book>("{rating} * ? > {price}", 2.5);
  EXPECT_EQ(text(filter), "raw:1");
  EXPECT_EQ(filter.condition().values[0], Value::of_real(2.5));
}

TEST(FindOptions, LosesItsTypesAndNothingElse) {
  const FindOptions<Book> options{.populate = {f<&Book::author>, f<&Book::tags>},
                                  .order_by = {f<&Book::title>, f<&Book::id>.desc().nulls_last()},
                                  .limit = 5,
                                  .strategy = LoadStrategy::joined};
  const FindSpec spec = options.erased();
  ASSERT_EQ(spec.populate.size(), 2u);
  EXPECT_EQ(spec.populate[0], f<&Book::author>.info());
  ASSERT_EQ(spec.order_by.size(), 2u);
  EXPECT_FALSE(spec.order_by[0].descending);
  EXPECT_TRUE(spec.order_by[1].descending);
  EXPECT_EQ(spec.order_by[1].nulls, Nulls::last);
  EXPECT_EQ(spec.limit, 5);
  EXPECT_EQ(spec.strategy, LoadStrategy::joined);
}

}  // namespace
}  // namespace rowan::query::testing
