// Opens a database by its URL, with the drivers of this build.

#pragma once

#include <rowan/rowan.hpp>

#include <memory>
#include <string_view>

namespace rowan {

/// Returns a driver for `sqlite::memory:`, `sqlite:PATH?options`, and the URLs of the other drivers of the build.
///
/// Errors: ValidationError for a scheme that no driver of the build has and for options that a driver does not know;
/// a password in the URL is never part of it.
[[nodiscard]] std::shared_ptr<backend::Driver> driver_from_url(std::string_view url);

}  // namespace rowan
