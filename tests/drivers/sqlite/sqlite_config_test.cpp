// URLs of SQLite databases, and what a typed configuration refuses.

#include <rowan/drivers/sqlite/sqlite_config.hpp>

#include <rowan/base/error.hpp>
#include <rowan/drivers/sqlite/sqlite_driver.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

namespace rowan {
namespace {

using testing::HasSubstr;
using Mode = SqliteConfig::Mode;

std::string refusal(const std::function<void()>& work) {
  try {
    work();
  } catch (const ValidationError& error) {
    return error.message();
  }
  return "none";
}
std::string refusal_of(std::string_view url) {
  return refusal([&] { static_cast<void>(parse_sqlite_url(url)); });
}

TEST(SqliteUrl, names_a_file_or_memory) {
  EXPECT_TRUE(parse_sqlite_url("sqlite::memory:").is_in_memory());
  EXPECT_EQ(parse_sqlite_url("sqlite:app.db").path, "app.db");
  EXPECT_EQ(parse_sqlite_url("sqlite:/var/app.db").path, "/var/app.db");
  EXPECT_EQ(parse_sqlite_url("sqlite:///var/app.db").path, "/var/app.db");
  EXPECT_EQ(parse_sqlite_url("sqlite://app.db").path, "app.db");
  EXPECT_FALSE(parse_sqlite_url("sqlite:app.db").is_in_memory());
}

TEST(SqliteUrl, decodes_percent_signs_in_path_and_values) {
  EXPECT_EQ(parse_sqlite_url("sqlite:a%20b%3Fc%25.db").path, "a b?c%.db");
  EXPECT_EQ(parse_sqlite_url("sqlite:%c3%A9.db").path, "\xc3\xa9.db");
  EXPECT_EQ(parse_sqlite_url("sqlite:100%.db").path, "100%.db");
  EXPECT_EQ(parse_sqlite_url("sqlite:a.db?journal_mode=%77al").journal_mode, "wal");
}

TEST(SqliteUrl, refuses_a_path_that_the_system_would_cut_off) {
  EXPECT_THAT(refusal_of("sqlite:app%00.db"), HasSubstr("%00"));
}

TEST(SqliteUrl, has_the_defaults_of_the_configuration) {
  const SqliteConfig config = parse_sqlite_url("sqlite:app.db?");
  EXPECT_EQ(config.mode, Mode::create);
  EXPECT_EQ(config.busy_timeout, std::chrono::milliseconds(5000));
  EXPECT_TRUE(config.foreign_keys);
  EXPECT_EQ(config.journal_mode, "");
  EXPECT_EQ(config.synchronous, "");
  EXPECT_FALSE(config.cache_size.has_value());
  EXPECT_EQ(config.readers, 4u);
}

TEST(SqliteUrl, sets_each_parameter) {
  const SqliteConfig config = parse_sqlite_url(
      "sqlite:app.db?busy_timeout=250&cache_size=-2000&foreign_keys=OFF&journal_mode=Delete&mode="
      "rw&"
      "readers=9&synchronous=normal");
  EXPECT_EQ(config.busy_timeout, std::chrono::milliseconds(250));
  EXPECT_EQ(config.cache_size, -2000);
  EXPECT_FALSE(config.foreign_keys);
  EXPECT_EQ(config.journal_mode, "delete");
  EXPECT_EQ(config.mode, Mode::read_write);
  EXPECT_EQ(config.readers, 9u);
  EXPECT_EQ(config.synchronous, "normal");
  EXPECT_EQ(parse_sqlite_url("sqlite:a?mode=ro").mode, Mode::read_only);
  EXPECT_EQ(parse_sqlite_url("sqlite:a?mode=rwc").mode, Mode::create);
}

TEST(SqliteUrl, refuses_what_it_does_not_know_and_says_what_it_does) {
  EXPECT_THAT(refusal_of("sqlite:a?busy_timout=1"), HasSubstr("did you mean 'busy_timeout'?"));
  EXPECT_THAT(refusal_of("sqlite:a?x=1"),
              HasSubstr("Known are busy_timeout, cache_size, foreign_keys, journal_mode, mode, "
                        "readers, synchronous"));
  EXPECT_THAT(refusal_of("sqlite:a?journal_mode=wall"), HasSubstr("it is one of delete, "));
  EXPECT_THAT(refusal_of("sqlite:a?journal_mode=wal;drop"), HasSubstr("'journal_mode'"));
  EXPECT_THAT(refusal_of("sqlite:a?synchronous=maybe"), HasSubstr("'synchronous'"));
  EXPECT_THAT(refusal_of("sqlite:a?foreign_keys=1"), HasSubstr("'foreign_keys'"));
  EXPECT_THAT(refusal_of("sqlite:a?mode=w"), HasSubstr("'mode'"));
  EXPECT_THAT(refusal_of("sqlite:a?mode"), HasSubstr("'mode'"));
  EXPECT_THAT(refusal_of("sqlite:"), HasSubstr("names no file"));
  EXPECT_THAT(refusal_of("mysql:a"), HasSubstr("begins with 'sqlite:'"));
}

TEST(SqliteUrl, refuses_numbers_that_cannot_be) {
  for (const char* value : {"", "-1", "x", "1.5", "1s", "99999999999999999999", "2147483648"}) {
    EXPECT_THAT(refusal_of("sqlite:a?busy_timeout=" + std::string(value)),
                HasSubstr("'busy_timeout' needs a whole number"))
        << value;
  }
  EXPECT_THAT(refusal_of("sqlite:a?readers=0"), HasSubstr("'readers'"));
  EXPECT_THAT(refusal_of("sqlite:a?readers=1000000"), HasSubstr("'readers'"));
  EXPECT_THAT(refusal_of("sqlite:a?cache_size="), HasSubstr("'cache_size'"));
}

std::string config_refusal(const SqliteConfig& config) {
  return refusal([&] { static_cast<void>(make_sqlite_driver(config)); });
}

TEST(SqliteConfig, is_checked_like_a_url) {
  EXPECT_THAT(config_refusal({.path = ""}), HasSubstr("SqliteConfig::path is empty"));
  EXPECT_THAT(config_refusal({.mode = Mode::read_only}), HasSubstr("starts empty"));
  EXPECT_THAT(config_refusal({.path = "a", .journal_mode = "wal; drop table x"}),
              HasSubstr("journal_mode"));
  EXPECT_THAT(config_refusal({.path = "a", .synchronous = "x"}), HasSubstr("synchronous"));
  EXPECT_THAT(config_refusal({.path = "a", .busy_timeout = std::chrono::milliseconds(-1)}),
              HasSubstr("busy_timeout"));
  EXPECT_THAT(config_refusal({.path = "a", .readers = 0}), HasSubstr("readers"));
  EXPECT_EQ(config_refusal({.path = "a", .journal_mode = "WAL", .synchronous = "Off"}), "none");
  using namespace std::string_literals;
  EXPECT_THAT(config_refusal({.path = "a\0b"s}), HasSubstr("path"));
}

}  // namespace
}  // namespace rowan
