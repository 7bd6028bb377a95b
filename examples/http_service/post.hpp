// The one entity of the service: a post, found by its slug, whose version counts its changes.

#pragma once

#include <rowan/rowan.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace http_service {

inline constexpr std::size_t longest_slug = 100;
inline constexpr std::size_t longest_title = 200;

// [entity]
struct Post {
  std::int64_t id{};
  std::string slug;
  std::string title;
  std::optional<std::string> content{};
  bool published = false;
  std::int64_t version = 1;
  rowan::Timestamp created_at = rowan::now();
};

}  // namespace http_service

template <>
inline constexpr auto rowan::mapping<http_service::Post> = rowan::entity<http_service::Post>(
    rowan::primary_key<&http_service::Post::id>,
    rowan::property<&http_service::Post::slug>.length(http_service::longest_slug).unique(),
    rowan::property<&http_service::Post::title>.length(http_service::longest_title),
    rowan::property<&http_service::Post::content>.text(),
    rowan::property<&http_service::Post::published>,
    rowan::property<&http_service::Post::version>.version(),
    rowan::property<&http_service::Post::created_at>);
// [/entity]
