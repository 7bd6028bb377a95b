// Reads URLs of SQLite databases.

#include <rowan/drivers/sqlite/sqlite_config.hpp>

#include <rowan/base/error.hpp>
#include <rowan/base/text.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <span>

namespace rowan {
namespace {

constexpr std::array<std::string_view, 7> known_parameters = {
    "busy_timeout", "cache_size", "foreign_keys", "journal_mode", "mode", "readers", "synchronous"};
constexpr std::int64_t most_readers = 256;
constexpr std::array<std::string_view, 6> journal_modes = {"delete", "truncate", "persist",
                                                           "memory", "wal",      "off"};
constexpr std::array<std::string_view, 4> synchronous_modes = {"off", "normal", "full", "extra"};
constexpr std::array<std::string_view, 2> switches = {"on", "off"};
constexpr std::array<std::string_view, 3> open_modes = {"ro", "rw", "rwc"};

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 &&
        hex_digit(text[i + 2]) >= 0) {
      out += static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

std::string one_of(std::string_view name,
                   std::string_view value,
                   std::span<const std::string_view> known) {
  std::string lower = base::ascii_lower(value);
  if (std::find(known.begin(), known.end(), lower) == known.end()) {
    throw ValidationError("the SQLite URL's parameter '" + std::string(name) + "' cannot be " +
                          base::quoted(value) + ": it is one of " + base::join(known, ", "));
  }
  return lower;
}

std::int64_t number(std::string_view name,
                    std::string_view value,
                    std::int64_t least,
                    std::int64_t most = INT32_MAX) {
  std::int64_t out = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), out);
  if (error != std::errc{} || end != value.data() + value.size() || out < least || out > most) {
    throw ValidationError("the SQLite URL's parameter '" + std::string(name) +
                          "' needs a whole number from " + std::to_string(least) + " to " +
                          std::to_string(most) + ", and " + base::quoted(value) + " is none");
  }
  return out;
}

void set(SqliteConfig& config, std::string_view name, const std::string& value) {
  if (name == "busy_timeout") {
    config.busy_timeout = std::chrono::milliseconds(number(name, value, 0));
  } else if (name == "cache_size") {
    config.cache_size = number(name, value, INT32_MIN);
  } else if (name == "readers") {
    config.readers = static_cast<std::size_t>(number(name, value, 1, most_readers));
  } else if (name == "foreign_keys") {
    config.foreign_keys = one_of(name, value, switches) == "on";
  } else if (name == "journal_mode") {
    config.journal_mode = one_of(name, value, journal_modes);
  } else if (name == "synchronous") {
    config.synchronous = one_of(name, value, synchronous_modes);
  } else if (name == "mode") {
    const std::string mode = one_of(name, value, open_modes);
    config.mode = mode == "ro"   ? SqliteConfig::Mode::read_only
                  : mode == "rw" ? SqliteConfig::Mode::read_write
                                 : SqliteConfig::Mode::create;
  } else {
    const std::string_view meant = base::closest_match(name, known_parameters);
    throw ValidationError("a SQLite URL has no parameter '" + std::string(name) + "'" +
                          (meant.empty() ? "" : ": did you mean '" + std::string(meant) + "'?") +
                          " Known are " + base::join(known_parameters, ", "));
  }
}

bool is_known(const std::string& value, std::span<const std::string_view> known) {
  return value.empty() ||
         std::find(known.begin(), known.end(), base::ascii_lower(value)) != known.end();
}

}  // namespace

void check_sqlite_config(const SqliteConfig& config) {
  if (config.path.empty())
    throw ValidationError("SqliteConfig::path is empty: name a file, or \":memory:\"");
  if (config.path.find('\0') != std::string::npos)
    throw ValidationError(
        "SqliteConfig::path holds a zero byte, at which the system would cut it off");
  if (config.is_in_memory() && config.mode != SqliteConfig::Mode::create)
    throw ValidationError(
        "a database in memory starts empty, so it cannot be opened as it is: leave out the mode");
  if (!is_known(config.journal_mode, journal_modes))
    throw ValidationError("SqliteConfig::journal_mode is one of " +
                          base::join(journal_modes, ", "));
  if (!is_known(config.synchronous, synchronous_modes))
    throw ValidationError("SqliteConfig::synchronous is one of " +
                          base::join(synchronous_modes, ", "));
  if (config.busy_timeout.count() < 0 || config.busy_timeout.count() > INT32_MAX)
    throw ValidationError("SqliteConfig::busy_timeout is from 0 to 2147483647 ms");
  if (config.readers < 1 || config.readers > static_cast<std::size_t>(most_readers))
    throw ValidationError("SqliteConfig::readers is from 1 to " + std::to_string(most_readers));
}

SqliteConfig parse_sqlite_url(std::string_view url) {
  constexpr std::string_view scheme = "sqlite:";
  if (!url.starts_with(scheme))
    throw ValidationError(
        "a SQLite URL begins with 'sqlite:', as sqlite:app.db or sqlite::memory:");
  std::string_view rest = url.substr(scheme.size());
  const auto mark = rest.find('?');
  std::string_view path = rest.substr(0, mark);
  if (path.starts_with("//")) path.remove_prefix(2);
  SqliteConfig config;
  config.path = decoded(path);
  if (config.path.find('\0') != std::string::npos)
    throw ValidationError("the SQLite URL's path holds %00, at which the system would cut it off");
  if (config.path.empty())
    throw ValidationError("the SQLite URL names no file: write sqlite:app.db or sqlite::memory:");
  std::string_view query = mark == std::string_view::npos ? "" : rest.substr(mark + 1);
  while (!query.empty()) {
    const auto end = query.find('&');
    const std::string_view pair = query.substr(0, end);
    query = end == std::string_view::npos ? "" : query.substr(end + 1);
    if (pair.empty()) continue;
    const auto equals = pair.find('=');
    set(config, pair.substr(0, equals),
        equals == std::string_view::npos ? "" : decoded(pair.substr(equals + 1)));
  }
  return config;
}

}  // namespace rowan
