// Source positions as text.

#include <rowan/base/source_position.hpp>

#include <string_view>

namespace rowan::base {

std::string to_string(const SourcePosition& position) {
  std::string_view file = position.file_name();
  if (const auto slash = file.find_last_of("/\\"); slash != file.npos)
    file.remove_prefix(slash + 1);
  return std::string(file) + ":" + std::to_string(position.line());
}

}  // namespace rowan::base
