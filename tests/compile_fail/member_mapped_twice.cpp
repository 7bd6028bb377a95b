// One member mapped twice.
// expect: a member of this entity is mapped twice

#include <rowan/declare/declare.hpp>
#include <rowan/model/model.hpp>

#include <cstdint>
#include <string>

struct Post {
  std::int64_t id{};
  std::string name;
  std::string text;
};

template <>
inline constexpr auto rowan::mapping<Post> =
    rowan::entity<Post>(rowan::primary_key<&Post::id>,
                        rowan::property<&Post::name>,
#ifdef ROWAN_FAIL
                        rowan::property<&Post::name>.length(9)
#else
                        rowan::property<&Post::text>.length(9)
#endif
    );

const auto& post_mapping() { return rowan::mapping<Post>; }
