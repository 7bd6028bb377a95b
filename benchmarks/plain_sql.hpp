// Plain SQL over one side's database, to fill it and to read back what was written.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace benchmarks {

/// Runs SQL text on the connection of one side; implemented once for each client library.
class PlainSql {
 public:
  virtual ~PlainSql() = default;

  /// Runs statements that return no rows.
  ///
  /// Errors: throws std::runtime_error with the server's message.
  virtual void execute(const std::string& sql) = 0;

  /// Returns the first row of a query as text, one string a column.
  ///
  /// Errors: as execute(); also where there is no row.
  [[nodiscard]] virtual std::vector<std::string> read_row(const std::string& sql) = 0;

  /// Deletes all rows and lets generated keys start at 1 again.
  virtual void empty_tables() = 0;

  /// Returns the literal of a time point in the type that Rowan gives the column.
  [[nodiscard]] virtual std::string timestamp_literal(std::int64_t microseconds) const = 0;

  /// Returns the expression that makes such a column a number again.
  [[nodiscard]] virtual std::string timestamp_number(const std::string& column) const = 0;

  /// Lets the database do now what it would else do in the background of a timed run.
  virtual void settle() {}

  /// Starts to count the statements that the database runs, from 0, where it can.
  virtual void start_counting() {}

  /// Stops to count and returns how many there were, 0 where it cannot.
  [[nodiscard]] virtual std::uint64_t stop_counting() { return 0; }
};

}  // namespace benchmarks
