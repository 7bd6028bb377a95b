// Units of work on two nodes of a cluster that change the same row: one loses, is told so, and can be run again.

#include "mysql_cluster.hpp"

#include <atomic>
#include <cstdint>
#include <future>
#include <string>

namespace clusters {

struct Shelf {
  std::int64_t id{};
};

struct Book {
  std::int64_t id{};
  rowan::Ref<Shelf> shelf;
};

struct Leaflet {
  std::int64_t id{};
  rowan::Ref<Shelf> shelf;
};

}  // namespace clusters

template <>
inline constexpr auto rowan::mapping<clusters::Shelf> =
    rowan::entity<clusters::Shelf>(rowan::primary_key<&clusters::Shelf::id>);
template <>
inline constexpr auto rowan::mapping<clusters::Book> = rowan::entity<clusters::Book>(
    rowan::primary_key<&clusters::Book::id>,
    rowan::many_to_one<&clusters::Book::shelf>.on_update_rule(rowan::ReferentialAction::no_action));
template <>
inline constexpr auto rowan::mapping<clusters::Leaflet> = rowan::entity<clusters::Leaflet>(
    rowan::primary_key<&clusters::Leaflet::id>, rowan::many_to_one<&clusters::Leaflet::shelf>);

namespace rowan::test {
namespace {

using clusters::Book;
using clusters::Leaflet;
using clusters::Shelf;

class MysqlCluster : public ClusterTest {
 protected:
  /// What a conflict between nodes may be, and nothing else.
  static void expect_conflict(const DriverError& error) {
    EXPECT_TRUE(dynamic_cast<const DeadlockError*>(&error) != nullptr ||
                dynamic_cast<const SerializationFailure*>(&error) != nullptr)
        << error.what();
    EXPECT_TRUE(error.is_retryable());
    EXPECT_FALSE(error.poisons_connection());
    EXPECT_THAT(error.native_code(), ::testing::AnyOf(1030, 1180, 1213, 3101)) << error.what();
  }
};

// The other's change is certified before this one is sent, so this one must lose.
TEST_F(MysqlCluster, the_later_commit_fails_with_a_conflict) {
  auto em = first().em().fork();
  em.begin();
  add_one(em);
  add_one_at(second());
  try {
    em.commit();
    FAIL() << "both were committed";
  } catch (const DriverError& error) {
    expect_conflict(error);
    RecordProperty("code", error.native_code());
  }
  if (em.is_in_transaction()) em.rollback();
  expect_value(1);

  // The manager and its connection are of use as before.
  em.clear();
  em.transactional([](EntityManager& tx) { add_one(tx); }, {.retries = 100});
  expect_value(2);
}

// Here the other's change has reached this node, which had to take the lock from our transaction.
TEST_F(MysqlCluster, a_transaction_whose_lock_was_taken_is_told_by_its_next_statement) {
  auto em = first().em().fork();
  em.begin();
  add_one(em);
  add_one_at(second());
  ASSERT_TRUE(comes_true([] { return value_at(first()) == 1; }));
  try {
    em.execute("update counter set value = 99");
    FAIL() << "the transaction goes on";
  } catch (const DriverError& error) {
    expect_conflict(error);
  }
  // Outside of any transaction this would be written at once.
  EXPECT_THROW(em.execute("update counter set value = 99"), TransactionStateError);
  em.rollback();
  expect_value(1);
}

TEST_F(MysqlCluster, a_transaction_whose_lock_was_taken_is_told_at_its_commit) {
  auto em = first().em().fork();
  em.begin();
  add_one(em);
  add_one_at(second());
  ASSERT_TRUE(comes_true([] { return value_at(first()) == 1; }));
  try {
    em.commit();
    FAIL() << "both were committed";
  } catch (const DriverError& error) {
    expect_conflict(error);
  }
  if (em.is_in_transaction()) em.rollback();
  expect_value(1);
}

// flush() and inner blocks make savepoints, and MySQL lets one begin a new transaction in the lost one's place.
TEST_F(MysqlCluster, a_savepoint_does_not_hide_that_a_lock_was_taken) {
  auto em = first().em().fork();
  em.begin();
  Counter& counter = em.find_one_or_fail<Counter>(f<&Counter::id> == row,
                                                  {.lock_mode = LockMode::pessimistic_write});
  add_one_at(second());
  ASSERT_TRUE(comes_true([] { return value_at(first()) == 1; }));
  counter.value = 99;
  try {
    em.flush();
    em.commit();
    FAIL() << "the other's change is overwritten";
  } catch (const DriverError& error) {
    expect_conflict(error);
  }
  if (em.is_in_transaction()) em.rollback();
  expect_value(1);

  auto outer = first().em().fork();
  int attempts = 0;
  outer.transactional(
      [&](EntityManager& tx) {
        auto& locked = tx.find_one_or_fail<Counter>(f<&Counter::id> == row,
                                                    {.lock_mode = LockMode::pessimistic_write});
        if (++attempts == 1) {
          add_one_at(second());
          EXPECT_TRUE(comes_true([] { return value_at(first()) == 2; }));
        }
        tx.transactional([&](EntityManager&) { locked.value += 1; });
      },
      {.retries = 100});
  EXPECT_GE(attempts, 2);
  expect_value(3);
}

TEST_F(MysqlCluster, a_block_with_retries_wins_in_the_end) {
  auto em = first().em().fork();
  int attempts = 0;
  em.transactional(
      [&](EntityManager& tx) {
        add_one(tx);
        if (++attempts == 1) add_one_at(second());
      },
      {.retries = 100});
  EXPECT_GE(attempts, 2);
  expect_value(2);
}

TEST_F(MysqlCluster, without_retries_the_error_comes_through) {
  auto em = first().em().fork();
  int attempts = 0;
  try {
    em.transactional([&](EntityManager& tx) {
      add_one(tx);
      ++attempts;
      add_one_at(second());
    });
    FAIL() << "both were committed";
  } catch (const DriverError& error) {
    expect_conflict(error);
  }
  EXPECT_EQ(attempts, 1);
  EXPECT_FALSE(em.is_in_transaction());
  expect_value(1);
}

TEST_F(MysqlCluster, many_on_both_nodes_lose_nothing) {
  constexpr int each = 25;
  std::atomic<int> attempts = 0;
  const auto add = [&](Orm& node) {
    for (int i = 0; i < each; ++i) {
      node.em().fork().transactional(
          [&](EntityManager& tx) {
            ++attempts;
            add_one(tx);
          },
          {.retries = 1000});
    }
  };
  auto other = std::async(std::launch::async, [&] { add(second()); });
  add(first());
  other.get();
  expect_value(2 * each);
  RecordProperty("attempts", attempts.load());
}

// The same key on two nodes is a conflict first; run again, it is what it would be on one server.
TEST_F(MysqlCluster, what_is_no_conflict_is_told_apart) {
  auto em = first().em().fork();
  int attempts = 0;
  EXPECT_THROW(em.transactional(
                   [&](EntityManager& tx) {
                     tx.create<Counter>({.id = 7});
                     tx.flush();
                     if (++attempts > 1) return;
                     auto winner = second().em().fork();
                     winner.create<Counter>({.id = 7, .value = 70});
                     winner.flush();
                   },
                   {.retries = 100}),
               UniqueConstraintViolation);
  EXPECT_GE(attempts, 1);
  auto reader = first().em().fork();
  EXPECT_EQ(reader.find_one_or_fail<Counter>(7).value, 70);
}

// What only Galera does -----------------------------------------------------------------------------------------------

class GaleraNodes : public MysqlCluster {
 protected:
  /// Cuts the second node off from the others, which need not be told: it notices that it is in the minority.
  static void set_isolated(bool is_isolated) {
    second().em().fork().execute("set global wsrep_provider_options = 'gmcast.isolate=" +
                                 std::string(is_isolated ? "1'" : "0'"));
  }
  void TearDown() override { set_isolated(false); }
};

TEST_F(GaleraNodes, a_node_that_is_cut_off_gives_connection_errors_until_it_is_back) {
  auto open = second().em().fork();
  open.begin();
  EXPECT_EQ(open.find_one_or_fail<Counter>(row).value, 0);
  set_isolated(true);
  int code = 0;
  ASSERT_TRUE(comes_true([&] {
    try {
      (void)second().em().fork().count<Counter>();
    } catch (const ConnectionError& error) {
      EXPECT_TRUE(error.poisons_connection());
      code = error.native_code();
    }
    return code != 0;
  }));
  EXPECT_EQ(code, 1047);
  EXPECT_THROW(add_one_at(second()), ConnectionError);
  EXPECT_THROW(add_one(open), ConnectionError);
  if (open.is_in_transaction()) open.rollback();
  // The others go on, and the one catches up when it is back.
  add_one_at(first());
  set_isolated(false);
  EXPECT_TRUE(comes_true([] {
    try {
      return value_at(second()) == 1;
    } catch (const ConnectionError&) {
      return false;
    }
  }));
  add_one_at(second());
  expect_value(2);
}

// What only Group Replication does ------------------------------------------------------------------------------------

class MysqlGroup : public MysqlCluster {
 protected:
  static void set_mode(const std::string& function) {
    (void)first().em().fork().execute_rows("select group_replication_switch_to_" + function);
  }
  void TearDown() override { set_mode("multi_primary_mode()"); }
};

TEST_F(MysqlGroup, a_secondary_answers_and_refuses_writes) {
  set_mode("single_primary_mode(@@server_uuid)");
  auto em = second().em().fork();
  EXPECT_EQ(em.find_one_or_fail<Counter>(row).value, 0);
  try {
    em.transactional([](EntityManager& tx) { add_one(tx); }, {.retries = 5});
    FAIL() << "a secondary took a write";
  } catch (const ReadOnlyError& error) {
    EXPECT_EQ(error.native_code(), 1290);
    EXPECT_FALSE(error.is_retryable());
    EXPECT_FALSE(error.poisons_connection());
  }
  set_mode("multi_primary_mode()");
  add_one_at(second());
  expect_value(1);
}

/// Makes the tables of a class and its shelf at the first node, and writes one of each.
template <class Child>
void write_with_a_shelf() {
  Orm orm(Config{.driver = driver_from_url(database_url().substr(0, database_url().find(' '))),
                 .entities = entities<Shelf, Child>()});
  orm.schema().refresh();
  auto em = orm.em().fork();
  em.create<Child>({.id = 1, .shelf = em.create<Shelf>({.id = 1})});
  em.flush();
  EXPECT_EQ(orm.em().fork().count<Child>(), 1u);
}

TEST_F(MysqlGroup, rules_that_change_rows_are_refused_by_the_group_and_others_are_not) {
  write_with_a_shelf<Book>();
  EXPECT_THAT(message_of<DriverError>([] { write_with_a_shelf<Leaflet>(); }),
              ::testing::HasSubstr("on_update_rule()"));
  first().em().fork().execute("drop table book, leaflet, shelf");
}

}  // namespace
}  // namespace rowan::test
