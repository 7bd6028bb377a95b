// Arrays and JSON documents compared as wholes, typed and as JSON, where the database has operators for it.

#include "conformance.hpp"

#include <rowan/rowan.hpp>

namespace shelves {

struct Label {
  std::int64_t id{};
  std::vector<std::string> words;
};

struct Shelf {
  std::int64_t id{};
  std::string name;
  std::vector<std::string> words{};
  std::vector<std::int32_t> numbers{};
  std::optional<std::vector<double>> reals{};
  rowan::json document{};
  rowan::OptionalRef<Label> label{};
};

}  // namespace shelves

template <>
inline constexpr auto rowan::mapping<shelves::Label> =
    rowan::entity<shelves::Label>(rowan::primary_key<&shelves::Label::id>,
                                  rowan::property<&shelves::Label::words>)
        .table("containment_label");

template <>
inline constexpr auto rowan::mapping<shelves::Shelf> =
    rowan::entity<shelves::Shelf>(rowan::primary_key<&shelves::Shelf::id>,
                                  rowan::property<&shelves::Shelf::name>,
                                  rowan::property<&shelves::Shelf::words>,
                                  rowan::property<&shelves::Shelf::numbers>,
                                  rowan::property<&shelves::Shelf::reals>,
                                  rowan::property<&shelves::Shelf::document>,
                                  rowan::many_to_one<&shelves::Shelf::label>)
        .table("containment_shelf");

namespace rowan::test {
namespace {

using shelves::Label;
using shelves::Shelf;

class Containment : public ConformanceOf<Shelf, Label> {
 protected:
  void write() {
    auto em = orm.em().fork();
    Label& label = em.create<Label>({.words = {"x", "y"}});
    em.create<Shelf>({.name = "a",
                      .words = {"one", "t'w\"o,", "?"},
                      .numbers = {1, 2},
                      .reals = {{0.5, 2}},
                      .document = json::parse(R"({"k": 1, "deep": {"list": [1, 2]}, "q?": null})"),
                      .label = label});
    em.create<Shelf>({.name = "b", .words = {"one"}, .document = json::parse(R"(["k", "m"])")});
    em.create<Shelf>({.name = "c", .numbers = {-7}, .document = json::parse("3")});
    em.flush();
  }

  std::string names(const Filter<Shelf>& where) {
    auto em = orm.em().fork();
    std::string out;
    for (const Shelf& shelf : em.find<Shelf>(where, {.order_by = {f<&Shelf::name>}}))
      out += shelf.name;
    return out;
  }

  /// Expects the rows of both forms, by one and the same statement.
  void expect_both(const Filter<Shelf>& typed, std::string_view text, const std::string& wanted) {
    (void)statements();
    EXPECT_EQ(names(typed), wanted) << text;
    const std::vector<std::string> sent = statements();
    EXPECT_EQ(names(json::parse(text)), wanted) << text;
    EXPECT_EQ(statements(), sent) << text;
  }

