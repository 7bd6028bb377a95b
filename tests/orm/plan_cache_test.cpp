// What the cache of plans keeps and what it drops, alone and under filters from outside.

#include "fault_world.hpp"

#include <rowan/orm/plan_cache.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

namespace rowan::test {
namespace {

using library::Tag;
using orm::PlanCache;
using orm::ShapeKey;

class NumberPlan final : public backend::PreparedSelect {
 public:
  NumberPlan(std::uint64_t number, int& alive) : number_(number), alive_(alive) { ++alive_; }
  ~NumberPlan() override { --alive_; }
  [[nodiscard]] std::string text() const override { return std::to_string(number_); }

 private:
  std::uint64_t number_;
  int& alive_;
};

struct Plans {
  PlanCache::Plan get(std::uint64_t number) {
    ShapeKey key;
    key.push_back(number);
    return cache.get(key, [&] {
      ++made;
      return std::make_unique<NumberPlan>(number, alive);
    });
  }
  int made = 0;
  int alive = 0;
  PlanCache cache{0, 16};
};

TEST(PlanCache, a_shape_is_made_once) {
  Plans plans;
  EXPECT_EQ(plans.get(7)->text(), "7");
  EXPECT_EQ(plans.get(8)->text(), "8");
  EXPECT_EQ(plans.get(7).get(), plans.get(7).get());
  EXPECT_EQ(plans.made, 2);
}

TEST(PlanCache, it_never_holds_more_than_its_limit) {
  Plans plans;
  for (std::uint64_t number = 0; number < 1000; ++number) {
    EXPECT_EQ(plans.get(number)->text(), std::to_string(number));
    EXPECT_LE(plans.cache.size(), 16u);
  }
  EXPECT_LE(plans.alive, 16);
}

TEST(PlanCache, a_plan_that_is_held_outlives_its_place_in_the_cache) {
  Plans plans;
  const PlanCache::Plan held = plans.get(5);
  for (std::uint64_t number = 100; number < 200; ++number) static_cast<void>(plans.get(number));
  EXPECT_EQ(held->text(), "5");
  EXPECT_EQ(plans.get(5)->text(), "5");
  EXPECT_LE(plans.cache.size(), 16u);
}

TEST(PlanCache, what_was_dropped_is_freed_although_threads_remember_it) {
  Plans plans;
  static_cast<void>(plans.get(5));
  for (std::uint64_t number = 100; number < 200; ++number) static_cast<void>(plans.get(number));
  EXPECT_LE(plans.alive, 16);
}

TEST(PlanCache, filters_from_outside_of_ever_new_shapes_give_right_rows) {
  FaultWorld world;
  const std::size_t shapes = 2 * PlanCache::default_limit + 100;
  for (std::size_t shape = 0; shape < shapes; ++shape) {
    // Each bit is a condition of one kind or the other, so that no two shapes are equal.
    std::string conditions;
    for (std::size_t bit = 0; bit < 12; ++bit) {
      conditions += conditions.empty() ? "" : ", ";
      conditions += (shape >> bit & 1) != 0 ? R"({"id": {"$gt": 0}})" : R"({"id": {"$gte": 1}})";
    }
    auto em = world.orm.em().fork();
    ASSERT_EQ(em.count<Tag>(json::parse(R"({"$and": [)" + conditions + "]}")), 2u) << shape;
  }
}

}  // namespace
}  // namespace rowan::test
