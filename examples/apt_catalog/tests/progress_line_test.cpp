// ProgressLine: one line where nobody watches, and numbers that can be read.

#include <apt_catalog/progress_line.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace apt_catalog {
namespace {

TEST(Grouped, parts_thousands) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(1000), "1,000");
  EXPECT_EQ(grouped(1234567), "1,234,567");
}

/// Returns what a line with this total leaves in a file after so many steps.
std::string left_in_a_file(std::size_t total, std::size_t steps) {
  std::FILE* file = std::tmpfile();
  if (file == nullptr) throw std::runtime_error("no temporary file");
  {
    ProgressLine line(file, "Writing", "rows", total);
    for (std::size_t i = 0; i < steps; ++i) line.advance(1);
  }
  std::rewind(file);
  std::string text(1000, '\0');
  text.resize(std::fread(text.data(), 1, text.size(), file));
  std::fclose(file);
  return text;
}

TEST(ProgressLine, leaves_its_last_state_where_there_is_no_terminal) {
  EXPECT_THAT(left_in_a_file(1000, 1000),
              testing::MatchesRegex("Writing .#{30}. 100%  1,000 rows, [0-9,]+ a second\n"));
}

TEST(ProgressLine, does_not_claim_what_was_not_done) {
  EXPECT_THAT(left_in_a_file(1000, 500), testing::HasSubstr("]  50%  500 rows"));
}

TEST(ProgressLine, leaves_nothing_where_nothing_was_done_or_nobody_knows_the_total) {
  EXPECT_EQ(left_in_a_file(10, 0), "");
  EXPECT_EQ(left_in_a_file(0, 1000), "");
}

}  // namespace
}  // namespace apt_catalog
