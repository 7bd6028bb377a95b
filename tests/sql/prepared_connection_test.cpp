// PreparedConnection: each text is prepared once, and a bounded number is kept.

#include <rowan/sql/prepared_connection.hpp>

#include "sql/fake_connection.hpp"

#include <gtest/gtest.h>

namespace rowan::sql {
namespace {

class Prepared : public testing::Test {
 protected:
  test::FakeConnection::State state;
  PreparedConnection connection{std::make_unique<test::FakeConnection>(state)};
};

TEST_F(Prepared, a_text_is_prepared_once) {
  for (int i = 0; i < 5; ++i) connection.release(connection.take("select 1"));
  EXPECT_EQ(state.prepared.size(), 1u);
}

TEST_F(Prepared, a_text_in_use_gets_a_second_statement_for_that_run) {
  CachedStatement& first = connection.take("select 1");
  CachedStatement& second = connection.take("select 1");
  EXPECT_NE(&first, &second);
  EXPECT_EQ(state.prepared.size(), 2u);
  connection.release(second);
  connection.release(first);
  EXPECT_EQ(&connection.take("select 1"), &first);
  EXPECT_EQ(state.prepared.size(), 2u);
}

TEST_F(Prepared, a_text_that_comes_once_is_not_kept) {
  connection.release(connection.take_once("create table x"));
  connection.release(connection.take_once("create table x"));
  EXPECT_EQ(state.prepared.size(), 2u);
}

TEST_F(Prepared, old_texts_make_room_but_those_in_use) {
  CachedStatement& used = connection.take("in use");
  for (int i = 0; i < 2000; ++i) connection.release(connection.take(std::to_string(i)));
  EXPECT_EQ(used.statement->text(), "in use");
  connection.release(used);
  EXPECT_EQ(&connection.take("in use"), &used);
}

}  // namespace
}  // namespace rowan::sql
