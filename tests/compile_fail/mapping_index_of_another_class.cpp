// An index names members of its own class, and at least one.
// expect: an index of this entity names a member of another class
// expect: an index needs at least one member

#include <rowan/declare/declare.hpp>
#include <rowan/model/model.hpp>

#include <cstdint>
#include <string>

struct Dated {
  int year = 0;
};
struct Tag {
  std::int64_t id{};
  std::string name;
};
struct Post : Dated {
  std::int64_t id{};
  std::string name;
};

template <>
inline constexpr auto rowan::mapping<Tag> = rowan::entity<Tag>(rowan::primary_key<&Tag::id>,
                                                               rowan::property<&Tag::name>);
template <>
inline constexpr auto rowan::mapping<Post> = rowan::entity<Post>(rowan::primary_key<&Post::id>,
                                                                 rowan::property<&Post::name>,
                                                                 rowan::property<&Dated::year>)
#ifdef ROWAN_FAIL
                                                 .unique<&Post::name, &Tag::name>()
                                                 .index<>();
#else
                                                 .unique<&Post::name, &Dated::year>()
                                                 .index<&Dated::year>();
#endif

auto classes() { return rowan::entities<Post, Tag>(); }
