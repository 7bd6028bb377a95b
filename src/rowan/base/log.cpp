// The line of a log message, its colours, and the logger that prints it through spdlog.

#include <rowan/base/log.hpp>

#include <rowan/base/text.hpp>

#include <fmt/format.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <iterator>

namespace rowan {

namespace {

constexpr std::string_view plain = "\x1b[0m";
constexpr std::string_view dim = "\x1b[2m";
constexpr std::string_view yellow = "\x1b[33m";
constexpr std::string_view cyan = "\x1b[36m";
constexpr std::string_view green = "\x1b[32m";
constexpr std::string_view bold_blue = "\x1b[1;34m";
constexpr std::string_view magenta = "\x1b[35m";

// Sorted, for the search.
constexpr auto keywords = std::to_array<std::string_view>({
    "add",         "all",       "alter",     "and",        "as",      "asc",       "begin",
    "between",     "by",        "case",      "check",      "column",  "commit",    "conflict",
    "constraint",  "count",     "create",    "cross",      "default", "delete",    "desc",
    "distinct",    "do",        "drop",      "else",       "end",     "except",    "exists",
    "false",       "for",       "foreign",   "from",       "full",    "group",     "having",
    "if",          "ilike",     "in",        "index",      "inner",   "insert",    "intersect",
    "into",        "is",        "join",      "key",        "left",    "like",      "limit",
    "not",         "null",      "offset",    "on",         "or",      "order",     "outer",
    "pragma",      "primary",   "recursive", "references", "release", "returning", "right",
    "rollback",    "savepoint", "select",    "set",        "table",   "then",      "to",
    "transaction", "true",      "union",     "unique",     "update",  "using",     "values",
    "view",        "when",      "where",     "with",
});
static_assert(std::is_sorted(keywords.begin(), keywords.end()));

bool is_word(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}
bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

/// Appends `text` with its control characters made visible.
void append_visible(std::string& line, std::string_view text) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\n' || c == '\r' || c == '\t') {
      line += ' ';
    } else if (byte < 0x20 || byte == 0x7F) {
      fmt::format_to(std::back_inserter(line), "\\x{:02x}", byte);
    } else {
      line += c;
    }
  }
}

void append_coloured(std::string& line, std::string_view colour, std::string_view text) {
  if (!colour.empty()) line += colour;
  append_visible(line, text);
  if (!colour.empty()) line += plain;
}

/// Returns the length of the token at the front of `sql`, which is not empty, and its colour.
std::pair<std::size_t, std::string_view> next_token(std::string_view sql) {
  const char first = sql.front();
  if (first == '\'' || first == '"' || first == '`') {
    const std::size_t end = sql.find(first, 1);
    return {end == sql.npos ? sql.size() : end + 1, first == '\'' ? green : cyan};
  }
  std::size_t length = 0;
  while (length < sql.size() && is_word(sql[length])) ++length;
  if (length == 0) return {1, {}};
  if (is_digit(first)) return {length, magenta};
  const std::string word = base::ascii_lower(sql.substr(0, length));
  const bool is_keyword = std::binary_search(keywords.begin(), keywords.end(), word);
  return {length, is_keyword ? bold_blue : std::string_view()};
}

void append_sql(std::string& line, std::string_view sql, bool colour) {
  if (!colour) return append_visible(line, sql);
  while (!sql.empty()) {
    const auto [length, token_colour] = next_token(sql);
    append_coloured(line, token_colour, sql.substr(0, length));
    sql.remove_prefix(length);
  }
}

std::string to_text(std::chrono::microseconds took) {
  const auto us = static_cast<double>(took.count());
  return us < 1e6 ? fmt::format("{:.1f} ms", us / 1e3) : fmt::format("{:.2f} s", us / 1e6);
}

/// Returns "[took 1.2 ms, 3 rows]", or nothing where neither is known.
std::string cost_of(const LogMessage& message) {
  std::string parts;
  if (!message.sql.empty() || message.took.count() > 0) parts = "took " + to_text(message.took);
  if (message.rows >= 0) {
    if (!parts.empty()) parts += ", ";
    parts += fmt::format("{} {}", message.rows, message.rows == 1 ? "row" : "rows");
  }
  if (message.slow) parts += parts.empty() ? "slow" : ", slow";
  return parts.empty() ? parts : "[" + parts + "]";
}

bool is_set(const char* variable) noexcept {
  const char* value = std::getenv(variable);
  return value != nullptr && *value != '\0';
}

bool wants_colour(LogColour colour) noexcept {
  if (colour != LogColour::automatic) return colour == LogColour::always;
  if (is_set("FORCE_COLOR")) return std::string_view(std::getenv("FORCE_COLOR")) != "0";
  return !is_set("NO_COLOR") && isatty(STDERR_FILENO) != 0;
}

std::uint32_t bit_of(LogNamespace ns) noexcept { return 1u << static_cast<unsigned>(ns); }

class ConsoleLogger final : public Logger {
 public:
  explicit ConsoleLogger(const ConsoleLoggerOptions& options)
      : colour_(wants_colour(options.colour)),
        printer_("rowan", std::make_shared<spdlog::sinks::stderr_sink_mt>()) {
    for (const LogNamespace ns : options.namespaces) enabled_ |= bit_of(ns);
    if (options.namespaces.empty()) enabled_ = ~bit_of(LogNamespace::query_params);
    printer_.set_pattern("%v");
  }

  void log(const LogMessage& message) override {
    LogMessage shown = message;
    if (!is_enabled(LogNamespace::query_params)) shown.parameters = {};
    // As a view, so that braces in the statement are not taken for a format.
    const std::string line = base::format_log_message(shown, colour_);
    printer_.log(spdlog::level::info, spdlog::string_view_t(line.data(), line.size()));
  }

  [[nodiscard]] bool is_enabled(LogNamespace ns) const override {
    return (enabled_ & bit_of(ns)) != 0;
  }

 private:
  bool colour_;
  std::uint32_t enabled_ = 0;
  spdlog::logger printer_;
};

}  // namespace

Logger::~Logger() = default;

std::string_view to_string(LogNamespace ns) noexcept {
  switch (ns) {
    case LogNamespace::query: return "query";
    case LogNamespace::query_params: return "query_params";
    case LogNamespace::schema: return "schema";
    case LogNamespace::discovery: return "discovery";
    case LogNamespace::info: return "info";
    case LogNamespace::slow_query: return "slow_query";
    case LogNamespace::migration: return "migration";
  }
  return "unknown";
}

std::string base::format_log_message(const LogMessage& message, bool colour) {
  const auto in = [colour](std::string_view code) { return colour ? code : std::string_view(); };
  std::string line;
  append_coloured(line, in(message.slow ? yellow : dim),
                  fmt::format("[{}]", to_string(message.ns)));
  if (!message.text.empty()) append_visible(line += ' ', message.text);
  if (!message.sql.empty()) append_sql(line += ' ', message.sql, colour);
  if (!message.parameters.empty()) append_coloured(line += ' ', in(dim), message.parameters);
  const std::string cost = cost_of(message);
  if (!cost.empty()) append_coloured(line += ' ', in(message.slow ? yellow : dim), cost);
  return line;
}

std::shared_ptr<Logger> make_console_logger(const ConsoleLoggerOptions& options) {
  return std::make_shared<ConsoleLogger>(options);
}

}  // namespace rowan
