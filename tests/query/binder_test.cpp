// From paths to sources and columns: joins, key subqueries, value indexes, refusals.

#include <query/query_entities.hpp>
#include <rowan/query/binder.hpp>
#include <rowan/query/find_options.hpp>
#include <rowan/query/printer.hpp>
#include <rowan/query/query_builder.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace rowan::query::testing {
namespace {

constexpr std::uint16_t key_column[] = {0};

template <class T>
BoundSelect bound(const Filter<T>& where, const FindOptions<T>& options = {}) {
  const FindSpec spec = options.erased();
  FindBinding find;
  find.root = &meta<T>();
  find.where = &where.condition();
  find.order_by = {spec.order_by.begin(), spec.order_by.end()};
  find.has_limit = spec.limit.has_value();
  find.has_offset = spec.offset.has_value();
  find.columns = key_column;
  return bind_find(registry(), find);
}
template <class T>
std::string text(const Filter<T>& where, const FindOptions<T>& options = {}) {
  return to_string(bound<T>(where, options));
}

template <class T>
std::string refusal(const Filter<T>& where) {
  try {
    (void)bound<T>(where);
  } catch (const ValidationError& error) {
    return error.message();
  }
  return "nothing was refused";
}

TEST(BindFind, NumbersValuesInTheOrderOfTheCondition) {
  EXPECT_EQ(text<Book>(f<&Book::id> > 1 && (f<&Book::title> == "x" || f<&Book::id>.in({4, 5})),
                       {.limit = 1, .offset = 2}),
            "select t0.id from Book t0 where and(gt(t0.id, ?0), or(eq(t0.title, ?1), in(t0.id, ?2, "
            "?3))) limit ?4 offset ?5");
}

TEST(BindFind, JoinsWhatAPathPassesOnce) {
  EXPECT_EQ(
      text<Book>(f<&Book::author, &Author::name> == "Ada" && f<&Book::author, &Author::born> > 1),
      "select t0.id from Book t0 join Author t1 on t0.author where and(eq(t1.name, ?0), "
      "gt(t1.born, ?1))");
  EXPECT_EQ(text<Book>(f<&Book::editor, &Author::name> == "Ada"),
            "select t0.id from Book t0 left join Author t1 on t0.editor where eq(t1.name, ?0)");
}

TEST(BindFind, ReadsTheTargetsKeyFromTheForeignKey) {
  EXPECT_EQ(text<Book>(f<&Book::author, &Author::id> == 1),
            "select t0.id from Book t0 where eq(t0.author, ?0)");
  EXPECT_EQ(text<Book>({}, {.order_by = {f<&Book::author, &Author::id>}}),
            "select t0.id from Book t0 order by t0.author");
}

TEST(BindFind, AsksThroughACollectionBySubqueryOfKeys) {
  EXPECT_EQ(text<Author>(f<&Author::name> == "Ada" && f<&Author::books, &Book::title> == "x" &&
                         f<&Author::books, &Book::id> > 1),
            "select t0.id from Author t0 where eq(t0.name, ?0) key in (select s1_0.id from Author "
            "s1_0 join Book s1_1 on s1_0.books where and(eq(s1_1.title, ?1), gt(s1_1.id, ?2)))");
}

TEST(BindFind, NegatesThroughACollectionForTheWholeCollection) {
  EXPECT_EQ(text<Author>(!(f<&Author::books, &Book::title> == "x")),
            "select t0.id from Author t0 where not(in(t0.id, (select s1_0.id from Author s1_0 join "
            "Book s1_1 on s1_0.books where eq(s1_1.title, ?0))))");
}

TEST(BindFind, NegatesForTheWholeCollectionBesideAJoinOfIt) {
  EXPECT_EQ(text<Author>(f<&Author::books, &Book::title> == "x" ||
                         !(f<&Author::books, &Book::title> == "y")),
            "select t0.id from Author t0 key in (select s1_0.id from Author s1_0 left join Book "
            "s1_1 on s1_0.books where or(eq(s1_1.title, ?0), not(in(s1_0.id, (select s2_0.id from "
            "Author s2_0 join Book s2_1 on s2_0.books where eq(s2_1.title, ?1))))))");
}

TEST(BindFind, LeavesNullsOutOfSubqueries) {
  query::Select select;
  select.root = &declare::type_tag<Book>;
  select.terms = {{f<&Book::editor, &Author::id>.info()}};
  const Subquery<std::int64_t> editors{std::make_shared<const query::Select>(select)};
  EXPECT_EQ(text<Author>(f<&Author::id>.in(editors)),
            "select t0.id from Author t0 where in(t0.id, (select s1_0.editor from Book s1_0 where "
            "not_null(s1_0.editor)))");
}

TEST(BindFind, CorrelatesCollectionOperators) {
  EXPECT_EQ(text<Author>(f<&Author::books>.some(f<&Book::title> == "x")),
            "select t0.id from Author t0 where some(t0.books, (select s1_0.id from Book s1_0 of "
            "books@0 where eq(s1_0.title, ?0)))");
  EXPECT_EQ(text<Author>(f<&Author::books>.every(f<&Book::title> == "x")),
            "select t0.id from Author t0 where none_of(t0.books, (select s1_0.id from Book s1_0 of "
            "books@0 where not(eq(s1_0.title, ?0))))");
  EXPECT_EQ(
      text<Author>(f<&Author::books>.size() > 3),
      "select t0.id from Author t0 where gt((select count(*) from Book s1_0 of books@0), ?0)");
  EXPECT_EQ(text<Book>(f<&Book::author, &Author::books>.is_empty()),
            "select t0.id from Book t0 join Author t1 on t0.author where none_of(t1.books, (select "
            "s1_0.id from Book s1_0 of books@1))");
}

TEST(BindFind, FoldsEmptyLists) {
  const std::vector<int> none;
  EXPECT_EQ(text<Book>(f<&Book::id>.in(none)), "select t0.id from Book t0 where in()");
  EXPECT_EQ(text<Book>(f<&Book::id>.nin(none)), "select t0.id from Book t0");
  EXPECT_EQ(text<Book>(f<&Book::id> == 1 || f<&Book::id>.in(none)),
            "select t0.id from Book t0 where eq(t0.id, ?0)");
  EXPECT_EQ(text<Book>(!Filter<Book>()), "select t0.id from Book t0 where in()");
}

TEST(BindFind, OrdersThroughRelations) {
  EXPECT_EQ(text<Book>({}, {.order_by = {f<&Book::author, &Author::name>.desc().nulls_last()}}),
            "select t0.id from Book t0 join Author t1 on t0.author order by t1.name desc nulls "
            "last");
  EXPECT_EQ(
      text<Author>({}, {.order_by = {f<&Author::books, &Book::title>.desc()}}),
      "select t0.id from Author t0 order by (select max(s1_0.title) from Book s1_0 of books@0) "
      "desc");
}

TEST(BindFind, SharesToOneJoinsOfPopulateAndKeepsItsCollectionsApart) {
  const Filter<Author> where = f<&Author::books, &Book::title> == "x";
  const std::uint16_t columns[] = {0};
  const FindBinding::Join join{{meta<Author>().find("books")}, columns};
  FindBinding find;
  find.root = &meta<Author>();
  find.where = &where.condition();
  find.columns = key_column;
  find.joins = {&join, 1};
  EXPECT_EQ(
      to_string(bind_find(registry(), find)),
      "select t0.id, t1.id from Author t0 left join Book t1 on t0.books key in (select s1_0.id "
      "from Author s1_0 join Book s1_1 on s1_0.books where eq(s1_1.title, ?0))");
}

TEST(BindFind, BindsKeysPathsAndRawSql) {
  EXPECT_EQ(text<Book>(7), "select t0.id from Book t0 where eq(t0.id, ?0)");
  EXPECT_EQ(text<Book>(f<&Book::title> == f<&Book::author, &Author::name>),
            "select t0.id from Book t0 join Author t1 on t0.author where eq(t0.title, t1.name)");
  EXPECT_EQ(text<Book>(sql_filter<Book>("{rating} * ? > {author.born} and '?' = '{'", 2)),
            "select t0.id from Book t0 join Author t1 on t0.author where raw({0} * ? > {1} and "
            "'?' = '{', ?0)");
}

TEST(BindFind, NamesWhatDoesNotFit) {
  EXPECT_THAT(refusal<Book>(f<&Book::shelf> == 1),
              ::testing::HasSubstr("member of Book that its mapping leaves out"));
  EXPECT_THAT(refusal<Book>("seven"), ::testing::HasSubstr("the key Book.id is of type integer"));
  EXPECT_THAT(refusal<Book>(f<&Book::author> == "x"),
              ::testing::HasSubstr("Book.author refers to Author, whose key is of type integer"));
  EXPECT_THAT(refusal<Tag>("x"), ::testing::HasSubstr("of type uuid"));
  EXPECT_THAT(refusal<Book>(sql_filter<Book>("{ratin} > 1")),
              ::testing::HasSubstr("'ratin' is no column of Book"));
  EXPECT_THAT(refusal<Book>(sql_filter<Book>("{rating} > ?")),
              ::testing::HasSubstr("1 question marks and 0 values"));
}

TEST(CollectEntities, NamesEveryEntityThatIsRead) {
  metadata::IndexSet read;
  const Filter<Author> where = f<&Author::books>.some(f<&Book::tags, &Tag::name> == "x");
  collect_entities(registry(), meta<Author>(), where.condition(), {}, read);
  EXPECT_TRUE(read.has(meta<Author>().id));
  EXPECT_TRUE(read.has(meta<Book>().id));
  EXPECT_TRUE(read.has(meta<Tag>().id));
  metadata::IndexSet few;
  collect_entities(registry(), meta<Book>(), Filter<Book>(1).condition(), {}, few);
  EXPECT_FALSE(few.has(meta<Author>().id));
}

}  // namespace
}  // namespace rowan::query::testing
