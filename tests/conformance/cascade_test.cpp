// The kinds of cascade, from both sides: what persist and remove follow, and what they leave alone.

#include "fresh_reader.hpp"

#include <string>

namespace cascade {

struct Jar;

// Keys of its own, for an object without a key is written with whatever refers to it.
struct Shelf {
  std::string id;
  rowan::Collection<Jar> plain{};
  rowan::Collection<Jar> none{};
  rowan::Collection<Jar> all{};
};

struct Jar {
  std::string id;
  rowan::OptionalRef<Shelf> plain{};
  rowan::OptionalRef<Shelf> none{};
  rowan::OptionalRef<Shelf> all{};
};

}  // namespace cascade

template <>
inline constexpr auto rowan::mapping<cascade::Shelf> =
    rowan::entity<cascade::Shelf>(
        rowan::primary_key<&cascade::Shelf::id>.length(20),
        rowan::one_to_many<&cascade::Shelf::plain, &cascade::Jar::plain>,
        rowan::one_to_many<&cascade::Shelf::none, &cascade::Jar::none>.cascade_none(),
        rowan::one_to_many<&cascade::Shelf::all, &cascade::Jar::all>.cascade_all())
        .table("cascade_shelf");
template <>
inline constexpr auto rowan::mapping<cascade::Jar> =
    rowan::entity<cascade::Jar>(rowan::primary_key<&cascade::Jar::id>.length(20),
                                rowan::many_to_one<&cascade::Jar::plain>,
                                rowan::many_to_one<&cascade::Jar::none>.cascade_none(),
                                rowan::many_to_one<&cascade::Jar::all>.cascade_all())
        .table("cascade_jar");

namespace rowan::test {
namespace {

using cascade::Jar;
using cascade::Shelf;

class Cascade : public WithReader<Shelf, Jar> {};

TEST_F(Cascade, re15_persist_is_followed_to_items_unless_told_otherwise) {
  auto em = orm.em().fork();
  Shelf& shelf = em.create<Shelf>({.id = "s"});
  Jar& plain = em.create<Jar>({.id = "plain", .plain = shelf}, {.persist = false});
  Jar& none = em.create<Jar>({.id = "none", .none = shelf}, {.persist = false});
  Jar& all = em.create<Jar>({.id = "all", .all = shelf}, {.persist = false});
  em.flush();
  EXPECT_NE(reader().find_one<Jar>(std::string(plain.id)), nullptr);
  EXPECT_NE(reader().find_one<Jar>(std::string(all.id)), nullptr);
  EXPECT_EQ(reader().find_one<Jar>(std::string(none.id)), nullptr);
  em.persist(none);
  em.flush();
  EXPECT_EQ(reader().count<Jar>(f<&Jar::none> == "s"), 1u);
}

TEST_F(Cascade, re15_persist_is_followed_to_what_is_referred_to_unless_told_otherwise) {
  auto em = orm.em().fork();
  Shelf& plain = em.create<Shelf>({.id = "plain"}, {.persist = false});
  Shelf& all = em.create<Shelf>({.id = "all"}, {.persist = false});
  Shelf& none = em.create<Shelf>({.id = "none"}, {.persist = false});
  em.create<Jar>({.id = "j", .plain = plain, .all = all});
  em.flush();
  EXPECT_EQ(reader().count<Shelf>(), 2u);
  em.create<Jar>({.id = "k", .none = none});
  EXPECT_THROW(em.flush(), ForeignKeyConstraintViolation) << "the row is the program's affair";
  em.persist(none);
  em.flush();
  EXPECT_EQ(reader().count<Shelf>(), 3u);
  EXPECT_EQ(reader().count<Jar>(), 2u);
}

TEST_F(Cascade, re15_removals_follow_all_and_empty_the_others) {
  auto em = orm.em().fork();
  Shelf& shelf = em.create<Shelf>({.id = "s"});
  em.create<Jar>({.id = "plain", .plain = shelf});
  em.create<Jar>({.id = "none", .none = shelf});
  em.create<Jar>({.id = "all", .all = shelf});
  em.flush();
  em.remove(shelf);
  em.flush();
  EXPECT_EQ(reader().count<Shelf>(), 0u);
  EXPECT_EQ(reader().count<Jar>(), 2u);
  EXPECT_EQ(reader().count<Jar>(f<&Jar::plain>.is_null() && f<&Jar::none>.is_null()), 2u);
}

TEST_F(Cascade, re15_removals_follow_a_reference_that_is_mapped_so) {
  auto em = orm.em().fork();
  Shelf& kept = em.create<Shelf>({.id = "kept"});
  Shelf& gone = em.create<Shelf>({.id = "gone"});
  Jar& jar = em.create<Jar>({.id = "j", .plain = kept, .none = kept, .all = gone});
  em.flush();
  em.remove(jar);
  em.flush();
  EXPECT_EQ(reader().count<Jar>(), 0u);
  EXPECT_EQ(reader().find<Shelf>({}).size(), 1u);
  EXPECT_FALSE(em.is_managed(gone));
}

}  // namespace
}  // namespace rowan::test
