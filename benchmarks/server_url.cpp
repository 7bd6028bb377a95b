// Takes URLs apart; nothing in those of a benchmark is encoded.

#include <benchmarks/server_url.hpp>

#include <charconv>

namespace benchmarks {
namespace {

/// Returns what stands before the separator and takes both off; everything where there is none.
std::string_view take(std::string_view& rest, std::string_view separator) {
  const std::size_t at = rest.find(separator);
  const std::string_view taken = rest.substr(0, at);
  rest = at == std::string_view::npos ? std::string_view() : rest.substr(at + separator.size());
  return taken;
}

}  // namespace

ServerUrl parts_of(std::string_view url) {
  ServerUrl parts;
  parts.scheme = take(url, "://");
  std::string_view path = url.substr(0, url.find('?'));
  std::string_view authority = take(path, "/");
  parts.database = path;
  if (authority.find('@') != std::string_view::npos) {
    std::string_view login = take(authority, "@");
    parts.user = take(login, ":");
    parts.password = login;
  }
  parts.host = take(authority, ":");
  std::from_chars(authority.data(), authority.data() + authority.size(), parts.port);
  return parts;
}

std::string with_database(std::string_view url, std::string_view name) {
  const std::size_t scheme = url.find("://");
  const std::size_t authority = scheme == std::string_view::npos ? 0 : scheme + 3;
  const std::size_t query = url.find('?', authority);
  const std::size_t slash = url.substr(0, query).find('/', authority);
  std::string made(url.substr(0, slash == std::string_view::npos ? query : slash));
  made += '/';
  made += name;
  if (query != std::string_view::npos) made += url.substr(query);
  return made;
}

}  // namespace benchmarks
