// The fixture of the suite that every database must pass.

#pragma once

#include <rowan/base/log.hpp>
#include <rowan/drivers.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rowan::test {

/// Returns the URL of the database that this run is about: `--url=...` of the program.
[[nodiscard]] const std::string& database_url();

/// Keeps the text of every statement but those that begin and end transactions.
///
/// Thread safety: any thread.
class StatementRecorder final : public Logger {
 public:
  void log(const LogMessage& message) override {
    const std::string_view sql = message.sql;
    for (const std::string_view verb : {"begin", "start", "commit", "rollback", "set "}) {
      if (sql.starts_with(verb)) return;
    }
    if (sql.empty()) return;
    const std::lock_guard lock(mutex_);
    statements_.emplace_back(sql);
  }
  [[nodiscard]] bool is_enabled(LogNamespace ns) const override {
    return ns == LogNamespace::query;
  }
  /// Returns what was kept since the last call.
  std::vector<std::string> take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(statements_, {});
  }

 private:
  std::mutex mutex_;
  std::vector<std::string> statements_;
};

/// One ORM for all tests over the same classes: tables are made once, and emptied before each test.
///
/// A test must not count on the numbers of generated keys. What a database cannot do is asked of its capabilities:
/// `ROWAN_REQUIRE(row_locks);` skips the test with the ability's name where it is missing.
template <class... Entities>
class ConformanceOf : public ::testing::Test {
 protected:
  static void TearDownTestSuite() {
    if (shared().orm != nullptr) shared().orm->schema().drop();
    shared() = {};
  }

  ConformanceOf() : recorder(*shared_orm().recorder), orm(*shared_orm().orm) {
    orm.schema().clear();
    (void)recorder.take();
  }

  [[nodiscard]] const backend::Capabilities& capabilities() const {
    return orm.driver().capabilities();
  }
  /// Returns the statements since the last call.
  std::vector<std::string> statements() { return recorder.take(); }
  /// Returns how many of them begin with `verb`.
  std::size_t count_of(std::string_view verb) {
    const std::vector<std::string> sent = statements();
    return static_cast<std::size_t>(std::count_if(
        sent.begin(), sent.end(), [&](const std::string& sql) { return sql.starts_with(verb); }));
  }

 private:
  struct Shared {
    std::shared_ptr<StatementRecorder> recorder{};
    std::unique_ptr<Orm> orm{};
  };
  static Shared& shared() {
    static Shared instance;
    return instance;
  }
  static Shared& shared_orm() {
    Shared& made = shared();
    if (made.orm != nullptr) return made;
    made.recorder = std::make_shared<StatementRecorder>();
    made.orm = std::make_unique<Orm>(Config{.driver = driver_from_url(database_url()),
                                            .entities = entities<Entities...>(),
                                            .logger = made.recorder});
    made.orm->schema().refresh();
    return made;
  }

 protected:
  StatementRecorder& recorder;
  Orm& orm;
};

/// Skips the test where the database lacks the ability, a member of backend::Capabilities.
#define ROWAN_REQUIRE(ability)                                                          \
  do {                                                                                  \
    if (!this->capabilities().ability) GTEST_SKIP() << "this database lacks " #ability; \
  } while (false)

}  // namespace rowan::test
