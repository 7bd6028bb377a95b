// U-31 to U-60: identity, failures, transactions, collections.

#include "scenario.hpp"

#include <stdexcept>

namespace rowan::test {
namespace {

using namespace library;

TEST_F(Scenario, u31_a_query_keeps_local_changes_and_refreshes_the_rest) {
  auto em = orm.em().fork();
  Author& a = em.create<Author>({.name = "A", .age = 1});
  em.flush();
  em.execute("update author set name = 'db', age = 99");
  a.name = "dirty";
  (void)em.find<Author>({});
  EXPECT_EQ(a.name, "dirty");
  EXPECT_EQ(a.age, 99);
  (void)statements();
  em.flush();
  const auto sent = statements();
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0].find("age"), std::string::npos);
}

TEST_F(Scenario, u32_a_reference_becomes_the_loaded_object) {
  auto em = orm.em().fork();
  const auto id = [&] {
    auto other = orm.em().fork();
    Author& a = other.create<Author>({.name = "A"});
    other.flush();
    return a.id;
  }();
  auto reference = em.get_reference<Author>(id);
  EXPECT_FALSE(reference.is_initialized());
  EXPECT_THROW((void)reference->name.size(), ValidationError);
  Author& loaded = em.find_one_or_fail<Author>(id);
  EXPECT_TRUE(reference.is_initialized());
  EXPECT_EQ(&*reference, &loaded);
  EXPECT_THROW(em.get_reference<Author>(12345).load(), NotFoundError);
}

TEST_F(Scenario, u33_a_failed_flush_loses_nothing) {
  auto em = orm.em().fork();
  em.create<Author>({.name = "A", .email = "a@"});
  em.flush();
  Tag& tag = em.create<Tag>({.name = "t"});
  Author& twin = em.create<Author>({.name = "B", .email = "a@"});
  EXPECT_THROW(em.flush(), UniqueConstraintViolation);
  EXPECT_EQ(tag.id, 0);
  EXPECT_EQ(twin.id, 0);
  twin.email = "b@";
  em.flush();
  EXPECT_NE(tag.id, 0);
  EXPECT_NE(twin.id, 0);
  EXPECT_EQ(orm.em().fork().count<Author>(), 2u);
  EXPECT_EQ(orm.em().fork().count<Tag>(), 1u);
}

TEST_F(Scenario, u34_a_failed_flush_leaves_updates_pending) {
  auto em = orm.em().fork();
  Author& a = em.create<Author>({.name = "A", .email = "a@"});
  Author& b = em.create<Author>({.name = "B", .email = "b@"});
  em.flush();
  a.name = "A2";
  em.execute("insert into author (name, email, age) values ('X', 'x@', 0)");
  b.email = "x@";
  EXPECT_THROW(em.flush(), UniqueConstraintViolation);
  b.email = "b2@";
  em.flush();
  auto other = orm.em().fork();
  EXPECT_EQ(other.find_one_or_fail<Author>(a.id).name, "A2");
  EXPECT_EQ(other.find_one_or_fail<Author>(b.id).email, "b2@");
}

TEST_F(Scenario, u35_a_failed_nested_block_loses_nothing_of_the_outer_one) {
  auto em = orm.em().fork();
  em.transactional([&](EntityManager& tx) {
    tx.create<Tag>({.name = "outer"});
    try {
      tx.transactional([&](EntityManager& inner) {
        inner.create<Tag>({.name = "inner"});
        inner.flush();
        throw std::runtime_error("no");
      });
    } catch (const std::runtime_error&) {
    }
  });
  auto other = orm.em().fork();
  EXPECT_EQ(other.count<Tag>(f<&Tag::name> == "outer"), 1u);
  EXPECT_EQ(other.count<Tag>(f<&Tag::name> == "inner"), 0u);
}

