// Cuts names out of what the compiler calls its functions.

#include <rowan/declare/accessor.hpp>

namespace rowan::declare {

std::string spelled_member(std::string_view pretty) {
  pretty = pretty.substr(0, pretty.rfind(']'));
  // clang and some g++ put the pointer in parentheses.
  while (!pretty.empty() && pretty.back() == ')') pretty.remove_suffix(1);
  std::string_view name = pretty.substr(pretty.rfind(':') + 1);
  if (name.size() > 2 && name.substr(0, 2) == "m_") name.remove_prefix(2);
  while (name.size() > 1 && name.back() == '_') name.remove_suffix(1);
  return std::string(name);
}

std::string spelled_type(std::string_view pretty) {
  struct Spelling {
    std::string_view from, to;
  };
  constexpr Spelling spellings[] = {
      {"std::__cxx11::basic_string<char>", "std::string"},
      {"std::chrono::time_point<std::chrono::_V2::system_clock, std::chrono::duration<long int, "
       "std::ratio<1, 1000000> > >",
       "rowan::Timestamp"},
      {"std::chrono::time_point<std::chrono::_V2::system_clock, std::chrono::duration<long int, "
       "std::ratio<86400> > >",
       "std::chrono::sys_days"},
      {"long unsigned int", "std::uint64_t"},
      {"long int", "std::int64_t"},
      {" >", ">"},
  };
  std::string name(spelled_class(pretty));
  for (const Spelling& each : spellings) {
    for (std::size_t at = name.find(each.from); at != std::string::npos;
         at = name.find(each.from)) {
      name.replace(at, each.from.size(), each.to);
    }
  }
  return name;
}

}  // namespace rowan::declare
