// Defaults and functions must fit the member.
// expect: default_value() takes a bool, a number, an enumerator or a text literal
// expect: on_update() needs a function without parameters, or with the entity, whose result can be assigned to the member
// expect: enum_as_text() is for members that are an enum
// expect: a primary key cannot be not_persistent()

#include <rowan/declare/declare.hpp>
#include <rowan/model/model.hpp>

#include <cstdint>
#include <string>

enum class Kind { plain, special };

struct Post {
  std::int64_t id{};
  std::string name;
  int edition = 0;
  Kind kind = Kind::plain;
};

struct Odd {};

constexpr const char* new_name() { return "new"; }

template <>
inline constexpr auto rowan::mapping<Post> =
#ifdef ROWAN_FAIL
    rowan::entity<Post>(rowan::primary_key<&Post::id>.not_persistent(),
                        rowan::property<&Post::name>.default_value(Odd{}),
                        rowan::property<&Post::edition>.on_update(new_name).enum_as_text());
#else
    rowan::entity<Post>(rowan::primary_key<&Post::id>,
                        rowan::property<&Post::name>.default_value("none").on_update(new_name),
                        rowan::property<&Post::kind>.enum_as_text());
#endif

auto classes() { return rowan::entities<Post>(); }