  std::string refusal(const Filter<Shelf>& where) {
    (void)statements();
    try {
      (void)names(where);
    } catch (const ValidationError& error) {
      EXPECT_TRUE(statements().empty());
      return error.message();
    }
    return "nothing was refused";
  }
};

TEST_F(Containment, arrays_are_compared_as_wholes) {
  ROWAN_REQUIRE(containment);
  write();
  expect_both(f<&Shelf::words>.contains({"one"}), R"({"words": {"$contains": ["one"]}})", "ab");
  expect_both(f<&Shelf::words>.contains(std::vector{"t'w\"o,", "?"}),
              R"({"words": {"$contains": ["t'w\"o,", "?"]}})", "a");
  expect_both(f<&Shelf::words>.contains(std::vector<std::string>()),
              R"({"words": {"$contains": []}})", "abc");
  expect_both(f<&Shelf::words>.contained_in({"one", "two"}),
              R"({"words": {"$contained": ["one", "two"]}})", "bc");
  expect_both(f<&Shelf::words>.overlaps({"two", "?"}), R"({"words": {"$overlap": ["two", "?"]}})",
              "a");
  expect_both(f<&Shelf::numbers>.contains({2, 1}), R"({"numbers": {"$contains": [2, 1]}})", "a");
  expect_both(f<&Shelf::numbers>.overlaps(std::vector<std::int64_t>{-7}),
              R"({"numbers": {"$overlap": [-7]}})", "c");
  expect_both(f<&Shelf::reals>.contains({0.5}), R"({"reals": {"$contains": [0.5]}})", "a");
  expect_both(f<&Shelf::reals>.contains(std::vector{2}), R"({"reals": {"$contains": [2]}})", "a");
  expect_both(f<&Shelf::label, &Label::words>.contains({"y"}),
              R"({"label": {"words": {"$contains": ["y"]}}})", "a");
}

TEST_F(Containment, null_is_neither_in_an_array_nor_outside_of_it) {
  ROWAN_REQUIRE(containment);
  write();
  expect_both(!f<&Shelf::reals>.contains({7.0}), R"({"$not": {"reals": {"$contains": [7.0]}}})",
              "a");
}

TEST_F(Containment, documents_are_compared_as_wholes) {
  ROWAN_REQUIRE(containment);
  write();
  expect_both(f<&Shelf::document>.contains(json::parse(R"({"deep": {"list": [2]}})")),
              R"({"document": {"$contains": {"deep": {"list": [2]}}}})", "a");
  expect_both(f<&Shelf::document>.contains("m"), R"({"document": {"$contains": "m"}})", "b");
  expect_both(f<&Shelf::document>.contained_in(json::parse(R"(["k", "m", 3])")),
              R"({"document": {"$contained": ["k", "m", 3]}})", "bc");
}

TEST_F(Containment, documents_are_asked_for_keys) {
  ROWAN_REQUIRE(containment);
  write();
  expect_both(f<&Shelf::document>.has_key("k"), R"({"document": {"$hasKey": "k"}})", "ab");
  expect_both(f<&Shelf::document>.has_key("q?"), R"({"document": {"$hasKey": "q?"}})", "a");
  expect_both(f<&Shelf::document>.has_keys({"k", "m"}), R"({"document": {"$hasKeys": ["k", "m"]}})",
              "b");
  expect_both(f<&Shelf::document>.has_some_keys({"deep", "m"}),
              R"({"document": {"$hasSomeKeys": ["deep", "m"]}})", "ab");
  expect_both(f<&Shelf::document>.has_some_keys({}), R"({"document": {"$hasSomeKeys": []}})", "");
  expect_both(f<&Shelf::document>.has_key("k") && f<&Shelf::name> != "b" &&
                  f<&Shelf::document>.has_keys({"k", "deep"}),
              R"({"document": {"$hasKey": "k"}, "name": {"$ne": "b"},
                  "$and": [{"document": {"$hasKeys": ["k", "deep"]}}]})",
              "a");
}

TEST_F(Containment, serves_in_counts_rows_and_bulk_changes) {
  ROWAN_REQUIRE(containment);
  write();
  auto em = orm.em().fork();
  const Filter<Shelf> with_key = f<&Shelf::document>.has_key("k");
  EXPECT_EQ(em.count<Shelf>(with_key), 2u);
  EXPECT_EQ(em.query<Shelf>().select(f<&Shelf::name>).where(with_key).rows().size(), 2u);
  EXPECT_EQ(em.update<Shelf>().set(f<&Shelf::name>, "z").where(with_key).execute(), 2u);
  EXPECT_EQ(em.remove_where<Shelf>().where(f<&Shelf::words>.overlaps({"one"})).execute(), 2u);
}

TEST_F(Containment, other_databases_refuse_it_before_anything_is_sent) {
  if (capabilities().containment) GTEST_SKIP() << "this database lacks no containment";
  for (const std::string text :
       {R"({"words": {"$contains": ["a"]}})", R"({"words": {"$contained": ["a"]}})",
        R"({"words": {"$overlap": ["a"]}})", R"({"document": {"$hasKey": "a"}})",
        R"({"document": {"$hasKeys": ["a"]}})", R"({"document": {"$hasSomeKeys": ["a"]}})"}) {
    const std::string message = refusal(json::parse(text));
    EXPECT_TRUE(message.starts_with("Shelf.")) << message;
    EXPECT_NE(message.find("ask the capability containment"), std::string::npos) << message;
  }
  EXPECT_TRUE(refusal(f<&Shelf::words>.contains({"a"}))
                  .starts_with("Shelf.words: the operator $contains does not exist on "));
  EXPECT_TRUE(refusal(f<&Shelf::document>.has_key("a"))
                  .starts_with("Shelf.document: the operator $hasKey does not exist on "));
}

}  // namespace
}  // namespace rowan::test
