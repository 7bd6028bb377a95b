// URLs of PostgreSQL databases: what is Rowan's, what is libpq's, and that no password is told.

#include <rowan/base/error.hpp>
#include <rowan/drivers/postgres/postgres_driver.hpp>

#include <gtest/gtest.h>

#include <string>

namespace rowan {
namespace {

using std::chrono::milliseconds;

std::string refusal(std::string_view url) {
  try {
    (void)make_postgres_driver(parse_postgres_url(url));
  } catch (const ValidationError& error) {
    return error.message();
  }
  return "accepted";
}

TEST(PostgresConfig, takes_its_own_parameters_and_leaves_the_rest_to_libpq) {
  const PostgresConfig config = parse_postgres_url(
      "postgresql://u:p@a:1,b:2/"
      "db?pool_size=3&sslmode=require&pool_timeout=5s&statement_timeout=250"
      "&lock_timeout=1min&pooler=transaction&target_session_attrs=read-write&replicas=c:3,d"
      "&pool_max_age=10min&pool_check_after=500ms");
  EXPECT_EQ(config.url,
            "postgresql://u:p@a:1,b:2/db?sslmode=require&target_session_attrs=read-write");
  EXPECT_EQ(config.pool_size, 3u);
  EXPECT_EQ(config.pool_timeout, milliseconds(5000));
  EXPECT_EQ(config.statement_timeout, milliseconds(250));
  EXPECT_EQ(config.lock_timeout, milliseconds(60000));
  EXPECT_EQ(config.pool_max_age, milliseconds(600000));
  EXPECT_EQ(config.pool_check_after, milliseconds(500));
  EXPECT_EQ(config.pooler, PostgresConfig::Pooler::transaction);
  EXPECT_EQ(config.replicas, (std::vector<std::string>{"c:3", "d"}));
}

TEST(PostgresConfig, refuses_values_that_cannot_be) {
  const std::string base = "postgresql://h/db?";
  EXPECT_NE(refusal(base + "pool_size=0").find("pool_size"), std::string::npos);
  EXPECT_NE(refusal(base + "pool_timeout=5h").find("500ms, 5s, 10min"), std::string::npos);
  EXPECT_NE(refusal(base + "pool_timeout=-1").find("pool_timeout"), std::string::npos);
  EXPECT_NE(refusal(base + "pooler=session").find("none or transaction"), std::string::npos);
  EXPECT_NE(refusal(base + "sslmood=require").find("sslmood"), std::string::npos);
  EXPECT_NE(refusal("postgresql//h/db"), "accepted");
  EXPECT_EQ(refusal(base + "pool_timeout=0&sslmode=verify-full"), "accepted");
}

TEST(PostgresConfig, tells_no_password) {
  for (const char* url :
       {"postgresql://user:secret@[::1/db", "postgresql://user:secret@h:port/db",
        "postgresql://user:secret%@h/db", "postgresql://user:secret@h/db?nonsense"}) {
    const std::string message = refusal(url);
    EXPECT_EQ(message.find("secret"), std::string::npos) << message;
  }
}

TEST(PostgresConfig, typed_parameters_are_checked_by_name) {
  PostgresConfig config;
  config.parameters = {{"sslmod", "require"}};
  try {
    (void)make_postgres_driver(config);
    FAIL() << "accepted";
  } catch (const ValidationError& error) {
    EXPECT_NE(error.message().find("did you mean 'sslmode'"), std::string::npos) << error.message();
  }
}

}  // namespace
}  // namespace rowan
