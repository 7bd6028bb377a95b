// U-12 to U-22, U-46 to U-49, U-60 and the rows CO: both sides of relations, what is removed with what.

#include "library_entities.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace rowan::test {
namespace {

using namespace library;

class CollectionTest : public Library {
 protected:
  using Kinds = std::vector<std::string>;

  CollectionTest() {
    auto em = orm.em().fork();
    Author& a = em.create<Author>({.name = "A"});
    Author& c = em.create<Author>({.name = "C"});
    Book& one = em.create<Book>({.title = "One", .author = a});
    Book& two = em.create<Book>({.title = "Two", .author = a});
    Tag& tag = em.create<Tag>({.name = "t"});
    Tag& other = em.create<Tag>({.name = "u"});
    one.tags.add(tag, other);
    em.flush();
    a_id = a.id;
    c_id = c.id;
    one_id = one.id;
    two_id = two.id;
    tag_id = tag.id;
    other_id = other.id;
    (void)statements();
  }
  /// Returns the titles of the author's books in the database.
  std::vector<std::string> titles_of(std::int64_t author) {
    auto em = orm.em().fork();
    std::vector<std::string> out;
    for (const Book& book :
         em.find<Book>(f<&Book::author> == author, {.order_by = {f<&Book::title>.asc()}}))
      out.push_back(book.title);
    return out;
  }
  /// Returns how many pairs of books and tags there are.
  std::size_t pairs_of(std::int64_t book) {
    auto em = orm.em().fork();
    return em.find_one_or_fail<Book>(book, {.populate = {f<&Book::tags>}}).tags.size();
  }

