// A version that cannot count.
// expect: version() needs a plain integer or a rowan::Timestamp

#include <rowan/declare/declare.hpp>
#include <rowan/model/model.hpp>

#include <cstdint>
#include <string>

struct Post {
  std::int64_t id{};
  std::string name;
  int edition = 0;
};

template <>
inline constexpr auto rowan::mapping<Post> =
    rowan::entity<Post>(rowan::primary_key<&Post::id>,
#ifdef ROWAN_FAIL
                        rowan::property<&Post::name>.version()
#else
                        rowan::property<&Post::edition>.version()
#endif
    );

auto classes() { return rowan::entities<Post>(); }
