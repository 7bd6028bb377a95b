// A relation needs a member that can hold it, and an owner that can.
// expect: one_to_one needs a member of type rowan::Ref<T> or rowan::OptionalRef<T>
// expect: many_to_many needs a member of type rowan::Collection<T>
// expect: mapped_by() is for one_to_one and many_to_many
// expect: the member that maps this relation must be a rowan::Collection of the other class

#include <rowan/declare/declare.hpp>
#include <rowan/model/model.hpp>

#include <cstdint>
#include <string>

struct Tag;
struct Post {
  std::int64_t id{};
  std::string name;
  rowan::OptionalRef<Tag> main{};
  rowan::Collection<Tag> tags{};
};
struct Tag {
  std::int64_t id{};
  rowan::OptionalRef<Post> post{};
  rowan::Collection<Post> posts{};
};

template <>
inline constexpr auto rowan::mapping<Post> = rowan::entity<Post>(rowan::primary_key<&Post::id>,
#ifdef ROWAN_FAIL
                                                                 rowan::one_to_one<&Post::tags>,
                                                                 rowan::many_to_many<&Post::main>
#else
                                                                 rowan::one_to_one<&Post::main>,
                                                                 rowan::many_to_many<&Post::tags>
#endif
);
template <>
inline constexpr auto rowan::mapping<Tag> =
    rowan::entity<Tag>(rowan::primary_key<&Tag::id>,
#ifdef ROWAN_FAIL
                       rowan::many_to_one<&Tag::post>.mapped_by<&Post::main>(),
                       rowan::many_to_many<&Tag::posts>.mapped_by<&Post::main>()
#else
                       rowan::one_to_one<&Tag::post>.mapped_by<&Post::main>(),
                       rowan::many_to_many<&Tag::posts>.mapped_by<&Post::tags>()
#endif
    );

auto classes() { return rowan::entities<Post, Tag>(); }
