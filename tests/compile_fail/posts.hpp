// The entities that most snippets are about.

#pragma once

#include <rowan/rowan.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

using rowan::f;

struct User {
  std::int64_t id{};
  std::string email;
  std::optional<std::string> name{};
};

struct Post {
  std::int64_t id{};
  std::string title;
  std::int32_t pages = 0;
  bool published = false;
  std::vector<std::string> words;
  rowan::json extra;
  rowan::Ref<User> author;
  rowan::Collection<User> readers{};
};

template <>
inline constexpr auto rowan::mapping<User> = rowan::entity<User>(rowan::primary_key<&User::id>,
                                                                 rowan::property<&User::email>,
                                                                 rowan::property<&User::name>);

template <>
inline constexpr auto rowan::mapping<Post> =
    rowan::entity<Post>(rowan::primary_key<&Post::id>,
                        rowan::property<&Post::title>,
                        rowan::property<&Post::pages>,
                        rowan::property<&Post::published>,
                        rowan::property<&Post::words>,
                        rowan::property<&Post::extra>,
                        rowan::many_to_one<&Post::author>,
                        rowan::many_to_many<&Post::readers>);
