// The parts of the error classes that need not be inline.

#include <rowan/base/error.hpp>

#include <string>
#include <utility>

namespace rowan {
namespace {

constexpr std::size_t shown_bytes = 1000;

/// Returns the text, or its beginning and how long it is: a batch may be a statement of many pages.
std::string shown(const std::string& statement) {
  if (statement.size() <= shown_bytes) return statement;
  std::size_t end = shown_bytes;
  while (end > 0 && (static_cast<unsigned char>(statement[end]) & 0xC0) == 0x80) --end;
  return statement.substr(0, end) + "... of " + std::to_string(statement.size()) + " bytes";
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
