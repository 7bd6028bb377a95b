// What the tests over a PostgreSQL server share.

#pragma once

#include <rowan/drivers.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace rowan::test {

/// Returns the URL of the server.
[[nodiscard]] const std::string& server_url();

/// Returns the URL with further parameters, as `name=value&name=value`.
[[nodiscard]] inline std::string server_url_with(std::string_view parameters) {
  const std::string& url = server_url();
  return url + (url.find('?') == std::string::npos ? "?" : "&") + std::string(parameters);
}

/// Returns an ORM over the URL.
template <class... Entities>
[[nodiscard]] Orm make_orm(const std::string& url) {
  return Orm(Config{.driver = driver_from_url(url), .entities = entities<Entities...>()});
}

/// Returns the number in the first column of the first row.
[[nodiscard]] inline std::int64_t number_of(EntityManager& em, std::string_view sql) {
  return em.execute_rows(sql).at(0).at(0).integer();
}
[[nodiscard]] inline std::string text_of(EntityManager& em, std::string_view sql) {
  return em.execute_rows(sql).at(0).at(0).text();
}

}  // namespace rowan::test
