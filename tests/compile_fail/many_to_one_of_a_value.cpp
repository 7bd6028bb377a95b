// A plain value mapped as a reference.
// expect: many_to_one needs a member of type rowan::Ref<T> or rowan::OptionalRef<T>

#include <rowan/declare/declare.hpp>
#include <rowan/model/model.hpp>

#include <cstdint>
#include <string>

struct Node {
  std::int64_t id{};
  std::int64_t parent = 0;
};

template <>
inline constexpr auto rowan::mapping<Node> = rowan::entity<Node>(rowan::primary_key<&Node::id>,
#ifdef ROWAN_FAIL
                                                                 rowan::many_to_one<&Node::parent>
#else
                                                                 rowan::property<&Node::parent>
#endif
);

auto classes() { return rowan::entities<Node>(); }
