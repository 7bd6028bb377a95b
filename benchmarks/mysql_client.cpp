// Connections and statements over libmariadb's C interface.

#include <benchmarks/mysql_client.hpp>

#include <benchmarks/server_url.hpp>

#include <chrono>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace benchmarks {
namespace {

[[noreturn]] void fail(MYSQL* connection) {
  throw std::runtime_error(std::string("MySQL: ") + mysql_error(connection));
}

}  // namespace

MysqlConnection connect_mysql(const std::string& url) {
  const ServerUrl parts = parts_of(url);
  MysqlConnection connection(mysql_init(nullptr));
  mysql_options(connection.get(), MYSQL_SET_CHARSET_NAME, "utf8mb4");
  if (mysql_real_connect(connection.get(), parts.host.c_str(), parts.user.c_str(),
                         parts.password.c_str(), parts.database.c_str(), parts.port, nullptr,
                         CLIENT_MULTI_STATEMENTS) == nullptr) {
    fail(connection.get());
  }
  return connection;
}

void run_mysql(MYSQL* connection, const std::string& sql) {
  if (mysql_real_query(connection, sql.data(), sql.size()) != 0) fail(connection);
  for (int next = 0; next == 0; next = mysql_next_result(connection)) {
    if (MYSQL_RES* result = mysql_store_result(connection)) mysql_free_result(result);
    if (mysql_errno(connection) != 0) fail(connection);
  }
  if (mysql_errno(connection) != 0) fail(connection);
}

void run_mysql_script(MYSQL* connection, const std::string& script) {
  std::size_t start = 0;
  for (std::size_t end = 0; (end = script.find(";\n", start)) != std::string::npos; start = end + 2)
    run_mysql(connection, script.substr(start, end - start));
}

std::string make_mysql_database(const std::string& url, const std::string& name) {
  const MysqlConnection connection = connect_mysql(url);
  run_mysql(connection.get(), "drop database if exists " + name);
  run_mysql(connection.get(), "create database " + name + " character set utf8mb4");
  // The client library alone would not encrypt either; what TLS costs is not what is compared.
  const std::string made = with_database(url, name);
  return made.find('?') == std::string::npos ? made + "?ssl-mode=disabled" : made;
}

MYSQL_TIME mysql_time_of(std::int64_t microseconds) {
  using namespace std::chrono;
  const sys_time<std::chrono::microseconds> point{std::chrono::microseconds(microseconds)};
  const auto day = floor<days>(point);
  const year_month_day date(day);
  const hh_mm_ss time(point - day);
  MYSQL_TIME made{};
  made.year = static_cast<unsigned int>(static_cast<int>(date.year()));
  made.month = static_cast<unsigned int>(date.month());
  made.day = static_cast<unsigned int>(date.day());
  made.hour = static_cast<unsigned int>(time.hours().count());
  made.minute = static_cast<unsigned int>(time.minutes().count());
  made.second = static_cast<unsigned int>(time.seconds().count());
  made.second_part = static_cast<unsigned long>(time.subseconds().count());
  made.time_type = MYSQL_TIMESTAMP_DATETIME;
  return made;
}

std::int64_t microseconds_of(const MYSQL_TIME& time) {
  using namespace std::chrono;
  const sys_days day =
      year(static_cast<int>(time.year)) / month(time.month) / std::chrono::day(time.day);
  return (duration_cast<std::chrono::microseconds>(day.time_since_epoch()) + hours(time.hour) +
          minutes(time.minute) + seconds(time.second) + std::chrono::microseconds(time.second_part))
      .count();
}

MysqlStatement::MysqlStatement(MYSQL* connection, std::string_view sql)
    : statement_(mysql_stmt_init(connection)) {
  check(mysql_stmt_prepare(statement_.get(), sql.data(), sql.size()));
  values_.resize(mysql_stmt_param_count(statement_.get()));
}

