// Log: the line of a message, and what the console logger prints of it.

#include <rowan/base/log.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

namespace rowan {
namespace {

using namespace std::chrono_literals;
using base::format_log_message;
using testing::HasSubstr;
using testing::Not;

constexpr const char* escape = "\x1b";

LogMessage a_query() {
  return {.ns = LogNamespace::query,
          .sql = "select name from users where id = ?",
          .parameters = "[1]",
          .took = 1234us,
          .rows = 3};
}

/// Returns what a console logger with these options prints of a message.
std::string printed(const ConsoleLoggerOptions& options, const LogMessage& message) {
  testing::internal::CaptureStderr();
  make_console_logger(options)->log(message);
  return testing::internal::GetCapturedStderr();
}

/// Sets a variable of the environment for one test, or removes it.
class Variable final {
 public:
  Variable(const char* name, const char* value) : name_(name) {
    if (const char* before = std::getenv(name)) {
      before_ = before;
      was_set_ = true;
    }
    value != nullptr ? setenv(name, value, 1) : unsetenv(name);
  }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;
  ~Variable() { was_set_ ? setenv(name_, before_.c_str(), 1) : unsetenv(name_); }

 private:
  const char* name_;
  std::string before_;
  bool was_set_ = false;
};

// --- the line

TEST(LogLine, has_statement_values_time_and_rows) {
  EXPECT_EQ(format_log_message(a_query(), false),
            "[query] select name from users where id = ? [1] [took 1.2 ms, 3 rows]");
}

TEST(LogLine, counts_one_row_in_the_singular) {
  LogMessage message = a_query();
  message.rows = 1;
  EXPECT_THAT(format_log_message(message, false), HasSubstr(", 1 row]"));
}

TEST(LogLine, leaves_out_rows_that_nobody_counted) {
  LogMessage message = a_query();
  message.rows = -1;
  EXPECT_THAT(format_log_message(message, false), HasSubstr("[took 1.2 ms]"));
}

TEST(LogLine, writes_long_times_in_seconds) {
  LogMessage message = a_query();
  message.took = 2500ms;
  EXPECT_THAT(format_log_message(message, false), HasSubstr("took 2.50 s"));
}

TEST(LogLine, says_that_a_statement_was_slow) {
  LogMessage message = a_query();
  message.slow = true;
  EXPECT_THAT(format_log_message(message, false), HasSubstr("3 rows, slow]"));
}

TEST(LogLine, of_plain_text_has_no_time) {
  EXPECT_EQ(format_log_message({.ns = LogNamespace::info, .text = "connected"}, false),
            "[info] connected");
}

TEST(LogLine, stays_one_line) {
  LogMessage message = a_query();
  message.sql = "select 1\nfrom t";
  message.parameters = "[\"x\n[query] forged\"]";
  EXPECT_THAT(format_log_message(message, false), Not(HasSubstr("\n")));
}

TEST(LogLine, makes_control_characters_visible) {
  LogMessage message = a_query();
  message.parameters = "[\"\x1b[2J\"]";
  EXPECT_THAT(format_log_message(message, false), HasSubstr("\\x1b[2J"));
}

TEST(LogLine, takes_braces_as_they_are) {
  LogMessage message = a_query();
  message.sql = "select '{}' {0}";
  EXPECT_THAT(format_log_message(message, false), HasSubstr("select '{}' {0}"));
}

TEST(LogLine, colours_keywords_in_either_case) {
  LogMessage message = a_query();
  message.sql = "SELECT a from b";
  const std::string line = format_log_message(message, true);
  EXPECT_THAT(line, HasSubstr("\x1b[1;34mSELECT\x1b[0m a \x1b[1;34mfrom\x1b[0m b"));
}

TEST(LogLine, does_not_colour_keywords_within_strings) {
  LogMessage message = a_query();
  message.sql = "x 'select it' \"from\"";
  EXPECT_THAT(format_log_message(message, true), HasSubstr("\x1b[32m'select it'\x1b[0m"));
}

TEST(LogLine, does_not_colour_a_part_of_a_word) {
  LogMessage message = a_query();
  message.sql = "selection from_date";
  EXPECT_THAT(format_log_message(message, true), HasSubstr("selection from_date"));
}

TEST(LogLine, ends_a_string_that_nobody_closed) {
  LogMessage message = a_query();
  message.sql = "x 'open";
  EXPECT_THAT(format_log_message(message, true), HasSubstr("\x1b[32m'open\x1b[0m"));
}

TEST(LogLine, has_the_same_text_in_colour) {
  const std::string coloured = format_log_message(a_query(), true);
  std::string text;
  for (std::size_t i = 0; i < coloured.size(); ++i) {
    if (coloured[i] != '\x1b') {
      text += coloured[i];
    } else {
      i = coloured.find('m', i);
    }
  }
  EXPECT_EQ(text, format_log_message(a_query(), false));
}

// --- the console logger

TEST(ConsoleLogger, prints_one_line_to_stderr) {
  const std::string text = printed({.colour = LogColour::never}, {.text = "connected"});
  EXPECT_EQ(text, "[info] connected\n");
}

TEST(ConsoleLogger, wants_everything_but_parameters_by_default) {
  const auto logger = make_console_logger();
  EXPECT_TRUE(logger->is_enabled(LogNamespace::query));
  EXPECT_TRUE(logger->is_enabled(LogNamespace::migration));
  EXPECT_FALSE(logger->is_enabled(LogNamespace::query_params));
}

TEST(ConsoleLogger, wants_only_what_it_was_told_to) {
  const auto logger = make_console_logger({.namespaces = {LogNamespace::schema}});
  EXPECT_TRUE(logger->is_enabled(LogNamespace::schema));
  EXPECT_FALSE(logger->is_enabled(LogNamespace::query));
}

TEST(ConsoleLogger, hides_parameters_that_nobody_asked_for) {
  EXPECT_THAT(printed({.colour = LogColour::never}, a_query()), Not(HasSubstr("[1]")));
}

TEST(ConsoleLogger, shows_parameters_when_asked_to) {
  const ConsoleLoggerOptions options{
      .namespaces = {LogNamespace::query, LogNamespace::query_params}, .colour = LogColour::never};
  EXPECT_THAT(printed(options, a_query()), HasSubstr("[1]"));
}

TEST(ConsoleLogger, colours_when_told_to) {
  EXPECT_THAT(printed({.colour = LogColour::always}, a_query()), HasSubstr(escape));
}

TEST(ConsoleLogger, does_not_colour_a_file) {
  const Variable force("FORCE_COLOR", nullptr);
  EXPECT_THAT(printed({}, a_query()), Not(HasSubstr(escape)));
}

TEST(ConsoleLogger, honours_force_color) {
  const Variable force("FORCE_COLOR", "1");
  EXPECT_THAT(printed({}, a_query()), HasSubstr(escape));
}

TEST(ConsoleLogger, takes_force_color_0_for_no) {
  const Variable force("FORCE_COLOR", "0");
  EXPECT_THAT(printed({}, a_query()), Not(HasSubstr(escape)));
}

TEST(ConsoleLogger, does_not_mix_the_lines_of_threads) {
  testing::internal::CaptureStderr();
  const auto logger = make_console_logger({.colour = LogColour::never});
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&logger] {
      for (int k = 0; k < 100; ++k) logger->log({.text = "one line of text"});
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::string expected;
  for (int i = 0; i < 400; ++i) expected += "[info] one line of text\n";
  EXPECT_EQ(testing::internal::GetCapturedStderr(), expected);
}

}  // namespace
}  // namespace rowan
