// A member of a type that no column can hold.
// expect: Rowan has no column type for this member's type: specialise rowan::Codec for it, use rowan::Ref if it is an entity, or leave the member out of the mapping

#include <rowan/declare/declare.hpp>
#include <rowan/model/model.hpp>

#include <cstdint>
#include <string>

struct Point {
  double x, y;
};

struct Place {
  std::int64_t id{};
  Point where{};
  std::string name;
};

template <>
inline constexpr auto rowan::mapping<Place> = rowan::entity<Place>(rowan::primary_key<&Place::id>,
#ifdef ROWAN_FAIL
                                                                   rowan::property<&Place::where>
#else
                                                                   rowan::property<&Place::name>
#endif
);

auto classes() { return rowan::entities<Place>(); }
