// Sorts the result codes of SQLite into the hierarchy of errors.

#include <rowan/drivers/sqlite/sqlite_errors.hpp>

#include <rowan/base/error.hpp>

namespace rowan::drivers::sqlite {
namespace {

enum Primary : int {
  sqlite_error = 1,
  sqlite_perm = 3,
  sqlite_busy = 5,
  sqlite_locked = 6,
  sqlite_no_memory = 7,
  sqlite_read_only = 8,
  sqlite_interrupt = 9,
  sqlite_io_error = 10,
  sqlite_corrupt = 11,
  sqlite_full = 13,
  sqlite_cant_open = 14,
  sqlite_too_big = 18,
  sqlite_constraint = 19,
  sqlite_mismatch = 20,
  sqlite_auth = 23,
  sqlite_not_a_database = 26,
};

enum Extended : int {
  busy_snapshot = 517,
  constraint_check = 275,
  constraint_foreign_key = 787,
  constraint_not_null = 1299,
  constraint_primary_key = 1555,
  constraint_trigger = 1811,
  constraint_unique = 2067,
  constraint_rowid = 2579,
};

DriverErrorDetails details_of(const SqliteFailure& failure, std::string_view advice) {
  DriverErrorDetails details;
  details.message = "SQLite: " + failure.message;
  if (!advice.empty()) details.message += ": " + std::string(advice);
  details.statement = failure.statement;
  details.native_code = failure.code;
  return details;
}

bool has(const SqliteFailure& failure, std::string_view words) {
  return failure.message.find(words) != std::string::npos;
}

[[noreturn]] void throw_constraint(const SqliteFailure& failure) {
  switch (is_foreign_key(failure) ? constraint_foreign_key : failure.code) {
    case constraint_unique:
    case constraint_primary_key:
    case constraint_rowid:
      throw UniqueConstraintViolation(
          details_of(failure, "another row has this value, so change the value or that row"));
    case constraint_foreign_key:
      throw ForeignKeyConstraintViolation(details_of(
          failure,
          "a row refers to one that is not there (or would be gone): insert the row referred to "
          "first, and remove those that refer to a row before it"));
    case constraint_not_null:
      throw NotNullConstraintViolation(
          details_of(failure, "give it a value, or map it as std::optional"));
    case constraint_check:
      throw CheckConstraintViolation(
          details_of(failure, "a value breaks the check of this name: see the mapping's check()"));
    default: throw ConstraintViolation(details_of(failure, "a constraint of the table refuses it"));
  }
}

[[noreturn]] void throw_statement_error(const SqliteFailure& failure) {
  if (has(failure, "no such table")) {
    throw TableNotFoundError(
        details_of(failure, "create the schema first, or look at the table's name in the mapping"));
  }
  if (has(failure, "no such column") || has(failure, "has no column named")) {
    throw ColumnNotFoundError(
        details_of(failure, "the table is older than the mapping, or the name is misspelt"));
  }
  if (has(failure, "syntax error") || has(failure, "incomplete input") ||
      has(failure, "unrecognized token")) {
    throw SyntaxError(details_of(failure, "mend the SQL; values belong in parameters"));
  }
  throw DriverError(details_of(failure, ""));
}

}  // namespace

bool is_foreign_key(const SqliteFailure& failure) noexcept {
  // The rule `restrict` is a trigger to SQLite.
  return failure.code == constraint_foreign_key ||
         (failure.code == constraint_trigger &&
          failure.message.starts_with("FOREIGN KEY constraint failed"));
}

void throw_sqlite_error(const SqliteFailure& failure) {
  switch (failure.code & 0xff) {
    case sqlite_constraint: throw_constraint(failure);
    case sqlite_busy:
      if (failure.code == busy_snapshot) {
        throw SerializationFailure(details_of(
            failure, "somebody wrote since this transaction began to read, so run it again"));
      }
      [[fallthrough]];
    case sqlite_locked:
      throw LockWaitTimeoutError(
          details_of(failure,
                     "another connection held the lock longer than busy_timeout: try again, keep "
                     "transactions short, or raise busy_timeout"));
    case sqlite_interrupt:
      throw QueryCanceledError(details_of(failure, "CancelHandle::cancel() ended the statement"));
    case sqlite_perm:
    case sqlite_auth:
    case sqlite_read_only:
      throw ReadOnlyError(details_of(
          failure,
          "the file, its folder or this transaction may only be read: open it with mode=rw, or "
          "look at the permissions of file and folder"));
    case sqlite_full:
      throw StorageError(details_of(failure, "the disk is full: make room and try again"));
    case sqlite_io_error:
      throw StorageError(
          details_of(failure, "the disk or the file system failed: look at its log"));
    case sqlite_corrupt:
      throw StorageError(
          details_of(failure, "the file is damaged or cut off: restore it from a backup"));
    case sqlite_not_a_database:
      throw StorageError(details_of(
          failure, "the file is something else, or encrypted: look at the path in the URL"));
    case sqlite_cant_open:
      throw ConnectionError(details_of(failure, "look at the path and the folder's permissions"));
    case sqlite_error: throw_statement_error(failure);
    case sqlite_no_memory: throw DriverError(details_of(failure, "the program has no memory left"));
    case sqlite_too_big: throw DriverError(details_of(failure, "a value or the text is too large"));
    case sqlite_mismatch:
      throw DriverError(details_of(failure, "an integer key was given something else"));
    default: throw DriverError(details_of(failure, ""));
  }
}

void throw_open_error(const std::string& path, const SqliteFailure& failure) {
  if ((failure.code & 0xff) != sqlite_cant_open) throw_sqlite_error(failure);
  throw ConnectionError(details_of(
      failure, "\"" + path +
                   "\" cannot be opened: its folder must exist and be writable, with mode=ro or "
                   "mode=rw the file too"));
}

}  // namespace rowan::drivers::sqlite
