// json: values, sharing, strict parsing and comparison.

#include <rowan/base/json.hpp>

#include <rowan/base/error.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace rowan {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

/// Returns what parse() says of a wrong text, or "" where it takes it.
std::string complaint_about(std::string_view text) {
  try {
    (void)json::parse(text);
  } catch (const ValidationError& error) {
    return error.message();
  }
  return "";
}

std::string nested_arrays(std::size_t depth) {
  return std::string(depth, '[') + std::string(depth, ']');
}

// --- construction

TEST(Json, default_is_null) { EXPECT_TRUE(json().is_null()); }

TEST(Json, takes_each_kind_of_value) {
  EXPECT_EQ(json(nullptr).dump(), "null");
  EXPECT_EQ(json(true).dump(), "true");
  EXPECT_EQ(json(-5).dump(), "-5");
  EXPECT_EQ(json(18446744073709551615u).dump(), "18446744073709551615");
  EXPECT_EQ(json(1.5).dump(), "1.5");
  EXPECT_EQ(json("text").dump(), "\"text\"");
  EXPECT_EQ(json(std::string("text")).dump(), "\"text\"");
}

TEST(Json, a_string_literal_is_not_a_boolean) { EXPECT_TRUE(json("x").is_string()); }

TEST(Json, refuses_text_that_is_not_utf8) { EXPECT_THROW(json("\xff"), ValidationError); }

TEST(Json, refuses_nan) {
  EXPECT_THROW(json(std::numeric_limits<double>::quiet_NaN()), ValidationError);
}

TEST(Json, refuses_infinity) {
  EXPECT_THROW(json(std::numeric_limits<double>::infinity()), ValidationError);
}

TEST(Json, builds_an_object_from_a_list) {
  const json made = json::object({{"name", "Ada"}, {"tags", json::array({1, "two", nullptr})}});
  EXPECT_EQ(made.dump(), R"({"name":"Ada","tags":[1,"two",null]})");
}

TEST(Json, refuses_a_list_with_a_key_twice) {
  EXPECT_THROW((void)json::object({{"a", 1}, {"a", 2}}), ValidationError);
}

// --- parse and dump

TEST(Json, keeps_the_order_of_keys) {
  const std::string text = R"({"z":1,"a":{"y":2,"b":3}})";
  EXPECT_EQ(json::parse(text).dump(), text);
}

TEST(Json, dumps_with_indentation) {
  EXPECT_EQ(json::parse(R"({"a":[1]})").dump(2), "{\n  \"a\": [\n    1\n  ]\n}");
}

TEST(Json, names_line_and_column_of_a_mistake) {
  EXPECT_THAT(complaint_about("{\n  \"a\": x}"), HasSubstr("line 2, column 8"));
}

TEST(Json, names_the_place_where_the_text_ends_too_soon) {
  EXPECT_THAT(complaint_about("[1,"), HasSubstr("line 1, column 4"));
}

TEST(Json, does_not_quote_the_text_in_a_complaint) {
  EXPECT_THAT(complaint_about(R"({"password": "se)"), Not(HasSubstr("se\"")));
  EXPECT_THAT(complaint_about(R"(["secret" "hidden"])"), Not(HasSubstr("hidden")));
}

TEST(Json, refuses_a_key_twice_in_one_object) {
  EXPECT_THAT(complaint_about(R"({"a": 1, "a": 2})"), HasSubstr("\"a\" occurs twice"));
}

TEST(Json, names_the_place_of_a_key_given_twice) {
  EXPECT_THAT(complaint_about("{\"a\": 1,\n\"a\": 2}"), HasSubstr("line 2, column 3"));
}

TEST(Json, refuses_a_key_twice_in_an_object_of_many) {
  std::string text = "{";
  for (int i = 0; i < 100; ++i) text += "\"k" + std::to_string(i) + "\": 0, ";
  EXPECT_THAT(complaint_about(text + "\"k40\": 0}"), HasSubstr("\"k40\" occurs twice"));
}

