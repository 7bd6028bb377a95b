// A connection with the statements it has prepared.

#pragma once

#include <rowan/sql/sql_connection.hpp>
#include <rowan/sql/sql_plan.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace rowan::sql {

/// A statement of a connection, lent to one run at a time.
struct CachedStatement {
  std::unique_ptr<SqlStatement> statement;
  std::uint64_t serial = 0;
  bool is_in_use = false;
  bool is_spare = false;  ///< made because the kept one was in use; goes with its run
};

/// A connection that prepares each statement once.
///
/// Thread safety: none; the pool gives it to one thread at a time.
class PreparedConnection final {
 public:
  explicit PreparedConnection(std::unique_ptr<SqlConnection> connection)
      : connection_(std::move(connection)) {}
  PreparedConnection(const PreparedConnection&) = delete;
  PreparedConnection& operator=(const PreparedConnection&) = delete;

  [[nodiscard]] SqlConnection& connection() noexcept { return *connection_; }

  /// Takes the statement of a plan. Cost: an index into a list after the first time.
  CachedStatement& take(const SqlPlan& plan) {
    if (plan.number() < plans_.size()) [[likely]] {
      CachedStatement& kept = *plans_[plan.number()];
      if (kept.serial == plan.serial() && !kept.is_in_use) [[likely]] {
        kept.is_in_use = true;
        return kept;
      }
    }
    return take_anew(plan);
  }
  /// Takes the statement kept under `key`, or null.
  CachedStatement* find(const std::string& key);
  /// Prepares `text`, keeps it under `key`, and takes it.
  CachedStatement& add(const std::string& key, std::string_view text);
  /// Takes the statement of a text that is its own key.
  CachedStatement& take(const std::string& text);
  /// Prepares a text that nobody will ask for again.
  CachedStatement& take_once(std::string_view text);
  /// Ends a run.
  void release(CachedStatement& used) noexcept;

 private:
  static constexpr std::size_t kept_texts = 256;

  CachedStatement& take_anew(const SqlPlan& plan);

  std::unique_ptr<SqlConnection> connection_;  // outlives its statements
  std::vector<std::unique_ptr<CachedStatement>> plans_;
  std::unordered_map<std::string, std::unique_ptr<CachedStatement>> texts_;
  std::vector<std::unique_ptr<CachedStatement>> spare_;
};

}  // namespace rowan::sql
