// A member of another class in a mapping.
// expect: a property of this entity is a member of another class

#include <rowan/declare/declare.hpp>
#include <rowan/model/model.hpp>

#include <cstdint>
#include <string>

struct Tag {
  std::int64_t id{};
  std::string name;
};

struct Post {
  std::int64_t id{};
  std::string name;
};

template <>
inline constexpr auto rowan::mapping<Post> = rowan::entity<Post>(rowan::primary_key<&Post::id>,
#ifdef ROWAN_FAIL
                                                                 rowan::property<&Tag::name>
#else
                                                                 rowan::property<&Post::name>
#endif
);

const auto& post_mapping() { return rowan::mapping<Post>; }
