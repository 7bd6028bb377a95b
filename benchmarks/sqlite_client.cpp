// Handles, chunk texts and statement counting over SQLite's C interface.

#include <benchmarks/sqlite_client.hpp>

#include <stdexcept>
#include <tuple>
#include <utility>

namespace benchmarks {
namespace {

std::string chunk_sql(const ChunkText& text, std::size_t rows) {
  std::string row = text.is_parenthesized ? "(?" : "?";
  for (std::size_t column = 1; column < text.columns; ++column) row += ", ?";
  if (text.is_parenthesized) row += ")";
  std::string sql = text.before;
  for (std::size_t index = 0; index < rows; ++index) {
    if (index != 0) sql += ", ";
    sql += row;
  }
  return sql + text.after;
}

int count_statement(unsigned, void* counter, void*, void*) {
  ++*static_cast<std::uint64_t*>(counter);
  return 0;
}

std::string cell_text(sqlite3_stmt* statement, int column) {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, column));
  return text == nullptr ? "null" : text;
}

}  // namespace

void expect_sqlite_ok(sqlite3* database, int code) {
  if (code == SQLITE_OK || code == SQLITE_ROW || code == SQLITE_DONE) return;
  throw std::runtime_error(std::string("SQLite: ") +
                           (database == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(database)));
}

SqliteStatement::SqliteStatement(sqlite3* database, std::string_view sql) : database_(database) {
  expect_sqlite_ok(database, sqlite3_prepare_v3(database, sql.data(), static_cast<int>(sql.size()),
                                                SQLITE_PREPARE_PERSISTENT, &statement_, nullptr));
}

SqliteStatement::~SqliteStatement() { sqlite3_finalize(statement_); }

void SqliteStatement::fail(int code) {
  sqlite3_reset(statement_);
  expect_sqlite_ok(database_, code);
  throw std::runtime_error("SQLite: a step failed without an error");
}

SqliteChunkedStatement::SqliteChunkedStatement(sqlite3* database,
                                               ChunkText text,
                                               std::size_t chunk_rows)
    : database_(database), text_(std::move(text)), chunk_rows_(chunk_rows) {}

SqliteStatement& SqliteChunkedStatement::of_rows(std::size_t rows) {
  const auto found = statements_.find(rows);
  if (found != statements_.end()) return found->second;
  return statements_
      .emplace(std::piecewise_construct, std::forward_as_tuple(rows),
               std::forward_as_tuple(database_, chunk_sql(text_, rows)))
      .first->second;
}

SqliteDatabase::SqliteDatabase() {
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
  expect_sqlite_ok(nullptr, sqlite3_open_v2(":memory:", &database_, flags, nullptr));
  SqlitePlainSql(database_).execute("pragma foreign_keys = on");
}

SqliteDatabase::~SqliteDatabase() { sqlite3_close_v2(database_); }

void SqlitePlainSql::execute(const std::string& sql) {
  expect_sqlite_ok(database_, sqlite3_exec(database_, sql.c_str(), nullptr, nullptr, nullptr));
}

std::vector<std::string> SqlitePlainSql::read_row(const std::string& sql) {
  SqliteStatement statement(database_, sql);
  if (!statement.step()) throw std::runtime_error("no row: " + sql);
  std::vector<std::string> cells;
  for (int column = 0; column < sqlite3_column_count(statement.get()); ++column) {
    cells.push_back(cell_text(statement.get(), column));
  }
  return cells;
}

void SqlitePlainSql::empty_tables() {
  execute(
      "delete from book_tags; delete from book; delete from tag; delete from author;"
      "delete from sqlite_sequence");
}

std::string SqlitePlainSql::timestamp_literal(std::int64_t microseconds) const {
  return std::to_string(microseconds);
}

std::string SqlitePlainSql::timestamp_number(const std::string& column) const { return column; }

void SqlitePlainSql::start_counting() {
  statements_ = 0;
  sqlite3_trace_v2(database_, SQLITE_TRACE_STMT, count_statement, &statements_);
}

std::uint64_t SqlitePlainSql::stop_counting() {
  sqlite3_trace_v2(database_, 0, nullptr, nullptr);
  return statements_;
}

std::vector<std::string> sqlite_schema_of(sqlite3* database) {
  SqliteStatement statement(database,
                            "select sql from sqlite_master where sql is not null"
                            " and name not like 'sqlite_%' order by rowid");
  std::vector<std::string> schema;
  while (statement.step()) schema.push_back(cell_text(statement.get(), 0));
  return schema;
}

}  // namespace benchmarks