TEST_F(Scenario, u36_a_failed_joined_block_makes_the_transaction_roll_back) {
  auto em = orm.em().fork();
  EXPECT_THROW(em.transactional([&](EntityManager& tx) {
    tx.create<Tag>({.name = "outer"});
    try {
      tx.transactional([](EntityManager&) { throw std::runtime_error("no"); },
                       {.propagation = Propagation::required});
    } catch (const std::runtime_error&) {
    }
  }),
               TransactionStateError);
  EXPECT_EQ(orm.em().fork().count<Tag>(), 0u);
}

TEST_F(Scenario, u37_a_rollback_keeps_what_is_pending) {
  auto em = orm.em().fork();
  em.begin();
  Tag& tag = em.create<Tag>({.name = "t"});
  em.flush();
  EXPECT_NE(tag.id, 0);
  em.rollback();
  EXPECT_EQ(tag.id, 0);
  em.begin();
  em.commit();
  EXPECT_NE(tag.id, 0);
  EXPECT_EQ(orm.em().fork().count<Tag>(), 1u);
}

TEST_F(Scenario, u39_a_transaction_works_on_the_same_objects) {
  auto em = orm.em().fork();
  Author& a = em.create<Author>({.name = "A"});
  em.flush();
  em.transactional([&](EntityManager& tx) {
    EXPECT_EQ(&tx.find_one_or_fail<Author>(a.id), &a);
    a.name = "B";
  });
  (void)statements();
  em.flush();
  EXPECT_TRUE(statements().empty());
}

TEST_F(Scenario, u40_waiting_for_the_connection_that_the_same_thread_holds_is_an_error) {
  auto em = orm.em().fork();
  EXPECT_THROW(em.transactional([&](EntityManager& tx) {
    tx.transactional([](EntityManager&) {}, {.propagation = Propagation::requires_new});
  }),
               ValidationError);
}

TEST_F(Scenario, u41_pending_work_of_every_class_that_a_query_reads_is_flushed_first) {
  auto em = orm.em().fork();
  Author& a = em.create<Author>({.name = "A"});
  Book& book = em.create<Book>({.title = "One", .author = a});
  em.flush();
  book.tags.add(em.create<Tag>({.name = "t"}));
  EXPECT_EQ(em.find<Book>(f<&Book::tags, &Tag::name> == "t").size(), 1u);
}

TEST_F(Scenario, u41_a_plain_changed_value_sets_off_no_flush) {
  auto em = orm.em().fork();
  Author& a = em.create<Author>({.name = "A"});
  em.flush();
  a.name = "B";
  (void)statements();
  (void)em.find<Author>({});
  EXPECT_EQ(count_of("update"), 0u);
}

TEST_F(Scenario, u45_a_changed_key_re_keys_the_identity_map) {
  auto em = orm.em().fork();
  Author& a = em.create<Author>({.name = "A"});
  em.flush();
  const auto old = a.id;
  a.id = 5000;
  em.flush();
  EXPECT_EQ(&em.find_one_or_fail<Author>(5000), &a);
  EXPECT_EQ(em.find_one<Author>(old), nullptr);
}

TEST_F(Scenario, u48_a_removed_object_is_emptied_out_of_optional_references_in_the_same_flush) {
  auto em = orm.em().fork();
  Author& a = em.create<Author>({.name = "A"});
  Book& book = em.create<Book>({.title = "One", .author = a});
  a.favourite_book = book;
  em.flush();
  em.remove(book);
  em.flush();
  EXPECT_FALSE(a.favourite_book);
  (void)statements();
  em.flush();
  EXPECT_TRUE(statements().empty());
  EXPECT_EQ(orm.em().fork().count<Author>(f<&Author::favourite_book>.is_null()), 1u);
}

TEST_F(Scenario, u49_removing_a_child_takes_it_out_of_the_loaded_collection_at_once) {
  auto em = orm.em().fork();
  Author& a = em.create<Author>({.name = "A"});
  Book& book = em.create<Book>({.title = "One", .author = a});
  em.flush();
  em.remove(book);
  EXPECT_EQ(a.books.size(), 0u);
  em.flush();
  EXPECT_FALSE(em.is_managed(book));
}

