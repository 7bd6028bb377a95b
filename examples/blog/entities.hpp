// The entities of the tutorial: a user writes posts, and posts carry tags.

#pragma once

#include <rowan/rowan.hpp>

#include <cstdint>
#include <optional>
#include <string>

// [entities]
namespace blog {

struct Post;

struct User {
  std::int64_t id{};
  std::string email;
  std::optional<std::string> name{};
  rowan::Collection<Post> posts{};
  rowan::Timestamp created_at = rowan::now();
  rowan::Timestamp updated_at = rowan::now();
};

struct Tag {
  std::int64_t id{};
  std::string name;
  rowan::Collection<Post> posts{};
};

struct Post {
  std::int64_t id{};
  std::string title;
  std::optional<std::string> content{};
  bool published = false;
  rowan::Ref<User> author;
  rowan::OptionalRef<User> editor{};
  rowan::Collection<Tag> tags{};
  rowan::Timestamp created_at = rowan::now();
};

}  // namespace blog
// [/entities]

// [mapping]
template <>
inline constexpr auto rowan::mapping<blog::User> =
    rowan::entity<blog::User>(rowan::primary_key<&blog::User::id>,
                              rowan::property<&blog::User::email>.unique(),
                              rowan::property<&blog::User::name>.length(100),
                              rowan::one_to_many<&blog::User::posts, &blog::Post::author>,
                              rowan::property<&blog::User::created_at>,
                              rowan::property<&blog::User::updated_at>.on_update(rowan::now));

template <>
inline constexpr auto rowan::mapping<blog::Tag> =
    rowan::entity<blog::Tag>(rowan::primary_key<&blog::Tag::id>,
                             rowan::property<&blog::Tag::name>.unique(),
                             rowan::many_to_many<&blog::Tag::posts>.mapped_by<&blog::Post::tags>());

template <>
inline constexpr auto rowan::mapping<blog::Post> =
    rowan::entity<blog::Post>(rowan::primary_key<&blog::Post::id>,
                              rowan::property<&blog::Post::title>.length(255),
                              rowan::property<&blog::Post::content>.text(),
                              rowan::property<&blog::Post::published>.default_value(false),
                              rowan::many_to_one<&blog::Post::author>.index(),
                              rowan::many_to_one<&blog::Post::editor>,
                              rowan::many_to_many<&blog::Post::tags>,
                              rowan::property<&blog::Post::created_at>);
// [/mapping]
