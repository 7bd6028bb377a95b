// Shapes: equal for the same statement, different for any other.

#include <query/query_entities.hpp>
#include <rowan/query/filter.hpp>
#include <rowan/query/select.hpp>
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

Select rows() {
  Select out;
  out.root = &declare::type_tag<Book>;
  out.terms = {{f<&Book::id>.info()}};
  return out;
}
std::vector<std::uint64_t> shape(const Select& select) {
  std::vector<std::uint64_t> out;
  append_shape(select, out);
  return out;
}

TEST(Shape, KnowsAllThatAQueryOfRowsSays) {
  const auto plain = shape(rows());
  const auto changed = [&](auto change) {
    Select select = rows();
    change(select);
    return shape(select);
  };
  std::vector<std::vector<std::uint64_t>> all{
      plain,
      changed([](Select& s) { s.distinct = true; }),
      changed([](Select& s) { s.limit = 1; }),
      changed([](Select& s) { s.offset = 1; }),
      changed([](Select& s) { s.terms[0].aggregate = Aggregate::max; }),
      changed([](Select& s) {
        s.terms = {{nullptr, Aggregate::none, "1"}};
      }),
      changed([](Select& s) {
        s.terms = {{nullptr, Aggregate::none, "?", {Value::of_integer(1)}}};
      }),
      changed([](Select& s) {
        s.terms = {{nullptr, Aggregate::none, "?", {Value::of_real(1)}}};
      }),
      changed([](Select& s) { s.joins = {{f<&Book::tags>.info()}}; }),
      changed([](Select& s) {
        s.joins = {{f<&Book::tags>.info(), true}};
      }),
      changed([](Select& s) { s.group_by = s.terms; }),
      changed([](Select& s) {
        s.having = {{s.terms[0], Op::gt, Value::of_integer(1)}};
      }),
      changed([](Select& s) {
        s.having = {{s.terms[0], Op::lt, Value::of_integer(1)}};
      }),
      changed([](Select& s) {
        s.having = {{{}, Op::not_, {}, 1}, {s.terms[0], Op::lt, Value::of_integer(1)}};
      }),
      changed([](Select& s) { s.order_by = {{f<&Book::id>.info()}}; }),
      changed([](Select& s) {
        s.order_by = {{f<&Book::id>.info(), true}};
      }),
      changed([](Select& s) {
        s.order_by = {{f<&Book::id>.info(), false, Nulls::first}};
      }),
      changed([](Select& s) {
        s.order_by = {{f<&Book::id>.info(), false, Nulls::last}};
      }),
      changed([](Select& s) {
        s.order_texts = {{nullptr, Aggregate::none, "1"}};
        s.order_by = {{nullptr, false, Nulls::unspecified, Aggregate::none, 1}};
      }),
      changed([](Select& s) { s.where = (f<&Book::id> == 1).condition(); }),
  };
  for (std::size_t i = 0; i < all.size(); ++i) {
    for (std::size_t j = i + 1; j < all.size(); ++j) EXPECT_NE(all[i], all[j]) << i << " " << j;
  }
  EXPECT_EQ(changed([](Select& s) { s.limit = 1; }), changed([](Select& s) { s.limit = 2; }));
}

TEST(Shape, KnowsRawTexts) {
  EXPECT_NE(shape(sql_filter<Book>("1 = 1")), shape(sql_filter<Book>("1 = 2")));
}

}  // namespace
}  // namespace rowan::query::testing
