// Only an enum with a fixed underlying type tells its names.
// expect: an enum stored by name needs a fixed underlying type, as enum class has one

#include <rowan/declare/declare.hpp>
#include <rowan/model/model.hpp>

#include <cstdint>

#ifdef ROWAN_FAIL
enum Kind { plain, special };
#else
enum Kind : std::uint8_t { plain, special };
#endif

struct Post {
  std::int64_t id{};
  Kind kind = plain;
};

template <>
inline constexpr auto rowan::mapping<Post> =
    rowan::entity<Post>(rowan::primary_key<&Post::id>, rowan::property<&Post::kind>.enum_as_text());

auto classes() { return rowan::entities<Post>(); }
