// What the tests over a real MySQL or MariaDB share.

#pragma once

#include "conformance/conformance.hpp"

#include <rowan/drivers.hpp>

#include <gmock/gmock.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace rowan::test {

/// Returns the run's URL with parameters added: "pool-size=1&lock-timeout=1000".
inline std::string url_with(std::string_view parameters) {
  const std::string& url = database_url();
  return url + (url.find('?') == std::string::npos ? "?" : "&") + std::string(parameters);
}

inline bool is_mariadb() { return database_url().starts_with("mariadb:"); }

/// Returns an ORM of its own over the run's database.
template <class... Entities>
Orm make_orm(std::string_view parameters, std::shared_ptr<Logger> logger = nullptr) {
  return Orm(Config{.driver = driver_from_url(url_with(parameters)),
                    .entities = entities<Entities...>(),
                    .logger = std::move(logger)});
}

/// Returns the message of the error that `body` throws, and fails where it throws none of this type.
template <class Expected, class Body>
std::string message_of(Body&& body) {
  try {
    body();
  } catch (const Expected& error) {
    return error.what();
  } catch (const std::exception& other) {
    ADD_FAILURE() << "another error: " << other.what();
    return {};
  }
  ADD_FAILURE() << "no error";
  return {};
}

}  // namespace rowan::test
