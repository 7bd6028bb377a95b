// Filters given as JSON: what they mean, and what is refused in which words.

#include <query/query_entities.hpp>
#include <rowan/query/filter.hpp>
#include <rowan/query/json_filter.hpp>
#include <rowan/query/path_intern.hpp>
#include <rowan/query/printer.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace rowan::query::testing {
namespace {

Condition read(std::string_view text) {
  return json_condition(registry(), meta<Book>(), json::parse(text));
}
std::string tree(std::string_view text) { return to_string(read(text)); }

std::string refusal(std::string_view text) {
  try {
    (void)read(text);
  } catch (const ValidationError& error) {
    return error.message();
  }
  return "nothing was refused";
}

TEST(JsonFilter, ReadsPlainValuesListsAndNull) {
  EXPECT_EQ(tree(R"({"title": "Emma"})"), "eq[1]:1");
  EXPECT_EQ(tree(R"({"id": [1, 2]})"), "in[1]:2");
  EXPECT_EQ(tree(R"({"blurb": null})"), "null[1]");
  EXPECT_EQ(tree(R"({"blurb": {"$ne": null}})"), "not_null[1]");
  EXPECT_EQ(tree(R"({})"), "none");
}

TEST(JsonFilter, ReadsOperators) {
  EXPECT_EQ(tree(R"({"rating": {"$gte": 1, "$lt": 2.5}})"), "and(gte[1]:1, lt[1]:1)");
  EXPECT_EQ(tree(R"({"title": {"$like": "E%"}})"), "like[1]:1");
  EXPECT_EQ(tree(R"({"title": {"$not": {"$like": "E%"}}})"), "not(like[1]:1)");
  EXPECT_EQ(tree(R"({"id": {"$nin": []}})"), "nin[1]");
  EXPECT_EQ(tree(R"({"blurb": {"$exists": true}})"), "not_null[1]");
  EXPECT_EQ(tree(R"({"$or": [{"id": 1}, {"id": 2, "title": "x"}]})"),
            "or(eq[1]:1, and(eq[1]:1, eq[1]:1))");
  EXPECT_EQ(tree(R"({"$not": {"id": 1}})"), "not(eq[1]:1)");
}

TEST(JsonFilter, ComparesArraysAndDocumentsAsWholes) {
  EXPECT_EQ(tree(R"({"tags": {"words": {"$contains": ["a"], "$overlap": ["b", "c"]}}})"),
            "and(contains[2]:1, overlap[2]:1)");
  EXPECT_EQ(read(R"({"tags": {"numbers": {"$contained": [1, 2]}}})").values[0],
            Value::of_text("[1,2]", ValueType::json));
  EXPECT_EQ(read(R"({"extra": {"$contains": {"a": [1]}}})").values[0],
            Value::of_text(R"({"a":[1]})", ValueType::json));
  EXPECT_EQ(tree(R"({"extra": {"$hasKey": "a"}})"), "has_key[1]:1");
  EXPECT_EQ(tree(R"({"extra": {"$hasKeys": ["a", "b"], "$hasSomeKeys": []}})"),
            "and(has_keys[1]:1, has_some_keys[1]:1)");
}

TEST(JsonFilter, RefusesWhatArraysAndDocumentsAreNotComparedWith) {
  EXPECT_EQ(refusal(R"({"tags": {"words": {"$contains": "a"}}})"),
            "JSON filter: Tag.words: $contains takes an array, not string: put it into brackets");
  EXPECT_EQ(refusal(R"({"tags": {"numbers": {"$overlap": [1, "a"]}}})"),
            "JSON filter: Tag.numbers: $overlap takes an array of which each element is a whole "
            "number of 64 bits, not string");
  EXPECT_THAT(refusal(R"({"tags": {"words": {"$contains": [null]}}})"),
              ::testing::HasSubstr("a string, not null"));
  EXPECT_THAT(refusal(R"({"tags": {"numbers": {"$contains": [2147483648]}}})"),
              ::testing::HasSubstr("Tag.numbers is a number of 32 bits"));
  EXPECT_EQ(refusal(R"({"tags": {"words": {"$hasKey": "a"}}})"),
            "JSON filter: Tag.words: $hasKey asks a JSON document, and this is an array: use "
            "$contains or $overlap");
  EXPECT_EQ(refusal(R"({"extra": {"$overlap": ["a"]}})"),
            "JSON filter: Book.extra: $overlap compares arrays, and this is a JSON document: use "
            "$contains or $hasSomeKeys");
  EXPECT_EQ(refusal(R"({"extra": {"$hasKey": 1}})"),
            "JSON filter: Book.extra: $hasKey takes a string, not number");
  EXPECT_THAT(refusal(R"({"extra": {"$hasKeys": "a"}})"), ::testing::HasSubstr("brackets"));
  EXPECT_THAT(refusal(R"({"extra": {"$contains": null}})"), ::testing::HasSubstr("use $eq"));
  EXPECT_EQ(refusal(R"({"title": {"$contains": ["a"]}})"),
            "JSON filter: Book.title: $contains compares arrays and JSON documents, and this is of "
            "type text: use $eq or $in");
  EXPECT_THAT(refusal(R"({"author": {"$contains": [1]}})"), ::testing::HasSubstr("a reference"));
  EXPECT_THAT(refusal(R"({"extra": {"$hasKeyz": "a"}})"), ::testing::HasSubstr("'$hasKey'"));
  EXPECT_THAT(refusal(R"({"tags": {"$size": {"$contains": 1}}})"), ::testing::HasSubstr("$size"));
}

TEST(JsonFilter, FollowsRelations) {
  EXPECT_EQ(tree(R"({"author": 5})"), "eq[1]:1");
  EXPECT_EQ(tree(R"({"author": {"$in": [5]}})"), "in[1]:1");
  EXPECT_EQ(tree(R"({"author": {"name": "Ada"}})"), "eq[2]:1");
  EXPECT_EQ(tree(R"({"author.name": "Ada"})"), "eq[2]:1");
  EXPECT_EQ(tree(R"({"tags": {"name": "new"}})"), "eq[2]:1");
  EXPECT_EQ(tree(R"({"tags": {"$some": {"name": "new"}, "$size": {"$gt": 1}}})"),
            "and(some[1](eq[1]:1), size[1]:1)");
  EXPECT_EQ(tree(R"({"tags": null})"), "none_of[1]");
}

TEST(JsonFilter, ConvertsValuesToTheTypeOfTheProperty) {
  EXPECT_EQ(read(R"({"rating": 2})").values[0], Value::of_real(2));
  EXPECT_EQ(read(R"({"price": "1.50"})").values[0].type(), ValueType::decimal);
  EXPECT_EQ(read(R"({"price": 1.5})").values[0].text(), "1.5");
  EXPECT_EQ(read(R"({"created_at": "1970-01-01T00:00:01Z"})").values[0],
            Value::of_integer(1'000'000, ValueType::timestamp));
  EXPECT_EQ(read(R"({"tags": "00000000-0000-0000-0000-000000000000"})").values[0].type(),
            ValueType::uuid);
}

TEST(JsonFilter, IsTheSamePathEachTime) {
  EXPECT_EQ(read(R"({"author": {"name": "Ada"}})").nodes[0].path,
            read(R"({"author.name": "Bob"})").nodes[0].path);
}

TEST(JsonFilter, NamesAnUnknownPropertyAndTheOneThatWasMeant) {
  EXPECT_EQ(refusal(R"({"titel": "x"})"),
            "Trying to query by not existing property Book.titel, did you mean 'title'?");
  EXPECT_THAT(refusal(R"({"author": {"nmae": 1}})"), ::testing::HasSubstr("Author.nmae"));
  EXPECT_THAT(refusal(R"({"zzzzzz": 1})"), ::testing::HasSubstr("it has id, title"));
}

TEST(JsonFilter, NamesAnUnknownOperator) {
  EXPECT_THAT(refusal(R"({"id": {"$gtt": 1}})"), ::testing::HasSubstr("did you mean '$gt'"));
  EXPECT_EQ(refusal(R"({"rating": {"gt": 1}})"),
            "JSON filter: Book.rating: it is a plain value and has no 'gt': did you mean '$gt'?");
  EXPECT_THAT(refusal(R"({"rating": {"stars": 1}})"), ::testing::HasSubstr("through relations"));
  EXPECT_THAT(refusal(R"({"$gt": 1})"), ::testing::HasSubstr("below a property"));
  EXPECT_THAT(refusal(R"({"id": {"$or": []}})"), ::testing::HasSubstr("move the operator above"));
  EXPECT_THAT(refusal(R"({"title": {"$re": "x"}})"), ::testing::HasSubstr("$like"));
}

TEST(JsonFilter, NamesTheTypesThatDoNotFit) {
  EXPECT_EQ(refusal(R"({"is_published": "x"})"),
            "JSON filter: Book.is_published is of type boolean and is compared with true or false, "
            "not with string");
  EXPECT_THAT(refusal(R"({"id": 1.5})"), ::testing::HasSubstr("Book.id is of type integer"));
  EXPECT_THAT(refusal(R"({"author": "x"})"), ::testing::HasSubstr("the key of Author"));
  EXPECT_THAT(refusal(R"({"created_at": "soon"})"), ::testing::HasSubstr("2026-11-24"));
  EXPECT_THAT(refusal(R"({"author": {"mood": "angry"}})"), ::testing::HasSubstr("calm, wild"));
  EXPECT_THAT(refusal(R"({"is_published": {"$gt": true}})"), ::testing::HasSubstr("no order"));
  EXPECT_THAT(refusal(R"({"rating": {"$like": "x"}})"), ::testing::HasSubstr("$like"));
}

TEST(JsonFilter, RefusesCollectionOperatorsElsewhere) {
  EXPECT_THAT(refusal(R"({"title": {"$some": {}}})"),
              ::testing::HasSubstr("only inside a collection property"));
  EXPECT_THAT(refusal(R"({"tags": {"$some": {}, "name": "x"}})"),
              ::testing::HasSubstr("mixing collection operators"));
  EXPECT_THAT(refusal(R"({"tags": {"$size": "x"}})"), ::testing::HasSubstr("whole number"));
}

TEST(JsonFilter, MustBeAnObject) {
  EXPECT_THAT(refusal("[1]"), ::testing::HasSubstr("a filter is an object"));
  EXPECT_THAT(refusal("null"), ::testing::HasSubstr("a filter is an object"));
}

TEST(JsonFilter, RefusesNumbersThatTheMemberCannotHold) {
  // Author.born has 32 bits.
  EXPECT_EQ(tree(R"({"author": {"born": 2147483647}})"), "eq[2]:1");
  EXPECT_EQ(tree(R"({"author": {"born": -2147483648}})"), "eq[2]:1");
  EXPECT_EQ(refusal(R"({"author": {"born": 2147483648}})"),
            "JSON filter: Author.born is a number of 32 bits, and 2147483648 is out of its range");
  EXPECT_THAT(refusal(R"({"author": {"born": {"$in": [1, -2147483649]}}})"),
              ::testing::HasSubstr("-2147483649 is out of its range"));
  // Author.mood_number is an enum over an unsigned byte.
  EXPECT_THAT(refusal(R"({"author": {"mood_number": -1}})"),
              ::testing::HasSubstr("an unsigned number of 8 bits"));
  EXPECT_THAT(refusal(R"({"author": {"mood_number": 256}})"), ::testing::HasSubstr("of 8 bits"));
  EXPECT_THAT(refusal(R"({"id": 9223372036854775808})"),
              ::testing::HasSubstr("a whole number of 64 bits"));
  EXPECT_THAT(refusal(R"({"author": 1e30})"), ::testing::HasSubstr("the key of Author"));
  EXPECT_THAT(refusal(R"({"tags": {"$size": 9223372036854775808}})"),
              ::testing::HasSubstr("64 bits"));
}

TEST(JsonFilter, RepeatsNothingThatIsComparedWithAHiddenProperty) {
  auto classes = entities<Author, Tag, Book>();
  for (metadata::EntityMeta& each : classes) {
    for (metadata::PropertyMeta& property : each.properties)
      property.is_hidden = property.name == "mood" || property.name == "born";
  }
  const metadata::Registry hidden(std::move(classes), underscore_naming());
  const metadata::EntityMeta& author = hidden.get(&declare::type_tag<Author>, "Author");
  const auto refused = [&](std::string_view text) {
    try {
      (void)json_condition(hidden, author, json::parse(text));
    } catch (const ValidationError& error) {
      return error.message();
    }
    return std::string("nothing was refused");
  };
  EXPECT_EQ(refused(R"({"mood": "furious"})"),
            "JSON filter: Author.mood: the text is none of its values: calm, wild");
  EXPECT_EQ(
      refused(R"({"born": 2147483648})"),
      "JSON filter: Author.born is a number of 32 bits, and the given one is out of its range");
}

TEST(JsonFilter, RefusesKeysThatAreNoProperties) {
  EXPECT_THAT(refusal(R"({"$where": "1 = 1"})"), ::testing::HasSubstr("no such operator"));
  EXPECT_THAT(refusal(R"({"title": {"$where": "1 = 1"}})"), ::testing::HasSubstr("'$where'"));
  EXPECT_THAT(refusal(R"({"author": {"$where": 1}})"), ::testing::HasSubstr("$where"));
  EXPECT_THAT(refusal(R"({"1 = 1 or title": "x"})"),
              ::testing::HasSubstr("not existing property Book.1 = 1 or title"));
  EXPECT_THAT(refusal(R"({"shelf": 1})"), ::testing::HasSubstr("Book.shelf"));
  EXPECT_THAT(refusal(R"({"author.": 1})"), ::testing::HasSubstr("a dot is followed by"));
  EXPECT_THAT(refusal(R"({"title.name": 1})"), ::testing::HasSubstr("'title' is no relation"));
  EXPECT_THAT(refusal(R"({"": 1})"), ::testing::HasSubstr("not existing property"));
}

TEST(JsonFilter, RefusesWhatIsNestedTooDeep) {
  std::string text = R"({"id": 1})";
  for (int i = 0; i < 150; ++i) text = R"({"$not": )" + text + "}";
  EXPECT_NE(tree(text), "") << "what a person may write is read";
  json deep = json::parse(R"({"id": 1})");
  for (int i = 0; i < 1000; ++i) {
    json outer = json::object();
    outer.set("$not", deep);
    deep = outer;
  }
  const Filter<Book> filter(deep);
  EXPECT_THROW((void)resolve_json(registry(), meta<Book>(), filter.condition()), ValidationError);
  std::string path = "author";
  for (int i = 0; i < 10; ++i) path += ".books.author";
  EXPECT_THAT(refusal(R"({")" + path + R"(": 1})"), ::testing::HasSubstr("more than 8 steps"));
}

TEST(JsonFilter, RefusesWhatHoldsNoValue) {
  EXPECT_THAT(refusal(R"({"title": {}})"), ::testing::HasSubstr("says nothing"));
  EXPECT_THAT(refusal(R"({"id": [null]})"), ::testing::HasSubstr("one of them is null"));
  EXPECT_THAT(refusal(R"({"id": [[1]]})"), ::testing::HasSubstr("one of them is array"));
  EXPECT_THAT(refusal(R"({"rating": {"$gt": null}})"), ::testing::HasSubstr("null has no order"));
  EXPECT_THAT(refusal(R"({"$or": {"id": 1}})"), ::testing::HasSubstr("takes an array"));
  EXPECT_THAT(refusal(R"({"$and": [1]})"), ::testing::HasSubstr("takes an array of objects"));
  EXPECT_THAT(refusal(R"({"$not": [1]})"), ::testing::HasSubstr("takes an object"));
  EXPECT_THAT(refusal(R"({"extra": "x"})"), ::testing::HasSubstr("Book.extra is of type json"));
}

TEST(ResolveJson, ReplacesEachPartOverItsOwnEntity) {
  const auto filter = f<&Author::books>.some(Filter<Book>(json::parse(R"({"title": "Emma"})"))) &&
                      f<&Author::id> == 1 && Filter<Author>(json::parse("{}"));
  const Condition resolved = resolve_json(registry(), meta<Author>(), filter.condition());
  EXPECT_EQ(to_string(resolved), "and(some[1](eq[1]:1), eq[1]:1, and)");
  EXPECT_EQ(resolved.json, nullptr);
  EXPECT_EQ(resolved.values[0], Value::of_text("Emma"));
  EXPECT_EQ(resolved.values[1], Value::of_integer(1));
}

}  // namespace
}  // namespace rowan::query::testing
