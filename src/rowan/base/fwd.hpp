// The names of the base module, for headers that need no more than a name.

#pragma once

#include <cstdint>

namespace rowan {

class Decimal;
class Error;
class Logger;
class Uuid;
class ValidationError;
class json;
enum class LogNamespace : std::uint8_t;
struct ConsoleLoggerOptions;
struct LogMessage;

namespace base {

class Arena;
class HydrationScope;

}  // namespace base
}  // namespace rowan
