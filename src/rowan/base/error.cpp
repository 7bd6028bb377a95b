// The parts of the error classes that need not be inline.

#include <rowan/base/error.hpp>

#include <utility>

namespace rowan {

DriverError::DriverError(DriverErrorDetails details, ErrorKind kind)
    : Error(kind, std::move(details.message)) {
  statement_ = std::move(details.statement);
  sqlstate_ = std::move(details.sqlstate);
  native_code_ = details.native_code;
  if (!statement_.empty()) message_ += " (in: " + statement_ + ")";
}

}  // namespace rowan
