// Generated keys of many rows: gaps, other increments, triggers, other engines, values that the database makes.

#include "mysql_server.hpp"

#include <cstdint>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

namespace keys {

struct Item {
  std::int64_t id{};
  std::string name;
  std::string origin{};
};

}  // namespace keys

template <>
inline constexpr auto rowan::mapping<keys::Item> = rowan::entity<keys::Item>(
    rowan::primary_key<&keys::Item::id>,
    rowan::property<&keys::Item::name>,
    rowan::property<&keys::Item::origin>.default_raw("(concat('made ', 'here'))"));

namespace rowan::test {
namespace {

using keys::Item;
using MysqlKeys = ConformanceOf<Item>;

std::vector<Item*> create_items(EntityManager& em, int count, const std::string& origin) {
  std::vector<Item*> items;
  for (int i = 0; i < count; ++i)
    items.push_back(&em.create<Item>({.name = "item " + std::to_string(i), .origin = origin}));
  return items;
}

/// Each object's key is that of its own row.
void expect_own_rows(Orm& orm, const std::vector<Item*>& items) {
  auto other = orm.em().fork();
  std::set<std::int64_t> seen;
  for (const Item* item : items) {
    EXPECT_TRUE(seen.insert(item->id).second);
    const Item* found = other.find_one<Item>(item->id);
    ASSERT_NE(found, nullptr) << item->id;
    EXPECT_EQ(found->name, item->name);
    EXPECT_EQ(found->origin, item->origin);
  }
}

TEST_F(MysqlKeys, many_rows_are_one_insert_and_know_their_keys) {
  auto em = orm.em().fork();
  const auto items = create_items(em, 300, "given");
  em.flush();
  EXPECT_EQ(count_of("insert"), 1u);
  expect_own_rows(orm, items);
}

TEST_F(MysqlKeys, follow_the_increment_of_the_session) {
  auto em = orm.em().fork();
  std::vector<Item*> items;
  em.transactional([&](EntityManager& tx) {
    tx.execute("set session auto_increment_increment = 3");
    tx.execute("set session auto_increment_offset = 2");
    (void)statements();
    items = create_items(tx, 20, "given");
    tx.flush();
    EXPECT_EQ(count_of("insert"), 1u);
  });
  for (std::size_t i = 0; i < items.size(); ++i) {
    EXPECT_EQ(items[i]->id % 3, 2);
    if (i > 0) {
      EXPECT_EQ(items[i]->id, items[i - 1]->id + 3);
    }
  }
  expect_own_rows(orm, items);
  // What the block set is not there for the next unit of work.
  auto next = orm.em().fork();
  EXPECT_EQ(next.execute_rows("select @@session.auto_increment_increment").at(0).at(0).integer(),
            1);
}

TEST_F(MysqlKeys, given_and_generated_ones_may_be_mixed_in_a_flush) {
  auto em = orm.em().fork();
  auto items = create_items(em, 3, "given");
  items.push_back(&em.create<Item>({.id = 1'000'000, .name = "explicit", .origin = "given"}));
  const auto more = create_items(em, 3, "given");
  items.insert(items.end(), more.begin(), more.end());
  items.push_back(&em.create<Item>({.id = -5, .name = "negative", .origin = "given"}));
  em.flush();
  expect_own_rows(orm, items);
}

TEST_F(MysqlKeys, a_given_one_may_come_first) {
  auto em = orm.em().fork();
  std::vector<Item*> items{&em.create<Item>({.id = 900, .name = "explicit", .origin = "given"})};
  const auto more = create_items(em, 2, "given");
  items.insert(items.end(), more.begin(), more.end());
  em.flush();
  expect_own_rows(orm, items);
}

TEST_F(MysqlKeys, gaps_do_no_harm) {
  auto em = orm.em().fork();
  EXPECT_THROW(em.transactional([&](EntityManager& tx) {
    create_items(tx, 10, "given");
    tx.flush();
    throw std::runtime_error("no");
  }),
               std::runtime_error);
  auto other = orm.em().fork();
  const auto items = create_items(other, 10, "given");
  other.flush();
  expect_own_rows(orm, items);
}

TEST_F(MysqlKeys, a_trigger_that_gives_other_keys_is_noticed) {
  auto orm_of_its_own = make_orm<Item>("pool-size=1");
  auto em = orm_of_its_own.em().fork();
  em.execute("drop trigger if exists item_keys");
  em.execute(
      "create trigger item_keys before insert on item for each row set new.id = if(new.name = "
      "'item "
      "1', 7777, new.id)");
  const auto items = create_items(em, 4, "given");
  em.flush();
  em.execute("drop trigger item_keys");
  EXPECT_EQ(items[1]->id, 7777);
  expect_own_rows(orm, items);
}

TEST_F(MysqlKeys, a_trigger_that_writes_elsewhere_changes_nothing) {
  auto orm_of_its_own = make_orm<Item>("pool-size=1");
  auto em = orm_of_its_own.em().fork();
  em.execute("drop table if exists item_log");
  em.execute("create table item_log (id bigint auto_increment primary key, item bigint)");
  em.execute("insert into item_log (id) values (500)");
  em.execute("drop trigger if exists item_logged");
  em.execute(
      "create trigger item_logged after insert on item for each row insert into item_log (item) "
      "values (new.id)");
  const auto items = create_items(em, 5, "given");
  em.flush();
  em.execute("drop trigger item_logged");
  em.execute("drop table item_log");
  expect_own_rows(orm, items);
}

TEST_F(MysqlKeys, another_engine_guarantees_nothing_and_still_works) {
  auto em = orm.em().fork();
  em.execute("alter table item engine = MyISAM");
  auto orm_of_its_own = make_orm<Item>("pool-size=1");
  auto other = orm_of_its_own.em().fork();
  const auto items = create_items(other, 4, "given");
  other.flush();
  expect_own_rows(orm, items);
  em.execute("alter table item engine = InnoDB");
}

TEST_F(MysqlKeys, values_that_the_database_makes_are_read_back_for_all_rows_at_once) {
  auto em = orm.em().fork();
  const auto items = create_items(em, 30, "");
  em.flush();
  const auto sent = statements();
  EXPECT_LE(sent.size(), 2u);
  for (const Item* item : items) EXPECT_EQ(item->origin, "made here");
  expect_own_rows(orm, items);
}

TEST_F(MysqlKeys, values_that_the_database_makes_are_read_back_by_a_given_key) {
  auto em = orm.em().fork();
  Item& item = em.create<Item>({.id = 4242, .name = "explicit"});
  em.flush();
  EXPECT_EQ(item.origin, "made here");
}

TEST_F(MysqlKeys, two_managers_at_once_get_keys_of_their_own) {
  auto first = orm.em().fork();
  auto second = orm.em().fork();
  std::vector<Item*> items;
  first.begin();
  second.begin();
  for (int round = 0; round < 3; ++round) {
    for (EntityManager* em : {&first, &second}) {
      const auto made = create_items(*em, 50, "given");
      items.insert(items.end(), made.begin(), made.end());
      em->flush();
    }
  }
  first.commit();
  second.commit();
  expect_own_rows(orm, items);
}

}  // namespace
}  // namespace rowan::test
