// Prepared selects with small numbers, so that a connection finds their statement without hashing.

#pragma once

#include <rowan/backend/driver.hpp>
#include <rowan/query/bound.hpp>
#include <rowan/sql/sql_writer.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace rowan::sql {

/// Hands out the smallest free numbers of the plans of one driver. Thread safety: any thread.
class PlanNumbers final {
 public:
  std::uint32_t take() {
    const std::lock_guard lock(mutex_);
    if (free_.empty()) return next_++;
    const std::uint32_t number = free_.back();
    free_.pop_back();
    return number;
  }
  void give_back(std::uint32_t number) {
    const std::lock_guard lock(mutex_);
    free_.push_back(number);
  }
  std::uint64_t next_serial() noexcept { return ++serial_; }

 private:
  std::mutex mutex_;
  std::vector<std::uint32_t> free_;
  std::uint32_t next_ = 0;
  std::atomic<std::uint64_t> serial_ = 0;
};

/// The leading columns of a select that need not be read again while their key stays the same; none where 0.
struct RepeatedColumns {
  std::size_t columns = 0;
  std::size_t key = 0;
};

/// A select as text. Thread safety: immutable.
class SqlPlan final : public backend::PreparedSelect {
 public:
  SqlPlan(StatementText statement,
          bool is_single_row,
          RepeatedColumns repeated,
          std::shared_ptr<PlanNumbers> numbers)
      : statement_(std::move(statement)),
        is_single_row_(is_single_row),
        repeated_(repeated),
        numbers_(std::move(numbers)),
        number_(numbers_->take()),
        serial_(numbers_->next_serial()) {
    std::uint32_t position = 0;
    for (const Parameter& parameter : statement_.parameters) {
      if (parameter.list_count > 0) has_lists_ = true;
      if (parameter.list_count > 0 || parameter.value != position++) is_in_order_ = false;
    }
  }
  SqlPlan(const SqlPlan&) = delete;
  SqlPlan& operator=(const SqlPlan&) = delete;
  ~SqlPlan() override { numbers_->give_back(number_); }

  [[nodiscard]] std::string text() const override { return statement_.text; }
  [[nodiscard]] const StatementText& statement() const noexcept { return statement_; }
  /// Tells whether the key is compared with one value, so that there is no second row.
  [[nodiscard]] bool is_single_row() const noexcept { return is_single_row_; }
  [[nodiscard]] RepeatedColumns repeated() const noexcept { return repeated_; }
  /// Tells whether the placeholders are the values as they come.
  [[nodiscard]] bool is_in_order() const noexcept { return is_in_order_; }
  [[nodiscard]] bool has_lists() const noexcept { return has_lists_; }
  /// Returns a small number, used again once the plan is gone.
  [[nodiscard]] std::uint32_t number() const noexcept { return number_; }
  /// Returns a number that no other plan ever has.
  [[nodiscard]] std::uint64_t serial() const noexcept { return serial_; }

 private:
  StatementText statement_;
  bool is_single_row_;
  RepeatedColumns repeated_;
  bool has_lists_ = false;
  bool is_in_order_ = true;
  std::shared_ptr<PlanNumbers> numbers_;
  std::uint32_t number_;
  std::uint64_t serial_;
};

}  // namespace rowan::sql
