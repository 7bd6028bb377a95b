// A thin hold on libmariadb: a connection, and prepared statements over the binary protocol.

#pragma once

#include <benchmarks/plain_sql.hpp>

#include <mysql.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace benchmarks {

struct CloseMysql {
  void operator()(MYSQL* connection) const noexcept { mysql_close(connection); }
};
struct CloseMysqlStatement {
  void operator()(MYSQL_STMT* statement) const noexcept { mysql_stmt_close(statement); }
};
using MysqlConnection = std::unique_ptr<MYSQL, CloseMysql>;

/// Opens a connection. Errors: std::runtime_error with the server's message.
[[nodiscard]] MysqlConnection connect_mysql(const std::string& url);
/// Runs a text without values; results are thrown away.
void run_mysql(MYSQL* connection, const std::string& sql);
/// Runs statements that are separated by `;` and newline.
void run_mysql_script(MYSQL* connection, const std::string& script);
/// Makes the database anew and returns its URL.
[[nodiscard]] std::string make_mysql_database(const std::string& url, const std::string& name);
/// Returns microseconds since the epoch as the protocol wants them, and back.
[[nodiscard]] MYSQL_TIME mysql_time_of(std::int64_t microseconds);
[[nodiscard]] std::int64_t microseconds_of(const MYSQL_TIME& time);

/// A prepared statement: values by position, then run().
class MysqlStatement final {
 public:
  MysqlStatement(MYSQL* connection, std::string_view sql);

  // What is bound stays where it lies until run() returns.
  void bind_integer(std::size_t position, const std::int64_t* value);
  void bind_number(std::size_t position, const std::int32_t* value);  ///< null where it is null
  void bind_real(std::size_t position, const double* value);
  void bind_text(std::size_t position, const std::string* value);
  void bind_time(std::size_t position, MYSQL_TIME* value);
  void run();
  [[nodiscard]] std::int64_t first_key() const {
    return static_cast<std::int64_t>(mysql_stmt_insert_id(statement_.get()));
  }

  /// Says where the columns of each row go, before the first run.
  void bind_results(std::vector<MYSQL_BIND> results);
  /// Reads the next row; false at the end.
  bool fetch();

 private:
  void check(int code);
  MYSQL_BIND& value(std::size_t position, enum_field_types type, const void* at);

  std::unique_ptr<MYSQL_STMT, CloseMysqlStatement> statement_;
  std::vector<MYSQL_BIND> values_;
  std::vector<MYSQL_BIND> results_;
};

/// How a statement over many rows is put together.
struct MysqlChunkText {
  std::string before;  ///< up to the first row
  std::string first;   ///< the first row's placeholders
  std::string row;     ///< a further row's, with what separates it
  std::string after;   ///< behind the last
};

/// A statement over many rows, prepared once for each number of rows that occurs.
class MysqlChunkedStatement final {
 public:
  MysqlChunkedStatement(MYSQL* connection, MysqlChunkText text, std::size_t chunk_rows)
      : connection_(connection), text_(std::move(text)), chunk_rows_(chunk_rows) {}
  [[nodiscard]] std::size_t chunk_rows() const noexcept { return chunk_rows_; }
  [[nodiscard]] MysqlStatement& of_rows(std::size_t rows);

 private:
  MYSQL* connection_;
  MysqlChunkText text_;
  std::size_t chunk_rows_;
  std::map<std::size_t, std::unique_ptr<MysqlStatement>> statements_;
};

/// Plain SQL over a connection of its own.
class MysqlPlainSql final : public PlainSql {
 public:
  explicit MysqlPlainSql(const std::string& url) : connection_(connect_mysql(url)) {}

  void execute(const std::string& sql) override { run_mysql(connection_.get(), sql); }
  [[nodiscard]] std::vector<std::string> read_row(const std::string& sql) override;
  void empty_tables() override;
  void settle() override;
  [[nodiscard]] std::string timestamp_literal(std::int64_t microseconds) const override;
  [[nodiscard]] std::string timestamp_number(const std::string& column) const override;

 private:
  MysqlConnection connection_;
};

}  // namespace benchmarks