TEST(Json, takes_one_key_in_several_objects) {
  EXPECT_EQ(complaint_about(R"([{"a": 1}, {"a": {"a": 2}}])"), "");
}

TEST(Json, takes_200_levels) { EXPECT_EQ(complaint_about(nested_arrays(200)), ""); }

TEST(Json, refuses_201_levels) {
  EXPECT_THAT(complaint_about(nested_arrays(201)), HasSubstr("deeper than 200"));
}

TEST(Json, counts_levels_not_containers) {
  std::string text = "[";
  for (int i = 0; i < 500; ++i) text += "[],";
  EXPECT_EQ(complaint_about(text + "0]"), "");
}

TEST(Json, refuses_numbers_too_large_for_a_double) {
  EXPECT_THAT(complaint_about("1e999"), HasSubstr("too large"));
}

class JsonRefuses : public testing::TestWithParam<const char*> {};

TEST_P(JsonRefuses, text_that_is_not_one_json_value) {
  EXPECT_THROW((void)json::parse(GetParam()), ValidationError);
}

INSTANTIATE_TEST_SUITE_P(Texts,
                         JsonRefuses,
                         testing::Values("",
                                         " ",
                                         "{",
                                         "}",
                                         "[1,]",
                                         "{\"a\":}",
                                         "{a:1}",
                                         "01",
                                         "1.",
                                         "+1",
                                         ".5",
                                         "NaN",
                                         "'x'",
                                         "\"\n\"",
                                         "\"\\x\"",
                                         "\"\\ud800\"",
                                         "\"\xff\"",
                                         "1 2",
                                         "// no\n1",
                                         "tru",
                                         "nul",
                                         "[1 2]"));

TEST(Json, parses_a_view_without_data) {
  EXPECT_THROW((void)json::parse(std::string_view()), ValidationError);
}

TEST(Json, parses_escapes) {
  EXPECT_EQ(json::parse(R"("\u00e9\ud83d\ude00\n")").as_string(), "\xc3\xa9\xf0\x9f\x98\x80\n");
}

// --- reading

TEST(Json, tells_kinds_apart) {
  EXPECT_TRUE(json::parse("true").is_boolean());
  EXPECT_TRUE(json::parse("1").is_integer());
  EXPECT_FALSE(json::parse("1.0").is_integer());
  EXPECT_TRUE(json::parse("1.0").is_number());
  EXPECT_TRUE(json::parse("\"\"").is_string());
  EXPECT_TRUE(json::parse("[]").is_array());
  EXPECT_TRUE(json::parse("{}").is_object());
}

TEST(Json, names_the_kind_it_was_asked_for_in_vain) {
  try {
    (void)json("text").as_int64();
    FAIL() << "took a text for an integer";
  } catch (const ValidationError& error) {
    EXPECT_THAT(error.message(), HasSubstr("not an integer, its kind is string"));
  }
}

TEST(Json, reads_whole_doubles_as_integers) { EXPECT_EQ(json(3.0).as_int64(), 3); }

TEST(Json, refuses_fractions_as_integers) {
  EXPECT_THROW((void)json(3.5).as_int64(), ValidationError);
}

TEST(Json, reads_the_limits_of_int64) {
  EXPECT_EQ(json::parse("-9223372036854775808").as_int64(), INT64_MIN);
  EXPECT_EQ(json::parse("9223372036854775807").as_int64(), INT64_MAX);
}

TEST(Json, refuses_integers_past_int64) {
  EXPECT_THROW((void)json::parse("9223372036854775808").as_int64(), ValidationError);
  EXPECT_THROW((void)json(9223372036854775808.0).as_int64(), ValidationError);
}

TEST(Json, reads_all_of_uint64) {
  EXPECT_EQ(json::parse("18446744073709551615").as_uint64(), UINT64_MAX);
}

TEST(Json, refuses_negative_numbers_as_unsigned) {
  EXPECT_THROW((void)json(-1).as_uint64(), ValidationError);
}

TEST(Json, reads_integers_as_doubles) { EXPECT_EQ(json(3).as_double(), 3.0); }

