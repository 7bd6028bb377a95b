// Takes Rowan's own parameters out of a URL and leaves the rest to libpq.

#include <rowan/drivers/postgres/postgres_config.hpp>

#include <rowan/base/error.hpp>
#include <rowan/base/text.hpp>

#include <charconv>
#include <limits>

namespace rowan {
namespace {

using std::chrono::milliseconds;

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

[[noreturn]] void refuse(std::string_view name, std::string_view value, std::string_view wanted) {
  throw ValidationError("the PostgreSQL URL's parameter '" + std::string(name) + "' cannot be " +
                        base::quoted(value) + ": it is " + std::string(wanted));
}

std::size_t count_of(std::string_view name, std::string_view value) {
  std::size_t out = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), out);
  if (error != std::errc{} || end != value.data() + value.size() || out == 0 || out > 100000)
    refuse(name, value, "a whole number from 1 on");
  return out;
}

milliseconds duration_of(std::string_view name, std::string_view value) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  const std::string_view unit(end, static_cast<std::size_t>(value.data() + value.size() - end));
  std::int64_t factor = 0;
  if (unit.empty() || unit == "ms") factor = 1;
  if (unit == "s") factor = 1000;
  if (unit == "min") factor = 60000;
  constexpr std::int64_t limit = std::numeric_limits<std::int32_t>::max();
  if (error != std::errc{} || factor == 0 || number < 0 || number > limit / factor)
    refuse(name, value, "a number of milliseconds, or one with a unit: 500ms, 5s, 10min");
  return milliseconds(number * factor);
}

std::vector<std::string> list_of(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const auto comma = text.find(',');
    if (comma != 0) out.push_back(decoded(text.substr(0, comma)));
    text = comma == std::string_view::npos ? "" : text.substr(comma + 1);
  }
  return out;
}

/// Takes a parameter that is Rowan's own; tells whether it is one.
bool take(PostgresConfig& config, std::string_view name, std::string_view raw) {
  const std::string value = decoded(raw);
  if (name == "pool_size") {
    config.pool_size = count_of(name, value);
  } else if (name == "pool_timeout") {
    config.pool_timeout = duration_of(name, value);
  } else if (name == "pool_max_age") {
    config.pool_max_age = duration_of(name, value);
  } else if (name == "pool_check_after") {
    config.pool_check_after = duration_of(name, value);
  } else if (name == "statement_timeout") {
    config.statement_timeout = duration_of(name, value);
  } else if (name == "lock_timeout") {
    config.lock_timeout = duration_of(name, value);
  } else if (name == "replicas") {
    config.replicas = list_of(raw);
  } else if (name == "pooler") {
    if (value != "none" && value != "transaction") refuse(name, value, "none or transaction");
    config.pooler =
        value == "none" ? PostgresConfig::Pooler::none : PostgresConfig::Pooler::transaction;
  } else {
    return false;
  }
  return true;
}

}  // namespace

PostgresConfig parse_postgres_url(std::string_view url) {
  if (!url.starts_with("postgresql://") && !url.starts_with("postgres://")) {
    throw ValidationError(
        "a PostgreSQL URL begins with 'postgresql://', as postgresql://user@host:5432/database");
  }
  PostgresConfig config;
  const auto mark = url.find('?');
  config.url = url.substr(0, mark);
  std::string_view query = mark == std::string_view::npos ? "" : url.substr(mark + 1);
  char separator = '?';
  while (!query.empty()) {
    const auto end = query.find('&');
    const std::string_view pair = query.substr(0, end);
    query = end == std::string_view::npos ? "" : query.substr(end + 1);
    if (pair.empty()) continue;
    const auto equals = pair.find('=');
    const std::string_view value =
        equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1);
    if (take(config, pair.substr(0, equals), value)) continue;
    config.url += separator;
    config.url += pair;
    separator = '&';
  }
  return config;
}

}  // namespace rowan
