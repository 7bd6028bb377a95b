// Naming strategies: C++ names to database names.

#include <rowan/metadata/naming_strategy.hpp>

#include <gtest/gtest.h>

#include <vector>

namespace rowan {
namespace {

TEST(UnderscoreNaming, names_everything_in_lower_case_words) {
  const NamingStrategy& naming = underscore_naming();
  EXPECT_EQ(naming.table_name("BlogPost"), "blog_post");
  EXPECT_EQ(naming.column_name("createdAt"), "created_at");
  EXPECT_EQ(naming.join_column("firstAuthor", "id"), "first_author_id");
  EXPECT_EQ(naming.pivot_table("blog_post", "relatedTags"), "blog_post_related_tags");
  EXPECT_EQ(naming.pivot_column("blog_post", "id"), "blog_post_id");
  const std::vector<std::string> columns = {"a", "b"};
  EXPECT_EQ(naming.index_name("post", columns, "unique"), "post_a_b_unique");
  EXPECT_EQ(naming.index_name("post", {}, "check"), "post_check");
}

TEST(VerbatimNaming, keeps_names_as_they_are) {
  const NamingStrategy& naming = verbatim_naming();
  EXPECT_EQ(naming.table_name("BlogPost"), "BlogPost");
  EXPECT_EQ(naming.column_name("createdAt"), "createdAt");
}

TEST(NamingStrategy, keeps_long_index_names_short_and_apart) {
  const std::vector<std::string> one = {std::string(80, 'x'), "a"};
  const std::vector<std::string> other = {std::string(80, 'x'), "b"};
  const std::string first = underscore_naming().index_name("t", one, "index");
  const std::string second = underscore_naming().index_name("t", other, "index");

  EXPECT_EQ(first.size(), 63u);
  EXPECT_NE(first, second);
}

}  // namespace
}  // namespace rowan
