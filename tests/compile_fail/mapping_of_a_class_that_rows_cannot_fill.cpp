// Rows are read into fresh objects, and objects are moved in.
// expect: an entity class needs a default constructor, which rows are read into
// expect: an entity class needs a move constructor, by which it enters the entity manager

#include <rowan/declare/declare.hpp>
#include <rowan/model/model.hpp>

#include <cstdint>

struct Post {
  std::int64_t id{};
#ifdef ROWAN_FAIL
  explicit Post(std::int64_t key) : id(key) {}
#endif
};
struct Tag {
  std::int64_t id{};
  Tag() = default;
#ifdef ROWAN_FAIL
  Tag(const Tag&) = delete;
#endif
};

template <>
inline constexpr auto rowan::mapping<Post> = rowan::entity<Post>(rowan::primary_key<&Post::id>);
template <>
inline constexpr auto rowan::mapping<Tag> = rowan::entity<Tag>(rowan::primary_key<&Tag::id>);

auto classes() { return rowan::entities<Post, Tag>(); }
