// find_or_create() where another program inserts the row between its find and its insert.

#include "fault_world.hpp"

#include <rowan/base/error.hpp>

#include <gtest/gtest.h>

namespace rowan::test {
namespace {

using library::Tag;

TEST(FindOrCreateRace, finds_the_row_that_somebody_else_inserted_meanwhile) {
  FaultWorld world;
  Tag& pending = world.em.create<Tag>({.name = "pending"});
  world.faults->before_write = [&] {
    auto other = world.orm.em().fork();
    other.create<Tag>({.name = "raced"});
    other.flush();
  };
  auto [tag, created] = world.em.find_or_create<Tag>(f<&Tag::name> == "raced", {.name = "raced"});
  EXPECT_FALSE(created);
  EXPECT_NE(tag.id, 0);
  EXPECT_TRUE(world.em.is_managed(tag));
  EXPECT_EQ(pending.id, 0);
  world.em.flush();
  EXPECT_EQ(world.orm.em().fork().count<Tag>(), 4u);
}

TEST(FindOrCreateRace, throws_where_the_row_that_was_in_the_way_is_another_one) {
  FaultWorld world;
  world.faults->before_write = [&] {
    auto other = world.orm.em().fork();
    other.create<library::Author>({.name = "other", .email = "x@"});
    other.flush();
  };
  EXPECT_THROW((void)world.em.find_or_create<library::Author>(f<&library::Author::name> == "mine",
                                                              {.name = "mine", .email = "x@"}),
               UniqueConstraintViolation);
  EXPECT_EQ(world.em.count<library::Author>(f<&library::Author::name> == "mine"), 0u);
}

}  // namespace
}  // namespace rowan::test
