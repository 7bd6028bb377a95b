// Keys of every kind: made by the database, given by the program, or a type of the program.

#include "fresh_reader.hpp"

#include <cstdint>
#include <string>

namespace keys {

/// A key of the program's own, stored as text.
struct Isbn {
  std::string digits{};
  friend bool operator==(const Isbn&, const Isbn&) = default;
};
/// The same, stored as a number.
struct Ticket {
  std::int64_t number = 0;
  friend bool operator==(const Ticket&, const Ticket&) = default;
};
enum class Floor : std::int16_t { cellar = -1, ground = 0, first = 1 };
/// Stored by name.
enum class Season : std::uint8_t { spring, summer, autumn, winter };

template <class Key>
struct Leaf;

/// A node whose key is of the type under test, with a reference, its inverse and a pivot.
template <class Key>
struct Node {
  Key id{};
  std::string name{};
  rowan::OptionalRef<Node> parent{};
  rowan::Collection<Node> children{};
  rowan::Collection<Leaf<Key>> leaves{};

  static consteval auto mapping();
};
template <class Key>
struct Leaf {
  Key id{};
  std::string name{};

  static consteval auto mapping();
};

template <class Key>
consteval std::string_view table_of() {
  if constexpr (std::is_same_v<Key, std::string>) return "keys_text";
  if constexpr (std::is_same_v<Key, rowan::Uuid>) return "keys_uuid";
  if constexpr (std::is_same_v<Key, Isbn>) return "keys_isbn";
  if constexpr (std::is_same_v<Key, Ticket>) return "keys_ticket";
  if constexpr (std::is_same_v<Key, std::int32_t>) return "keys_int32";
  if constexpr (std::is_same_v<Key, std::uint64_t>) return "keys_uint64";
  if constexpr (std::is_same_v<Key, std::chrono::sys_days>) return "keys_day";
  if constexpr (std::is_same_v<Key, rowan::Timestamp>) return "keys_time";
  if constexpr (std::is_same_v<Key, Season>) return "keys_season";
  return "keys_floor";
}
template <class Key>
consteval std::string_view leaf_table_of() {
  if constexpr (std::is_same_v<Key, std::string>) return "keys_text_leaf";
  if constexpr (std::is_same_v<Key, rowan::Uuid>) return "keys_uuid_leaf";
  if constexpr (std::is_same_v<Key, Isbn>) return "keys_isbn_leaf";
  if constexpr (std::is_same_v<Key, Ticket>) return "keys_ticket_leaf";
  if constexpr (std::is_same_v<Key, std::int32_t>) return "keys_int32_leaf";
  if constexpr (std::is_same_v<Key, std::uint64_t>) return "keys_uint64_leaf";
  if constexpr (std::is_same_v<Key, std::chrono::sys_days>) return "keys_day_leaf";
  if constexpr (std::is_same_v<Key, rowan::Timestamp>) return "keys_time_leaf";
  if constexpr (std::is_same_v<Key, Season>) return "keys_season_leaf";
  return "keys_floor_leaf";
}

/// Maps a key; text gets a length, because some databases want one for a key.
template <auto Member, class Key>
consteval auto key_of() {
  if constexpr (std::is_same_v<Key, std::string> || std::is_same_v<Key, Isbn>) {
    return rowan::primary_key<Member>.length(40);
  } else if constexpr (std::is_same_v<Key, Season>) {
    return rowan::primary_key<Member>.enum_as_text();
  } else {
    return rowan::primary_key<Member>;
  }
}

template <class Key>
consteval auto Node<Key>::mapping() {
  return rowan::entity<Node>(key_of<&Node::id, Key>(), rowan::property<&Node::name>,
                             rowan::many_to_one<&Node::parent>,
                             rowan::one_to_many<&Node::children, &Node::parent>,
                             rowan::many_to_many<&Node::leaves>)
      .table(table_of<Key>());
}
template <class Key>
consteval auto Leaf<Key>::mapping() {
  return rowan::entity<Leaf>(key_of<&Leaf::id, Key>(), rowan::property<&Leaf::name>)
      .table(leaf_table_of<Key>());
}

}  // namespace keys

template <>
struct rowan::Codec<keys::Isbn> {
  using Stored = std::string;
  static Stored encode(const keys::Isbn& isbn) { return "isbn:" + isbn.digits; }
  static keys::Isbn decode(const Stored& text) {
    return {text.size() > 5 ? text.substr(5) : std::string()};
  }
};
template <>
struct rowan::Codec<keys::Ticket> {
  using Stored = std::int64_t;
  static Stored encode(const keys::Ticket& ticket) { return ticket.number; }
  static keys::Ticket decode(const Stored& number) { return {number}; }
};

