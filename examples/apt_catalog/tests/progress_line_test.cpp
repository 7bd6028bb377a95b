// ProgressLine: silent where nobody looks, and numbers that can be read.

#include <apt_catalog/progress_line.hpp>

#include <gtest/gtest.h>

namespace apt_catalog {
namespace {

TEST(Grouped, parts_thousands) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(1000), "1,000");
  EXPECT_EQ(grouped(1234567), "1,234,567");
}

TEST(ProgressLine, draws_nothing_where_there_is_no_terminal) {
  std::FILE* file = std::tmpfile();
  ASSERT_NE(file, nullptr);
  {
    ProgressLine line(file, "Reading", "rows", 10);
    for (int i = 0; i < 1000; ++i) line.advance(1);
  }
  EXPECT_EQ(std::ftell(file), 0);
  std::fclose(file);
}

}  // namespace
}  // namespace apt_catalog
