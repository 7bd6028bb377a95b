// A to-many relation whose other side is no reference.
// expect: the member that maps this relation must be a rowan::Ref or rowan::OptionalRef of the other class

#include <rowan/declare/declare.hpp>
#include <rowan/model/model.hpp>

#include <cstdint>
#include <string>

struct Node {
  std::int64_t id{};
  rowan::OptionalRef<Node> parent{};
  rowan::Collection<Node> children{};
};

template <>
inline constexpr auto rowan::mapping<Node> =
    rowan::entity<Node>(rowan::primary_key<&Node::id>,
                        rowan::many_to_one<&Node::parent>,
#ifdef ROWAN_FAIL
                        rowan::one_to_many<&Node::children, &Node::id>
#else
                        rowan::one_to_many<&Node::children, &Node::parent>
#endif
    );

auto classes() { return rowan::entities<Node>(); }
