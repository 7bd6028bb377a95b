// A reference mapped as if it were a plain value.
// expect: this member is a relation: map it with many_to_one, one_to_one, one_to_many or many_to_many instead of property

#include <rowan/declare/declare.hpp>
#include <rowan/model/model.hpp>

#include <cstdint>
#include <string>

struct Node {
  std::int64_t id{};
  rowan::OptionalRef<Node> parent{};
};

template <>
inline constexpr auto rowan::mapping<Node> = rowan::entity<Node>(rowan::primary_key<&Node::id>,
#ifdef ROWAN_FAIL
                                                                 rowan::property<&Node::parent>
#else
                                                                 rowan::many_to_one<&Node::parent>
#endif
);

auto classes() { return rowan::entities<Node>(); }
