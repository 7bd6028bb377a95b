// Sorts the error numbers of MySQL and MariaDB into the hierarchy of errors.

#include <rowan/drivers/mysql/mysql_errors.hpp>

#include <rowan/base/error.hpp>

#include <algorithm>
#include <array>
#include <span>

namespace rowan::drivers::mysql {
namespace {

enum class Kind {
  unique,
  foreign_key,
  not_null,
  check,
  deadlock,
  serialization,
  lock_wait,
  lock_taken,
  canceled,
  too_slow,
  read_only,
  no_table,
  no_column,
  syntax,
  data,
  storage,
  connection,
  access,
  too_many_statements,
  refused_by_group,
};

struct Meaning {
  unsigned int code;
  Kind kind;
};

// Sorted by code. Those from 2000 to 2999 are the client library's.
constexpr auto meanings = std::to_array<Meaning>({
    {167, Kind::data},                  // generated keys are used up (MariaDB)
    {1020, Kind::serialization},        // the row changed since the snapshot (MariaDB)
    {1021, Kind::storage},              // disk full
    {1022, Kind::unique},               // duplicate key on write
    {1040, Kind::connection},           // too many connections
    {1044, Kind::access},               // no right to the database
    {1045, Kind::access},               // wrong user or password
    {1046, Kind::connection},           // no database chosen
    {1047, Kind::connection},           // Galera: the node is not ready
    {1048, Kind::not_null},             // column cannot be null
    {1049, Kind::connection},           // unknown database
    {1053, Kind::connection},           // server shutdown
    {1054, Kind::no_column},            //
    {1062, Kind::unique},               //
    {1064, Kind::syntax},               //
    {1114, Kind::storage},              // table full
    {1129, Kind::connection},           // host is blocked
    {1130, Kind::connection},           // host is not allowed
    {1146, Kind::no_table},             //
    {1149, Kind::syntax},               //
    {1152, Kind::connection},           // aborted connection
    {1153, Kind::data},                 // larger than max_allowed_packet
    {1158, Kind::connection},           // network error, read
    {1159, Kind::connection},           // network timeout, read
    {1160, Kind::connection},           // network error, write
    {1161, Kind::connection},           // network timeout, write
    {1169, Kind::unique},               //
    {1184, Kind::connection},           // new aborting connection
    {1203, Kind::connection},           // the user has too many connections
    {1205, Kind::lock_wait},            //
    {1213, Kind::deadlock},             // also what Galera's certification ends in
    {1216, Kind::foreign_key},          // the row referred to is not there
    {1217, Kind::foreign_key},          // a row refers to this one
    {1226, Kind::connection},           // the user is over a limit
    {1264, Kind::data},                 // out of range
    {1265, Kind::data},                 // truncated
    {1290, Kind::read_only},            // --read-only, --super-read-only
    {1292, Kind::data},                 // wrong value
    {1300, Kind::data},                 // invalid UTF-8
    {1317, Kind::canceled},             //
    {1364, Kind::not_null},             // no default
    {1366, Kind::data},                 // wrong value for the type, or invalid UTF-8
    {1406, Kind::data},                 // too long
    {1411, Kind::data},                 //
    {1451, Kind::foreign_key},          //
    {1452, Kind::foreign_key},          //
    {1461, Kind::too_many_statements},  // max_prepared_stmt_count
    {1467, Kind::data},                 // generated keys are used up
    {1525, Kind::data},                 // wrong value
    {1557, Kind::foreign_key},          //
    {1586, Kind::unique},               // duplicate, with the index's name
    {1614, Kind::deadlock},             // XA: deadlock
    {1690, Kind::data},                 // out of range in an expression
    {1761, Kind::foreign_key},          //
    {1762, Kind::foreign_key},          //
    {1792, Kind::read_only},            // read-only transaction
    {1836, Kind::read_only},            //
    {1859, Kind::unique},               //
    {1927, Kind::connection},           // killed (MariaDB)
    {1969, Kind::too_slow},             // max_statement_time (MariaDB)
    {2002, Kind::connection},           // no such socket
    {2003, Kind::connection},           // no server there
    {2005, Kind::connection},           // unknown host
    {2006, Kind::connection},           // server has gone away
    {2012, Kind::connection},           // handshake
    {2013, Kind::connection},           // lost while waiting for the answer
    {2020, Kind::data},                 // larger than max_allowed_packet
    {2026, Kind::connection},           // TLS
    {2027, Kind::connection},           // malformed packet
    {2055, Kind::connection},           // lost, with the system's error
    {2059, Kind::connection},           // authentication plugin
    {2061, Kind::access},               // authentication failed in the client
    {3024, Kind::too_slow},             // max_execution_time (MySQL)
    {3098, Kind::refused_by_group},     // Group Replication: not with such a table
    {3101, Kind::serialization},        // Group Replication: certification failed
    {3140, Kind::data},                 // invalid JSON text
    {3156, Kind::data},                 // invalid JSON value for a cast
    {3159, Kind::connection},           // the server wants TLS
    {3169, Kind::connection},           // session was killed
    {3572, Kind::lock_taken},           // nowait
    {3819, Kind::check},                // (MySQL)
    {3988, Kind::data},                 // the column's character set lacks a letter (MySQL)
    {4025, Kind::check},                // (MariaDB)
    {4031, Kind::connection},           // disconnected for idleness
    {4150, Kind::canceled},             // (MariaDB) the query was stopped
});

const Meaning* find_meaning(unsigned int code) noexcept {
  const auto found =
      std::lower_bound(meanings.begin(), meanings.end(), code,
                       [](const Meaning& each, unsigned int wanted) { return each.code < wanted; });
  return found != meanings.end() && found->code == code ? &*found : nullptr;
}

/// What a cluster does to a transaction that holds the locks of another node's change comes as an error of the engine:
/// a deadlock found by the commit, or a savepoint that is gone with its transaction.
bool is_ended_by_engine(const MysqlFailure& failure) noexcept {
  const auto has = [&](std::string_view words) {
    return failure.message.find(words) != std::string::npos;
  };
  return (failure.code == 1180 && has("error 149")) || (failure.code == 1030 && has("error 153"));
}

DriverErrorDetails details_of(const MysqlFailure& failure, std::string_view advice) {
  DriverErrorDetails details;
  details.message =
      std::string(failure.product) + ": " + without_values(failure.code, failure.message);
  if (details.message.ends_with('.')) details.message.pop_back();
  if (!advice.empty()) details.message += ": " + std::string(advice);
  details.statement = failure.statement;
  details.sqlstate = failure.sqlstate;
  details.native_code = static_cast<int>(failure.code);
  return details;
}

[[noreturn]] void throw_conflict(const MysqlFailure& failure, Kind kind) {
  if (kind == Kind::deadlock) {
    throw DeadlockError(details_of(failure,
                                   "the server has rolled back the transaction, so run it again; "
                                   "transactional() does with .retries"));
  }
  if (kind == Kind::serialization) {
    throw SerializationFailure(
        details_of(failure,
                   "somebody else changed the same rows, so run the transaction again; "
                   "transactional() does with .retries"));
  }
  if (kind == Kind::lock_taken) {
    throw LockWaitTimeoutError(
        details_of(failure, "another transaction holds the lock: try again when it has ended"));
  }
  throw LockWaitTimeoutError(
      details_of(failure,
                 "another transaction held the lock for longer than innodb_lock_wait_timeout: try "
                 "again, keep transactions short, or raise lock-timeout"));
}

[[noreturn]] void throw_constraint(const MysqlFailure& failure, Kind kind) {
  if (kind == Kind::unique) {
    throw UniqueConstraintViolation(
        details_of(failure, "another row has this value, so change the value or that row"));
  }
  if (kind == Kind::foreign_key) {
    throw ForeignKeyConstraintViolation(details_of(
        failure,
        "a row refers to one that is not there (or would be gone): insert the row referred to "
        "first, and remove those that refer to a row before it"));
  }
  if (kind == Kind::not_null) {
    throw NotNullConstraintViolation(
        details_of(failure, "give it a value, or map it as std::optional"));
  }
  throw CheckConstraintViolation(
      details_of(failure, "a value breaks the check of this name: see the mapping's check()"));
}

[[noreturn]] void throw_statement_error(const MysqlFailure& failure, Kind kind) {
  switch (kind) {
    case Kind::no_table:
      throw TableNotFoundError(details_of(
          failure, "create the schema first, or look at the table's name in the mapping"));
    case Kind::no_column:
      throw ColumnNotFoundError(
          details_of(failure, "the table is older than the mapping, or the name is misspelt"));
    case Kind::syntax:
      throw SyntaxError(details_of(failure, "mend the SQL; values belong in parameters"));
    case Kind::data:
      throw DataError(
          details_of(failure,
                     "the column cannot hold the value: it is too long, out of range, no valid "
                     "UTF-8, or of another kind; change the value or the column's type"));
    case Kind::too_many_statements:
      throw DriverError(details_of(
          failure, "raise the server's max_prepared_stmt_count, or make the pools smaller"));
    case Kind::refused_by_group:
      throw DriverError(
          details_of(failure,
                     "a group takes writes of InnoDB tables with a primary key alone, and with "
                     "several primaries of those without a foreign key whose rule changes rows: "
                     "set on_update_rule() and on_delete() to no_action or restrict"));
    default: throw DriverError(details_of(failure, ""));
  }
}

[[noreturn]] void throw_lost(const MysqlFailure& failure) {
  throw ConnectionError(
      details_of(failure,
                 "the connection is of no more use and what was not committed is rolled back; the "
                 "next unit of work gets a new one"));
}

/// Cuts from the first quote to the last `end` after it; to the end of the text where there is none.
std::string cut(std::string_view message, std::string_view end) {
  const auto from = message.find('\'');
  if (from == std::string_view::npos) return std::string(message);
  std::string out(message.substr(0, from));
  const auto to = end.empty() ? std::string_view::npos : message.rfind(end);
  if (to != std::string_view::npos && to >= from) {
    out += message.substr(to + 2);
  } else {
    while (out.ends_with(' ') || out.ends_with(':')) out.pop_back();
  }
  return out;
}

}  // namespace

std::string without_values(unsigned int code, std::string_view message) {
  switch (code) {
    case 1022:
    case 1062:
    case 1169:
    case 1586:
    case 1557:
    case 1859: return cut(message, "' for key ");
    case 1292:
    case 1366:
    case 1411: return cut(message, "' for ");
    case 1300:
    case 1367:
    case 1525:
    case 1690: return cut(message, "");
    default: return std::string(message);
  }
}

bool is_connection_lost(unsigned int code) noexcept {
  const Meaning* meaning = find_meaning(code);
  return meaning != nullptr && meaning->kind == Kind::connection && code != 1046 && code != 1049;
}

bool is_transaction_lost(const MysqlFailure& failure) noexcept {
  if (is_ended_by_engine(failure)) return true;
  const Meaning* meaning = find_meaning(failure.code);
  return meaning != nullptr &&
         (meaning->kind == Kind::deadlock || meaning->kind == Kind::serialization);
}

bool may_roll_back_all(unsigned int code) noexcept {
  const Meaning* meaning = find_meaning(code);
  return meaning != nullptr && meaning->kind == Kind::lock_wait;
}

void throw_mysql_error(const MysqlFailure& failure) {
  const Meaning* meaning = find_meaning(failure.code);
  if (meaning == nullptr) {
    if (is_ended_by_engine(failure) || failure.sqlstate == "40001" ||
        failure.sqlstate.starts_with("XA1"))
      throw_conflict(failure, Kind::deadlock);
    if (failure.sqlstate.starts_with("08")) throw_lost(failure);
    throw DriverError(details_of(failure, ""));
  }
  switch (meaning->kind) {
    case Kind::unique:
    case Kind::foreign_key:
    case Kind::not_null:
    case Kind::check: throw_constraint(failure, meaning->kind);
    case Kind::deadlock:
    case Kind::serialization:
    case Kind::lock_wait:
    case Kind::lock_taken: throw_conflict(failure, meaning->kind);
    case Kind::canceled:
      throw QueryCanceledError(details_of(
          failure, "CancelHandle::cancel() or somebody at the server ended the statement"));
    case Kind::too_slow:
      throw QueryCanceledError(
          details_of(failure,
                     "the statement took longer than it may: make it faster, or raise "
                     "statement-timeout (or the server's own limit)"));
    case Kind::read_only:
      throw ReadOnlyError(
          details_of(failure,
                     "this transaction or server may only be read: write in a transaction that is "
                     "not read only, on the primary server"));
    case Kind::storage:
      throw StorageError(details_of(failure, "the server has no room left: make some"));
    case Kind::access: throw ConnectionError(details_of(failure, "look at the user's rights"));
    case Kind::connection: throw_lost(failure);
    default: throw_statement_error(failure, meaning->kind);
  }
}

void throw_mysql_connect_error(const MysqlFailure& failure, std::string_view where) {
  std::string_view advice = "see that the server runs and takes connections there";
  switch (failure.code) {
    case 1044:
    case 1045:
    case 1698: advice = "look at user and password, and from which hosts the user may come"; break;
    case 1049: advice = "create the database, or look at its name in the URL"; break;
    case 1040:
    case 1203:
    case 1226: advice = "make the pools smaller, or raise the server's limit"; break;
    case 2026: advice = "look at ssl-mode, ssl-ca and the server's certificate"; break;
    case 2059:
      advice = "libmariadb has no such authentication plugin: install it, or set plugin-dir";
      break;
    case 3159: advice = "set ssl-mode=required or better"; break;
    default: break;
  }
  DriverErrorDetails details = details_of(failure, advice);
  details.message = "no connection to " + std::string(where) + ": " + details.message;
  throw ConnectionError(std::move(details));
}

}  // namespace rowan::drivers::mysql
