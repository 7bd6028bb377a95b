// Connections, statements and copies over libpq.

#include <benchmarks/postgres_client.hpp>

#include <benchmarks/server_url.hpp>

#include <stdexcept>
#include <utility>

namespace benchmarks {

PostgresConnection connect_postgres(const std::string& url) {
  PostgresConnection connection(PQconnectdb(url.c_str()));
  if (PQstatus(connection.get()) != CONNECTION_OK)
    throw std::runtime_error(PQerrorMessage(connection.get()));
  return connection;
}

PostgresResult expect_postgres_ok(PGconn* connection, PGresult* result) {
  PostgresResult owned(result);
  switch (PQresultStatus(result)) {
    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK:
    case PGRES_COPY_IN: return owned;
    default: throw std::runtime_error(std::string("PostgreSQL: ") + PQerrorMessage(connection));
  }
}

PostgresResult run_postgres(PGconn* connection, const std::string& sql) {
  return expect_postgres_ok(connection, PQexec(connection, sql.c_str()));
}

std::string make_postgres_database(const std::string& url, const std::string& name) {
  const PostgresConnection connection = connect_postgres(url);
  const PostgresResult found =
      run_postgres(connection.get(), "select 1 from pg_database where datname = '" + name + "'");
  if (PQntuples(found.get()) == 0) run_postgres(connection.get(), "create database " + name);
  std::string made = with_database(url, name);
  const PostgresConnection inside = connect_postgres(made);
  run_postgres(inside.get(),
               "set client_min_messages = warning;"
               "drop schema public cascade; create schema public");
  return made;
}

PostgresStatement::PostgresStatement(PGconn* connection,
                                     std::string name,
                                     const std::string& sql,
                                     const std::vector<Oid>& types)
    : connection_(connection), name_(std::move(name)) {
  expect_postgres_ok(connection, PQprepare(connection, name_.c_str(), sql.c_str(),
                                           static_cast<int>(types.size()), types.data()));
}

PostgresResult PostgresStatement::run(std::initializer_list<const PostgresBuffer*> values) {
  const char* data[4];
  int lengths[4];
  int formats[4];
  int count = 0;
  for (const PostgresBuffer* value : values) {
    data[count] = value->data();
    lengths[count] = value->size();
    formats[count] = 1;
    ++count;
  }
  return expect_postgres_ok(
      connection_, PQexecPrepared(connection_, name_.c_str(), count, data, lengths, formats, 1));
}

PostgresCopy::PostgresCopy(PGconn* connection, const std::string& copy_text, PostgresBuffer& buffer)
    : connection_(connection), buffer_(buffer) {
  run_postgres(connection, copy_text);
  buffer_.begin_copy();
}

void PostgresCopy::put() {
  if (PQputCopyData(connection_, buffer_.data(), buffer_.size()) != 1)
    throw std::runtime_error(std::string("PostgreSQL: ") + PQerrorMessage(connection_));
  buffer_.clear();
}

void PostgresCopy::end() {
  buffer_.end_copy();
  put();
  if (PQputCopyEnd(connection_, nullptr) != 1)
    throw std::runtime_error(std::string("PostgreSQL: ") + PQerrorMessage(connection_));
  while (PGresult* result = PQgetResult(connection_)) expect_postgres_ok(connection_, result);
}

void PostgresPlainSql::execute(const std::string& sql) { run_postgres(connection_.get(), sql); }

std::vector<std::string> PostgresPlainSql::read_row(const std::string& sql) {
  const PostgresResult result = run_postgres(connection_.get(), sql);
  if (PQntuples(result.get()) == 0) throw std::runtime_error("no row: " + sql);
  std::vector<std::string> cells;
  for (int column = 0; column < PQnfields(result.get()); ++column) {
    cells.emplace_back(
        PQgetisnull(result.get(), 0, column) == 1 ? "null" : PQgetvalue(result.get(), 0, column));
  }
  return cells;
}

void PostgresPlainSql::empty_tables() {
  execute("truncate author, book, tag, book_tags restart identity");
}

void PostgresPlainSql::settle() { execute("vacuum analyze"); }

std::string PostgresPlainSql::timestamp_literal(std::int64_t microseconds) const {
  return "timestamptz 'epoch' + " + std::to_string(microseconds) + " * interval '1 microsecond'";
}

std::string PostgresPlainSql::timestamp_number(const std::string& column) const {
  return "(extract(epoch from " + column + ") * 1000000)::bigint";
}

}  // namespace benchmarks
