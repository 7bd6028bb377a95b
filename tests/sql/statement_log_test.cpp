// StatementLog: what is told of a statement, when, and what never is.

#include <rowan/sql/statement_log.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <vector>

namespace rowan::sql {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using value::Cell;

class Listener final : public Logger {
 public:
  void log(const LogMessage& message) override {
    if (throws) throw std::runtime_error("the disk of the log is full");
    namespaces.push_back(message.ns);
    parameters.emplace_back(message.parameters);
    texts.emplace_back(message.text);
    rows.push_back(message.rows);
  }
  [[nodiscard]] bool is_enabled(LogNamespace ns) const override {
    return std::find(enabled.begin(), enabled.end(), ns) != enabled.end();
  }
  std::vector<LogNamespace> enabled{LogNamespace::query, LogNamespace::query_params,
                                    LogNamespace::slow_query};
  bool throws = false;
  std::vector<LogNamespace> namespaces;
  std::vector<std::string> parameters;
  std::vector<std::string> texts;
  std::vector<std::int64_t> rows;
};

class Log : public testing::Test {
 protected:
  void run(std::span<const Cell> cells = {}, std::span<const Parameter> parameters = {}) {
    StatementLog log(observer);
    log.begin("select ?");
    if (log.wants_parameters()) log.add(cells, parameters);
    log.finish(3);
  }
  Listener listener;
  backend::StatementCounters counters;
  backend::Observer observer{&counters, &listener, {}};
};

TEST_F(Log, counts_without_a_listener) {
  observer.logger = nullptr;
  run();
  run();
  EXPECT_EQ(counters.statements, 2u);
  EXPECT_EQ(counters.rows, 6u);
}

TEST_F(Log, does_not_count_what_begins_and_ends_transactions) {
  StatementLog log(observer);
  log.begin("begin", false);
  log.finish(-1);
  EXPECT_EQ(counters.statements, 0u);
  EXPECT_EQ(counters.rows, 0u);
  EXPECT_EQ(listener.namespaces.size(), 1u);
}

TEST_F(Log, shows_values_but_hidden_ones) {
  const Cell cells[] = {Cell::of_integer(1), Cell::of_bytes("secret"), Cell::of_bytes("x")};
  Parameter hidden;
  hidden.is_hidden = true;
  const Parameter parameters[] = {{}, hidden, {}};
  run(cells, parameters);
  EXPECT_THAT(listener.parameters, ElementsAre("[1, <hidden>, \"x\"]"));
}

TEST_F(Log, asks_for_no_values_that_nobody_wants) {
  listener.enabled = {LogNamespace::query};
  const Cell cells[] = {Cell::of_integer(1)};
  const Parameter parameters[] = {{}};
  run(cells, parameters);
  EXPECT_THAT(listener.parameters, ElementsAre(""));
}

TEST_F(Log, shows_the_first_of_many_values) {
  const std::vector<Cell> cells(5000, Cell::of_integer(7));
  const std::vector<Parameter> parameters(5000);
  run(cells, parameters);
  EXPECT_LT(listener.parameters.at(0).size(), 1000u);
  EXPECT_THAT(listener.parameters.at(0), HasSubstr(", ...]"));
}

TEST_F(Log, tells_slow_statements_a_second_time) {
  observer.slow_threshold = std::chrono::microseconds(0);
  run();
  EXPECT_THAT(listener.namespaces, ElementsAre(LogNamespace::query, LogNamespace::slow_query));
  listener.namespaces.clear();
  listener.enabled = {LogNamespace::slow_query};
  run();
  EXPECT_THAT(listener.namespaces, ElementsAre(LogNamespace::slow_query));
  observer.slow_threshold = std::chrono::hours(1);
  listener.namespaces.clear();
  run();
  EXPECT_TRUE(listener.namespaces.empty());
}

TEST_F(Log, tells_a_statement_that_failed) {
  try {
    StatementLog log(observer);
    log.begin("select ?");
    throw std::runtime_error("refused");
  } catch (const std::runtime_error&) {
  }
  EXPECT_THAT(listener.texts, ElementsAre("failed"));
  EXPECT_THAT(listener.rows, ElementsAre(-1));
}

TEST_F(Log, survives_a_listener_that_throws) {
  listener.throws = true;
  EXPECT_NO_THROW(run());
  EXPECT_EQ(counters.statements, 1u);
}

TEST_F(Log, goes_under_the_name_that_the_observer_has) {
  observer.ns = LogNamespace::schema;
  run();
  EXPECT_TRUE(listener.namespaces.empty());
  listener.enabled = {LogNamespace::schema};
  run();
  EXPECT_THAT(listener.namespaces, ElementsAre(LogNamespace::schema));
}

}  // namespace
}  // namespace rowan::sql
