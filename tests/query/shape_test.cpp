// Shapes: equal for the same statement, different for any other.

#include <query/query_entities.hpp>
#include <rowan/query/filter.hpp>
#include <rowan/query/shape.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

namespace rowan::query::testing {
namespace {

template <class T>
std::vector<std::uint64_t> shape(const Filter<T>& filter) {
  std::vector<std::uint64_t> out;
  append_shape(filter.condition(), out);
  return out;
}

TEST(Shape, LeavesValuesOut) {
  EXPECT_EQ(shape(f<&Book::id> == 1), shape(f<&Book::id> == 2));
  EXPECT_EQ(shape(f<&Book::id>.in({1, 2, 3})), shape(f<&Book::id>.in({4, 5, 6, 7})));
}

TEST(Shape, KnowsOperatorsPathsAndNesting) {
  const auto one = f<&Book::id> == 1;
  EXPECT_NE(shape(one), shape(f<&Book::id> != 1));
  EXPECT_NE(shape(one), shape(f<&Book::rating> == 1));
  EXPECT_NE(shape(one && (one || one)), shape(one || (one && one)));
  EXPECT_NE(shape(f<&Book::title> == f<&Book::blurb>), shape(f<&Book::title> == f<&Book::title>));
}

TEST(Shape, KnowsTheTypesOfValues) {
  EXPECT_NE(shape(f<&Book::author> == 1), shape(f<&Book::author> == "x"));
}

TEST(Shape, KnowsRawTexts) {
  EXPECT_NE(shape(sql_filter<Book>("1 = 1")), shape(sql_filter<Book>("1 = 2")));
}

}  // namespace
}  // namespace rowan::query::testing
