// A function that gives a member values of another type.
// expect: on_create() needs a function without parameters, or with the entity, whose result can be assigned to the member

#include <rowan/declare/declare.hpp>
#include <rowan/model/model.hpp>

#include <cstdint>
#include <string>

struct Post {
  std::int64_t id{};
  std::string name;
  rowan::Timestamp made{};
};

template <>
inline constexpr auto rowan::mapping<Post> =
    rowan::entity<Post>(rowan::primary_key<&Post::id>,
#ifdef ROWAN_FAIL
                        rowan::property<&Post::name>.on_create(rowan::now)
#else
                        rowan::property<&Post::made>.on_create(rowan::now)
#endif
    );

auto classes() { return rowan::entities<Post>(); }