void MysqlStatement::check(int code) {
  if (code != 0)
    throw std::runtime_error(std::string("MySQL: ") + mysql_stmt_error(statement_.get()));
}

MYSQL_BIND& MysqlStatement::value(std::size_t position, enum_field_types type, const void* at) {
  MYSQL_BIND& bind = values_[position];
  bind.buffer_type = at == nullptr ? MYSQL_TYPE_NULL : type;
  bind.buffer = const_cast<void*>(at);
  return bind;
}

void MysqlStatement::bind_integer(std::size_t position, const std::int64_t* at) {
  value(position, MYSQL_TYPE_LONGLONG, at);
}
void MysqlStatement::bind_number(std::size_t position, const std::int32_t* at) {
  value(position, MYSQL_TYPE_LONG, at);
}
void MysqlStatement::bind_real(std::size_t position, const double* at) {
  value(position, MYSQL_TYPE_DOUBLE, at);
}
void MysqlStatement::bind_text(std::size_t position, const std::string* text) {
  MYSQL_BIND& bind = value(position, MYSQL_TYPE_STRING, text->data());
  bind.buffer_length = static_cast<unsigned long>(text->size());
  bind.length_value = bind.buffer_length;
  bind.length = &bind.length_value;
}
void MysqlStatement::bind_time(std::size_t position, MYSQL_TIME* at) {
  value(position, MYSQL_TYPE_DATETIME, at);
}

void MysqlStatement::run() {
  if (!values_.empty()) check(mysql_stmt_bind_param(statement_.get(), values_.data()));
  check(mysql_stmt_execute(statement_.get()));
}

void MysqlStatement::bind_results(std::vector<MYSQL_BIND> results) {
  results_ = std::move(results);
  check(mysql_stmt_bind_result(statement_.get(), results_.data()));
}

bool MysqlStatement::fetch() {
  const int code = mysql_stmt_fetch(statement_.get());
  if (code == MYSQL_NO_DATA) return false;
  check(code);
  return true;
}

MysqlStatement& MysqlChunkedStatement::of_rows(std::size_t rows) {
  std::unique_ptr<MysqlStatement>& kept = statements_[rows];
  if (kept != nullptr) return *kept;
  std::string sql = text_.before + text_.first;
  for (std::size_t row = 1; row < rows; ++row) sql += text_.row;
  kept = std::make_unique<MysqlStatement>(connection_, sql + text_.after);
  return *kept;
}

std::vector<std::string> MysqlPlainSql::read_row(const std::string& sql) {
  MYSQL* connection = connection_.get();
  if (mysql_real_query(connection, sql.data(), sql.size()) != 0) fail(connection);
  const std::unique_ptr<MYSQL_RES, decltype(&mysql_free_result)> result(
      mysql_store_result(connection), &mysql_free_result);
  if (result == nullptr) fail(connection);
  MYSQL_ROW row = mysql_fetch_row(result.get());
  if (row == nullptr) throw std::runtime_error("no row: " + sql);
  std::vector<std::string> cells;
  for (unsigned int column = 0; column < mysql_num_fields(result.get()); ++column)
    cells.emplace_back(row[column] == nullptr ? "null" : row[column]);
  return cells;
}

void MysqlPlainSql::empty_tables() {
  execute("set foreign_key_checks = 0");
  for (const char* table : {"book_tags", "book", "tag", "author"})
    execute(std::string("truncate ") + table);
  execute("set foreign_key_checks = 1");
}

void MysqlPlainSql::settle() { execute("analyze table author, book, tag, book_tags"); }

std::string MysqlPlainSql::timestamp_literal(std::int64_t microseconds) const {
  return "timestampadd(microsecond, " + std::to_string(microseconds) + ", '1970-01-01')";
}

std::string MysqlPlainSql::timestamp_number(const std::string& column) const {
  return "timestampdiff(microsecond, '1970-01-01', " + column + ")";
}

}  // namespace benchmarks
