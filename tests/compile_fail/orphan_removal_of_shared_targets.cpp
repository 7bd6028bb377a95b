// Orphan removal where a target may have several owners.
// expect: orphan_removal() is for one_to_many and one_to_one, whose targets have one owner

#include <rowan/declare/declare.hpp>
#include <rowan/model/model.hpp>

#include <cstdint>
#include <string>

struct Node {
  std::int64_t id{};
  rowan::Collection<Node> links{};
};

template <>
inline constexpr auto rowan::mapping<Node> =
    rowan::entity<Node>(rowan::primary_key<&Node::id>,
#ifdef ROWAN_FAIL
                        rowan::many_to_many<&Node::links>.orphan_removal()
#else
                        rowan::many_to_many<&Node::links>.cascade_remove()
#endif
    );

auto classes() { return rowan::entities<Node>(); }
