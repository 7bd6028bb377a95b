// Options of columns and pivots are for the side that has them.
// expect: index() is for the side of a relation that has the column
// expect: unique() is for the side of a relation that has the column
// expect: column() is for the side of a relation that has the column
// expect: on_delete() is for the owning side of a relation
// expect: on_update_rule() is for the owning side of a relation
// expect: pivot_table() is for the owning side of a many_to_many
// expect: pivot_columns() is for the owning side of a many_to_many
// expect: fixed_order() is for the owning side of a many_to_many
// expect: orphan_removal() is for one_to_many and one_to_one, whose targets have one owner

#include <rowan/declare/declare.hpp>
#include <rowan/model/model.hpp>

#include <cstdint>

struct Tag;
struct Post {
  std::int64_t id{};
  rowan::OptionalRef<Tag> main{};
  rowan::Collection<Tag> tags{};
};
struct Tag {
  std::int64_t id{};
  rowan::Collection<Post> main_of{};
  rowan::Collection<Post> posts{};
};

using rowan::ReferentialAction;

template <>
inline constexpr auto rowan::mapping<Post> =
    rowan::entity<Post>(rowan::primary_key<&Post::id>,
#ifdef ROWAN_FAIL
                        rowan::many_to_one<&Post::main>.orphan_removal(),
                        rowan::many_to_many<&Post::tags>.column("x")
#else
                        rowan::many_to_one<&Post::main>
                            .index()
                            .unique()
                            .column("x")
                            .on_delete(ReferentialAction::cascade)
                            .on_update_rule(ReferentialAction::cascade),
                        rowan::many_to_many<&Post::tags>
                            .pivot_table("links")
                            .pivot_columns("a", "b")
                            .fixed_order()
#endif
    );
template <>
inline constexpr auto rowan::mapping<Tag> =
    rowan::entity<Tag>(rowan::primary_key<&Tag::id>,
#ifdef ROWAN_FAIL
                       rowan::one_to_many<&Tag::main_of, &Post::main>
                           .index()
                           .unique()
                           .on_delete(ReferentialAction::cascade)
                           .on_update_rule(ReferentialAction::cascade),
                       rowan::many_to_many<&Tag::posts>
                           .mapped_by<&Post::tags>()
                           .pivot_table("links")
                           .pivot_columns("a", "b")
                           .fixed_order()
#else
                       rowan::one_to_many<&Tag::main_of, &Post::main>.orphan_removal(),
                       rowan::many_to_many<&Tag::posts>.mapped_by<&Post::tags>()
#endif
    );

auto classes() { return rowan::entities<Post, Tag>(); }
