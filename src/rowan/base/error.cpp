// The parts of the error classes that need not be inline.

#include <rowan/base/error.hpp>

#include <rowan/base/text.hpp>

#include <string>
#include <utility>

namespace rowan {
namespace {

constexpr std::size_t shown_bytes = 1000;

/// Returns the text, or its beginning and how long it is: a batch may be a statement of many pages.
std::string shown(const std::string& statement) {
  if (statement.size() <= shown_bytes) return statement;
  return std::string(base::beginning(statement, shown_bytes)) + "... of " +
         std::to_string(statement.size()) + " bytes";
}

}  // namespace

DriverError::DriverError(DriverErrorDetails details, ErrorKind kind)
    : Error(kind, std::move(details.message)) {
  statement_ = std::move(details.statement);
  sqlstate_ = std::move(details.sqlstate);
  native_code_ = details.native_code;
  if (!statement_.empty()) message_ += " (in: " + shown(statement_) + ")";
}

}  // namespace rowan
