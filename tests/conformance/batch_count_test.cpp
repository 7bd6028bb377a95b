// A flush of many rows sends few statements: counted, never timed.

#include "conformance.hpp"

#include <gmock/gmock.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace batches {

struct Book;

struct Author {
  std::int64_t id{};
  std::string name;
  std::string email;
  std::optional<std::int32_t> age{};
  rowan::Collection<Book> books{};
};

struct Tag {
  std::int64_t id{};
  std::string name;
};

struct Book {
  std::int64_t id{};
  std::string title;
  rowan::Ref<Author> author;
  rowan::Collection<Tag> tags{};
};

}  // namespace batches

template <>
inline constexpr auto rowan::mapping<batches::Author> =
    rowan::entity<batches::Author>(
        rowan::primary_key<&batches::Author::id>,
        rowan::property<&batches::Author::name>,
        rowan::property<&batches::Author::email>.length(60).unique(),
        rowan::property<&batches::Author::age>,
        rowan::one_to_many<&batches::Author::books, &batches::Book::author>)
        .table("batch_author");
template <>
inline constexpr auto rowan::mapping<batches::Tag> =
    rowan::entity<batches::Tag>(rowan::primary_key<&batches::Tag::id>,
                                rowan::property<&batches::Tag::name>)
        .table("batch_tag");
template <>
inline constexpr auto rowan::mapping<batches::Book> =
    rowan::entity<batches::Book>(rowan::primary_key<&batches::Book::id>,
                                 rowan::property<&batches::Book::title>,
                                 rowan::many_to_one<&batches::Book::author>.index(),
                                 rowan::many_to_many<&batches::Book::tags>)
        .table("batch_book");

namespace rowan::test {
namespace {

using batches::Author;
using batches::Book;
using batches::Tag;
using ::testing::Le;
using ::testing::SizeIs;

constexpr std::size_t rows = 1000;

class BatchCount : public ConformanceOf<Author, Book, Tag> {
 protected:
  /// Returns how many statements a flush of 1,000 rows in `groups` kinds may send: the rows in batches, and for each
  /// kind one that gets keys. Where a statement takes 1,000 rows and more, 10 in all.
  [[nodiscard]] std::size_t most_statements(std::size_t groups) const {
    const std::size_t batch_rows = capabilities().batch_rows;
    if (batch_rows >= rows) return 10;
    return rows / batch_rows + 2 * groups;
  }
  static Author an_author(std::size_t number) {
    const std::string text = std::to_string(number);
    return {.name = "Author " + text, .email = "author" + text + "@example.com"};
  }
  void make_authors() {
    auto em = orm.em().fork();
    for (std::size_t i = 0; i < rows; ++i) em.create<Author>(an_author(i));
    em.flush();
    (void)statements();
  }
};

TEST_F(BatchCount, inserts_a_thousand_rows) {
  auto em = orm.em().fork();
  std::vector<Author*> made;
  for (std::size_t i = 0; i < rows; ++i) made.push_back(&em.create<Author>(an_author(i)));
  em.flush();
  EXPECT_THAT(statements(), SizeIs(Le(most_statements(1))));
  auto other = orm.em().fork();
  EXPECT_EQ(other.count<Author>(), rows);
  for (const std::size_t i : {std::size_t{0}, rows / 2, rows - 1})
    EXPECT_EQ(other.find_one_or_fail<Author>(made[i]->id).email, an_author(i).email);
}

TEST_F(BatchCount, inserts_a_graph_of_a_thousand_rows) {
  auto em = orm.em().fork();
  for (std::size_t i = 0; i < rows / 10; ++i) {
    Author& author = em.create<Author>(an_author(i));
    for (int book = 0; book < 9; ++book) em.create<Book>({.title = "A book", .author = author});
  }
  em.flush();
  EXPECT_THAT(statements(), SizeIs(Le(most_statements(2))));
  auto other = orm.em().fork();
  EXPECT_EQ(other.count<Book>(f<&Book::author, &Author::email> == an_author(7).email), 9u);
}

TEST_F(BatchCount, updates_a_thousand_rows) {
  make_authors();
  auto em = orm.em().fork();
  const auto authors = em.find<Author>({});
  for (Author& author : authors) {
    author.name += " the younger";
    author.age = 30;
  }
  (void)statements();
  em.flush();
  EXPECT_THAT(statements(), SizeIs(Le(most_statements(1))));
  auto other = orm.em().fork();
  EXPECT_EQ(other.count<Author>(f<&Author::age> == 30), rows);
  const std::string email = an_author(rows - 1).email;
  EXPECT_EQ(other.find_one_or_fail<Author>(f<&Author::email> == email).name,
            an_author(rows - 1).name + " the younger");
}

TEST_F(BatchCount, removes_a_thousand_rows) {
  make_authors();
  auto em = orm.em().fork();
  const auto authors = em.find<Author>({});
  for (Author& author : authors) em.remove(author);
  (void)statements();
  em.flush();
  EXPECT_THAT(statements(), SizeIs(Le(most_statements(1))));
  EXPECT_EQ(orm.em().fork().count<Author>(), 0u);
}

TEST_F(BatchCount, links_a_thousand_pairs) {
  constexpr std::size_t tags_of_book = 5;
  {
    auto em = orm.em().fork();
    Author& author = em.create<Author>(an_author(0));
    for (std::size_t i = 0; i < rows / tags_of_book; ++i)
      em.create<Book>({.title = "Book " + std::to_string(i), .author = author});
    for (std::size_t i = 0; i < 20; ++i) em.create<Tag>({.name = "tag " + std::to_string(i)});
    em.flush();
  }
  auto em = orm.em().fork();
  const auto books = em.find<Book>({}, {.populate = {f<&Book::tags>}});
  const auto tags = em.find<Tag>({});
  std::size_t next = 0;
  for (Book& book : books) {
    for (std::size_t i = 0; i < tags_of_book; ++i) book.tags.add(tags[next++ % tags.size()]);
  }
  (void)statements();
  em.flush();
  EXPECT_THAT(statements(), SizeIs(Le(most_statements(1))));

  auto other = orm.em().fork();
  std::size_t linked = 0;
  for (const Book& book : other.find<Book>({}, {.populate = {f<&Book::tags>}}))
    linked += book.tags.size();
  EXPECT_EQ(linked, rows);
}

TEST_F(BatchCount, writes_one_changed_object_of_a_thousand_with_one_statement) {
  make_authors();
  auto em = orm.em().fork();
  const auto authors = em.find<Author>({});
  authors[rows / 2].age = 44;
  (void)statements();
  em.flush();
  EXPECT_THAT(statements(), SizeIs(1));
}

TEST_F(BatchCount, populates_a_thousand_rows_with_two_statements_more) {
  {
    auto em = orm.em().fork();
    for (std::size_t i = 0; i < rows; ++i)
      em.create<Book>({.title = "A book", .author = em.create<Author>(an_author(i))});
    em.flush();
    (void)statements();
  }
  auto em = orm.em().fork();
  const auto authors =
      em.find<Author>({}, {.populate = {f<&Author::books>}, .strategy = LoadStrategy::select_in});
  EXPECT_THAT(statements(), SizeIs(3));  // keys are asked for by 512
  for (const Author& author : authors) ASSERT_EQ(author.books.size(), 1u);
}

}  // namespace
}  // namespace rowan::test