  std::int64_t a_id = 0, c_id = 0, one_id = 0, two_id = 0, tag_id = 0, other_id = 0;
};

// Both sides in step --------------------------------------------------------------------------------------------------

TEST_F(CollectionTest, u12_an_added_child_leaves_its_old_parent) {
  auto em = orm.em().fork();
  Author& a = em.find_one_or_fail<Author>(a_id, {.populate = {f<&Author::books>}});
  Author& c = em.find_one_or_fail<Author>(c_id, {.populate = {f<&Author::books>}});
  Book& one = em.find_one_or_fail<Book>(one_id);
  (void)statements();
  EXPECT_TRUE(c.books.add(one));
  EXPECT_FALSE(a.books.contains(one));
  EXPECT_EQ(&*one.author, &c);
  em.flush();
  EXPECT_EQ(kinds(), (Kinds{"update book"}));
  EXPECT_EQ(titles_of(c_id), (Kinds{"One"}));
}

TEST_F(CollectionTest, u12_a_child_that_changes_parents_is_no_orphan) {
  auto em = orm.em().fork();
  Team& red = em.create<Team>({.name = "red"});
  Team& blue = em.create<Team>({.name = "blue"});
  Member& member = em.create<Member>({.name = "M", .team = red});
  em.flush();
  (void)statements();
  blue.members.add(member);
  EXPECT_EQ(red.members.size(), 0u);
  em.flush();
  EXPECT_EQ(kinds(), (Kinds{"update member"}));
}

TEST_F(CollectionTest, u13_an_assigned_parent_gets_the_child_where_its_collection_is_loaded) {
  auto em = orm.em().fork();
  Author& a = em.find_one_or_fail<Author>(a_id, {.populate = {f<&Author::books>}});
  Author& c = em.find_one_or_fail<Author>(c_id);
  Book& one = em.find_one_or_fail<Book>(one_id);
  one.author = c;
  EXPECT_FALSE(a.books.contains(one)) << "the old owner's collection loses it at once";
  EXPECT_FALSE(c.books.is_initialized()) << "a collection that is not loaded stays so";
  one.author = a;
  EXPECT_TRUE(a.books.contains(one));
  em.flush();
  EXPECT_EQ(count_of("update"), 0u);
}

TEST_F(CollectionTest, u13_a_part_of_a_collection_gets_no_more_items) {
  auto em = orm.em().fork();
  Author& c = em.find_one_or_fail<Author>(c_id);
  c.books.init_where(f<&Book::title> == "nothing");
  Book& one = em.find_one_or_fail<Book>(one_id);
  one.author = c;
  EXPECT_EQ(c.books.size(), 0u);
}

TEST_F(CollectionTest, u14_an_added_tag_knows_its_book_and_the_other_way_round) {
  auto em = orm.em().fork();
  Book& two = em.find_one_or_fail<Book>(two_id);
  Tag& tag = em.find_one_or_fail<Tag>(tag_id, {.populate = {f<&Tag::books>}});
  (void)statements();
  two.tags.add(tag);
  EXPECT_TRUE(tag.books.contains(two));
  EXPECT_FALSE(two.tags.is_initialized());
  em.flush();
  EXPECT_EQ(statements().size(), 1u);
  EXPECT_EQ(pairs_of(two_id), 1u);
}

TEST_F(CollectionTest, u14_a_pair_is_added_from_the_side_that_has_no_table) {
  auto em = orm.em().fork();
  Book& two = em.find_one_or_fail<Book>(two_id, {.populate = {f<&Book::tags>}});
  Tag& tag = em.find_one_or_fail<Tag>(tag_id);
  EXPECT_TRUE(tag.books.add(two));
  EXPECT_TRUE(two.tags.contains(tag));
  em.flush();
  EXPECT_EQ(pairs_of(two_id), 1u);
}

TEST_F(CollectionTest, u14_a_pair_is_removed_whether_the_other_side_is_loaded_or_not) {
  auto em = orm.em().fork();
  Book& one = em.find_one_or_fail<Book>(one_id, {.populate = {f<&Book::tags>}});
  Tag& tag = em.find_one_or_fail<Tag>(tag_id, {.populate = {f<&Tag::books>}});
  Tag& other = em.find_one_or_fail<Tag>(other_id);
  (void)statements();
  one.tags.remove(tag);
  one.tags.remove(other);
  EXPECT_EQ(tag.books.size(), 0u);
  EXPECT_FALSE(other.books.is_initialized());
  em.flush();
  EXPECT_EQ(count_of("delete"), 1u);
  EXPECT_EQ(pairs_of(one_id), 0u);
}

TEST_F(CollectionTest, u15_a_new_partner_takes_the_place_of_the_old_one) {
  auto em = orm.em().fork();
  Author& a = em.find_one_or_fail<Author>(a_id);
  Profile& first = em.create<Profile>({.bio = "first", .author = a});
  em.flush();
  Profile& second = em.create<Profile>({.bio = "second"});
  a.profile = second;
  EXPECT_FALSE(first.author);
  EXPECT_EQ(&*second.author, &a);
  em.flush();
  auto fresh = orm.em().fork();
  EXPECT_EQ(fresh.find_one_or_fail<Profile>(f<&Profile::author> == a_id).bio, "second");
  EXPECT_FALSE(fresh.find_one_or_fail<Profile>(first.id).author);
}

TEST_F(CollectionTest, u15_an_orphan_is_deleted_before_its_successor_is_inserted) {
  auto em = orm.em().fork();
  Citizen& citizen = em.create<Citizen>({.name = "C"});
  citizen.passport = em.create<Passport>({.number = "1"});
  em.flush();
  (void)statements();
  citizen.passport = em.create<Passport>({.number = "2"});
  em.flush();
  EXPECT_EQ(kinds(), (Kinds{"delete passport", "insert passport"}));
  auto fresh = orm.em().fork();
  EXPECT_EQ(fresh.count<Passport>(), 1u);
  EXPECT_EQ(fresh.find_one_or_fail<Passport>(f<&Passport::citizen> == citizen.id).number, "2");
}

TEST_F(CollectionTest, u15_an_orphan_is_deleted_from_whichever_side_it_is_replaced) {
  auto em = orm.em().fork();
  Citizen& citizen = em.create<Citizen>({.name = "C"});
  em.create<Passport>({.number = "1", .citizen = citizen});
  em.flush();
  Passport& second = em.create<Passport>({.number = "2"});
  second.citizen = citizen;
  em.flush();
  EXPECT_EQ(orm.em().fork().count<Passport>(), 1u);
  EXPECT_EQ(&*citizen.passport, &second);
}

// Orphans and what replaces a collection ------------------------------------------------------------------------------

TEST_F(CollectionTest, u16_an_orphan_that_is_added_again_stays) {
  auto em = orm.em().fork();
  Team& team = em.create<Team>({.name = "T"});
  Member& member = em.create<Member>({.name = "M", .team = team});
  em.flush();
  (void)statements();
  team.members.remove(member);
  team.members.add(member);
  em.flush();
  EXPECT_TRUE(statements().empty());
  EXPECT_TRUE(em.is_managed(member));
}

TEST_F(CollectionTest, u16_a_partner_that_is_given_back_stays) {
  auto em = orm.em().fork();
  Citizen& citizen = em.create<Citizen>({.name = "C"});
  Passport& passport = em.create<Passport>({.number = "1", .citizen = citizen});
  em.flush();
  (void)statements();
  citizen.passport = nullptr;
  citizen.passport = passport;
  em.flush();
  EXPECT_TRUE(statements().empty());
  EXPECT_TRUE(em.is_managed(passport));
  EXPECT_EQ(&*passport.citizen, &citizen);
}

TEST_F(CollectionTest, u16_partners_that_are_exchanged_are_no_orphans) {
  auto em = orm.em().fork();
  Citizen& a = em.create<Citizen>({.name = "A"});
  Citizen& b = em.create<Citizen>({.name = "B"});
  Passport& first = em.create<Passport>({.number = "1", .citizen = a});
  Passport& second = em.create<Passport>({.number = "2", .citizen = b});
  em.flush();
  first.citizen = b;
  second.citizen = a;
  em.flush();
  auto reader = orm.em().fork();
  EXPECT_EQ(reader.count<Passport>(f<&Passport::number> == "1" && f<&Passport::citizen> == b.id),
            1u);
  EXPECT_EQ(reader.count<Passport>(f<&Passport::number> == "2" && f<&Passport::citizen> == a.id),
            1u);
}

TEST_F(CollectionTest, u16_an_orphan_that_gets_another_owner_by_its_reference_stays) {
  auto em = orm.em().fork();
  Team& red = em.create<Team>({.name = "red"});
  Team& blue = em.create<Team>({.name = "blue"});
  Member& member = em.create<Member>({.name = "M", .team = red});
  Member& gone = em.create<Member>({.name = "gone", .team = red});
  em.flush();
  red.members.remove(member);
  member.team = blue;
  em.remove(gone);
  gone.team = blue;  // removed by name: no new owner brings it back
  em.flush();
  EXPECT_TRUE(blue.members.contains(member));
  EXPECT_EQ(orm.em().fork().count<Member>(f<&Member::team> == blue.id), 1u);
}

TEST_F(CollectionTest, an_orphan_is_deleted) {
  auto em = orm.em().fork();
  Team& team = em.create<Team>({.name = "T"});
  Member& member = em.create<Member>({.name = "M", .team = team});
  em.flush();
  (void)statements();
  EXPECT_TRUE(team.members.remove(member));
  em.flush();
  EXPECT_EQ(kinds(), (Kinds{"delete member"}));
  EXPECT_FALSE(em.is_managed(member));
}

TEST_F(CollectionTest, u17_a_replaced_collection_deletes_orphans_that_were_never_loaded) {
  std::int64_t team_id = 0;
  {
    auto em = orm.em().fork();
    Team& team = em.create<Team>({.name = "T"});
    for (const char* name : {"x", "y", "z"}) em.create<Member>({.name = name, .team = team});
    Team& other = em.create<Team>({.name = "other"});
    em.create<Member>({.name = "stays", .team = other});
    em.flush();
    team_id = team.id;
  }
  auto em = orm.em().fork();
  Team& team = em.find_one_or_fail<Team>(team_id);
  Member& y = em.find_one_or_fail<Member>(f<&Member::name> == "y");
  (void)statements();
  team.members.set({y, em.create<Member>({.name = "new", .team = team})});
  EXPECT_EQ(team.members.size(), 2u);
  em.flush();
  EXPECT_EQ(kinds(), (Kinds{"insert member", "delete member"}));
  auto fresh = orm.em().fork();
  EXPECT_EQ(fresh.count<Member>(f<&Member::team> == team_id), 2u);
  EXPECT_EQ(fresh.count<Member>(f<&Member::name>.in({"x", "z"})), 0u);
  EXPECT_EQ(fresh.count<Member>(f<&Member::name> == "stays"), 1u);
}

TEST_F(CollectionTest,
       u18_a_replaced_collection_empties_optional_references_that_were_never_loaded) {
  std::int64_t publisher_id = 0;
  {
    auto em = orm.em().fork();
    Publisher& publisher = em.create<Publisher>({.name = "P"});
    for (const char* name : {"x", "y"}) em.create<Magazine>({.name = name, .publisher = publisher});
    em.flush();
    publisher_id = publisher.id;
  }
  auto em = orm.em().fork();
  Publisher& publisher = em.find_one_or_fail<Publisher>(publisher_id);
  Magazine& fresh_one = em.create<Magazine>({.name = "new"});
  (void)statements();
  publisher.magazines.set({fresh_one});
  em.flush();
  EXPECT_EQ(kinds(), (Kinds{"insert magazine", "update magazine"}));
  auto fresh = orm.em().fork();
  EXPECT_EQ(fresh.count<Magazine>(), 3u);
  EXPECT_EQ(fresh.count<Magazine>(f<&Magazine::publisher> == publisher_id), 1u);
}

TEST_F(CollectionTest,
       u18_required_references_that_a_replaced_collection_would_empty_are_an_error) {
  auto em = orm.em().fork();
  Author& a = em.find_one_or_fail<Author>(a_id);
  a.books.remove_all();
  EXPECT_THROW(em.flush(), ValidationError);
  EXPECT_EQ(titles_of(a_id), (Kinds{"One", "Two"}));
}

TEST_F(CollectionTest, co05_all_pairs_of_an_unloaded_collection_are_removed_by_one_statement) {
  auto em = orm.em().fork();
  Book& one = em.find_one_or_fail<Book>(one_id);
  (void)statements();
  one.tags.remove_all();
  em.flush();
  EXPECT_EQ(statements().size(), 1u);
  EXPECT_EQ(pairs_of(one_id), 0u);
}

TEST_F(CollectionTest, co04_a_replaced_many_to_many_collection_has_exactly_what_was_set) {
  auto em = orm.em().fork();
  Book& one = em.find_one_or_fail<Book>(one_id);
  Tag& other = em.find_one_or_fail<Tag>(other_id);
  Tag& third = em.create<Tag>({.name = "third"});
  one.tags.set({third, other});
  EXPECT_EQ(one.tags.size(), 2u);
  em.flush();
  auto fresh = orm.em().fork();
  EXPECT_EQ(fresh.count<Tag>(f<&Tag::books, &Book::id> == one_id), 2u);
  EXPECT_EQ(fresh.count<Book>(f<&Book::tags, &Tag::name> == "t"), 0u);
}

TEST_F(CollectionTest, co04_setting_what_is_there_is_no_change) {
  auto em = orm.em().fork();
  Book& one = em.find_one_or_fail<Book>(one_id, {.populate = {f<&Book::tags>}});
  (void)statements();
  one.tags.set(one.tags.items());
  EXPECT_FALSE(one.tags.is_dirty());
  em.flush();
  EXPECT_TRUE(statements().empty());
}

TEST_F(CollectionTest, co05_a_loaded_collection_removes_what_it_has) {
  auto em = orm.em().fork();
  Book& one = em.find_one_or_fail<Book>(one_id, {.populate = {f<&Book::tags>}});
  one.tags.remove_all();
  EXPECT_TRUE(one.tags.empty());
  em.flush();
  EXPECT_EQ(pairs_of(one_id), 0u);
}

// Removing ------------------------------------------------------------------------------------------------------------

TEST_F(CollectionTest, u19_loaded_children_go_with_their_parent) {
  std::int64_t team_id = 0;
  {
    auto em = orm.em().fork();
    Team& team = em.create<Team>({.name = "T"});
    em.create<Member>({.name = "x", .team = team});
    em.flush();
    team_id = team.id;
  }
  auto em = orm.em().fork();
  Team& team = em.find_one_or_fail<Team>(team_id, {.populate = {f<&Team::members>}});
  (void)statements();
  em.remove(team);
  em.flush();
  EXPECT_EQ(kinds(), (Kinds{"delete member", "delete team"}));
}

TEST_F(CollectionTest, u19_the_database_decides_about_children_that_are_not_loaded) {
  std::int64_t team_id = 0;
  {
    auto em = orm.em().fork();
    Team& team = em.create<Team>({.name = "T"});
    em.create<Member>({.name = "x", .team = team});
    em.flush();
    team_id = team.id;
  }
  auto em = orm.em().fork();
  em.remove(em.find_one_or_fail<Team>(team_id));
  EXPECT_THROW(em.flush(), ForeignKeyConstraintViolation);
  EXPECT_EQ(orm.em().fork().count<Team>(f<&Team::id> == team_id), 1u);
}

TEST_F(CollectionTest, u20_a_removed_parent_is_taken_out_of_loaded_optional_children) {
  auto em = orm.em().fork();
  Publisher& publisher = em.create<Publisher>({.name = "P"});
  Magazine& magazine = em.create<Magazine>({.name = "M", .publisher = publisher});
  em.flush();
  (void)statements();
  em.remove(publisher);
  EXPECT_FALSE(magazine.publisher) << "at once";
  em.flush();
  EXPECT_EQ(kinds(), (Kinds{"update magazine", "delete publisher"}));
  EXPECT_EQ(orm.em().fork().count<Magazine>(f<&Magazine::publisher>.is_null()), 1u);
}

TEST_F(CollectionTest, u20_children_that_are_not_loaded_are_left_to_the_database) {
  std::int64_t publisher_id = 0;
  {
    auto em = orm.em().fork();
    Publisher& publisher = em.create<Publisher>({.name = "P"});
    em.create<Magazine>({.name = "M", .publisher = publisher});
    em.flush();
    publisher_id = publisher.id;
  }
  auto em = orm.em().fork();
  em.remove(em.find_one_or_fail<Publisher>(publisher_id));
  (void)statements();
  try {
    em.flush();
  } catch (const ForeignKeyConstraintViolation&) {
    // As the rule of the foreign key says.
  }
  EXPECT_EQ(kinds(), (Kinds{"delete publisher"}));
}

TEST_F(CollectionTest, u20_a_removal_that_is_cancelled_gives_children_their_parent_back) {
  auto em = orm.em().fork();
  Publisher& publisher = em.create<Publisher>({.name = "P"});
  Magazine& magazine = em.create<Magazine>({.name = "M", .publisher = publisher});
  em.flush();
  (void)statements();
  em.remove(publisher);
  em.persist(publisher);
  EXPECT_EQ(&*magazine.publisher, &publisher);
  em.flush();
  EXPECT_TRUE(statements().empty());
}

TEST_F(CollectionTest, u21_removing_what_was_never_flushed_writes_nothing) {
  auto em = orm.em().fork();
  em.remove(em.create<Author>({.name = "new"}));
  em.flush();
  EXPECT_TRUE(statements().empty());
}

TEST_F(CollectionTest, u21_a_removed_new_object_that_is_still_referred_to_is_a_conflict) {
  auto em = orm.em().fork();
  Author& author = em.create<Author>({.name = "new"});
  em.create<Book>({.title = "Three", .author = author});
  em.remove(author);
  try {
    em.flush();
    FAIL() << "a removed author was written";
  } catch (const ValidationError& error) {
    EXPECT_NE(error.message().find("Book.author"), std::string::npos) << error.message();
  }
  EXPECT_TRUE(statements().empty());
}

TEST_F(CollectionTest, u22_persist_cancels_a_removal) {
  auto em = orm.em().fork();
  Author& author = em.find_one_or_fail<Author>(c_id);
  (void)statements();
  em.remove(author);
  em.persist(author);
  em.flush();
  EXPECT_TRUE(statements().empty());
  EXPECT_EQ(em.find_one<Author>(c_id), &author);
}

TEST_F(CollectionTest,
       u48_a_removed_object_is_emptied_out_of_optional_references_in_the_same_flush) {
  auto em = orm.em().fork();
  Author& a = em.find_one_or_fail<Author>(a_id);
  Book& one = em.find_one_or_fail<Book>(one_id);
  a.favourite_book = one;
  em.flush();
  (void)statements();
  em.remove(one);
  em.flush();
  EXPECT_EQ(kinds(), (Kinds{"update author", "delete book"}));
  EXPECT_FALSE(a.favourite_book);
  em.flush();
  EXPECT_TRUE(statements().empty());
  EXPECT_TRUE(row<Author>(a_id).favourite_book == nullptr);
}

TEST_F(CollectionTest, u48_a_removed_object_leaves_collections_of_pairs) {
  auto em = orm.em().fork();
  Book& one = em.find_one_or_fail<Book>(one_id, {.populate = {f<&Book::tags>}});
  Tag& tag = em.find_one_or_fail<Tag>(tag_id);
  em.remove(tag);
  em.flush();
  EXPECT_EQ(one.tags.size(), 1u);
  (void)statements();
  em.flush();
  EXPECT_TRUE(statements().empty());
}

TEST_F(CollectionTest, u49_removing_a_child_takes_it_out_of_the_loaded_collection_at_once) {
  auto em = orm.em().fork();
  Author& a = em.find_one_or_fail<Author>(a_id, {.populate = {f<&Author::books>}});
  Book& one = em.find_one_or_fail<Book>(one_id);
  em.remove(one);
  EXPECT_EQ(a.books.size(), 1u);
  em.flush();
  EXPECT_FALSE(em.is_managed(one));
  EXPECT_EQ(one.id, one_id) << "the object stays readable";
}

// Loading -------------------------------------------------------------------------------------------------------------

TEST_F(CollectionTest, co09_what_is_not_loaded_is_not_read) {
  auto em = orm.em().fork();
  Author& a = em.find_one_or_fail<Author>(a_id);
  Book& one = em.find_one_or_fail<Book>(one_id);
  EXPECT_FALSE(a.books.is_initialized());
  EXPECT_FALSE(a.books.is_dirty());
  EXPECT_THROW((void)a.books.size(), ValidationError);
  EXPECT_THROW((void)a.books.empty(), ValidationError);
  EXPECT_THROW((void)a.books.items(), ValidationError);
  EXPECT_THROW((void)a.books.contains(one), ValidationError);
  EXPECT_THROW((void)a.books.begin(), ValidationError);
  EXPECT_THROW(a.books.remove(one), ValidationError);
  try {
    (void)a.books.size();
  } catch (const ValidationError& error) {
    EXPECT_NE(error.message().find("Author.books"), std::string::npos) << error.message();
    EXPECT_NE(error.message().find("not initialized"), std::string::npos) << error.message();
  }
}

TEST_F(CollectionTest, co09_a_loaded_collection_is_a_range) {
  auto em = orm.em().fork();
  Author& a = em.find_one_or_fail<Author>(a_id, {.populate = {f<&Author::books>}});
  EXPECT_EQ(a.books.size(), 2u);
  EXPECT_FALSE(a.books.empty());
  EXPECT_TRUE(std::any_of(a.books.begin(), a.books.end(),
                          [](const Book& book) { return book.title == "Two"; }));
  const EntityList<Book> kept = a.books.items();
  em.remove(a.books[0]);
  EXPECT_EQ(kept.size(), 2u) << "a copy is not disturbed";
}

TEST_F(CollectionTest, co06_init_reads_again_and_keeps_what_is_pending) {
  auto em = orm.em().fork();
  Author& a = em.find_one_or_fail<Author>(a_id, {.populate = {f<&Author::books>}});
  {
    auto other = orm.em().fork();
    other.create<Book>({.title = "Three", .author = other.get_reference<Author>(a_id)});
    other.flush();
  }
  a.books.load();
  EXPECT_EQ(a.books.size(), 2u) << "load() does not read what is loaded";
  em.set_flush_mode(FlushMode::commit);
  em.create<Book>({.title = "pending", .author = a});
  a.books.init();
  EXPECT_EQ(a.books.size(), 4u);
}

TEST_F(CollectionTest, co06_init_takes_order_limit_populate_and_a_filter) {
  auto em = orm.em().fork();
  Author& a = em.find_one_or_fail<Author>(a_id);
  a.books.init({.populate = {f<&Book::tags>}, .order_by = {f<&Book::title>.desc()}, .limit = 1});
  ASSERT_EQ(a.books.size(), 1u);
  EXPECT_EQ(a.books[0].title, "Two");
  EXPECT_TRUE(a.books[0].tags.is_initialized());
  EXPECT_TRUE(a.books.is_partial());
  a.books.init_where(f<&Book::title> == "One");
  ASSERT_EQ(a.books.size(), 1u);
  EXPECT_EQ(a.books[0].title, "One");
  a.books.init();
  EXPECT_EQ(a.books.size(), 2u);
  EXPECT_FALSE(a.books.is_partial());
}

TEST_F(CollectionTest, co08_a_part_of_a_collection_cannot_be_changed) {
  auto em = orm.em().fork();
  Author& a = em.find_one_or_fail<Author>(a_id);
  Book& two = em.find_one_or_fail<Book>(two_id);
  a.books.init_where(f<&Book::title> == "One");
  EXPECT_TRUE(a.books.is_read_only());
  EXPECT_THROW(a.books.add(two), ValidationError);
  EXPECT_THROW(a.books.remove(a.books[0]), ValidationError);
  EXPECT_THROW(a.books.remove_all(), ValidationError);
  try {
    a.books.add(two);
  } catch (const ValidationError& error) {
    EXPECT_NE(error.message().find("readonly"), std::string::npos) << error.message();
  }
}

TEST_F(CollectionTest, co07_load_count_asks_the_database_and_only_where_it_must) {
  auto em = orm.em().fork();
  Author& a = em.find_one_or_fail<Author>(a_id);
  EXPECT_EQ(a.books.load_count(), 2u);
  EXPECT_EQ(a.books.load_count(f<&Book::title> == "One"), 1u);
  EXPECT_FALSE(a.books.is_initialized());
  em.create<Book>({.title = "Three", .author = a});
  EXPECT_EQ(a.books.load_count(), 3u) << "pending items are written first";
  Book& one = em.find_one_or_fail<Book>(one_id);
  EXPECT_EQ(one.tags.load_count(), 2u);
  a.books.load();
  (void)statements();
  EXPECT_EQ(a.books.load_count(), 3u);
  EXPECT_TRUE(statements().empty());
}

TEST_F(CollectionTest, co02_add_tells_what_it_added_and_persists) {
  auto em = orm.em().fork();
  Author& a = em.find_one_or_fail<Author>(a_id);
  Book& waiting = em.create<Book>({.title = "waiting", .author = a}, {.persist = false});
  Author& c = em.find_one_or_fail<Author>(c_id);
  EXPECT_EQ(c.books.add(waiting), true);
  EXPECT_EQ(c.books.add(waiting), false) << "it is in already";
  Book& one = em.find_one_or_fail<Book>(one_id);
  Book& two = em.find_one_or_fail<Book>(two_id);
  EXPECT_EQ(c.books.add(one, two, waiting), 2u);
  em.flush();
  EXPECT_NE(waiting.id, 0);
  EXPECT_EQ(titles_of(c_id).size(), 3u);
}

TEST_F(CollectionTest, co03_an_item_that_must_have_an_owner_is_not_taken_out) {
  auto em = orm.em().fork();
  Author& a = em.find_one_or_fail<Author>(a_id, {.populate = {f<&Author::books>}});
  Book& one = em.find_one_or_fail<Book>(one_id);
  try {
    a.books.remove(one);
    FAIL() << "a book without its author";
  } catch (const ValidationError& error) {
    EXPECT_NE(error.message().find("orphan_removal"), std::string::npos) << error.message();
  }
  EXPECT_TRUE(a.books.contains(one));
  EXPECT_EQ(&*one.author, &a);
}

TEST_F(CollectionTest, co03_items_are_taken_out_by_a_predicate) {
  auto em = orm.em().fork();
  Publisher& publisher = em.create<Publisher>({.name = "P"});
  for (const char* name : {"x1", "x2", "y"})
    em.create<Magazine>({.name = name, .publisher = publisher});
  em.flush();
  EXPECT_EQ(publisher.magazines.remove([](const Magazine& m) { return m.name[0] == 'x'; }), 2u);
  em.flush();
  EXPECT_EQ(orm.em().fork().count<Magazine>(f<&Magazine::publisher>.is_null()), 2u);
}

TEST_F(CollectionTest, co11_an_item_of_another_manager_is_refused_and_nothing_changes) {
  auto em = orm.em().fork();
  auto other = orm.em().fork();
  Author& a = em.find_one_or_fail<Author>(a_id, {.populate = {f<&Author::books>}});
  Book& stranger = other.find_one_or_fail<Book>(one_id);
  EXPECT_THROW(a.books.add(stranger), ValidationError);
  EXPECT_EQ(a.books.size(), 2u);
}

TEST_F(CollectionTest, co12_a_collection_of_an_unmanaged_object_cannot_be_loaded) {
  auto em = orm.em().fork();
  Author free = em.detach(em.find_one_or_fail<Author>(a_id));
  EXPECT_EQ(free.name, "A");
  EXPECT_THROW(free.books.init(), ValidationError);
  EXPECT_THROW((void)free.books.size(), ValidationError);
}

TEST_F(CollectionTest, u46_an_item_added_before_loading_waits_beside_the_collection) {
  auto em = orm.em().fork();
  Author& a = em.find_one_or_fail<Author>(a_id);
  a.books.add(em.create<Book>({.title = "Three", .author = a}));
  EXPECT_FALSE(a.books.is_initialized());
  EXPECT_THROW((void)a.books.size(), ValidationError);
  (void)statements();
  a.books.load();
  EXPECT_EQ(kinds(), (Kinds{"insert book", "select book"})) << "what is pending is written first";
  EXPECT_EQ(a.books.size(), 3u);
}

TEST_F(CollectionTest, u46_a_pair_added_without_loading_may_be_there_already) {
  auto em = orm.em().fork();
  Book& one = em.find_one_or_fail<Book>(one_id);
  Tag& tag = em.find_one_or_fail<Tag>(tag_id);
  (void)statements();
  one.tags.add(tag);
  em.flush();
  EXPECT_EQ(statements().size(), 1u);
  EXPECT_EQ(pairs_of(one_id), 2u);
}

TEST_F(CollectionTest, u47_a_pair_added_from_the_side_without_order_is_written_once) {
  auto em = orm.em().fork();
  Track& first = em.create<Track>({.name = "first"});
  Playlist& list = em.create<Playlist>({.name = "list"});
  list.tracks.add(first);
  em.flush();
  auto second_em = orm.em().fork();
  Track& track = second_em.find_one_or_fail<Track>(first.id);
  track.playlists.add(second_em.create<Playlist>({.name = "new"}));
  track.playlists.add(second_em.find_one_or_fail<Playlist>(list.id));
  second_em.flush();
  auto fresh = orm.em().fork();
  Track& found = fresh.find_one_or_fail<Track>(first.id, {.populate = {f<&Track::playlists>}});
  EXPECT_EQ(found.playlists.size(), 2u);
  EXPECT_EQ(found.playlists.load_count(), 2u);
  for (Playlist& each : found.playlists) {
    each.tracks.init();
    EXPECT_EQ(each.tracks.size(), 1u) << each.name;
  }
}

TEST_F(CollectionTest, u47_a_pair_that_both_sides_add_is_written_once) {
  auto em = orm.em().fork();
  Track& track = em.create<Track>({.name = "t"});
  Playlist& list = em.create<Playlist>({.name = "l"});
  EXPECT_TRUE(list.tracks.add(track));
  EXPECT_FALSE(track.playlists.add(list));
  em.flush();
  auto fresh = orm.em().fork();
  EXPECT_EQ(
      fresh.find_one_or_fail<Playlist>(list.id, {.populate = {f<&Playlist::tracks>}}).tracks.size(),
      1u);
}

TEST_F(CollectionTest, a_fixed_order_is_kept_and_can_be_changed) {
  auto em = orm.em().fork();
  Playlist& list = em.create<Playlist>({.name = "l"});
  std::vector<Track*> tracks;
  for (const char* name : {"1", "2", "3"}) tracks.push_back(&em.create<Track>({.name = name}));
  list.tracks.add(*tracks[2], *tracks[0], *tracks[1]);
  em.flush();
  const auto order_of = [&] {
    auto fresh = orm.em().fork();
    std::string out;
    for (const Track& each :
         fresh.find_one_or_fail<Playlist>(list.id, {.populate = {f<&Playlist::tracks>}}).tracks)
      out += each.name;
    return out;
  };
  EXPECT_EQ(order_of(), "312");
  list.tracks.set({*tracks[0], *tracks[1], *tracks[2]});
  em.flush();
  EXPECT_EQ(order_of(), "123");
}

TEST_F(CollectionTest, u60_a_collection_that_holds_matches_only_is_partial_and_cannot_be_changed) {
  for (const LoadStrategy strategy :
       {LoadStrategy::joined, LoadStrategy::select_in, LoadStrategy::balanced}) {
    auto em = orm.em().fork();
    auto found = em.find<Author>(
        f<&Author::books, &Book::title> == "One",
        {.populate = {f<&Author::books>}, .populate_where = populate_infer, .strategy = strategy});
    ASSERT_EQ(found.size(), 1u);
    Author& a = found[0];
    EXPECT_EQ(a.books.size(), 1u);
    EXPECT_TRUE(a.books.is_partial());
    EXPECT_THROW(a.books.remove_all(), ValidationError);
    em.flush();
  }
  EXPECT_EQ(titles_of(a_id), (Kinds{"One", "Two"}));
}

TEST_F(CollectionTest, ten_thousand_children_under_one_parent_are_written_in_batches) {
  constexpr std::size_t count = 10000;
  auto em = orm.em().fork();
  Author& author = em.create<Author>({.name = "many"});
  for (std::size_t i = 0; i < count; ++i) em.create<Book>({.title = "b", .author = author});
  EXPECT_EQ(author.books.size(), count);
  em.flush();
  EXPECT_LE(count_of("insert"), 1 + count / 50);
  EXPECT_EQ(author.books.size(), count);
  EXPECT_TRUE(author.books.contains(author.books[count / 2]));
}

}  // namespace
}  // namespace rowan::test
