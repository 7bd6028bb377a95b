// What the messages of errors show.

#include <rowan/base/error.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace rowan {
namespace {

using testing::EndsWith;
using testing::SizeIs;

TEST(DriverError, shows_the_statement_in_its_message) {
  const DriverError error({.message = "no", .statement = "select 1"});
  EXPECT_STREQ(error.what(), "no (in: select 1)");
}

TEST(DriverError, shows_of_a_long_statement_its_beginning_and_keeps_all_of_it) {
  std::string statement = "select '";
  while (statement.size() < 5000) statement += "\u00e4";
  const DriverError error({.message = "no", .statement = statement});
  EXPECT_EQ(error.statement(), statement);
  EXPECT_THAT(error.message(), SizeIs(testing::Lt(1100u)));
  EXPECT_THAT(error.message(), EndsWith("\u00e4... of 5000 bytes)"));
}

}  // namespace
}  // namespace rowan
