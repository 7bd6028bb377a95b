// Sizes are for the types that have them.
// expect: precision() is for members that are stored as a decimal or real number
// expect: text() is for members that are stored as text
// expect: length() is for members that are stored as text or bytes

#include <rowan/declare/declare.hpp>
#include <rowan/model/model.hpp>

#include <cstdint>
#include <string>

struct Post {
  std::int64_t id{};
  std::string name;
  int edition = 0;
  rowan::Decimal price{};
};

template <>
inline constexpr auto rowan::mapping<Post> =
    rowan::entity<Post>(rowan::primary_key<&Post::id>,
#ifdef ROWAN_FAIL
                        rowan::property<&Post::name>.precision(10, 2),
                        rowan::property<&Post::edition>.text(),
                        rowan::property<&Post::price>.length(10)
#else
                        rowan::property<&Post::name>.length(10),
                        rowan::property<&Post::edition>,
                        rowan::property<&Post::price>.precision(10, 2)
#endif
    );

auto classes() { return rowan::entities<Post>(); }
