// The rows of one select of a session.

#pragma once

#include <rowan/backend/driver.hpp>
#include <rowan/sql/prepared_connection.hpp>
#include <rowan/sql/statement_log.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace rowan::sql {

/// Walks over a statement and gives it back at the end. A session uses it again for its next select.
class SqlCursor final : public backend::Cursor {
 public:
  explicit SqlCursor(const backend::Observer& observer) noexcept : log_(observer) {}
  SqlCursor(const SqlCursor&) = delete;
  SqlCursor& operator=(const SqlCursor&) = delete;
  ~SqlCursor() override { close(); }

  [[nodiscard]] bool is_open() const noexcept { return used_ != nullptr; }
  /// Binds and starts; the first row is read by next().
  void open(PreparedConnection& connection,
            const SqlPlan& plan,
            std::span<const value::Cell> values);

  const value::Cell* next() override {
    if (used_ == nullptr) return nullptr;
    if (!is_last_) [[likely]] {
      if (const value::Cell* row = used_->statement->step()) [[likely]] {
        ++rows_;
        is_last_ = is_single_row_;
        return row;
      }
    }
    close();
    return nullptr;
  }
  void close() noexcept override {
    if (used_ == nullptr) return;
    connection_->release(*used_);
    used_ = nullptr;
    log_.finish(rows_);
  }

 private:
  void bind(const SqlPlan& plan, std::span<const value::Cell> values);

  PreparedConnection* connection_ = nullptr;
  CachedStatement* used_ = nullptr;
  std::int64_t rows_ = 0;
  bool is_single_row_ = false;
  bool is_last_ = false;
  StatementLog log_;
  std::vector<std::string> lists_;  ///< bound as they lie here
};

}  // namespace rowan::sql
