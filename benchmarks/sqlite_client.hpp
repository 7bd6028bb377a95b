// A thin hold on SQLite's C interface: handles that close themselves and plain SQL over one.

#pragma once

#include <benchmarks/plain_sql.hpp>

#include <sqlite3.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace benchmarks {

/// Throws std::runtime_error with SQLite's message unless `code` is one of success.
void expect_sqlite_ok(sqlite3* database, int code);

/// A prepared statement that is finalized at its end.
class SqliteStatement final {
 public:
  SqliteStatement(sqlite3* database, std::string_view sql);
  SqliteStatement(const SqliteStatement&) = delete;
  SqliteStatement& operator=(const SqliteStatement&) = delete;
  ~SqliteStatement();

  [[nodiscard]] sqlite3_stmt* get() const noexcept { return statement_; }

  /// Returns whether there is a row; errors are thrown.
  bool step() {
    const int code = sqlite3_step(statement_);
    if (code == SQLITE_ROW) return true;
    if (code != SQLITE_DONE) fail(code);
    return false;
  }

  /// Steps once and resets, for statements that return no rows.
  void run() {
    step();
    sqlite3_reset(statement_);
  }

  void reset() noexcept { sqlite3_reset(statement_); }

 private:
  [[noreturn]] void fail(int code);

  sqlite3* database_;
  sqlite3_stmt* statement_ = nullptr;
};

/// Says how a statement over many rows is put together.
struct ChunkText {
  std::string before;     ///< up to the list of rows
  std::string after;      ///< behind it
  std::size_t columns;    ///< parameters of one row
  bool is_parenthesized;  ///< whether each row stands in parentheses
};

/// A statement over many rows, prepared once for each number of rows that occurs.
class SqliteChunkedStatement final {
 public:
  SqliteChunkedStatement(sqlite3* database, ChunkText text, std::size_t chunk_rows);

  /// Returns how many rows a full chunk has.
  [[nodiscard]] std::size_t chunk_rows() const noexcept { return chunk_rows_; }

  /// Returns the statement over so many rows.
  [[nodiscard]] SqliteStatement& of_rows(std::size_t rows);

 private:
  sqlite3* database_;
  ChunkText text_;
  std::size_t chunk_rows_;
  std::map<std::size_t, SqliteStatement> statements_;
};

/// Runs a chunked statement over so many rows.
///
/// `bind_row(statement, first_parameter, row)` binds each.
template <class BindRow>
void run_in_chunks(SqliteChunkedStatement& chunked,
                   std::size_t total,
                   int columns,
                   BindRow bind_row) {
  for (std::size_t first = 0; first < total;) {
    const std::size_t rows =
        total - first < chunked.chunk_rows() ? total - first : chunked.chunk_rows();
    SqliteStatement& statement = chunked.of_rows(rows);
    int parameter = 1;
    for (const std::size_t end = first + rows; first < end; ++first, parameter += columns) {
      bind_row(statement.get(), parameter, first);
    }
    statement.run();
  }
}

/// A connection to a database in memory, closed at its end.
class SqliteDatabase final {
 public:
  /// Opens without SQLite's own mutex and turns foreign keys on.
  SqliteDatabase();
  SqliteDatabase(const SqliteDatabase&) = delete;
  SqliteDatabase& operator=(const SqliteDatabase&) = delete;
  ~SqliteDatabase();

  [[nodiscard]] sqlite3* get() const noexcept { return database_; }

 private:
  sqlite3* database_ = nullptr;
};

/// Plain SQL over a connection that somebody else owns.
class SqlitePlainSql final : public PlainSql {
 public:
  explicit SqlitePlainSql(sqlite3* database) noexcept : database_(database) {}

  void execute(const std::string& sql) override;
  [[nodiscard]] std::vector<std::string> read_row(const std::string& sql) override;
  void empty_tables() override;
  [[nodiscard]] std::string timestamp_literal(std::int64_t microseconds) const override;
  [[nodiscard]] std::string timestamp_number(const std::string& column) const override;
  void start_counting() override;
  [[nodiscard]] std::uint64_t stop_counting() override;

 private:
  sqlite3* database_;
  std::uint64_t statements_ = 0;
};

/// Returns the statements that created the tables and indexes of a database, in their order.
[[nodiscard]] std::vector<std::string> sqlite_schema_of(sqlite3* database);

}  // namespace benchmarks
