// Sorts SQLSTATEs into the hierarchy of errors.

#include <rowan/drivers/postgres/postgres_errors.hpp>

#include <rowan/base/error.hpp>

#include <algorithm>
#include <iterator>
#include <utility>

namespace rowan::drivers::postgres {
namespace {

/// Returns the text with what stands in double quotes left out: in errors of data that is the value, which may have
/// quotes itself.
std::string without_quoted(std::string_view text) {
  const auto first = text.find('"');
  const auto last = text.rfind('"');
  if (first == last) return std::string(text.substr(0, first));
  return std::string(text.substr(0, first)) + "\"...\"" + std::string(text.substr(last + 1));
}

/// Returns the column of "COPY tag, line 1, column name: ...", which is all that is told of a value in a copy.
std::string_view column_of_copy(std::string_view context) {
  constexpr std::string_view start = ", column ";
  if (!context.starts_with("COPY ")) return {};
  context = context.substr(0, context.find_first_of(":\n"));
  const auto at = context.rfind(start);
  return at == std::string_view::npos ? std::string_view() : context.substr(at + start.size());
}

/// Returns the columns of "Key (a, b)=(1, 2) already exists.", without the values.
std::string_view columns_of(std::string_view detail) {
  constexpr std::string_view start = "Key (";
  if (!detail.starts_with(start)) return {};
  detail.remove_prefix(start.size());
  const auto end = detail.find(")=");
  return end == std::string_view::npos ? std::string_view() : detail.substr(0, end);
}

/// Tells whether what the server could not read is a value with a grammar of its own and not the SQL.
bool is_in_value(const PostgresFailure& failure) noexcept {
  const std::string_view source = failure.source;
  const std::string_view state = failure.sqlstate;
  return (state == "42601" || state == "54000") &&
         (source.starts_with("tsquery") || source.starts_with("tsvector") ||
          source.starts_with("to_tsany") || source.starts_with("jsonpath"));
}

std::string message_of(const PostgresFailure& failure) {
  const std::string_view state = failure.sqlstate;
  const bool may_hold_value =
      state.starts_with("22") || state == "42804" || state == "42846" || is_in_value(failure);
  std::string out = "PostgreSQL: ";
  out += may_hold_value ? without_quoted(failure.message) : failure.message;
  // The bytes are the value too.
  if (state == "22021") out.resize(std::min(out.size(), out.find(": 0x")));
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

DriverErrorDetails details_with_column(const PostgresFailure& failure, std::string_view advice) {
  DriverErrorDetails details;
  details.message = message_of(failure);
  std::string_view columns = failure.column;
  if (columns.empty()) columns = columns_of(failure.detail);
  if (columns.empty()) columns = column_of_copy(failure.context);
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
    throw UniqueConstraintViolation(details_with_column(
        failure, "another row has this value, so change the value or that row"));
  }
  if (state == "23503" || state == "23001") {
    throw ForeignKeyConstraintViolation(details_with_column(
        failure,
        "a row refers to one that is not there (or would be gone): insert the row referred to "
        "first, and remove those that refer to a row before it"));
  }
  if (state == "23502") {
    throw NotNullConstraintViolation(
        details_with_column(failure, "give it a value, or map it as std::optional"));
  }
  if (state == "23514") {
    throw CheckConstraintViolation(details_with_column(
        failure, "a value breaks the check of this name: see the mapping's check()"));
  }
  throw ConstraintViolation(details_with_column(failure, "a constraint of the table refuses it"));
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

/// Returns what to do about a value that does not fit; empty where the state says that the SQL computes what is not
/// defined, as a division by zero.
std::string_view advice_for_value(std::string_view state) {
  if (state == "22001") return "the text is longer than its column: shorten it or widen the column";
  if (state == "22003") return "the number does not fit in its column: widen the column";
  if (state == "22021" || state == "22P05")
    return "text must be valid UTF-8 without zero bytes: use a blob for others";
  static constexpr std::string_view others[] = {
      "22007", "22008", "22009", "22015", "22018", "22019", "22025", "22026",
      "2200L", "2200M", "2200N", "2200S", "2200T", "2201B", "22P02", "22P03"};
  const bool is_value = std::find(std::begin(others), std::end(others), state) != std::end(others);
  // 22030 to 2203G are of JSON.
  return is_value || state.starts_with("2203") ? "the value is none of the column's type" : "";
}

[[noreturn]] void throw_data_error(const PostgresFailure& failure) {
  const std::string_view advice = advice_for_value(failure.sqlstate);
  if (advice.empty()) throw DriverError(details_of(failure, ""));
  throw DataError(details_with_column(failure, advice));
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
  if (is_statement_lost(failure)) {
    throw SerializationFailure(details_of(
        failure,
        "the table of a prepared statement was changed, or the server has forgotten the statement: "
        "it is prepared anew where the transaction runs again, as {.retries = n} does"));
  }
  if (is_in_value(failure)) {
    throw DataError(details_of(
        failure, "the words of a full-text search, or the path into a document, are malformed"));
  }
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
