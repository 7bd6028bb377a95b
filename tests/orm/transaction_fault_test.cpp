// Transactions whose commit, savepoint or inner work fails, and those rolled back after a flush that succeeded.

#include "fault_world.hpp"

#include <rowan/base/error.hpp>

#include <gtest/gtest.h>

#include <cstddef>
#include <stdexcept>
#include <string>

namespace rowan::test {
namespace {

std::string expected_rows() {
  FaultWorld world;
  world.work();
  world.em.flush();
  return dump(world.orm);
}

TEST(TransactionFaults, a_rollback_after_a_successful_flush_makes_everything_pending_again) {
  FaultWorld world;
  world.work();
  const std::string before = world.memory();
  world.em.begin();
  world.em.flush();
  world.em.rollback();
  EXPECT_EQ(world.memory(), before);
  EXPECT_EQ(dump(world.orm), world.start);
  world.em.flush();
  EXPECT_EQ(dump(world.orm), expected_rows());
}

TEST(TransactionFaults, a_rollback_after_two_flushes_takes_both_back) {
  FaultWorld world;
  world.em.begin();
  world.account->balance = 1;
  world.em.flush();
  world.account->balance = 2;
  world.em.flush();
  EXPECT_EQ(world.account->version, 3);
  world.em.rollback();
  EXPECT_EQ(world.account->version, 1);
  EXPECT_EQ(world.account->balance, 2);
  world.em.flush();
  EXPECT_EQ(world.account->version, 2);
}

TEST(TransactionFaults, a_commit_that_fails_leaves_everything_pending_after_the_rollback) {
  FaultWorld world;
  world.work();
  const std::string before = world.memory();
  world.em.begin();
  world.em.flush();
  world.faults->reset(0);
  EXPECT_THROW(world.em.commit(), DriverError);
  world.faults->reset();
  EXPECT_TRUE(world.em.is_in_transaction());
  EXPECT_THROW((void)world.em.find<library::Magazine>({}), TransactionStateError)
      << "nothing more may run in a transaction that is over";
  EXPECT_THROW(world.em.commit(), TransactionStateError);
  world.em.rollback();
  EXPECT_EQ(world.memory(), before);
  EXPECT_EQ(dump(world.orm), world.start);
  world.em.flush();
  EXPECT_EQ(dump(world.orm), expected_rows());
}

TEST(TransactionFaults, a_block_whose_commit_fails_throws_and_its_objects_are_forgotten) {
  FaultWorld world;
  library::Tag* made = nullptr;
  EXPECT_THROW(world.em.transactional([&](EntityManager& tx) {
    made = &tx.create<library::Tag>({.name = "made"});
    world.account->balance = 9;
    tx.flush();
    world.faults->reset(0);
  }),
               DriverError);
  world.faults->reset();
  EXPECT_FALSE(world.em.is_in_transaction());
  EXPECT_FALSE(world.em.is_managed(*made));
  EXPECT_EQ(world.account->version, 1);
  EXPECT_EQ(dump(world.orm), world.start);
  world.em.flush();
  EXPECT_EQ(world.account->version, 2) << "the changed value is written, the tag is not";
  EXPECT_EQ(world.em.count<library::Tag>(), 2u);
}

TEST(TransactionFaults, a_block_that_cannot_begin_changes_nothing) {
  FaultWorld world;
  world.work();
  const std::string before = world.memory();
  world.faults->reset(0);
  EXPECT_THROW(world.em.transactional([](EntityManager&) { FAIL(); }), DriverError);
  world.faults->reset();
  EXPECT_EQ(world.memory(), before);
  EXPECT_FALSE(world.em.is_in_transaction());
  world.em.begin();
  world.em.commit();
  EXPECT_EQ(dump(world.orm), expected_rows());
}

TEST(TransactionFaults, a_nested_block_that_fails_anywhere_loses_nothing_of_the_outer_one) {
  std::string outer_only;
  std::size_t calls = 1;
  for (std::size_t n = 0; n < calls; ++n) {
    SCOPED_TRACE("call " + std::to_string(n));
    FaultWorld world;
    world.em.transactional([&](EntityManager& tx) {
      world.account->balance = 4;
      tx.create<library::Tag>({.name = "outer"});
      tx.flush();
      world.faults->reset(n);
      try {
        tx.transactional([&](EntityManager& inner) {
          inner.create<library::Tag>({.name = "inner"});
          inner.remove(*world.publisher);
          world.book->tags.add(inner.create<library::Tag>({.name = "inner too"}));
          inner.flush();
          throw std::runtime_error("in the end");
        });
      } catch (const std::runtime_error&) {
        calls = world.faults->calls;  // the whole inner block ran: so many calls it has
      } catch (const DriverError&) {
        ++calls;
      }
      world.faults->reset();
      EXPECT_TRUE(tx.is_managed(*world.publisher));
      EXPECT_FALSE(world.magazine->publisher.empty());
      EXPECT_EQ(world.book->tags.size(), 2u);
    });
    if (outer_only.empty()) outer_only = dump(world.orm);
    EXPECT_EQ(dump(world.orm), outer_only);
    EXPECT_EQ(world.account->version, 2);
    world.faults->reset();
    world.em.flush();
    EXPECT_EQ(world.faults->calls, 0u);
    ASSERT_LT(n, 50u);
  }
  EXPECT_GE(calls, 4u);
}

TEST(TransactionFaults, a_deadlock_inside_of_a_nested_block_ends_the_outer_one_too) {
  FaultWorld world;
  world.faults->is_deadlock = true;
  EXPECT_THROW(world.em.transactional([&](EntityManager& tx) {
    tx.create<library::Tag>({.name = "outer"});
    EXPECT_THROW(tx.transactional([&](EntityManager& inner) {
      world.faults->reset(0);
      inner.create<library::Tag>({.name = "inner"});
      inner.flush();
    }),
                 DeadlockError);
    world.faults->reset();
    EXPECT_THROW(tx.transactional([](EntityManager&) {}), TransactionStateError);
  }),
               TransactionStateError);
  EXPECT_EQ(dump(world.orm), world.start) << "no commit of half the work";
  EXPECT_FALSE(world.em.is_in_transaction());
}

TEST(TransactionFaults, a_deadlock_inside_of_a_transaction_leaves_the_rollback_only) {
  FaultWorld world;
  world.faults->is_deadlock = true;
  world.em.begin();
  world.account->balance = 5;
  world.faults->reset(1);
  EXPECT_THROW(world.em.flush(), DeadlockError);
  world.faults->reset();
  EXPECT_THROW(world.em.commit(), TransactionStateError);
  world.em.rollback();
  world.em.flush();
  EXPECT_EQ(world.account->version, 2);
}

TEST(TransactionFaults, a_rolled_back_outer_block_takes_a_finished_inner_one_back) {
  FaultWorld world;
  world.work();
  world.em.flush();
  const std::string before = world.memory();
  const std::string rows = dump(world.orm);
  EXPECT_THROW(world.em.transactional([&](EntityManager& tx) {
    tx.transactional([&](EntityManager& inner) {
      inner.create<library::Tag>({.name = "inner"});
      inner.remove(*world.created_event);
    });
    throw std::runtime_error("no");
  }),
               std::runtime_error);
  EXPECT_EQ(dump(world.orm), rows);
  EXPECT_TRUE(world.em.is_managed(*world.created_event));
  world.faults->reset();
  world.em.flush();
  EXPECT_EQ(world.faults->calls, 0u);
}

}  // namespace
}  // namespace rowan::test
