// U-01 to U-30: what a flush writes, and in which order.

#include "scenario.hpp"

namespace rowan::test {
namespace {

using namespace library;

TEST_F(Scenario, u01_an_object_is_written_with_the_objects_it_refers_to) {
  auto em = orm.em().fork();
  Author& author = em.create<Author>({.name = "Ann"}, {.persist = false});
  Book& book = em.create<Book>({.title = "One", .author = author});
  em.flush();
  EXPECT_NE(author.id, 0);
  EXPECT_NE(book.id, 0);
  EXPECT_EQ(orm.em().fork().count<Author>(), 1u);
}

TEST_F(Scenario, u02_classes_are_written_in_the_order_of_their_references) {
  auto em = orm.em().fork();
  Tag& tag = em.create<Tag>({.name = "t"});
  Author& author = em.create<Author>({.name = "Ann"}, {.persist = false});
  Book& book = em.create<Book>({.title = "One", .author = author});
  book.tags.add(tag);
  em.flush();
  EXPECT_EQ(em.count<Book>(f<&Book::tags, &Tag::name> == "t"), 1u);
}

TEST_F(Scenario, u03_a_cycle_over_an_optional_reference_takes_one_more_update) {
  auto em = orm.em().fork();
  Author& author = em.create<Author>({.name = "Ann"});
  Book& book = em.create<Book>({.title = "One", .author = author});
  author.favourite_book = book;
  em.flush();
  EXPECT_EQ(count_of("update"), 1u);
  auto other = orm.em().fork();
  EXPECT_EQ(other.find_one_or_fail<Author>(author.id, {.populate = {f<&Author::favourite_book>}})
                .favourite_book->title,
            "One");
}

TEST_F(Scenario, u04_rows_that_refer_to_each_other_need_no_update) {
  auto em = orm.em().fork();
  Node& parent = em.create<Node>({.name = "p"}, {.persist = false});
  Node& child = em.create<Node>({.name = "c", .parent = parent});
  em.flush();
  EXPECT_EQ(count_of("update"), 0u);
  EXPECT_EQ(orm.em().fork().count<Node>(f<&Node::parent> == parent.id), 1u);
  EXPECT_NE(child.id, 0);
}

TEST_F(Scenario, u05_a_required_cycle_with_known_keys_is_inserted) {
  auto em = orm.em().fork();
  Loop& loop = em.create<Loop>({.id = "a", .next = em.get_reference<Loop>(std::string("b"))});
  Loop& other = em.create<Loop>({.id = "c", .next = loop});
  loop.next = other;
  em.flush();
  EXPECT_EQ(orm.em().fork().count<Loop>(), 2u);
}

TEST_F(Scenario, u07_a_unique_value_can_move_to_another_row) {
  auto em = orm.em().fork();
  Author& x = em.create<Author>({.name = "X", .email = "n"});
  Author& y = em.create<Author>({.name = "Y"});
  em.flush();
  x.email.reset();
  y.email = "n";
  em.flush();
  auto fresh = orm.em().fork();
  EXPECT_EQ(fresh.find_one_or_fail<Author>(f<&Author::email> == "n").name, "Y");
}

TEST_F(Scenario, u08_unique_values_can_be_swapped) {
  auto em = orm.em().fork();
  Author& x = em.create<Author>({.name = "X", .email = "x@"});
  Author& y = em.create<Author>({.name = "Y", .email = "y@"});
  em.flush();
  std::swap(x.email, y.email);
  em.flush();
  auto fresh = orm.em().fork();
  EXPECT_EQ(fresh.find_one_or_fail<Author>(f<&Author::email> == "y@").name, "X");
  EXPECT_EQ(fresh.find_one_or_fail<Author>(f<&Author::email> == "x@").name, "Y");
}

TEST_F(Scenario, u10_a_removed_row_frees_its_unique_value) {
  auto em = orm.em().fork();
  Author& x = em.create<Author>({.name = "X", .email = "x@"});
  em.flush();
  em.remove(x);
  em.create<Author>({.name = "Z", .email = "x@"});
  em.flush();
  auto fresh = orm.em().fork();
  EXPECT_EQ(fresh.find_one_or_fail<Author>(f<&Author::email> == "x@").name, "Z");
}

TEST_F(Scenario, u11_the_key_of_a_removed_object_can_be_created_again) {
  auto em = orm.em().fork();
  Author& x = em.create<Author>({.name = "X"});
  em.flush();
  const auto id = x.id;
  em.remove(x);
  em.create<Author>({.id = id, .name = "New"});
  em.flush();
  auto fresh = orm.em().fork();
  EXPECT_EQ(fresh.find_one_or_fail<Author>(id).name, "New");
}

TEST_F(Scenario, u12_an_added_child_leaves_its_old_parent) {
  auto em = orm.em().fork();
  Author& a = em.create<Author>({.name = "A"});
  Author& c = em.create<Author>({.name = "C"});
  Book& book = em.create<Book>({.title = "One", .author = a});
  em.flush();
  (void)statements();
  c.books.add(book);
  EXPECT_EQ(a.books.size(), 0u);
  EXPECT_EQ(&*book.author, &c);
  em.flush();
  EXPECT_EQ(count_of("update"), 1u);
}

TEST_F(Scenario, u19_cascade_needs_loaded_children_and_the_database_decides_otherwise) {
  auto em = orm.em().fork();
  Author& a = em.create<Author>({.name = "A"});
  em.create<Book>({.title = "One", .author = a});
  em.flush();
  auto other = orm.em().fork();
  other.remove(other.find_one_or_fail<Author>(a.id));
  EXPECT_THROW(other.flush(), ForeignKeyConstraintViolation);
}

TEST_F(Scenario, u20_a_removed_parent_is_taken_out_of_loaded_optional_children) {
  auto em = orm.em().fork();
  Publisher& publisher = em.create<Publisher>({.name = "P"});
  Magazine& magazine = em.create<Magazine>({.name = "M", .publisher = publisher});
  em.flush();
  (void)statements();
  em.remove(publisher);
  em.flush();
  EXPECT_FALSE(magazine.publisher);
  EXPECT_EQ(orm.em().fork().count<Magazine>(f<&Magazine::publisher>.is_null()), 1u);
}

TEST_F(Scenario, u21_removing_what_was_never_flushed_writes_nothing) {
  auto em = orm.em().fork();
  em.remove(em.create<Author>({.name = "A"}));
  em.flush();
  EXPECT_TRUE(statements().empty());
}

TEST_F(Scenario, u21_a_removed_new_object_that_is_still_referred_to_is_a_conflict) {
  auto em = orm.em().fork();
  Author& author = em.create<Author>({.name = "A"});
  em.create<Book>({.title = "One", .author = author});
  em.remove(author);
  EXPECT_THROW(em.flush(), ValidationError);
  EXPECT_TRUE(statements().empty());
}

TEST_F(Scenario, u22_persist_cancels_a_removal) {
  auto em = orm.em().fork();
  Author& author = em.create<Author>({.name = "A"});
  em.flush();
  (void)statements();
  em.remove(author);
  em.persist(author);
  em.flush();
  EXPECT_TRUE(statements().empty());
}

TEST_F(Scenario, u23_a_stale_version_is_refused_and_the_object_keeps_its_values) {
  auto em = orm.em().fork();
  Account& mine = em.create<Account>({.owner = "A"});
  em.flush();
  EXPECT_EQ(mine.version, 1);
  auto other = orm.em().fork();
  other.find_one_or_fail<Account>(mine.id).balance = 5;
  other.flush();
  mine.balance = 7;
  EXPECT_THROW(em.flush(), OptimisticLockError);
  EXPECT_EQ(mine.balance, 7);
  EXPECT_EQ(mine.version, 1);
  EXPECT_TRUE(em.refresh(mine));
  EXPECT_EQ(mine.balance, 5);
  EXPECT_EQ(mine.version, 2);
}

TEST_F(Scenario, u24_versions_are_checked_by_the_statement_that_writes_a_batch) {
  auto em = orm.em().fork();
  Account& a = em.create<Account>({.owner = "A"});
  Account& b = em.create<Account>({.owner = "B"});
  em.flush();
  auto other = orm.em().fork();
  other.find_one_or_fail<Account>(b.id).balance = 1;
  other.flush();
  a.balance = 10;
  b.balance = 10;
  EXPECT_THROW(em.flush(), OptimisticLockError);
  auto fresh = orm.em().fork();
  EXPECT_EQ(fresh.find_one_or_fail<Account>(a.id).balance, 0);
}

TEST_F(Scenario, u26_a_value_toggled_back_is_no_change) {
  auto em = orm.em().fork();
  Author& author = em.create<Author>({.name = "A"});
  em.flush();
  (void)statements();
  author.name = "B";
  author.name = "A";
  em.flush();
  EXPECT_TRUE(statements().empty());
}

TEST_F(Scenario, u27_an_update_touches_only_the_columns_that_changed) {
  auto em = orm.em().fork();
  Author& a = em.create<Author>({.name = "A"});
  Author& b = em.create<Author>({.name = "B"});
  em.flush();
  (void)statements();
  a.name = "A2";
  b.age = 5;
  em.flush();
  const auto sent = statements();
  ASSERT_EQ(sent.size(), 2u);
  EXPECT_EQ(sent[0].find("age"), std::string::npos);
  EXPECT_EQ(sent[1].find("name"), std::string::npos);
}

TEST_F(Scenario, u28_inserts_are_batched) {
  auto em = orm.em().fork();
  for (int i = 0; i < 650; ++i) em.create<Tag>({.name = "t" + std::to_string(i)});
  em.flush();
  EXPECT_LE(count_of("insert"), 20u);
  EXPECT_EQ(em.count<Tag>(), 650u);
}

}  // namespace
}  // namespace rowan::test
