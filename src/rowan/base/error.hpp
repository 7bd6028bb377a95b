// The errors of Rowan, one hierarchy under rowan::Error.

#pragma once

#include <cstdint>
#include <exception>
#include <string>
#include <string_view>

// Error
//  |- ValidationError, NotFoundError, MetadataError, OptimisticLockError, TransactionStateError
//  '- DriverError
//      |- ConnectionError, SyntaxError, TableNotFoundError, ColumnNotFoundError, ReadOnlyError, StorageError,
//      |- DataError
//      |- ConstraintViolation: Unique-, ForeignKey-, NotNull-, CheckConstraintViolation
//      '- DeadlockError, LockWaitTimeoutError, SerializationFailure, QueryCanceledError

namespace rowan {

enum class ErrorKind : std::uint8_t {
  validation,         ///< the program gave something wrong
  not_found,          ///< a row was demanded and is not there
  metadata,           ///< the mapping is wrong
  optimistic_lock,    ///< somebody else changed the row
  transaction_state,  ///< begin, commit or rollback at the wrong time
  driver,             ///< the database refused, for no reason below
  connection,         ///< the database cannot be reached, or the connection is gone
  syntax,
  table_not_found,
  column_not_found,
  read_only,
  storage,  ///< disk full, damaged or truncated file
  data,     ///< a value is too long, out of range, or of a form that its column cannot hold
  unique,
  foreign_key,
  not_null,
  check,
  constraint,
  deadlock,
  lock_wait_timeout,
  serialization,
  query_canceled,  ///< somebody ended the statement, or it took longer than was allowed
};

/// The root of everything that Rowan throws.
class Error : public std::exception {
 public:
  Error(ErrorKind kind, std::string message) : kind_(kind), message_(std::move(message)) {}

  [[nodiscard]] const char* what() const noexcept override { return message_.c_str(); }
  [[nodiscard]] ErrorKind kind() const noexcept { return kind_; }
  [[nodiscard]] const std::string& message() const noexcept { return message_; }
  /// Returns the statement that failed, without its values; empty where there was none.
  [[nodiscard]] const std::string& statement() const noexcept { return statement_; }
  /// Returns the five characters of the SQL standard, or empty.
  [[nodiscard]] const std::string& sqlstate() const noexcept { return sqlstate_; }
  /// Returns the database's own number, or 0.
  [[nodiscard]] int native_code() const noexcept { return native_code_; }
  /// Tells whether the whole transaction must be rolled back before anything else can run in it. After other errors a
  /// savepoint is enough, where the database wants one at all.
  [[nodiscard]] bool poisons_transaction() const noexcept {
    return poisons_connection() || kind_ == ErrorKind::deadlock ||
           kind_ == ErrorKind::serialization;
  }
  /// Tells whether the connection is of no more use.
  [[nodiscard]] bool poisons_connection() const noexcept { return kind_ == ErrorKind::connection; }
  /// Tells whether the same unit of work may succeed when tried again.
  [[nodiscard]] bool is_retryable() const noexcept {
    return kind_ == ErrorKind::deadlock || kind_ == ErrorKind::serialization ||
           kind_ == ErrorKind::lock_wait_timeout;
  }

 protected:
  ErrorKind kind_;
  std::string message_;
  std::string statement_;
  std::string sqlstate_;
  int native_code_ = 0;
};

class ValidationError : public Error {
 public:
  explicit ValidationError(std::string message)
      : Error(ErrorKind::validation, std::move(message)) {}
};

class NotFoundError : public Error {
 public:
  explicit NotFoundError(std::string message) : Error(ErrorKind::not_found, std::move(message)) {}
};

class MetadataError : public Error {
 public:
  explicit MetadataError(std::string message) : Error(ErrorKind::metadata, std::move(message)) {}
};

class OptimisticLockError : public Error {
 public:
  explicit OptimisticLockError(std::string message)
      : Error(ErrorKind::optimistic_lock, std::move(message)) {}
};

class TransactionStateError : public Error {
 public:
  explicit TransactionStateError(std::string message)
      : Error(ErrorKind::transaction_state, std::move(message)) {}
};

/// What a database said, with the statement it said it of.
struct DriverErrorDetails {
  std::string message;
  std::string statement{};
  std::string sqlstate{};
  int native_code = 0;
};

/// An error that a database or its client library reported.
class DriverError : public Error {
 public:
  explicit DriverError(DriverErrorDetails details, ErrorKind kind = ErrorKind::driver);
};

#define ROWAN_DRIVER_ERROR(Name, Base, kind_value)                         \
  class Name : public Base {                                               \
   public:                                                                 \
    explicit Name(DriverErrorDetails details, ErrorKind kind = kind_value) \
        : Base(std::move(details), kind) {}                                \
  }

ROWAN_DRIVER_ERROR(ConnectionError, DriverError, ErrorKind::connection);
/// The connection was lost while a commit was under way: the transaction may have been committed, or not.
ROWAN_DRIVER_ERROR(CommitUnknownError, ConnectionError, ErrorKind::connection);
ROWAN_DRIVER_ERROR(SyntaxError, DriverError, ErrorKind::syntax);
ROWAN_DRIVER_ERROR(TableNotFoundError, DriverError, ErrorKind::table_not_found);
ROWAN_DRIVER_ERROR(ColumnNotFoundError, DriverError, ErrorKind::column_not_found);
ROWAN_DRIVER_ERROR(ReadOnlyError, DriverError, ErrorKind::read_only);
ROWAN_DRIVER_ERROR(StorageError, DriverError, ErrorKind::storage);
ROWAN_DRIVER_ERROR(DataError, DriverError, ErrorKind::data);
ROWAN_DRIVER_ERROR(ConstraintViolation, DriverError, ErrorKind::constraint);
ROWAN_DRIVER_ERROR(UniqueConstraintViolation, ConstraintViolation, ErrorKind::unique);
ROWAN_DRIVER_ERROR(ForeignKeyConstraintViolation, ConstraintViolation, ErrorKind::foreign_key);
ROWAN_DRIVER_ERROR(NotNullConstraintViolation, ConstraintViolation, ErrorKind::not_null);
ROWAN_DRIVER_ERROR(CheckConstraintViolation, ConstraintViolation, ErrorKind::check);
ROWAN_DRIVER_ERROR(DeadlockError, DriverError, ErrorKind::deadlock);
ROWAN_DRIVER_ERROR(LockWaitTimeoutError, DriverError, ErrorKind::lock_wait_timeout);
ROWAN_DRIVER_ERROR(SerializationFailure, DriverError, ErrorKind::serialization);
ROWAN_DRIVER_ERROR(QueryCanceledError, DriverError, ErrorKind::query_canceled);

#undef ROWAN_DRIVER_ERROR

}  // namespace rowan
