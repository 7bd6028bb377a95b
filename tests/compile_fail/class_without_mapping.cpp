// A class without a mapping, given to the ORM.
// expect: this class has no mapping: specialise rowan::mapping<T> beside it, or give the class a static consteval mapping(), before the first query

#include <rowan/declare/declare.hpp>
#include <rowan/model/model.hpp>

#include <cstdint>
#include <string>

struct Post {
  std::int64_t id{};
};

#ifndef ROWAN_FAIL
template <>
inline constexpr auto rowan::mapping<Post> = rowan::entity<Post>(rowan::primary_key<&Post::id>);
#endif

auto classes() { return rowan::entities<Post>(); }
