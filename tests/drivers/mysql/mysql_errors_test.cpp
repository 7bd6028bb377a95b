// Numbers of errors and what they mean, those too that no server can be made to report here.

#include <rowan/base/error.hpp>
#include <rowan/drivers/mysql/mysql_errors.hpp>

#include <gtest/gtest.h>

#include <string>

namespace rowan::drivers::mysql {
namespace {

MysqlFailure failure_of(unsigned int code, std::string sqlstate, std::string message) {
  MysqlFailure failure;
  failure.code = code;
  failure.sqlstate = std::move(sqlstate);
  failure.message = std::move(message);
  return failure;
}

ErrorKind kind_of(unsigned int code, std::string sqlstate = "HY000", std::string message = "m") {
  try {
    throw_mysql_error(failure_of(code, std::move(sqlstate), std::move(message)));
  } catch (const Error& error) {
    return error.kind();
  }
}

TEST(MysqlErrors, a_lost_connection_is_known_by_each_of_its_numbers) {
  for (const unsigned int code : {1047u, 1053u, 1927u, 2002u, 2003u, 2006u, 2013u, 2055u, 4031u}) {
    EXPECT_EQ(kind_of(code), ErrorKind::connection) << code;
    EXPECT_TRUE(is_connection_lost(code)) << code;
  }
  EXPECT_EQ(kind_of(9999, "08S01"), ErrorKind::connection);
}

TEST(MysqlErrors, conflicts_are_told_apart) {
  EXPECT_EQ(kind_of(1213, "40001"), ErrorKind::deadlock);
  EXPECT_EQ(kind_of(1205), ErrorKind::lock_wait_timeout);
  EXPECT_EQ(kind_of(3572), ErrorKind::lock_wait_timeout);
  EXPECT_EQ(kind_of(1020), ErrorKind::serialization);
  EXPECT_EQ(kind_of(3101, "40000"), ErrorKind::serialization);
  EXPECT_EQ(kind_of(1180, "HY000", "Got error 149 during COMMIT"), ErrorKind::deadlock);
  EXPECT_EQ(kind_of(1180, "HY000", "Got error 5 during COMMIT"), ErrorKind::driver);
  EXPECT_EQ(kind_of(9998, "40001"), ErrorKind::deadlock);
  EXPECT_EQ(kind_of(1030, "HY000", "Got error 153 - 'No savepoint'"), ErrorKind::deadlock);
  EXPECT_EQ(kind_of(1030, "HY000", "Got error 28"), ErrorKind::driver);
}

TEST(MysqlErrors, those_that_end_the_transaction_are_known) {
  for (const unsigned int code : {1020u, 1213u, 3101u})
    EXPECT_TRUE(is_transaction_lost(failure_of(code, "HY000", "m"))) << code;
  for (const unsigned int code : {1205u, 3572u, 1062u, 1030u, 1180u})
    EXPECT_FALSE(is_transaction_lost(failure_of(code, "HY000", "m"))) << code;
  EXPECT_TRUE(is_transaction_lost(failure_of(1180, "HY000", "Got error 149 during COMMIT")));
  EXPECT_TRUE(is_transaction_lost(failure_of(1030, "HY000", "Got error 153 - 'No savepoint'")));
}

TEST(MysqlErrors, a_lock_that_was_waited_for_too_long_may_end_the_transaction) {
  EXPECT_TRUE(may_roll_back_all(1205));
  for (const unsigned int code : {1062u, 1213u, 3572u})
    EXPECT_FALSE(may_roll_back_all(code)) << code;
}

TEST(MysqlErrors, those_of_statements_are_told_apart) {
  EXPECT_EQ(kind_of(1062), ErrorKind::unique);
  EXPECT_EQ(kind_of(1452), ErrorKind::foreign_key);
  EXPECT_EQ(kind_of(1048), ErrorKind::not_null);
  EXPECT_EQ(kind_of(3819), ErrorKind::check);
  EXPECT_EQ(kind_of(4025), ErrorKind::check);
  EXPECT_EQ(kind_of(1146), ErrorKind::table_not_found);
  EXPECT_EQ(kind_of(1054), ErrorKind::column_not_found);
  EXPECT_EQ(kind_of(1064), ErrorKind::syntax);
  EXPECT_EQ(kind_of(1792), ErrorKind::read_only);
  EXPECT_EQ(kind_of(1290), ErrorKind::read_only);
  EXPECT_EQ(kind_of(1317), ErrorKind::query_canceled);
  EXPECT_EQ(kind_of(3024), ErrorKind::query_canceled);
  EXPECT_EQ(kind_of(1969), ErrorKind::query_canceled);
  EXPECT_EQ(kind_of(1406), ErrorKind::data);
  for (const unsigned int code : {167u, 1300u, 1467u, 3988u})
    EXPECT_EQ(kind_of(code), ErrorKind::data) << code;
  EXPECT_EQ(kind_of(1114), ErrorKind::storage);
  EXPECT_EQ(kind_of(12345), ErrorKind::driver);
}

TEST(MysqlErrors, values_are_cut_out_of_messages) {
  EXPECT_EQ(without_values(1062, "Duplicate entry 'it's for key 'y'' for key 'users.email'"),
            "Duplicate entry for key 'users.email'");
  EXPECT_EQ(
      without_values(1366, "Incorrect integer value: 'secret' for column `d`.`t`.`c` at row 1"),
      "Incorrect integer value: for column `d`.`t`.`c` at row 1");
  EXPECT_EQ(without_values(1292, "Truncated incorrect DOUBLE value: 'secret'"),
            "Truncated incorrect DOUBLE value");
  EXPECT_EQ(without_values(1300, "Invalid utf8mb4 character string: '\\xFFTOPSECRET'"),
            "Invalid utf8mb4 character string");
  EXPECT_EQ(without_values(1690, "BIGINT value is out of range in '(5 + 9223372036854775807)'"),
            "BIGINT value is out of range in");
  EXPECT_EQ(without_values(1146, "Table 'd.t' doesn't exist"), "Table 'd.t' doesn't exist");
}

}  // namespace
}  // namespace rowan::drivers::mysql