TEST_F(Scenario, u55_a_merged_object_is_clean) {
  auto em = orm.em().fork();
  Tag& tag = em.create<Tag>({.name = "t"});
  em.flush();
  auto other = orm.em().fork();
  (void)statements();
  Tag& merged = other.merge<Tag>({.id = tag.id, .name = "m"});
  other.flush();
  EXPECT_TRUE(statements().empty());
  merged.name = "n";
  other.flush();
  EXPECT_EQ(count_of("update"), 1u);
}

TEST_F(Scenario, u56_an_object_of_another_manager_is_refused) {
  auto em = orm.em().fork();
  Author& a = em.create<Author>({.name = "A"});
  em.flush();
  auto other = orm.em().fork();
  EXPECT_THROW(other.create<Book>({.title = "One", .author = a}), ValidationError);
  EXPECT_THROW(other.remove(a), ValidationError);
  Author local{.name = "local"};
  EXPECT_THROW(other.create<Book>({.title = "One", .author = local}), ValidationError);
}

TEST_F(Scenario, u57_refresh_takes_the_row_and_detaches_where_it_is_gone) {
  auto em = orm.em().fork();
  Author& a = em.create<Author>({.name = "A"});
  em.flush();
  a.name = "dirty";
  EXPECT_TRUE(em.refresh(a));
  EXPECT_EQ(a.name, "A");
  em.execute("delete from author");
  EXPECT_FALSE(em.refresh(a));
  EXPECT_FALSE(em.is_managed(a));
}

TEST_F(Scenario, u58_a_second_find_by_key_asks_nothing) {
  auto em = orm.em().fork();
  Author& a = em.create<Author>({.name = "A"});
  em.flush();
  auto other = orm.em().fork();
  (void)statements();
  (void)other.find_one<Author>(a.id);
  (void)other.find_one<Author>(a.id);
  EXPECT_EQ(statements().size(), 1u);
  (void)other.find_one<Author>(f<&Author::name> == "A");
  EXPECT_EQ(statements().size(), 1u);
}

TEST_F(Scenario, u59_an_object_with_its_own_key_is_found_before_it_is_flushed) {
  auto em = orm.em().fork();
  Author& a = em.create<Author>({.id = 9, .name = "A"});
  (void)statements();
  EXPECT_EQ(em.find_one<Author>(9), &a);
  EXPECT_TRUE(statements().empty());
  EXPECT_THROW(em.create<Author>({.id = 9, .name = "B"}), ValidationError);
}

TEST_F(Scenario, a_block_that_throws_forgets_what_it_created_and_keeps_what_was_pending) {
  auto em = orm.em().fork();
  Tag& before = em.create<Tag>({.name = "before"});
  EXPECT_THROW(em.transactional([](EntityManager& tx) {
    tx.create<Tag>({.name = "inside"});
    tx.flush();
    throw std::runtime_error("no");
  }),
               std::runtime_error);
  EXPECT_EQ(before.id, 0);
  em.flush();
  EXPECT_NE(before.id, 0);
  EXPECT_EQ(orm.em().fork().count<Tag>(), 1u);
}

TEST_F(Scenario, find_or_create_inserts_that_row_alone) {
  auto em = orm.em().fork();
  Author& pending = em.create<Author>({.name = "pending"});
  auto [tag, created] = em.find_or_create<Tag>(f<&Tag::name> == "t", {.name = "t"});
  EXPECT_TRUE(created);
  EXPECT_NE(tag.id, 0);
  EXPECT_EQ(pending.id, 0);
  auto [again, created_again] = em.find_or_create<Tag>(f<&Tag::name> == "t", {.name = "t"});
  EXPECT_FALSE(created_again);
  EXPECT_EQ(&again, &tag);
}

TEST_F(Scenario, find_or_create_throws_the_violation_of_another_unique_value) {
  auto em = orm.em().fork();
  em.create<Author>({.name = "A", .email = "a@"});
  em.flush();
  EXPECT_THROW(
      (void)em.find_or_create<Author>(f<&Author::name> == "B", {.name = "B", .email = "a@"}),
      UniqueConstraintViolation);
}

}  // namespace
}  // namespace rowan::test
