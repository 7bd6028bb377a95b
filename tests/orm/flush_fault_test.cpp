// After a failed flush nothing is lost or half-applied, whichever of its calls failed.

#include "fault_world.hpp"

#include <rowan/base/error.hpp>

#include <gtest/gtest.h>

#include <cstddef>
#include <string>

namespace rowan::test {
namespace {

/// Returns the database after work() and an undisturbed flush, and how many calls that took.
struct Expected {
  Expected() {
    FaultWorld world;
    world.work();
    world.em.flush();
    calls = world.faults->calls;
    rows = dump(world.orm);
  }
  std::string rows;
  std::size_t calls = 0;
};

const Expected& expected() {
  static const Expected once;
  return once;
}

class FlushFault : public ::testing::TestWithParam<bool> {};

TEST(FlushFaults, the_work_is_of_every_kind) {
  // begin and commit, deletes, inserts of five classes, updates of six shapes, pairs.
  EXPECT_GE(expected().calls, 20u);
  FaultWorld world;
  EXPECT_NE(world.start, expected().rows);
}

TEST_P(FlushFault, leaves_memory_and_database_as_they_were_and_the_next_flush_writes_everything) {
  const bool works_before_failing = GetParam();
  // Whether a commit whose answer is lost has happened nobody can know.
  const std::size_t last = expected().calls - (works_before_failing ? 1 : 0);
  for (std::size_t n = 0; n < last; ++n) {
    SCOPED_TRACE("call " + std::to_string(n));
    FaultWorld world;
    world.work();
    const std::string before = world.memory();
    world.faults->works_before_failing = works_before_failing;
    world.faults->reset(n);
    EXPECT_THROW(world.em.flush(), DriverError);
    world.faults->reset();
    EXPECT_EQ(world.memory(), before);
    EXPECT_EQ(dump(world.orm), world.start);
    EXPECT_FALSE(world.em.is_in_transaction());
    world.em.flush();
    EXPECT_EQ(dump(world.orm), expected().rows);
    world.faults->reset();
    world.em.flush();
    EXPECT_EQ(world.faults->calls, 0u) << "nothing is left to write";
  }
}

TEST_P(FlushFault, inside_of_a_transaction_leaves_the_transaction_usable) {
  const bool works_before_failing = GetParam();
  std::size_t calls = 0;
  {
    FaultWorld world;
    world.work();
    world.em.begin();
    world.faults->reset();
    world.em.flush();
    calls = world.faults->calls;
    world.em.rollback();
  }
  // A released savepoint cannot be rolled back to, so there the transaction is lost as a whole.
  const std::size_t last = calls - (works_before_failing ? 1 : 0);
  for (std::size_t n = 0; n < last; ++n) {
    SCOPED_TRACE("call " + std::to_string(n));
    FaultWorld world;
    world.work();
    world.em.begin();
    const std::string before = world.memory();
    world.faults->works_before_failing = works_before_failing;
    world.faults->reset(n);
    EXPECT_THROW(world.em.flush(), DriverError);
    world.faults->reset();
    EXPECT_EQ(world.memory(), before);
    world.em.flush();
    world.em.commit();
    EXPECT_EQ(dump(world.orm), expected().rows);
  }
}

INSTANTIATE_TEST_SUITE_P(CallFails,
                         FlushFault,
                         ::testing::Bool(),
                         [](const ::testing::TestParamInfo<bool>& chosen) {
                           return chosen.param ? "after_its_work" : "before_its_work";
                         });

TEST(FlushFaults, find_or_create_leaves_nothing_behind_where_it_fails) {
  for (std::size_t n = 0; n < 4; ++n) {
    SCOPED_TRACE("call " + std::to_string(n));
    FaultWorld world;
    world.work();
    const std::string before = world.memory();
    const auto call = [&] {
      return world.em.find_or_create<library::Publisher>(f<&library::Publisher::name> == "X",
                                                         {.name = "X"});
    };
    world.faults->reset(n);
    EXPECT_THROW((void)call(), DriverError);
    world.faults->reset();
    EXPECT_EQ(dump(world.orm), world.start);
    EXPECT_TRUE(call().second);
    EXPECT_EQ(world.em.count<library::Publisher>(f<&library::Publisher::name> == "X"), 1u);
  }
}

TEST(FlushFaults, a_value_of_the_database_that_fits_no_member_is_found_before_the_commit) {
  FaultWorld world;
  auto em = world.orm.em().fork();
  em.execute(
      "create trigger spoil after insert on event begin update event set seats = 9999999999; end");
  em.execute("drop table event");
  em.execute(
      "create table event (id integer primary key autoincrement, title text, seats integer default "
      "9999999999, gates integer default 8, version integer, changes integer, details text, day "
      "integer)");
  library::Event& event = em.create<library::Event>({.title = "E"});
  EXPECT_THROW(em.flush(), ValidationError);
  EXPECT_EQ(event.id, 0);
  EXPECT_EQ(event.seats, 0);
  EXPECT_EQ(em.execute_rows("select * from event").size(), 0u);
  event.seats = 1;
  em.flush();
  EXPECT_NE(event.id, 0);
}

}  // namespace
}  // namespace rowan::test
