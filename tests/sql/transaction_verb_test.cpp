// Which statements begin or end a transaction.

#include <rowan/sql/transaction_verb.hpp>

#include <gtest/gtest.h>

#include <string_view>

namespace rowan::sql {
namespace {

TEST(TransactionVerbs, are_known_in_any_case_behind_blanks_and_comments) {
  for (const std::string_view text : {"begin",
                                      "BEGIN;",
                                      "begin immediate",
                                      "Begin Work",
                                      "begin isolation level serializable",
                                      "start transaction",
                                      "START\n TRANSACTION READ ONLY",
                                      "commit",
                                      " \t\ncommit",
                                      "commit work",
                                      "commit and chain",
                                      "end",
                                      "END TRANSACTION",
                                      "abort",
                                      "rollback",
                                      "rollback work",
                                      "rollback transaction",
                                      "-- a note\n commit",
                                      "/* a note */ rollback",
                                      "; commit",
                                      "/**/commit/**/"})
    EXPECT_TRUE(is_transaction_verb(text)) << text;
}

TEST(TransactionVerbs, are_told_from_other_statements) {
  for (const std::string_view text : {"",
                                      " ",
                                      "--",
                                      "/* commit",
                                      "select 1",
                                      "savepoint begin",
                                      "release savepoint a",
                                      "rollback to a",
                                      "rollback to savepoint a",
                                      "rollback work to savepoint a",
                                      "rollback transaction to a",
                                      "start replica",
                                      "begin not atomic select 1; end",
                                      "commit prepared 'x'",
                                      "rollback prepared 'x'",
                                      "beginning",
                                      "commit_all()",
                                      "call commit()",
                                      "create procedure p() begin select 1; end",
                                      "-- commit\nselect 1",
                                      "alter table a add b int"})
    EXPECT_FALSE(is_transaction_verb(text)) << text;
}

}  // namespace
}  // namespace rowan::sql
