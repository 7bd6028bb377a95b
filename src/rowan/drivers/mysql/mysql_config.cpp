// Reads URLs of MySQL and MariaDB servers.

#include <rowan/drivers/mysql/mysql_config.hpp>

#include <rowan/base/error.hpp>
#include <rowan/base/text.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <span>

namespace rowan {
namespace {

using std::chrono::milliseconds;

struct SslName {
  std::string_view name;
  MysqlConfig::SslMode mode;
};
constexpr SslName ssl_names[] = {
    {"disabled", MysqlConfig::SslMode::disabled},
    {"preferred", MysqlConfig::SslMode::preferred},
    {"required", MysqlConfig::SslMode::required},
    {"verify-ca", MysqlConfig::SslMode::verify_ca},
    {"verify-full", MysqlConfig::SslMode::verify_full},
};

struct TextParameter {
  std::string_view name;
  std::string MysqlConfig::*member;
};
constexpr TextParameter text_parameters[] = {
    {"collation", &MysqlConfig::collation},
    {"plugin-dir", &MysqlConfig::plugin_dir},
    {"server-public-key", &MysqlConfig::server_public_key},
    {"socket", &MysqlConfig::socket},
    {"sql-mode", &MysqlConfig::sql_mode},
    {"ssl-ca", &MysqlConfig::ssl_ca},
    {"ssl-cert", &MysqlConfig::ssl_cert},
    {"ssl-key", &MysqlConfig::ssl_key},
};

struct TimeParameter {
  std::string_view name;
  milliseconds MysqlConfig::*member;
};
constexpr TimeParameter time_parameters[] = {
    {"connect-timeout", &MysqlConfig::connect_timeout},
    {"lock-timeout", &MysqlConfig::lock_timeout},
    {"pool-check-after", &MysqlConfig::pool_check_after},
    {"pool-max-age", &MysqlConfig::pool_max_age},
    {"pool-timeout", &MysqlConfig::pool_timeout},
    {"read-timeout", &MysqlConfig::read_timeout},
    {"statement-timeout", &MysqlConfig::statement_timeout},
    {"write-timeout", &MysqlConfig::write_timeout},
};

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

std::int64_t number(std::string_view name,
                    std::string_view value,
                    std::int64_t least,
                    std::int64_t most) {
  std::int64_t out = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), out);
  if (error != std::errc{} || end != value.data() + value.size() || out < least || out > most) {
    throw ValidationError("the URL's " + std::string(name) + " needs a whole number from " +
                          std::to_string(least) + " to " + std::to_string(most) + ", and " +
                          base::quoted(value) + " is none");
  }
  return out;
}

MysqlConfig::Server server_of(std::string_view text) {
  MysqlConfig::Server server;
  const auto bracket = text.rfind(']');
  const auto colon = text.rfind(':');
  const bool has_port =
      colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket);
  if (has_port)
    server.port = static_cast<std::uint16_t>(number("port", text.substr(colon + 1), 1, 65535));
  std::string_view host = text.substr(0, has_port ? colon : std::string_view::npos);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  server.host = decoded(host);
  return server;
}

MysqlConfig::SslMode ssl_mode_of(std::string_view value) {
  std::string wanted = base::ascii_lower(value);
  std::replace(wanted.begin(), wanted.end(), '_', '-');
  std::vector<std::string_view> names;
  for (const SslName& each : ssl_names) {
    if (each.name == wanted) return each.mode;
    names.push_back(each.name);
  }
  throw ValidationError("the URL's ssl-mode cannot be " + base::quoted(value) + ": it is one of " +
                        base::join(names, ", "));
}

void set_replicas(MysqlConfig& config, std::string_view list) {
  while (!list.empty()) {
    const auto comma = list.find(',');
    const std::string_view one = list.substr(0, comma);
    list = comma == std::string_view::npos ? "" : list.substr(comma + 1);
    if (!one.empty()) config.replicas.push_back(server_of(one));
  }
}

void set(MysqlConfig& config, std::string_view given_name, const std::string& value) {
  std::string name(given_name);
  std::replace(name.begin(), name.end(), '_', '-');
  std::vector<std::string_view> known = {"pool-size", "replicas", "ssl-mode"};
  for (const TextParameter& each : text_parameters) {
    if (each.name == name) {
      config.*each.member = value;
      return;
    }
    known.push_back(each.name);
  }
  constexpr std::int64_t most = std::numeric_limits<std::int32_t>::max();
  for (const TimeParameter& each : time_parameters) {
    if (each.name == name) {
      config.*each.member = milliseconds(number(name, value, 0, most));
      return;
    }
    known.push_back(each.name);
  }
  if (name == "pool-size") {
    config.pool_size = static_cast<std::size_t>(number(name, value, 1, 65535));
  } else if (name == "replicas") {
    set_replicas(config, value);
  } else if (name == "ssl-mode") {
    config.ssl_mode = ssl_mode_of(value);
  } else {
    std::sort(known.begin(), known.end());
    const std::string_view meant = base::closest_match(name, known);
    throw ValidationError("the URL has no parameter '" + std::string(given_name) + "'" +
                          (meant.empty() ? "" : ": did you mean '" + std::string(meant) + "'?") +
                          " Known are " + base::join(known, ", "));
  }
}

void set_authority(MysqlConfig& config, std::string_view authority) {
  // A password may hold an '@' that was not encoded.
  const auto at = authority.rfind('@');
  if (at != std::string_view::npos) {
    const std::string_view who = authority.substr(0, at);
    const auto colon = who.find(':');
    config.user = decoded(who.substr(0, colon));
    if (colon != std::string_view::npos) config.password = decoded(who.substr(colon + 1));
  }
  const MysqlConfig::Server server =
      server_of(at == std::string_view::npos ? authority : authority.substr(at + 1));
  if (!server.host.empty()) config.host = server.host;
  config.port = server.port;
}

}  // namespace

MysqlConfig parse_mysql_url(std::string_view url, std::string_view scheme) {
  const std::string start = std::string(scheme) + "://";
  if (!url.starts_with(start)) {
    throw ValidationError("the URL begins with '" + start + "', as " + start +
                          "user:password@localhost:3306/database");
  }
  std::string_view rest = url.substr(start.size());
  const auto mark = rest.find('?');
  std::string_view query = mark == std::string_view::npos ? "" : rest.substr(mark + 1);
  rest = rest.substr(0, mark);
  const auto slash = rest.rfind('/');
  MysqlConfig config;
  set_authority(config, rest.substr(0, slash));
  if (slash != std::string_view::npos) config.database = decoded(rest.substr(slash + 1));
  while (!query.empty()) {
    const auto end = query.find('&');
    const std::string_view pair = query.substr(0, end);
    query = end == std::string_view::npos ? "" : query.substr(end + 1);
    if (pair.empty()) continue;
    const auto equals = pair.find('=');
    set(config, pair.substr(0, equals),
        equals == std::string_view::npos ? "" : decoded(pair.substr(equals + 1)));
  }
  if (config.database.empty()) {
    throw ValidationError("the URL names no database: write " + start +
                          "user:password@host:3306/database");
  }
  return config;
}

}  // namespace rowan
