// A length for a member that has none.
// expect: length() is for members that are stored as text or bytes

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
                        rowan::property<&Post::edition>.length(9)
#else
                        rowan::property<&Post::name>.length(9)
#endif
    );

auto classes() { return rowan::entities<Post>(); }
