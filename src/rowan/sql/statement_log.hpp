// What is told of each statement: counters always, the log where one listens.

#pragma once

#include <rowan/backend/driver.hpp>
#include <rowan/sql/parameter.hpp>

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace rowan::sql {

/// Notes one statement: begin(), add() for what is bound, finish(). Reports a failure where finish() is not reached.
///
/// Cost: a counter where there is neither logger nor threshold.
class StatementLog final {
 public:
  explicit StatementLog(const backend::Observer& observer) noexcept : observer_(&observer) {}
  StatementLog(const StatementLog&) = delete;
  StatementLog& operator=(const StatementLog&) = delete;
  ~StatementLog() {
    if (is_running_) [[unlikely]]
      fail();
  }

  /// Starts the clock. Lifetime: `sql` until finish().
  void begin(std::string_view sql, bool is_counted = true) {
    if (is_counted && observer_->counters != nullptr) ++observer_->counters->statements;
    if (observer_->logger == nullptr) [[likely]]
      return;
    begin_logged(sql);
  }
  /// Tells whether add() has any use.
  [[nodiscard]] bool wants_parameters() const noexcept { return wants_parameters_; }
  /// Tells whether the statement is shown, so that its time and its failure should be its own.
  [[nodiscard]] bool is_shown() const noexcept { return is_shown_; }
  void add(std::span<const value::Cell> cells, std::span<const Parameter> parameters);
  /// Adds a list that is one parameter.
  void add_list(std::span<const value::Cell> cells, const Parameter& parameter);
  /// Says which statement it is that failed, where it is another. Lifetime: `sql` until the end.
  void blame(std::string_view sql) noexcept {
    if (is_running_ && !sql.empty()) sql_ = sql;
  }
  /// Ends as if begin() had never been called, but for the count.
  void forget() noexcept;
  /// Ends the statement; -1 where rows mean nothing.
  void finish(std::int64_t rows) {
    if (rows > 0 && observer_->counters != nullptr)
      observer_->counters->rows += static_cast<std::uint64_t>(rows);
    if (is_running_) [[unlikely]]
      finish_logged(rows);
  }

 private:
  void begin_logged(std::string_view sql);
  void finish_logged(std::int64_t rows) noexcept;
  void fail() noexcept;
  void report(LogMessage message) noexcept;

  const backend::Observer* observer_;
  bool is_running_ = false;
  bool is_shown_ = false;
  bool wants_parameters_ = false;
  std::string_view sql_;
  std::string parameters_;
  std::size_t parameter_count_ = 0;
  std::chrono::steady_clock::time_point started_;
};

}  // namespace rowan::sql
