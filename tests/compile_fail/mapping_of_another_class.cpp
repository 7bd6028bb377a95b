// A mapping is one of its own class.
// expect: this rowan::mapping<T> maps another class than T: begin it with rowan::entity<T>

#include <rowan/declare/declare.hpp>
#include <rowan/model/model.hpp>

#include <cstdint>

struct Base {
  std::int64_t id{};
};
struct Post : Base {};

template <>
#ifdef ROWAN_FAIL
inline constexpr auto rowan::mapping<Post> = rowan::entity<Base>(rowan::primary_key<&Base::id>);
#else
inline constexpr auto rowan::mapping<Post> = rowan::entity<Post>(rowan::primary_key<&Base::id>);
#endif

auto classes() { return rowan::entities<Post>(); }
