// A to-many relation over a single reference.
// expect: one_to_many needs a member of type rowan::Collection<T>

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
#ifdef ROWAN_FAIL
                        rowan::one_to_many<&Node::parent, &Node::parent>
#else
                        rowan::one_to_many<&Node::children, &Node::parent>,
                        rowan::many_to_one<&Node::parent>
#endif
    );

auto classes() { return rowan::entities<Node>(); }
