// A fresh database in memory for each scenario, with every statement it ran kept.

#pragma once

#include "library_entities.hpp"

#include <rowan/base/log.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace rowan::test {

/// Keeps the text of every statement but begin and commit.
class StatementRecorder final : public Logger {
 public:
  void log(const LogMessage& message) override {
    const std::string sql(message.sql);
    if (!sql.empty() && !sql.starts_with("begin") && !sql.starts_with("commit") &&
        !sql.starts_with("rollback")) {
      statements.push_back(sql);
    }
  }
  [[nodiscard]] bool is_enabled(LogNamespace) const override { return true; }

  std::vector<std::string> statements;
};

class Scenario : public ::testing::Test {
 protected:
  Scenario()
      : recorder(std::make_shared<StatementRecorder>()),
        orm({.driver = driver_from_url("sqlite::memory:"),
             .entities = entities<library::Author,
                                  library::Profile,
                                  library::Tag,
                                  library::Book,
                                  library::Node,
                                  library::Account,
                                  library::Loop,
                                  library::Publisher,
                                  library::Magazine>(),
             .logger = recorder}) {
    orm.schema().create();
    recorder->statements.clear();
  }

  /// Returns the statements since the last call.
  std::vector<std::string> statements() { return std::exchange(recorder->statements, {}); }
  /// Returns how many of them begin with `verb`.
  std::size_t count_of(std::string_view verb) {
    std::size_t count = 0;
    for (const std::string& each : statements()) count += each.starts_with(verb) ? 1 : 0;
    return count;
  }

  std::shared_ptr<StatementRecorder> recorder;
  Orm orm;
};

}  // namespace rowan::test