TEST(Json, does_not_take_a_text_for_a_boolean) {
  EXPECT_THROW((void)json("true").as_bool(), ValidationError);
}

TEST(Json, reads_through_nested_documents) {
  const json doc = json::parse(R"({"a": [{"b": 7}]})");
  EXPECT_EQ(doc["a"][0]["b"].as_int64(), 7);
}

TEST(Json, a_part_outlives_its_document) {
  json part;
  {
    const json doc = json::parse(R"({"a": {"b": "text"}})");
    part = doc["a"];
  }
  EXPECT_EQ(part["b"].as_string(), "text");
}

TEST(Json, answers_null_for_what_is_missing) {
  const json doc = json::parse(R"({"a": [1]})");
  EXPECT_TRUE(doc["b"]["c"].is_null());
  EXPECT_TRUE(doc["a"][1].is_null());
  EXPECT_TRUE(doc["a"][-1].is_null());
}

TEST(Json, tells_a_null_from_a_missing_member) {
  const json doc = json::parse(R"({"a": null})");
  EXPECT_TRUE(doc.contains("a"));
  EXPECT_FALSE(doc.contains("b"));
}

TEST(Json, refuses_keys_on_an_array) { EXPECT_THROW((void)json::array()["a"], ValidationError); }

TEST(Json, at_throws_for_a_missing_member) {
  EXPECT_THROW((void)json::parse("{}").at("a"), ValidationError);
}

TEST(Json, at_throws_past_the_end) {
  EXPECT_THROW((void)json::parse("[1]").at(1), ValidationError);
}

TEST(Json, at_throws_on_null) {
  EXPECT_THROW((void)json().at("a"), ValidationError);
  EXPECT_THROW((void)json().at(0), ValidationError);
}

TEST(Json, at_finds_a_null_member) { EXPECT_TRUE(json::parse(R"({"a": null})").at("a").is_null()); }

TEST(Json, lists_keys_and_values_in_one_order) {
  const json doc = json::parse(R"({"z": 1, "a": 2})");
  EXPECT_THAT(doc.keys(), ElementsAre("z", "a"));
  EXPECT_EQ(doc[0].as_int64(), 1);
  EXPECT_EQ(doc[1].as_int64(), 2);
}

TEST(Json, has_a_size) {
  EXPECT_EQ(json().size(), 0u);
  EXPECT_EQ(json("text").size(), 1u);
  EXPECT_EQ(json::parse("[1,2]").size(), 2u);
  EXPECT_EQ(json::parse(R"({"a":1})").size(), 1u);
}

// --- changing

TEST(Json, sets_members_in_place_and_at_the_end) {
  json doc = json::parse(R"({"a":1,"b":2})");
  doc.set("a", "new").set("c", json::array());
  EXPECT_EQ(doc.dump(), R"({"a":"new","b":2,"c":[]})");
}

TEST(Json, null_becomes_an_object_by_set) {
  json doc;
  doc.set("a", 1);
  EXPECT_EQ(doc.dump(), R"({"a":1})");
}

TEST(Json, null_becomes_an_array_by_push_back) {
  json doc;
  doc.push_back(1).push_back(nullptr);
  EXPECT_EQ(doc.dump(), "[1,null]");
}

TEST(Json, refuses_members_of_an_array) {
  json doc = json::array();
  EXPECT_THROW(doc.set("a", 1), ValidationError);
}

TEST(Json, refuses_elements_of_an_object) {
  json doc = json::object();
  EXPECT_THROW(doc.push_back(1), ValidationError);
}

TEST(Json, refuses_a_key_that_is_not_utf8) {
  json doc;
  EXPECT_THROW(doc.set("\xff", 1), ValidationError);
}

TEST(Json, erases_members) {
  json doc = json::parse(R"({"a":1,"b":2,"c":3})");
  EXPECT_TRUE(doc.erase("b"));
  EXPECT_FALSE(doc.erase("b"));
  EXPECT_EQ(doc.dump(), R"({"a":1,"c":3})");
}

