// Words in texts, by the search of the database.

#include "conformance.hpp"

#include <cstdint>
#include <set>
#include <string>

namespace full_text {

struct Story {
  std::int64_t id{};
  std::string title;
  std::string text;
};

}  // namespace full_text

template <>
inline constexpr auto rowan::mapping<full_text::Story> =
    rowan::entity<full_text::Story>(rowan::primary_key<&full_text::Story::id>,
                                    rowan::property<&full_text::Story::title>,
                                    rowan::property<&full_text::Story::text>.text().full_text());

namespace rowan::test {
namespace {

using full_text::Story;

class FullText : public ConformanceOf<Story> {
 protected:
  FullText() {
    auto em = orm.em().fork();
    em.create<Story>({.title = "sea", .text = "the boat passed the reef and sank"});
    em.create<Story>({.title = "hills", .text = "sheep cross the valley"});
    em.create<Story>({.title = "harbour", .text = "a boat waits beside the valley"});
    em.flush();
  }
  std::set<std::string> found(const Filter<Story>& filter) {
    std::set<std::string> titles;
    auto em = orm.em().fork();
    for (const Story& story : em.find<Story>(filter)) titles.insert(story.title);
    return titles;
  }
};

TEST_F(FullText, finds_the_rows_with_a_word) {
  ROWAN_REQUIRE(full_text);
  using Titles = std::set<std::string>;
  EXPECT_EQ(found(f<&Story::text>.matches("boat")), (Titles{"sea", "harbour"}));
  EXPECT_EQ(found(f<&Story::text>.matches("valley")), (Titles{"hills", "harbour"}));
  EXPECT_EQ(found(!f<&Story::text>.matches("valley")), (Titles{"sea"}));
  EXPECT_EQ(found(f<&Story::text>.matches("boat") && f<&Story::title> != "sea"),
            (Titles{"harbour"}));
  EXPECT_EQ(found(f<&Story::text>.matches("submarine")), Titles{});
  // A part of a word is none.
  EXPECT_EQ(found(f<&Story::text>.matches("vall")), Titles{});
  EXPECT_EQ(orm.em().fork().count<Story>(json::parse(R"({"text": {"$fulltext": "reef"}})")), 1u);
}

TEST_F(FullText, is_refused_by_name_where_the_database_has_none) {
  if (capabilities().full_text) GTEST_SKIP() << "this database lacks no full-text search";
  try {
    (void)found(f<&Story::text>.matches("boat"));
    ADD_FAILURE() << "no error";
  } catch (const ValidationError& error) {
    EXPECT_NE(std::string(error.what()).find("'text'"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace rowan::test