namespace rowan::test {
namespace {

using keys::Floor;
using keys::Isbn;
using keys::Leaf;
using keys::Node;
using keys::Season;
using keys::Ticket;

/// Three keys and one more, of each type.
template <class Key>
std::vector<Key> some_keys();
template <>
std::vector<std::string> some_keys() {
  return {"a", "it's", "\xf0\x9f\xa6\x86", "other"};
}
template <>
std::vector<Uuid> some_keys() {
  return {Uuid::v7(), Uuid::v7(), Uuid::random(), Uuid::random()};
}
template <>
std::vector<Isbn> some_keys() {
  return {{"1"}, {"978-0"}, {"x'x"}, {"other"}};
}
template <>
std::vector<Ticket> some_keys() {
  return {{1}, {-7}, {std::int64_t{1} << 40}, {99}};
}
template <>
std::vector<std::int32_t> some_keys() {
  return {11, 7, 2'000'000'000, 99};
}
template <>
std::vector<std::uint64_t> some_keys() {
  return {11, 7, std::uint64_t{1} << 62, 99};
}
template <>
std::vector<std::chrono::sys_days> some_keys() {
  using std::chrono::days;
  using std::chrono::sys_days;
  return {sys_days(days(1)), sys_days(days(-1)), sys_days(days(20'000)), sys_days(days(9))};
}
template <>
std::vector<Timestamp> some_keys() {
  using std::chrono::microseconds;
  return {Timestamp(microseconds(1)), Timestamp(microseconds(-1)),
          Timestamp(microseconds(1'700'000'000'123'456)), Timestamp(microseconds(9))};
}
template <>
std::vector<Floor> some_keys() {
  return {Floor::first, Floor::cellar, Floor(100), Floor(42)};
}

template <>
std::vector<Season> some_keys() {
  return {Season::winter, Season::spring, Season::autumn, Season::summer};
}

template <class Key>
class Keys : public WithReader<Leaf<Key>, Node<Key>> {
 protected:
  using Base = WithReader<Leaf<Key>, Node<Key>>;
  using Base::orm;
  std::vector<Key> keys = some_keys<Key>();

  /// Makes a root with two children, each with leaves.
  void make_tree() {
    auto em = orm.em().fork();
    auto& root = em.template create<Node<Key>>({.id = keys[0], .name = "root"});
    auto& left = em.template create<Node<Key>>({.id = keys[1], .name = "left", .parent = root});
    auto& right = em.template create<Node<Key>>({.id = keys[2], .name = "right", .parent = root});
    auto& leaf = em.template create<Leaf<Key>>({.id = keys[0], .name = "shared"});
    left.leaves.add(leaf);
    right.leaves.add(leaf);
    right.leaves.add(em.template create<Leaf<Key>>({.id = keys[1], .name = "own"}));
    em.flush();
  }
};

using KeyTypes = testing::Types<std::string,
                                Uuid,
                                Isbn,
                                Ticket,
                                std::int32_t,
                                std::uint64_t,
                                std::chrono::sys_days,
                                Timestamp,
                                Floor,
                                Season>;
TYPED_TEST_SUITE(Keys, KeyTypes);

TYPED_TEST(Keys, find_their_objects_and_one_object_only) {
  using N = Node<TypeParam>;
  this->make_tree();
  auto em = this->orm.em().fork();
  const auto all = em.template find<N>({});
  ASSERT_EQ(all.size(), 3u);
  for (const TypeParam& key : {this->keys[0], this->keys[1], this->keys[2]}) {
    N* found = em.template find_one<N>(f<&N::id> == key);
    ASSERT_NE(found, nullptr);
    EXPECT_TRUE(found->id == key);
    EXPECT_EQ(em.template find_one<N>(Filter<N>(key)), found);
  }
  EXPECT_EQ(em.template find_one<N>(Filter<N>(this->keys[3])), nullptr);
  (void)this->statements();
  em.flush();
  EXPECT_TRUE(this->statements().empty());
}

TYPED_TEST(Keys, serve_references_and_collections) {
  using N = Node<TypeParam>;
  this->make_tree();
  auto em = this->orm.em().fork();
  N& right = em.template find_one_or_fail<N>(Filter<N>(this->keys[2]),
                                             {.populate = {f<&N::parent>, f<&N::leaves>}});
  EXPECT_EQ(right.parent->name, "root");
  EXPECT_EQ(right.leaves.size(), 2u);
  N& root = em.template find_one_or_fail<N>(Filter<N>(this->keys[0]),
                                            {.populate = {f<&N::children, &N::leaves>}});
  ASSERT_EQ(root.children.size(), 2u);
  EXPECT_EQ(em.template count<N>(f<&N::parent> == root), 2u);
  EXPECT_EQ(em.template count<N>(f<&N::parent, &N::id> == this->keys[0]), 2u);
  EXPECT_EQ(em.template count<N>(f<&N::id>.in({this->keys[0], this->keys[1], this->keys[3]})), 2u);
}

TYPED_TEST(Keys, stand_for_their_objects_in_filters_lists_and_references) {
  using N = Node<TypeParam>;
  this->make_tree();
  auto em = this->orm.em().fork();
  EXPECT_EQ(em.template count<N>(f<&N::parent> == this->keys[0]), 2u);
  EXPECT_EQ(em.template count<N>(f<&N::parent>.in(std::vector{this->keys[0], this->keys[3]})), 2u);
  EXPECT_EQ(em.template count<N>(Filter<N>(std::vector{this->keys[1], this->keys[3]})), 1u);
  N& left = em.template find_one_or_fail<N>(Filter<N>(this->keys[1]));
  left.parent = em.template get_reference<N>(this->keys[2]);
  em.flush();
  EXPECT_EQ(left.parent.load().name, "right");
  EXPECT_EQ(this->reader().template count<N>(f<&N::parent, &N::name> == "right"), 1u);
}

TYPED_TEST(Keys, can_be_changed) {
  using N = Node<TypeParam>;
  auto em = this->orm.em().fork();
  N& node = em.template create<N>({.id = this->keys[0], .name = "node"});
  em.flush();
  node.id = this->keys[3];
  em.flush();
  EXPECT_EQ(em.template find_one<N>(Filter<N>(this->keys[3])), &node);
  auto other = this->orm.em().fork();
  EXPECT_EQ(other.template find_one<N>(Filter<N>(this->keys[0])), nullptr);
  EXPECT_EQ(other.template find_one_or_fail<N>(Filter<N>(this->keys[3])).name, "node");
}

TYPED_TEST(Keys, serve_updates_and_removals) {
  using N = Node<TypeParam>;
  this->make_tree();
  auto em = this->orm.em().fork();
  for (N& node : em.template find<N>({})) node.name += "!";
  em.flush();
  EXPECT_EQ(em.template count<N>(f<&N::name>.like("%!")), 3u);
  auto other = this->orm.em().fork();
  for (N& node : other.template find<N>({}, {.populate = {f<&N::parent>}})) other.remove(node);
  other.flush();
  EXPECT_EQ(this->orm.em().fork().template count<N>(), 0u);
}

TYPED_TEST(Keys, given_twice_are_a_violation_or_an_error_at_once) {
  using N = Node<TypeParam>;
  this->make_tree();
  auto em = this->orm.em().fork();
  em.template create<N>({.id = this->keys[0], .name = "twin"});
  EXPECT_THROW(em.template create<N>({.id = this->keys[0], .name = "triplet"}), ValidationError);
  EXPECT_THROW(em.flush(), UniqueConstraintViolation);
}

struct Counter {
  std::int64_t id{};
  std::string name{};
  static consteval auto mapping() {
    return rowan::entity<Counter>(rowan::primary_key<&Counter::id>, rowan::property<&Counter::name>)
        .table("keys_counter");
  }
};
struct Tiny {
  std::uint8_t id{};
  std::string name{};
  static consteval auto mapping() {
    return rowan::entity<Tiny>(rowan::primary_key<&Tiny::id>, rowan::property<&Tiny::name>)
        .table("keys_tiny");
  }
};
struct Made {
  Uuid id{};
  std::string name{};
  static consteval auto mapping() {
    return rowan::entity<Made>(rowan::primary_key<&Made::id>.on_create(Uuid::v7),
                               rowan::property<&Made::name>)
        .table("keys_made");
  }
};

using GeneratedKeys = WithReader<Counter, Tiny, Made>;

TEST_F(GeneratedKeys, come_from_the_database_and_differ) {
  auto em = orm.em().fork();
  std::vector<Counter*> rows;
  for (int i = 0; i < 1000; ++i) rows.push_back(&em.create<Counter>({.name = std::to_string(i)}));
  em.flush();
  auto other = orm.em().fork();
  for (int i = 0; i < 1000; i += 37) {
    EXPECT_EQ(other.find_one_or_fail<Counter>(rows[static_cast<std::size_t>(i)]->id).name,
              std::to_string(i));
  }
}

TEST_F(GeneratedKeys, stand_beside_keys_that_the_program_gives) {
  auto em = orm.em().fork();
  Counter& given = em.create<Counter>({.id = 500'000, .name = "given"});
  Counter& made = em.create<Counter>({.name = "made"});
  em.flush();
  EXPECT_EQ(given.id, 500'000);
  EXPECT_NE(made.id, 0);
  EXPECT_NE(made.id, 500'000);
  Counter& next = em.create<Counter>({.name = "next"});
  em.flush();
  EXPECT_NE(next.id, given.id);
  EXPECT_NE(next.id, made.id);
  EXPECT_EQ(orm.em().fork().count<Counter>(), 3u);
}

TEST_F(GeneratedKeys, fit_a_small_integer_too) {
  auto em = orm.em().fork();
  Tiny& row = em.create<Tiny>({.name = "tiny"});
  em.flush();
  EXPECT_NE(row.id, 0);
  EXPECT_EQ(reader().find_one_or_fail<Tiny>(row.id).name, "tiny");
}

TEST_F(GeneratedKeys, made_by_on_create_are_known_at_once) {
  auto em = orm.em().fork();
  Made& row = em.create<Made>({.name = "made"});
  EXPECT_NE(row.id, Uuid());
  const Uuid id = row.id;
  em.flush();
  EXPECT_EQ(row.id, id);
  EXPECT_EQ(reader().find_one_or_fail<Made>(id).name, "made");
}

}  // namespace
}  // namespace rowan::test
