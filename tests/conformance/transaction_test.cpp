// U-33 to U-42 and the rows TX: what failures leave behind, transactions in one another, locks.

#include "library_entities.hpp"

#include <stdexcept>
#include <string>
#include <vector>

namespace rowan::test {
namespace {

using namespace library;

class TransactionTest : public Library {
 protected:
  using Kinds = std::vector<std::string>;

  [[nodiscard]] std::size_t tags(std::string_view name) {
    return orm.em().fork().count<Tag>(f<&Tag::name> == std::string(name));
  }
  /// Makes a tag that no other row may be called like.
  std::int64_t make_tag(std::string name) {
    auto em = orm.em().fork();
    Tag& tag = em.create<Tag>({.name = std::move(name)});
    em.flush();
    (void)statements();
    return tag.id;
  }
};

// Failed flushes ------------------------------------------------------------------------------------------------------

TEST_F(TransactionTest, u33_a_failed_flush_loses_nothing) {
  make_tag("taken");
  auto em = orm.em().fork();
  Author& author = em.create<Author>({.name = "A"});
  Tag& twin = em.create<Tag>({.name = "taken"});
  EXPECT_THROW(em.flush(), UniqueConstraintViolation);
  EXPECT_EQ(author.id, 0);
  EXPECT_EQ(twin.id, 0);
  EXPECT_EQ(orm.em().fork().count<Author>(), 0u);
  twin.name = "free";
  em.flush();
  EXPECT_NE(author.id, 0);
  EXPECT_NE(twin.id, 0);
  EXPECT_EQ(orm.em().fork().count<Author>(), 1u);
  EXPECT_EQ(tags("free"), 1u);
}

TEST_F(TransactionTest, u34_what_was_written_before_the_failure_is_pending_again) {
  make_tag("taken");
  auto em = orm.em().fork();
  Account& account = em.create<Account>({.owner = "A"});
  Event& event = em.create<Event>({.title = "E"});
  Tag& tag = em.create<Tag>({.name = "t"});
  em.flush();
  account.balance = 5;
  event.title = "F";
  tag.name = "taken";
  EXPECT_THROW(em.flush(), UniqueConstraintViolation);
  EXPECT_EQ(account.version, 1);
  EXPECT_EQ(event.changes, 0);
  EXPECT_EQ(event.version, 1);
  EXPECT_EQ(tag.name, "taken") << "memory is as the user left it";
  tag.name = "t2";
  em.flush();
  EXPECT_EQ(account.version, 2);
  auto fresh = orm.em().fork();
  EXPECT_EQ(fresh.find_one_or_fail<Account>(account.id).balance, 5);
  EXPECT_EQ(fresh.find_one_or_fail<Event>(event.id).title, "F");
  EXPECT_EQ(fresh.find_one_or_fail<Event>(event.id).changes, 1);
}

TEST_F(TransactionTest, a_failed_flush_keeps_removals_and_pairs_pending) {
  make_tag("taken");
  auto em = orm.em().fork();
  Author& author = em.create<Author>({.name = "A"});
  Book& book = em.create<Book>({.title = "B", .author = author});
  Tag& tag = em.create<Tag>({.name = "t"});
  Tag& unused = em.create<Tag>({.name = "unused"});
  em.flush();
  author.favourite_book = book;
  book.tags.add(tag);
  em.remove(unused);
  Tag& twin = em.create<Tag>({.name = "taken"});
  EXPECT_THROW(em.flush(), UniqueConstraintViolation);
  EXPECT_EQ(tags("unused"), 1u);
  twin.name = "free";
  em.flush();
  EXPECT_EQ(tags("unused"), 0u);
  auto fresh = orm.em().fork();
  EXPECT_EQ(fresh.count<Book>(f<&Book::tags, &Tag::name> == "t"), 1u);
  EXPECT_EQ(fresh.count<Author>(f<&Author::favourite_book> == book.id), 1u);
}

TEST_F(TransactionTest, a_flush_that_fails_inside_a_transaction_can_be_mended_there) {
  make_tag("taken");
  auto em = orm.em().fork();
  em.begin();
  Author& author = em.create<Author>({.name = "A"});
  Tag& twin = em.create<Tag>({.name = "taken"});
  EXPECT_THROW(em.flush(), UniqueConstraintViolation);
  EXPECT_EQ(author.id, 0);
  twin.name = "free";
  em.flush();
  em.commit();
  EXPECT_EQ(orm.em().fork().count<Author>(), 1u) << "the failed flush left no row behind";
  EXPECT_EQ(tags("free"), 1u);
}

TEST_F(TransactionTest, a_commit_whose_flush_fails_can_be_mended) {
  make_tag("taken");
  auto em = orm.em().fork();
  em.begin();
  em.create<Author>({.name = "A"});
  Tag& twin = em.create<Tag>({.name = "taken"});
  EXPECT_THROW(em.commit(), UniqueConstraintViolation);
  EXPECT_TRUE(em.is_in_transaction());
  twin.name = "free";
  em.commit();
  EXPECT_FALSE(em.is_in_transaction());
  EXPECT_EQ(orm.em().fork().count<Author>(), 1u);
}

// Blocks --------------------------------------------------------------------------------------------------------------

TEST_F(TransactionTest, tx01_a_block_flushes_and_commits_and_returns_its_value) {
  auto em = orm.em().fork();
  const int result = em.transactional([](EntityManager& tx) {
    tx.create<Tag>({.name = "t"});
    EXPECT_TRUE(tx.is_in_transaction());
    return 7;
  });
  EXPECT_EQ(result, 7);
  EXPECT_FALSE(em.is_in_transaction());
  EXPECT_EQ(tags("t"), 1u);
}

TEST_F(TransactionTest,
       tx01_a_block_that_throws_forgets_what_it_created_and_keeps_the_rest_pending) {
  auto em = orm.em().fork();
  Author& known = em.create<Author>({.name = "A"});
  em.flush();
  Tag& before = em.create<Tag>({.name = "before"});
  Tag* inside = nullptr;
  EXPECT_THROW(em.transactional([&](EntityManager& tx) {
    inside = &tx.create<Tag>({.name = "inside"});
    known.name = "changed";
    tx.flush();
    EXPECT_NE(inside->id, 0);
    throw std::runtime_error("no");
  }),
               std::runtime_error);
  EXPECT_EQ(before.id, 0);
  EXPECT_FALSE(em.is_managed(*inside));
  EXPECT_EQ(inside->name, "inside") << "it stays readable";
  EXPECT_EQ(known.name, "changed") << "changed values stay as the user left them";
  EXPECT_EQ(row<Author>(known.id).name, "A");
  em.flush();
  EXPECT_NE(before.id, 0);
  EXPECT_EQ(orm.em().fork().count<Tag>(), 1u);
  EXPECT_EQ(row<Author>(known.id).name, "changed");
}

TEST_F(TransactionTest, tx01_a_block_that_throws_gives_back_what_it_removed) {
  auto em = orm.em().fork();
  Author& author = em.create<Author>({.name = "A"});
  Book& book = em.create<Book>({.title = "B", .author = author});
  author.favourite_book = book;
  Publisher& publisher = em.create<Publisher>({.name = "P"});
  Magazine& magazine = em.create<Magazine>({.name = "M", .publisher = publisher});
  em.flush();
  EXPECT_THROW(em.transactional([&](EntityManager& tx) {
    tx.remove(book);
    tx.remove(publisher);
    tx.flush();
    EXPECT_FALSE(author.favourite_book);
    EXPECT_FALSE(magazine.publisher);
    throw std::runtime_error("no");
  }),
               std::runtime_error);
  EXPECT_TRUE(em.is_managed(book));
  EXPECT_EQ(author.books.size(), 1u);
  ASSERT_TRUE(author.favourite_book);
  EXPECT_EQ(&*author.favourite_book, &book);
  ASSERT_TRUE(magazine.publisher);
  EXPECT_EQ(&*magazine.publisher, &publisher);
  (void)statements();
  em.flush();
  EXPECT_TRUE(statements().empty()) << "nothing of the block is left to write";
  EXPECT_EQ(em.find_one<Book>(book.id), &book);
}

TEST_F(TransactionTest, a_block_that_throws_gives_back_pairs_of_what_it_removed) {
  auto em = orm.em().fork();
  Author& author = em.create<Author>({.name = "A"});
  Book& book = em.create<Book>({.title = "B", .author = author});
  Tag& tag = em.create<Tag>({.name = "t"});
  book.tags.add(tag);
  em.flush();
  auto other = orm.em().fork();
  Book& found = other.find_one_or_fail<Book>(book.id, {.populate = {f<&Book::tags>}});
  Tag& removed = found.tags[0];
  EXPECT_THROW(other.transactional([&](EntityManager& tx) {
    tx.remove(removed);
    tx.flush();
    EXPECT_EQ(found.tags.size(), 0u);
    throw std::runtime_error("no");
  }),
               std::runtime_error);
  EXPECT_TRUE(found.tags.contains(removed));
  found.tags.add(other.create<Tag>({.name = "u"}));
  (void)statements();
  other.flush();
  EXPECT_EQ(count_of("delete"), 0u);
  EXPECT_EQ(orm.em().fork().count<Tag>(f<&Tag::books, &Book::id> == book.id), 2u);
}

TEST_F(TransactionTest, a_block_that_throws_gives_back_pairs) {
  auto em = orm.em().fork();
  Author& author = em.create<Author>({.name = "A"});
  Book& book = em.create<Book>({.title = "B", .author = author});
  Tag& one = em.create<Tag>({.name = "one"});
  book.tags.add(one);
  em.flush();
  EXPECT_THROW(em.transactional([&](EntityManager& tx) {
    book.tags.add(tx.create<Tag>({.name = "two"}));
    tx.flush();
    throw std::runtime_error("no");
  }),
               std::runtime_error);
  ASSERT_EQ(book.tags.size(), 1u);
  EXPECT_EQ(&book.tags[0], &one);
  em.flush();
  EXPECT_EQ(orm.em().fork().count<Tag>(), 1u);
}

TEST_F(TransactionTest, tx04_u35_a_failed_nested_block_loses_nothing_of_the_outer_one) {
  ROWAN_REQUIRE(savepoints);
  auto em = orm.em().fork();
  Tag* outer = nullptr;
  em.transactional([&](EntityManager& tx) {
    outer = &tx.create<Tag>({.name = "outer"});
    try {
      tx.transactional([&](EntityManager& inner) {
        inner.create<Tag>({.name = "inner"});
        inner.flush();
        throw std::runtime_error("no");
      });
    } catch (const std::runtime_error&) {
    }
    EXPECT_TRUE(tx.is_managed(*outer));
  });
  EXPECT_NE(outer->id, 0);
  EXPECT_EQ(tags("outer"), 1u);
  EXPECT_EQ(tags("inner"), 0u);
}

TEST_F(TransactionTest, u35_a_nested_block_whose_last_flush_fails_leaves_the_outer_one_usable) {
  ROWAN_REQUIRE(savepoints);
  make_tag("taken");
  auto em = orm.em().fork();
  em.transactional([&](EntityManager& tx) {
    tx.create<Tag>({.name = "before"});
    EXPECT_THROW(tx.transactional([](EntityManager& inner) {
      inner.create<Author>({.name = "inner"});
      inner.create<Tag>({.name = "taken"});
    }),
                 UniqueConstraintViolation);
    tx.create<Tag>({.name = "after"});
  });
  EXPECT_EQ(tags("before"), 1u);
  EXPECT_EQ(tags("after"), 1u);
  EXPECT_EQ(orm.em().fork().count<Author>(), 0u);
}

TEST_F(TransactionTest, tx04_a_nested_block_commits_with_the_outer_one) {
  ROWAN_REQUIRE(savepoints);
  auto em = orm.em().fork();
  Tag* inner_tag = nullptr;
  EXPECT_THROW(em.transactional([&](EntityManager& tx) {
    tx.transactional(
        [&](EntityManager& inner) { inner_tag = &inner.create<Tag>({.name = "inner"}); });
    EXPECT_NE(inner_tag->id, 0);
    throw std::runtime_error("no");
  }),
               std::runtime_error);
  EXPECT_FALSE(em.is_managed(*inner_tag));
  EXPECT_EQ(tags("inner"), 0u);
  em.flush();
  EXPECT_EQ(tags("inner"), 0u);
}

TEST_F(TransactionTest, u36_a_failed_joined_block_makes_the_transaction_roll_back) {
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
  em.transactional([](EntityManager& tx) { tx.create<Tag>({.name = "next"}); });
  EXPECT_EQ(tags("next"), 1u) << "the next transaction is a new one";
}

TEST_F(TransactionTest, u36_a_joined_block_that_fails_spoils_the_nested_block_around_it_only) {
  ROWAN_REQUIRE(savepoints);
  auto em = orm.em().fork();
  em.transactional([&](EntityManager& tx) {
    tx.create<Tag>({.name = "outer"});
    EXPECT_THROW(tx.transactional([&](EntityManager& nested) {
      nested.create<Tag>({.name = "nested"});
      try {
        nested.transactional([](EntityManager&) { throw std::runtime_error("no"); },
                             {.propagation = Propagation::required});
      } catch (const std::runtime_error&) {
      }
    }),
                 TransactionStateError);
  });
  EXPECT_EQ(tags("outer"), 1u);
  EXPECT_EQ(tags("nested"), 0u);
}

TEST_F(TransactionTest,
       u36_an_explicit_transaction_that_a_joined_block_spoiled_cannot_be_committed) {
  auto em = orm.em().fork();
  em.begin();
  em.create<Tag>({.name = "t"});
  try {
    em.transactional([](EntityManager&) { throw std::runtime_error("no"); },
                     {.propagation = Propagation::mandatory});
  } catch (const std::runtime_error&) {
  }
  EXPECT_THROW(em.commit(), TransactionStateError);
  em.rollback();
  em.flush();
  EXPECT_EQ(tags("t"), 1u) << "what was pending is pending still";
}

TEST_F(TransactionTest, u37_a_rollback_keeps_what_is_pending) {
  auto em = orm.em().fork();
  em.begin();
  Tag& tag = em.create<Tag>({.name = "t"});
  em.flush();
  EXPECT_NE(tag.id, 0);
  em.rollback();
  EXPECT_EQ(tag.id, 0);
  EXPECT_EQ(orm.em().fork().count<Tag>(), 0u);
  em.begin();
  em.commit();
  EXPECT_NE(tag.id, 0);
  EXPECT_EQ(tags("t"), 1u);
}

TEST_F(TransactionTest, a_rollback_takes_versions_keys_and_removals_back) {
  auto em = orm.em().fork();
  Account& account = em.create<Account>({.owner = "A"});
  Author& author = em.create<Author>({.name = "A"});
  Tag& tag = em.create<Tag>({.name = "t"});
  em.flush();
  const auto author_id = author.id;
  em.begin();
  account.balance = 5;
  author.id += 1000;
  em.remove(tag);
  em.flush();
  EXPECT_EQ(account.version, 2);
  EXPECT_EQ(em.find_one<Author>(author_id), nullptr);
  em.rollback();
  EXPECT_EQ(account.version, 1);
  EXPECT_EQ(account.balance, 5);
  EXPECT_EQ(em.find_one<Author>(author_id), &author);
  EXPECT_TRUE(em.is_managed(tag));
  em.flush();
  auto fresh = orm.em().fork();
  EXPECT_EQ(fresh.find_one_or_fail<Account>(account.id).balance, 5);
  EXPECT_EQ(fresh.find_one_or_fail<Account>(account.id).version, 2);
  EXPECT_EQ(fresh.count<Author>(f<&Author::id> == author_id + 1000), 1u);
  EXPECT_EQ(fresh.count<Tag>(), 0u);
}

TEST_F(TransactionTest, u39_a_transaction_works_on_the_same_objects) {
  auto em = orm.em().fork();
  Author& a = em.create<Author>({.name = "A"});
  em.flush();
  em.transactional([&](EntityManager& tx) {
    EXPECT_EQ(&tx, &em);
    EXPECT_EQ(&tx.find_one_or_fail<Author>(a.id), &a);
    a.name = "B";
  });
  (void)statements();
  em.flush();
  EXPECT_TRUE(statements().empty()) << "what the block flushed is clean outside";
  EXPECT_EQ(row<Author>(a.id).name, "B");
}

TEST_F(TransactionTest, a_cleared_manager_forgets_what_the_failed_block_did) {
  ROWAN_REQUIRE(savepoints);
  auto em = orm.em().fork();
  em.transactional([&](EntityManager& tx) {
    for (const char* name : {"1", "2", "3"}) tx.create<Tag>({.name = name});
    tx.flush();
    try {
      tx.transactional([&](EntityManager& inner) {
        inner.clear();
        inner.create<Tag>({.name = "inner"});
        inner.flush();
        throw std::runtime_error("no");
      });
    } catch (const std::runtime_error&) {
    }
    EXPECT_EQ(tx.find_one<Tag>(f<&Tag::name> == "inner"), nullptr);
    EXPECT_EQ(tx.statistics().managed, 0u);
  });
  EXPECT_EQ(orm.em().fork().count<Tag>(), 3u);
}

TEST_F(TransactionTest, tx03_mandatory_and_never_say_what_is_wrong) {
  auto em = orm.em().fork();
  try {
    em.transactional([](EntityManager&) {}, {.propagation = Propagation::mandatory});
    FAIL();
  } catch (const TransactionStateError& error) {
    EXPECT_EQ(
        error.message(),
        "No existing transaction found for transaction marked with propagation \"mandatory\"");
  }
  em.transactional([](EntityManager& tx) {
    EXPECT_THROW(tx.transactional([](EntityManager&) {}, {.propagation = Propagation::never}),
                 TransactionStateError);
    tx.transactional([](EntityManager& joined) { joined.create<Tag>({.name = "joined"}); },
                     {.propagation = Propagation::mandatory});
  });
  EXPECT_EQ(tags("joined"), 1u);
  em.transactional([](EntityManager& free) { EXPECT_FALSE(free.is_in_transaction()); },
                   {.propagation = Propagation::never});
}

TEST_F(TransactionTest, tx03_supports_joins_or_runs_without_and_required_joins_or_begins) {
  auto em = orm.em().fork();
  em.transactional([](EntityManager& free) { EXPECT_FALSE(free.is_in_transaction()); },
                   {.propagation = Propagation::supports});
  em.transactional([](EntityManager& own) { EXPECT_TRUE(own.is_in_transaction()); },
                   {.propagation = Propagation::required});
  em.transactional([](EntityManager& tx) {
    tx.transactional([](EntityManager& joined) { joined.create<Tag>({.name = "t"}); },
                     {.propagation = Propagation::supports});
  });
  EXPECT_EQ(tags("t"), 1u);
}

TEST_F(TransactionTest, tx03_a_separate_transaction_stays_committed_when_the_outer_one_fails) {
  auto em = orm.em().fork();
  Tag* inner = nullptr;
  bool has_second_connection = true;
  EXPECT_THROW(em.transactional(
                   [&](EntityManager& tx) {
                     try {
                       tx.transactional(
                           [&](EntityManager& own) { inner = &own.create<Tag>({.name = "inner"}); },
                           {.propagation = Propagation::requires_new});
                     } catch (const ValidationError&) {
                       has_second_connection = false;  // U-40
                     }
                     throw std::runtime_error("no");
                   },
                   {.read_only = capabilities().read_only_transactions}),
               std::runtime_error);
  if (!has_second_connection) GTEST_SKIP() << "this database lacks a second connection";
  EXPECT_EQ(tags("inner"), 1u);
  EXPECT_TRUE(em.is_managed(*inner));
  EXPECT_NE(inner->id, 0);
  (void)statements();
  em.flush();
  EXPECT_TRUE(statements().empty()) << "the failure of the outer one takes nothing of it back";
}

TEST_F(TransactionTest, tx03_a_separate_transaction_that_fails_leaves_the_outer_one_alone) {
  auto em = orm.em().fork();
  Tag& known = em.create<Tag>({.name = "known"});
  em.flush();
  bool has_second_connection = true;
  em.transactional(
      [&](EntityManager& tx) {
        try {
          tx.transactional(
              [&](EntityManager& own) {
                own.create<Tag>({.name = "inner"});
                own.flush();
                throw std::runtime_error("no");
              },
              {.propagation = Propagation::requires_new});
        } catch (const std::runtime_error&) {
        } catch (const ValidationError&) {
          has_second_connection = false;  // U-40
        }
        EXPECT_TRUE(tx.is_in_transaction());
        EXPECT_EQ(tx.count<Tag>(), 1u);
      },
      {.read_only = capabilities().read_only_transactions});
  if (!has_second_connection) GTEST_SKIP() << "this database lacks a second connection";
  EXPECT_TRUE(em.is_managed(known));
  em.flush();
  EXPECT_EQ(tags("inner"), 0u);
}

TEST_F(TransactionTest, tx03_a_suspended_transaction_comes_back) {
  auto em = orm.em().fork();
  em.transactional([&](EntityManager& tx) {
    tx.transactional([](EntityManager& free) { EXPECT_FALSE(free.is_in_transaction()); },
                     {.propagation = Propagation::not_supported});
    EXPECT_TRUE(tx.is_in_transaction());
    EXPECT_THROW(tx.transactional([](EntityManager&) { throw std::runtime_error("no"); },
                                  {.propagation = Propagation::not_supported}),
                 std::runtime_error);
    EXPECT_TRUE(tx.is_in_transaction());
    tx.create<Tag>({.name = "t"});
  });
  EXPECT_EQ(tags("t"), 1u);
}

TEST_F(TransactionTest, tx03_not_supported_without_a_transaction_just_runs) {
  auto em = orm.em().fork();
  em.transactional([](EntityManager& free) { free.create<Tag>({.name = "t"}); },
                   {.propagation = Propagation::not_supported});
  EXPECT_EQ(tags("t"), 1u) << "and flushes at its end";
}

TEST_F(TransactionTest, tx03_a_block_without_a_transaction_that_throws_forgets_what_it_created) {
  auto em = orm.em().fork();
  Tag& kept = em.create<Tag>({.name = "kept"});
  EXPECT_THROW(em.transactional(
                   [](EntityManager& free) {
                     free.create<Tag>({.name = "t"});
                     throw std::runtime_error("no");
                   },
                   {.propagation = Propagation::supports}),
               std::runtime_error);
  em.flush();
  EXPECT_NE(kept.id, 0);
  EXPECT_EQ(orm.em().fork().count<Tag>(), 1u);
}

TEST_F(TransactionTest, tx05_commit_and_rollback_need_a_transaction) {
  auto em = orm.em().fork();
  EXPECT_THROW(em.commit(), TransactionStateError);
  EXPECT_THROW(em.rollback(), TransactionStateError);
  em.begin();
  EXPECT_THROW(em.begin(), TransactionStateError);
  em.commit();
}

TEST_F(TransactionTest, tx05_a_block_ends_its_transaction_itself) {
  auto em = orm.em().fork();
  em.transactional([](EntityManager& tx) {
    tx.create<Tag>({.name = "t"});
    EXPECT_THROW(tx.commit(), TransactionStateError);
    EXPECT_THROW(tx.rollback(), TransactionStateError);
  });
  EXPECT_EQ(tags("t"), 1u);
}

TEST_F(TransactionTest, sql_of_ones_own_neither_begins_nor_ends_a_transaction) {
  auto em = orm.em().fork();
  const auto refuse = [&](std::string_view sql) {
    EXPECT_THROW(em.execute(sql), TransactionStateError) << sql;
    EXPECT_THROW((void)em.execute_rows(sql), TransactionStateError) << sql;
  };
  const auto refuse_all = [&] {
    for (const std::string_view sql :
         {"begin", "Start Transaction", " /* now */ COMMIT", "rollback"})
      refuse(sql);
  };
  refuse_all();
  em.begin();
  em.create<Tag>({.name = "t"});
  em.flush();
  refuse_all();
  em.rollback();
  EXPECT_EQ(tags("t"), 0u);
  em.clear();
  em.begin();
  em.execute("savepoint mine");
  em.create<Tag>({.name = "gone"});
  em.flush();
  em.execute("rollback to savepoint mine");
  em.commit();
  EXPECT_EQ(tags("gone"), 0u);
}

TEST_F(TransactionTest, tx06_an_isolation_level_and_read_only_are_accepted) {
  auto em = orm.em().fork();
  make_tag("t");
  for (const IsolationLevel level :
       {IsolationLevel::read_uncommitted, IsolationLevel::read_committed,
        IsolationLevel::repeatable_read, IsolationLevel::serializable}) {
    em.transactional([](EntityManager& tx) { EXPECT_EQ(tx.count<Tag>(), 1u); },
                     {.isolation = level});
  }
  em.transactional([](EntityManager& tx) { EXPECT_EQ(tx.count<Tag>(), 1u); }, {.read_only = true});
}

TEST_F(TransactionTest, tx06_a_read_only_transaction_refuses_to_write) {
  ROWAN_REQUIRE(read_only_transactions);
  auto em = orm.em().fork();
  EXPECT_THROW(em.transactional([](EntityManager& tx) { tx.create<Tag>({.name = "t"}); },
                                {.read_only = true}),
               Error);
  EXPECT_EQ(tags("t"), 0u);
  em.create<Tag>({.name = "u"});
  em.flush();
  EXPECT_EQ(tags("u"), 1u) << "the connection writes again afterwards";
}

// Flush modes ---------------------------------------------------------------------------------------------------------

TEST_F(TransactionTest, u41_pending_work_of_every_class_that_a_query_reads_is_flushed_first) {
  auto em = orm.em().fork();
  Author& a = em.create<Author>({.name = "A"});
  Book& book = em.create<Book>({.title = "One", .author = a});
  em.flush();
  book.tags.add(em.create<Tag>({.name = "t"}));
  EXPECT_EQ(em.find<Book>(f<&Book::tags, &Tag::name> == "t").size(), 1u);
  Tag& second = em.create<Tag>({.name = "u"});
  (void)em.find<Publisher>({});
  EXPECT_EQ(second.id, 0) << "a query that reads another class writes nothing";
  EXPECT_EQ(em.query<Tag>().select(f<&Tag::name>).rows().size(), 2u);
  EXPECT_NE(second.id, 0) << "the query builder does the same";
}

TEST_F(TransactionTest, u41_a_plain_changed_value_sets_off_no_flush_and_a_removal_does) {
  auto em = orm.em().fork();
  Author& a = em.create<Author>({.name = "A"});
  em.flush();
  a.name = "B";
  (void)statements();
  (void)em.find<Author>({});
  EXPECT_EQ(count_of("update"), 0u);
  EXPECT_EQ(a.name, "B");
  em.remove(a);
  EXPECT_EQ(em.find<Author>({}).size(), 0u);
}

TEST_F(TransactionTest, u41_an_object_as_operand_is_compared_by_the_key_that_it_gets) {
  auto em = orm.em().fork();
  Author& a = em.create<Author>({.name = "A"});
  em.create<Book>({.title = "One", .author = a});
  EXPECT_EQ(em.find<Book>(f<&Book::author> == a).size(), 1u);
}

TEST_F(TransactionTest, u42_in_mode_commit_no_query_writes) {
  auto em = orm.em().fork({.flush_mode = FlushMode::commit});
  Tag& tag = em.create<Tag>({.name = "t"});
  EXPECT_EQ(em.find<Tag>({}).size(), 0u);
  EXPECT_EQ(em.count<Tag>(), 0u);
  EXPECT_EQ(em.find_and_count<Tag>({}).second, 0u);
  EXPECT_EQ(em.query<Tag>().select(f<&Tag::name>).rows().size(), 0u);
  EXPECT_EQ(em.find_one<Tag>(f<&Tag::name> == "t"), nullptr);
  EXPECT_EQ(tag.id, 0);
  EXPECT_EQ(em.find<Tag>({}, {.flush_mode = FlushMode::automatic}).size(), 1u)
      << "the query has the last word";
}

TEST_F(TransactionTest, u42_in_mode_always_every_query_writes) {
  auto em = orm.em().fork();
  em.set_flush_mode(FlushMode::always);
  Author& a = em.create<Author>({.name = "A"});
  em.flush();
  a.name = "B";
  (void)em.find<Tag>({});
  EXPECT_EQ(orm.em().fork().count<Author>(f<&Author::name> == "B"), 1u);
  a.name = "C";
  (void)em.count<Tag>();
  EXPECT_EQ(orm.em().fork().count<Author>(f<&Author::name> == "C"), 1u);
  a.name = "D";
  (void)em.query<Tag>().select(f<&Tag::name>).rows();
  EXPECT_EQ(orm.em().fork().count<Author>(f<&Author::name> == "D"), 1u);
  a.name = "E";
  (void)em.find_and_count<Tag>({});
  EXPECT_EQ(orm.em().fork().count<Author>(f<&Author::name> == "E"), 1u);
}

TEST_F(TransactionTest, u42_the_mode_of_a_transaction_ends_with_it) {
  auto em = orm.em().fork();
  em.transactional(
      [](EntityManager& tx) {
        tx.create<Tag>({.name = "t"});
        EXPECT_EQ(tx.count<Tag>(), 0u);
      },
      {.flush_mode = FlushMode::commit});
  em.create<Tag>({.name = "u"});
  EXPECT_EQ(em.count<Tag>(), 2u);
}

TEST_F(TransactionTest, u42_a_lock_writes_what_is_pending) {
  auto em = orm.em().fork();
  em.transactional([](EntityManager& tx) {
    Tag& tag = tx.create<Tag>({.name = "t"});
    tx.lock(tag, LockMode::pessimistic_write);
    EXPECT_NE(tag.id, 0);
  });
}

// Locks ---------------------------------------------------------------------------------------------------------------

TEST_F(TransactionTest, tx11_an_expected_version_is_compared) {
  auto em = orm.em().fork();
  Account& account = em.create<Account>({.owner = "A"});
  em.flush();
  account.balance = 1;
  em.flush();
  em.lock(account, LockMode::optimistic, 2);
  try {
    em.lock(account, LockMode::optimistic, 1);
    FAIL();
  } catch (const OptimisticLockError& error) {
    EXPECT_EQ(error.message(),
              "The optimistic lock failed, version 1 was expected, but is actually 2");
  }
  auto other = orm.em().fork();
  EXPECT_EQ(other
                .find_one_or_fail<Account>(account.id,
                                           {.lock_mode = LockMode::optimistic, .lock_version = 2})
                .balance,
            1);
  EXPECT_THROW((void)other.find_one<Account>(
                   account.id, {.lock_mode = LockMode::optimistic, .lock_version = 1}),
               OptimisticLockError);
}

TEST_F(TransactionTest, tx11_an_unversioned_class_has_no_optimistic_lock) {
  auto em = orm.em().fork();
  Tag& tag = em.create<Tag>({.name = "t"});
  em.flush();
  EXPECT_THROW(em.lock(tag, LockMode::optimistic, 1), OptimisticLockError);
  EXPECT_THROW((void)em.find_one<Tag>(tag.id, {.lock_mode = LockMode::optimistic}),
               OptimisticLockError);
  EXPECT_THROW((void)em.find<Tag>({}, {.lock_mode = LockMode::optimistic}), OptimisticLockError);
}

TEST_F(TransactionTest, tx12_a_pessimistic_lock_needs_a_transaction) {
  auto em = orm.em().fork();
  Tag& tag = em.create<Tag>({.name = "t"});
  em.flush();
  for (const LockMode mode :
       {LockMode::pessimistic_read, LockMode::pessimistic_write,
        LockMode::pessimistic_partial_write, LockMode::pessimistic_write_or_fail,
        LockMode::pessimistic_partial_read, LockMode::pessimistic_read_or_fail}) {
    EXPECT_THROW(em.lock(tag, mode), TransactionStateError);
    EXPECT_THROW((void)em.find<Tag>({}, {.lock_mode = mode}), TransactionStateError);
    EXPECT_THROW((void)em.find_one<Tag>(tag.id, {.lock_mode = mode}), TransactionStateError);
    em.transactional([&](EntityManager& tx) {
      tx.lock(tag, mode);
      EXPECT_EQ(tx.find<Tag>({}, {.lock_mode = mode}).size(), 1u);
      EXPECT_EQ(tx.find_one<Tag>(tag.id, {.lock_mode = mode}), &tag);
    });
  }
}

TEST_F(TransactionTest, em23_only_a_managed_object_is_locked) {
  auto em = orm.em().fork();
  auto other = orm.em().fork();
  Tag& tag = em.create<Tag>({.name = "t"});
  em.flush();
  EXPECT_THROW(other.lock(tag, LockMode::optimistic), ValidationError);
}

}  // namespace
}  // namespace rowan::test
