// URLs and what becomes of them.

#include <rowan/base/error.hpp>
#include <rowan/drivers/mysql/mysql_config.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rowan {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(MysqlUrl, gives_all_parts_decoded) {
  const MysqlConfig config = parse_mysql_url("mysql://an%40na:p%3Aw%2Fd@db.example:3307/my%20shop");
  EXPECT_EQ(config.user, "an@na");
  EXPECT_EQ(config.password, "p:w/d");
  EXPECT_EQ(config.host, "db.example");
  EXPECT_EQ(config.port, 3307);
  EXPECT_EQ(config.database, "my shop");
}

TEST(MysqlUrl, has_defaults) {
  const MysqlConfig config = parse_mysql_url("mysql://root@/shop");
  EXPECT_EQ(config.host, "localhost");
  EXPECT_EQ(config.port, 3306);
  EXPECT_EQ(config.password, "");
  EXPECT_EQ(config.ssl_mode, MysqlConfig::SslMode::preferred);
}

TEST(MysqlUrl, takes_addresses_of_six_parts) {
  const MysqlConfig config = parse_mysql_url("mysql://u@[::1]:3308/d");
  EXPECT_EQ(config.host, "::1");
  EXPECT_EQ(config.port, 3308);
}

TEST(MysqlUrl, knows_its_parameters) {
  const MysqlConfig config = parse_mysql_url(
      "mariadb://u:p@h/d?ssl-mode=verify-full&ssl_ca=/ca.pem&pool_size=3&pool-timeout=50&"
      "socket=%2Frun%2Fx&read-timeout=7&replicas=a:1,b&sql-mode=STRICT_ALL_TABLES&lock-timeout="
      "1000",
      "mariadb");
  EXPECT_EQ(config.ssl_mode, MysqlConfig::SslMode::verify_full);
  EXPECT_EQ(config.ssl_ca, "/ca.pem");
  EXPECT_EQ(config.pool_size, 3u);
  EXPECT_EQ(config.pool_timeout.count(), 50);
  EXPECT_EQ(config.socket, "/run/x");
  EXPECT_EQ(config.read_timeout.count(), 7);
  ASSERT_EQ(config.replicas.size(), 2u);
  EXPECT_EQ(config.replicas[0].port, 1);
  EXPECT_EQ(config.replicas[1].host, "b");
  EXPECT_EQ(config.replicas[1].port, 3306);
}

std::string message_of_url(std::string_view url) {
  try {
    (void)parse_mysql_url(url);
  } catch (const ValidationError& error) {
    return error.what();
  }
  return "no error";
}

TEST(MysqlUrl, names_what_is_wrong_and_never_the_password) {
  EXPECT_THAT(message_of_url("mysql://u:secret@h/d?pool-sise=3"), HasSubstr("'pool-size'"));
  EXPECT_THAT(message_of_url("mysql://u:secret@h/d?ssl-mode=maybe"), HasSubstr("verify-full"));
  EXPECT_THAT(message_of_url("mysql://u:secret@h/d?pool-size=0"), HasSubstr("pool-size"));
  EXPECT_THAT(message_of_url("mysql://u:secret@h:99999/d"), HasSubstr("port"));
  EXPECT_THAT(message_of_url("mysql://u:secret@h"), HasSubstr("names no database"));
  EXPECT_THAT(message_of_url("http://u:secret@h/d"), HasSubstr("mysql://"));
  for (const char* url : {"mysql://u:secret@h/d?pool-sise=3", "mysql://u:secret@h:99999/d",
                          "mysql://u:secret@h", "http://u:secret@h/d"})
    EXPECT_THAT(message_of_url(url), Not(HasSubstr("secret"))) << url;
}

}  // namespace
}  // namespace rowan
