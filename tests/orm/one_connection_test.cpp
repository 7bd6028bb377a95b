// What SQLite in memory, with its one connection, does: waits for itself and chunks of rows.

#include "fault_world.hpp"

#include <rowan/base/error.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace rowan::test {
namespace {

using library::Tag;

TEST(OneConnection, u40_waiting_for_the_connection_that_the_same_thread_holds_is_an_error) {
  FaultWorld world;
  for (const Propagation propagation : {Propagation::requires_new, Propagation::not_supported}) {
    EXPECT_THROW(world.em.transactional([&](EntityManager& tx) {
      tx.transactional([](EntityManager& inner) { (void)inner.count<Tag>(); },
                       {.propagation = propagation});
    }),
                 ValidationError);
    EXPECT_FALSE(world.em.is_in_transaction());
  }
  EXPECT_EQ(world.em.count<Tag>(), 2u);
}

TEST(OneConnection, u38_a_commit_that_fails_leaves_no_phantoms) {
  FaultWorld world;
  auto em = world.orm.em().fork();
  library::Author* author = nullptr;
  EXPECT_THROW(em.transactional([&](EntityManager& tx) {
    author = &tx.create<library::Author>({.name = "phantom"});
    tx.flush();
    EXPECT_NE(author->id, 0);
    // A foreign key that waits for the commit, and fails there.
    tx.execute("pragma defer_foreign_keys = on");
    tx.execute("insert into book (title, author_id) values ('B', 424242)");
  }),
               ForeignKeyConstraintViolation);
  EXPECT_EQ(author->id, 0);
  EXPECT_FALSE(em.is_managed(*author));
  EXPECT_EQ(em.find_one<library::Author>(f<&library::Author::name> == "phantom"), nullptr);
}

TEST(OneConnection, u28_a_hundred_rows_make_one_insert) {
  FaultWorld world;
  const auto statements_for = [&](int rows) {
    auto em = world.orm.em().fork();
    for (int i = 0; i < rows; ++i)
      em.create<Tag>({.name = std::to_string(rows) + "/" + std::to_string(i)});
    const auto before = em.statistics().statements;
    em.flush();
    return em.statistics().statements - before;
  };
  const auto one = statements_for(100);
  EXPECT_EQ(statements_for(101), one + 1);
  EXPECT_EQ(statements_for(650), one + 6);
}

}  // namespace
}  // namespace rowan::test
