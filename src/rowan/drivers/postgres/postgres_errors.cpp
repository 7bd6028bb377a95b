// Sorts SQLSTATEs into the hierarchy of errors.

#include <rowan/drivers/postgres/postgres_errors.hpp>

#include <rowan/base/error.hpp>

#include <utility>

namespace rowan::drivers::postgres {
namespace {

/// Returns the text with what stands in double quotes left out: in errors of data that is the value.
std::string without_quoted(std::string_view text) {
  std::string out;
  bool is_quoted = false;
  for (const char c : text) {
    if (c == '"') {
      if (is_quoted) out += "...";
      is_quoted = !is_quoted;
      out += c;
    } else if (!is_quoted) {
      out += c;
    }
  }
  return out;
}

/// Returns the columns of "Key (a, b)=(1, 2) already exists.", without the values.
std::string_view columns_of(std::string_view detail) {
  constexpr std::string_view start = "Key (";
  if (!detail.starts_with(start)) return {};
  detail.remove_prefix(start.size());
  const auto end = detail.find(")=");
  return end == std::string_view::npos ? std::string_view() : detail.substr(0, end);
}

std::string message_of(const PostgresFailure& failure) {
  const std::string_view state = failure.sqlstate;
  const bool may_hold_value = state.starts_with("22") || state == "42804" || state == "42846";
  std::string out = "PostgreSQL: ";
  out += may_hold_value ? without_quoted(failure.message) : failure.message;
  return out;
}

DriverErrorDetails details_of(const PostgresFailure& failure, std::string_view advice) {
  DriverErrorDetails details;
  details.message = message_of(failure);
  if (!failure.hint.empty()) details.message += " (" + failure.hint + ")";
  if (!advice.empty()) details.message += ": " + std::string(advice);
  details.statement = failure.statement;
  details.sqlstate = failure.sqlstate;
  return details;
}

DriverErrorDetails constraint_details(const PostgresFailure& failure, std::string_view advice) {
  DriverErrorDetails details;
  details.message = message_of(failure);
  const std::string_view columns =
      !failure.column.empty() ? std::string_view(failure.column) : columns_of(failure.detail);
  if (!columns.empty()) details.message += ", of (" + std::string(columns) + ")";
  if (!failure.table.empty() && failure.message.find(failure.table) == std::string::npos)
    details.message += " of table \"" + failure.table + "\"";
  details.message += ": " + std::string(advice);
  details.statement = failure.statement;
  details.sqlstate = failure.sqlstate;
  return details;
}

[[noreturn]] void throw_constraint(const PostgresFailure& failure) {
  const std::string_view state = failure.sqlstate;
  if (state == "23505") {
    throw UniqueConstraintViolation(
        constraint_details(failure, "another row has this value, so change the value or that row"));
  }
  if (state == "23503" || state == "23001") {
    throw ForeignKeyConstraintViolation(constraint_details(
        failure,
        "a row refers to one that is not there (or would be gone): insert the row referred to "
        "first, and remove those that refer to a row before it"));
  }
  if (state == "23502") {
    throw NotNullConstraintViolation(
        constraint_details(failure, "give it a value, or map it as std::optional"));
  }
  if (state == "23514") {
    throw CheckConstraintViolation(constraint_details(
        failure, "a value breaks the check of this name: see the mapping's check()"));
  }
  throw ConstraintViolation(constraint_details(failure, "a constraint of the table refuses it"));
}

[[noreturn]] void throw_name_error(const PostgresFailure& failure) {
  const std::string_view state = failure.sqlstate;
  if (state == "42P01" || state == "3F000") {
    throw TableNotFoundError(
        details_of(failure, "create the schema first, or look at the table's name in the mapping"));
  }
  if (state == "42703") {
    throw ColumnNotFoundError(
        details_of(failure, "the table is older than the mapping, or the name is misspelt"));
  }
  if (state == "42601")
    throw SyntaxError(details_of(failure, "mend the SQL; values belong in parameters"));
  if (state == "42501") {
    throw DriverError(details_of(failure, "the user of the connection lacks the right: grant it"));
  }
  throw DriverError(details_of(failure, ""));
}

[[noreturn]] void throw_conflict(const PostgresFailure& failure) {
  if (failure.sqlstate == "40P01") {
    throw DeadlockError(details_of(
        failure, "two transactions waited for each other: run it again, as {.retries = n} does"));
  }
  throw SerializationFailure(
      details_of(failure,
                 "another transaction changed what this one read: run it again, as {.retries = n} "
                 "does"));
}

[[noreturn]] void throw_data_error(const PostgresFailure& failure) {
  const std::string_view state = failure.sqlstate;
  std::string_view advice;
  if (state == "22001")
    advice = "the text is longer than its column: shorten it or widen the column";
  if (state == "22003") advice = "the number does not fit in its column: widen the column";
  if (state == "22021")
    advice = "text must be valid UTF-8 without zero bytes: use a blob for others";
  if (state == "22P05" || state == "22P02" || state == "22007" || state == "22008")
    advice = "the value is none of the column's type";
  throw DriverError(details_of(failure, advice));
}

}  // namespace

bool ends_connection(const PostgresFailure& failure) noexcept {
  const std::string_view state = failure.sqlstate;
  return state.starts_with("08") || state == "57P01" || state == "57P02" || state == "57P03" ||
         state == "57P04" || state == "57P05" || state == "25006" || state == "25P03";
}

bool is_statement_lost(const PostgresFailure& failure) noexcept {
  return failure.sqlstate == "26000" ||
         (failure.sqlstate == "0A000" && failure.message.find("cached plan") != std::string::npos);
}

void throw_postgres_error(const PostgresFailure& failure) {
  const std::string_view state = failure.sqlstate;
  const std::string_view kind = state.substr(0, 2);
  if (kind == "23") throw_constraint(failure);
  if (state == "40001" || state == "40P01") throw_conflict(failure);
  if (state == "55P03") {
    throw LockWaitTimeoutError(details_of(
        failure, "another transaction holds the lock: try again, or keep transactions short"));
  }
  if (state == "57014") {
    throw QueryCanceledError(
        details_of(failure,
                   "CancelHandle::cancel() ended the statement, or it took longer than "
                   "statement_timeout allows"));
  }
  if (state == "25006") {
    throw ReadOnlyError(
        details_of(failure,
                   "the transaction or the server may only read: after a failover the next unit of "
                   "work finds the new primary where the URL names all hosts and "
                   "target_session_attrs=read-write"));
  }
  if (ends_connection(failure)) {
    throw ConnectionError(details_of(
        failure, "the server ended the connection: run the unit of work again once it is back"));
  }
  if (kind == "25" || kind == "2D") {
    throw DriverError(details_of(
        failure, "roll the transaction back (or to a savepoint) before anything else runs in it"));
  }
  if (kind == "42" || kind == "3F") throw_name_error(failure);
  if (kind == "22") throw_data_error(failure);
  if (kind == "53" && state != "53300")
    throw StorageError(details_of(failure, "the server has no room or memory left"));
  if (state == "53300")
    throw ConnectionError(
        details_of(failure, "the server has no connection left: make pools smaller"));
  if (kind == "58" || kind == "XX")
    throw StorageError(details_of(failure, "the server failed: look at its log"));
  throw DriverError(details_of(failure, ""));
}

void throw_connection_lost(std::string_view message, const std::string& statement) {
  DriverErrorDetails details;
  details.message = "PostgreSQL: the connection was lost";
  while (!message.empty() && (message.back() == '\n' || message.back() == ' '))
    message.remove_suffix(1);
  if (!message.empty()) details.message += " (" + std::string(message) + ")";
  details.message += ": nothing that was not committed is kept; run the unit of work again";
  details.statement = statement;
  details.sqlstate = "08006";
  throw ConnectionError(std::move(details));
}

void throw_connect_error(std::string_view message) {
  while (!message.empty() && (message.back() == '\n' || message.back() == ' '))
    message.remove_suffix(1);
  std::string_view advice = "look at host and port in the URL, and whether the server runs";
  std::string_view state = "08001";
  const auto has = [&](std::string_view words) {
    return message.find(words) != std::string_view::npos;
  };
  if (has("authentication failed") || has("no password supplied") || has("pg_hba.conf")) {
    advice = "look at user and password in the URL (or PGPASSWORD, or the password file)";
    state = "28P01";
  } else if (has("does not exist")) {
    advice = "create the database (or role) first, or look at its name in the URL";
    state = "3D000";
  } else if (has("certificate") || has("SSL")) {
    advice = "look at sslmode, sslrootcert and the server's certificate";
  } else if (has("too many clients") || has("too many connections")) {
    advice = "the server has no connection left: make the pools smaller";
    state = "53300";
  } else if (has("starting up") || has("shutting down") || has("recovery mode")) {
    advice = "the server is on its way up or down: try again in a moment";
    state = "57P03";
  }
  DriverErrorDetails details;
  details.message =
      "PostgreSQL cannot be reached: " + std::string(message) + ": " + std::string(advice);
  details.sqlstate = state;
  throw ConnectionError(std::move(details));
}

}  // namespace rowan::drivers::postgres
