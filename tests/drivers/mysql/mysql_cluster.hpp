// What the tests over a cluster share: the run's URL is a list of its nodes, blanks between them.

#pragma once

#include "mysql_server.hpp"

#include <rowan/base/error.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace clusters {

struct Counter {
  std::int64_t id{};
  std::int64_t value = 0;
};

}  // namespace clusters

template <>
inline constexpr auto rowan::mapping<clusters::Counter> = rowan::entity<clusters::Counter>(
    rowan::primary_key<&clusters::Counter::id>, rowan::property<&clusters::Counter::value>);

namespace rowan::test {

using clusters::Counter;

/// Asks again until the answer is yes; false where it was not after a time that only a broken cluster needs.
template <class Question>
bool comes_true(Question&& question) {
  using namespace std::chrono_literals;
  const auto deadline = std::chrono::steady_clock::now() + 60s;
  while (!question()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(5ms);
  }
  return true;
}

/// Two nodes with an ORM each, and one row that both know.
class ClusterTest : public ::testing::Test {
 protected:
  static constexpr std::int64_t row = 1;

  static void TearDownTestSuite() {
    if (!nodes().empty()) nodes()[0]->schema().drop();
    nodes().clear();
  }

  ClusterTest() {
    if (nodes().empty()) connect();
    first().em().fork().execute("delete from counter");
    auto em = first().em().fork();
    em.create<Counter>({.id = row});
    em.flush();
    EXPECT_TRUE(comes_true([&] { return value_at(second()) == 0; }));
  }

  static Orm& first() { return *nodes()[0]; }
  static Orm& second() { return *nodes()[1]; }

  /// Returns nothing where the node has no such row, or no such table yet.
  static std::optional<std::int64_t> value_at(Orm& node) {
    try {
      auto em = node.em().fork();
      const Counter* counter = em.find_one<Counter>(row);
      return counter == nullptr ? std::nullopt : std::optional(counter->value);
    } catch (const TableNotFoundError&) {
      return std::nullopt;
    }
  }

  /// Both nodes come to have this value.
  static void expect_value(std::int64_t expected) {
    for (const auto& node : nodes()) {
      comes_true([&] { return value_at(*node) == expected; });
      EXPECT_EQ(value_at(*node), expected);
    }
  }

  /// Adds one in a transaction of its own. The lock keeps a value that was read from growing old.
  static void add_one(EntityManager& tx) {
    tx.find_one_or_fail<Counter>(f<&Counter::id> == row, {.lock_mode = LockMode::pessimistic_write})
        .value += 1;
    tx.flush();
  }

  /// Adds one by another node's ORM, and returns when that is committed.
  static void add_one_at(Orm& node) {
    node.em().fork().transactional([](EntityManager& tx) { add_one(tx); }, {.retries = 100});
  }

 private:
  static std::vector<std::unique_ptr<Orm>>& nodes() {
    static std::vector<std::unique_ptr<Orm>> made;
    return made;
  }
  static void connect() {
    std::istringstream urls(database_url());
    for (std::string url; nodes().size() < 2 && urls >> url;) {
      nodes().push_back(std::make_unique<Orm>(
          Config{.driver = driver_from_url(url), .entities = entities<Counter>()}));
    }
    if (nodes().size() < 2) throw std::runtime_error("the cluster needs two nodes");
    first().schema().refresh();
  }
};

}  // namespace rowan::test
