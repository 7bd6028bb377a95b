// Time: the clock, hydration scopes, and ISO 8601 text.

#include <rowan/base/time.hpp>

#include <rowan/base/error.hpp>

#include <gtest/gtest.h>

#include <string>
#include <thread>

namespace rowan {
namespace {

using namespace std::chrono_literals;
using std::chrono::sys_days;

constexpr Timestamp at = sys_days(2026y / 11 / 24) + 10h + 15min + 30s;

std::string formatted(Timestamp time) {
  char out[32];
  return std::string(out, format_timestamp(time, out));
}

std::string formatted_date(sys_days date) {
  char out[16];
  return std::string(out, format_date(date, out));
}

/// Returns what the text says, written anew; "refused" where it is not taken.
std::string reparsed(std::string_view text) {
  Timestamp time;
  return parse_timestamp(text, time) ? formatted(time) : "refused";
}

// --- the clock

TEST(Now, follows_the_system_clock) {
  const auto before = std::chrono::system_clock::now();
  const Timestamp time = now();
  EXPECT_GE(time, before - 1us);
  EXPECT_LE(time, std::chrono::system_clock::now());
}

TEST(Now, is_a_plain_function) {
  Timestamp (*clock)() = now;
  EXPECT_GT(clock(), Timestamp());
}

TEST(Now, answers_the_epoch_in_a_hydration_scope) {
  const base::HydrationScope scope;
  EXPECT_EQ(now(), Timestamp());
}

TEST(Now, asks_the_clock_again_after_a_hydration_scope) {
  { const base::HydrationScope scope; }
  EXPECT_GT(now(), Timestamp());
}

TEST(Now, answers_the_epoch_until_the_outermost_scope_ends) {
  const base::HydrationScope outer;
  { const base::HydrationScope inner; }
  EXPECT_EQ(now(), Timestamp());
}

TEST(Now, does_not_mind_hydration_on_another_thread) {
  const base::HydrationScope scope;
  Timestamp other;
  std::thread([&] { other = now(); }).join();
  EXPECT_GT(other, Timestamp());
}

// --- writing

TEST(FormatTimestamp, omits_a_fraction_of_zero) { EXPECT_EQ(formatted(at), "2026-11-24 10:15:30"); }

TEST(FormatTimestamp, writes_six_digits) {
  EXPECT_EQ(formatted(at + 123456us), "2026-11-24 10:15:30.123456");
}

TEST(FormatTimestamp, trims_the_fraction) {
  EXPECT_EQ(formatted(at + 120ms), "2026-11-24 10:15:30.12");
  EXPECT_EQ(formatted(at + 7us), "2026-11-24 10:15:30.000007");
}

TEST(FormatTimestamp, writes_times_before_the_epoch) {
  EXPECT_EQ(formatted(Timestamp(-1us)), "1969-12-31 23:59:59.999999");
}

TEST(FormatTimestamp, writes_the_first_and_the_last_moment) {
  EXPECT_EQ(formatted(sys_days(0y / 1 / 1)), "0000-01-01 00:00:00");
  EXPECT_EQ(formatted(Timestamp(sys_days(10000y / 1 / 1)) - 1us), "9999-12-31 23:59:59.999999");
}

TEST(FormatTimestamp, refuses_years_of_other_than_four_digits) {
  EXPECT_THROW(formatted(Timestamp(sys_days(0y / 1 / 1)) - 1us), ValidationError);
  EXPECT_THROW(formatted(sys_days(10000y / 1 / 1)), ValidationError);
  EXPECT_THROW(formatted(Timestamp::min()), ValidationError);
  EXPECT_THROW(formatted(Timestamp::max()), ValidationError);
}

TEST(FormatDate, writes_year_month_and_day) {
  EXPECT_EQ(formatted_date(2026y / 1 / 2), "2026-01-02");
}

TEST(FormatDate, refuses_years_of_other_than_four_digits) {
  EXPECT_THROW(formatted_date(sys_days(-1y / 12 / 31)), ValidationError);
  EXPECT_THROW(formatted_date(sys_days::max()), ValidationError);
}

// --- reading

struct Reading {
  const char* text;
  const char* meaning;
};

class ParseTimestamp : public testing::TestWithParam<Reading> {};

TEST_P(ParseTimestamp, reads) { EXPECT_EQ(reparsed(GetParam().text), GetParam().meaning); }

INSTANTIATE_TEST_SUITE_P(
    Forms,
    ParseTimestamp,
    testing::Values(Reading{"2026-11-24", "2026-11-24 00:00:00"},
                    Reading{"2026-11-24 10:15:30", "2026-11-24 10:15:30"},
                    Reading{"2026-11-24T10:15:30", "2026-11-24 10:15:30"},
                    Reading{"2026-11-24 10:15:30.5", "2026-11-24 10:15:30.5"},
                    Reading{"2026-11-24 10:15:30.123456", "2026-11-24 10:15:30.123456"},
                    Reading{"2026-11-24 10:15:30.123456999", "2026-11-24 10:15:30.123456"},
                    Reading{"2026-11-24T10:15:30Z", "2026-11-24 10:15:30"},
                    Reading{"2026-11-24T10:15:30.25+01:30", "2026-11-24 08:45:30.25"},
                    Reading{"2026-11-24 10:15:30-0800", "2026-11-24 18:15:30"},
                    Reading{"2026-11-24 10:15:30+00", "2026-11-24 10:15:30"},
                    Reading{"2026-01-01 00:30:00+01:00", "2025-12-31 23:30:00"},
                    Reading{"2024-02-29", "2024-02-29 00:00:00"},
                    Reading{"0000-01-01", "0000-01-01 00:00:00"},
                    Reading{"9999-12-31 23:59:59.999999", "9999-12-31 23:59:59.999999"}));

INSTANTIATE_TEST_SUITE_P(Mistakes,
                         ParseTimestamp,
                         testing::Values(Reading{"", "refused"},
                                         Reading{"2026", "refused"},
                                         Reading{"2026-11", "refused"},
                                         Reading{"2026-13-01", "refused"},
                                         Reading{"2026-00-10", "refused"},
                                         Reading{"2026-02-30", "refused"},
                                         Reading{"2026-01-00", "refused"},
                                         Reading{"2023-02-29", "refused"},
                                         Reading{"-026-11-24", "refused"},
                                         Reading{"-2026-11-24", "refused"},
                                         Reading{"12026-11-24", "refused"},
                                         Reading{"26-11-24", "refused"},
                                         Reading{"2026/11/24", "refused"},
                                         Reading{"2026-11-24 ", "refused"},
                                         Reading{" 2026-11-24", "refused"},
                                         Reading{"2026-11-24Z", "refused"},
                                         Reading{"2026-11-24 10:15", "refused"},
                                         Reading{"2026-11-24x10:15:30", "refused"},
                                         Reading{"2026-11-24 24:00:00", "refused"},
                                         Reading{"2026-11-24 10:60:00", "refused"},
                                         Reading{"2026-11-24 23:59:60", "refused"},
                                         Reading{"2026-11-24 10:15:30.", "refused"},
                                         Reading{"2026-11-24 10:15:30.1234567890", "refused"},
                                         Reading{"2026-11-24 10:15:30 Z", "refused"},
                                         Reading{"2026-11-24 10:15:30ZZ", "refused"},
                                         Reading{"2026-11-24 10:15:30+1", "refused"},
                                         Reading{"2026-11-24 10:15:30+01:", "refused"},
                                         Reading{"2026-11-24 10:15:30+01:60", "refused"},
                                         Reading{"2026-11-24 10:15:30+24:00", "refused"},
                                         Reading{"0000-01-01 00:00:00+00:01", "refused"},
                                         Reading{"9999-12-31 23:59:59-00:01", "refused"}));

TEST(ParseTimestampResult, is_left_alone_when_the_text_is_wrong) {
  Timestamp time = at;
  EXPECT_FALSE(parse_timestamp("2026-11-24 10:15:61", time));
  EXPECT_EQ(time, at);
}

TEST(ParseDate, reads_year_month_and_day) {
  sys_days date;
  ASSERT_TRUE(parse_date("2026-11-24", date));
  EXPECT_EQ(date, sys_days(2026y / 11 / 24));
}

TEST(ParseDate, refuses_a_time_of_day) {
  sys_days date;
  EXPECT_FALSE(parse_date("2026-11-24 00:00:00", date));
}

TEST(ParseDate, refuses_a_day_that_does_not_exist) {
  sys_days date;
  EXPECT_FALSE(parse_date("2026-04-31", date));
}

}  // namespace
}  // namespace rowan