TEST(Json, a_change_leaves_copies_alone) {
  json doc = json::parse(R"({"a":1})");
  const json copy = doc;
  doc.set("a", 2);
  EXPECT_EQ(copy.dump(), R"({"a":1})");
}

TEST(Json, a_change_of_a_part_leaves_the_whole_alone) {
  const json doc = json::parse(R"({"a":{"b":1}})");
  json part = doc["a"];
  part.set("b", 2);
  EXPECT_EQ(doc.dump(), R"({"a":{"b":1}})");
}

TEST(Json, a_part_may_be_changed_when_its_document_is_gone) {
  json part = json::parse(R"({"a":{"b":1}})")["a"];
  part.set("b", 2);
  EXPECT_EQ(part.dump(), R"({"b":2})");
}

TEST(Json, may_be_put_into_itself) {
  json doc = json::parse(R"({"a":1})");
  doc.set("self", doc);
  EXPECT_EQ(doc.dump(), R"({"a":1,"self":{"a":1}})");
}

TEST(Json, may_replace_itself_by_its_part) {
  json doc = json::parse(R"({"a":{"b":1}})");
  doc = doc["a"];
  EXPECT_EQ(doc.dump(), R"({"b":1})");
}

TEST(Json, may_be_assigned_to_itself) {
  json doc = json::parse("[1]");
  const json& alias = doc;
  doc = alias;
  EXPECT_EQ(doc.dump(), "[1]");
}

TEST(Json, is_null_after_a_move) {
  json from = json::parse("[1]");
  const json to = std::move(from);
  EXPECT_TRUE(from.is_null());  // NOLINT(bugprone-use-after-move): that is the promise
  EXPECT_EQ(to.dump(), "[1]");
}

TEST(Json, is_small) { EXPECT_LE(sizeof(json), 24u); }

TEST(Json, copies_of_one_tree_may_be_used_by_several_threads) {
  const json doc = json::parse(R"({"a": [1, 2, 3]})");
  std::vector<std::thread> threads;
  std::vector<std::int64_t> sums(4, 0);
  for (std::int64_t& sum : sums) {
    threads.emplace_back([doc, &sum] {
      for (int i = 0; i < 1000; ++i) {
        json own = doc["a"];
        own.push_back(4);
        sum += own[3].as_int64();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(sums, testing::Each(4000));
}

// --- comparison

TEST(Json, compares_with_plain_values) {
  const json doc = json::parse(R"({"n": 3, "s": "x", "b": true, "z": null})");
  EXPECT_TRUE(doc["n"] == 3);
  EXPECT_TRUE(doc["s"] == "x");
  EXPECT_TRUE(doc["b"] == true);
  EXPECT_TRUE(doc["z"] == nullptr);
  EXPECT_TRUE(doc["n"] != 4);
}

TEST(Json, equality_knows_no_order_of_keys) {
  EXPECT_EQ(json::parse(R"({"a":1,"b":{"c":2,"d":3}})"),
            json::parse(R"({"b":{"d":3,"c":2},"a":1})"));
}

TEST(Json, equality_sees_another_key) {
  EXPECT_NE(json::parse(R"({"a":1,"b":1})"), json::parse(R"({"a":1,"c":1})"));
}

TEST(Json, equality_minds_the_order_of_elements) {
  EXPECT_NE(json::parse("[1,2]"), json::parse("[2,1]"));
}

TEST(Json, one_equals_one_point_zero) { EXPECT_EQ(json(1), json(1.0)); }

TEST(Json, signs_are_not_lost_in_comparison) {
  EXPECT_NE(json(-1), json::parse("18446744073709551615"));
}

TEST(Json, an_integer_is_not_the_double_that_it_rounds_to) {
  EXPECT_NE(json(9007199254740993), json(9007199254740992.0));
}

TEST(Json, a_number_is_not_its_text) { EXPECT_NE(json(1), json("1")); }

TEST(Json, null_is_not_an_empty_object) { EXPECT_NE(json(), json::object()); }

}  // namespace
}  // namespace rowan
