// Source positions as text.

#include <rowan/base/source_position.hpp>

#include <gtest/gtest.h>

#include <string>

namespace rowan::base {
namespace {

SourcePosition caller(SourcePosition where = SourcePosition::current()) { return where; }

TEST(SourcePosition, names_the_file_without_folders_and_the_line) {
  const int line = __LINE__ + 1;
  const SourcePosition here = caller();
  EXPECT_EQ(to_string(here), "source_position_test.cpp:" + std::to_string(line));
}

}  // namespace
}  // namespace rowan::base
