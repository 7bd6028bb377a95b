// The log: what Rowan tells a program about its work, and a logger that prints it.

#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace rowan {

/// What a message is about. A logger is asked for each before any text is made.
enum class LogNamespace : std::uint8_t {
  query,         ///< each statement, with time and rows
  query_params,  ///< the values bound to it, which may be private: off unless asked for
  schema,        ///< statements that change tables
  discovery,     ///< which entities were found and how they were read
  info,          ///< connections opened and closed, and the like
  slow_query,    ///< statements that took longer than the configured limit
  migration,
};

/// Returns the name of the enumerator, as it stands in the log.
[[nodiscard]] std::string_view to_string(LogNamespace ns) noexcept;

/// One message.
///
/// Lifetime: the views are good only during Logger::log().
struct LogMessage {
  LogNamespace ns = LogNamespace::info;
  std::string_view text{};        ///< what to say; may be empty where `sql` is not
  std::string_view sql{};         ///< the statement, with placeholders
  std::string_view parameters{};  ///< the values, as "[1, \"x\"]"; empty unless asked for
  std::chrono::microseconds took{0};
  std::int64_t rows = -1;  ///< rows read or changed; -1 where nobody counted
  bool slow = false;       ///< took longer than the configured limit
};

/// Receives messages.
///
/// Thread safety: implementations are called from every thread that uses the database.
class Logger {
 public:
  Logger() noexcept = default;
  Logger(const Logger&) = delete;
  Logger& operator=(const Logger&) = delete;
  virtual ~Logger();

  /// Requires: is_enabled(message.ns), and does not throw.
  virtual void log(const LogMessage& message) = 0;
  /// Tells whether messages of `ns` are wanted; asked before each.
  [[nodiscard]] virtual bool is_enabled(LogNamespace ns) const = 0;
};

/// When the console logger colours what it prints.
enum class LogColour : std::uint8_t {
  automatic,  ///< when stderr is a terminal and NO_COLOR is unset, or FORCE_COLOR is set
  always,
  never,
};

struct ConsoleLoggerOptions {
  /// What is printed; empty for everything but the values bound to statements.
  std::vector<LogNamespace> namespaces{};
  LogColour colour = LogColour::automatic;
};

/// Returns a logger that prints to stderr, one message a line:
/// `[query] select ... [1, "x"] [took 1.2 ms, 3 rows]`.
[[nodiscard]] std::shared_ptr<Logger> make_console_logger(const ConsoleLoggerOptions& options = {});

namespace base {

/// Returns the line that the console logger prints, without the line's end.
///
/// Control characters are made visible, so that a value cannot forge a line or drive the terminal.
[[nodiscard]] std::string format_log_message(const LogMessage& message, bool colour);

}  // namespace base
}  // namespace rowan
