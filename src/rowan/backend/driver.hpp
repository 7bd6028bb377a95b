// The one interface between the unit of work and every database.

#pragma once

#include <rowan/backend/batch.hpp>
#include <rowan/backend/capabilities.hpp>
#include <rowan/backend/schema_manager.hpp>
#include <rowan/base/log.hpp>
#include <rowan/query/bound.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace rowan::metadata {
class Registry;
}

namespace rowan::backend {

/// Counters of one entity manager, raised by the session that runs its statements.
struct StatementCounters {
  std::uint64_t statements = 0;
  std::uint64_t rows = 0;
};

/// Where a session reports statements: counters always, the logger when one is enabled.
struct Observer {
  StatementCounters* counters = nullptr;
  Logger* logger = nullptr;
  std::optional<std::chrono::microseconds> slow_threshold{};
  LogNamespace ns = LogNamespace::query;  ///< of the statements
};

/// A select compiled by a driver; kept by the ORM for its shape and used by any session of that driver.
class PreparedSelect {
 public:
  virtual ~PreparedSelect() = default;
  /// Returns the text that would run, for logs and tests.
  [[nodiscard]] virtual std::string text() const = 0;
};

/// Walks over the rows of a select.
class Cursor {
 public:
  virtual ~Cursor() = default;
  /// Returns the next row's cells, or null after the last. Lifetime: cells are good until the next call or close().
  virtual const value::Cell* next() = 0;
  /// Ends the select early or late; the cursor object belongs to the session and may be reused by it.
  virtual void close() noexcept = 0;
};

enum class IsolationLevel : std::uint8_t {
  unspecified,
  read_uncommitted,
  read_committed,
  repeatable_read,
  serializable
};

struct TransactionBegin {
  IsolationLevel isolation = IsolationLevel::unspecified;
  bool read_only = false;
  bool will_write = true;  ///< false: the transaction may stay a reading one until its first write
};

/// A connection lent to one unit of work, for one statement or one transaction.
///
/// Thread safety: none; destroyed or end()ed, the connection goes back to its pool (a transaction left open is
/// rolled back).
class Session {
 public:
  virtual ~Session() = default;

  virtual void begin(const TransactionBegin&) = 0;
  virtual void commit() = 0;
  virtual void rollback() noexcept = 0;
  virtual void savepoint(std::string_view name) = 0;
  virtual void release_savepoint(std::string_view name) = 0;
  virtual void rollback_to_savepoint(std::string_view name) noexcept = 0;
  /// Lets foreign keys wait for the commit of the running transaction.
  virtual void defer_constraints() = 0;

  /// Waits for the writes that were sent and not waited for; their error is thrown now at the latest.
  virtual void settle() {}
  /// Ends the statement that runs now, from any thread; it fails with QueryCanceledError.
  virtual void cancel() noexcept {}

  /// Runs a prepared select; `values` by the value indexes of the bound tree.
  virtual Cursor& select(const PreparedSelect&, std::span<const value::Cell> values) = 0;

  /// Appends `count` generated keys that nobody else gets; false, and none, where they must come back from the insert.
  /// Requires: a running writing transaction.
  virtual bool reserve_keys(const metadata::EntityMeta&,
                            std::size_t count,
                            std::vector<std::int64_t>& keys) = 0;
  virtual void insert(const InsertBatch&, ReturnedRows*) = 0;
  /// Returns how many rows were matched.
  virtual std::uint64_t update(const UpdateBatch&, ReturnedRows*) = 0;
  virtual std::uint64_t remove(const DeleteBatch&) = 0;
  virtual void insert_pivot(const PivotBatch&) = 0;
  virtual void remove_pivot(const PivotBatch&) = 0;

  /// Runs a bulk change; returns the rows affected. Returned columns go to `returned`.
  virtual std::uint64_t execute(const query::BoundMutation&,
                                std::span<const value::Cell> values,
                                ReturnedRows* returned) = 0;
  /// Runs native text with bound values (SQL drivers); returns rows affected, and rows through `out` as owned values.
  virtual std::uint64_t execute_native(std::string_view text,
                                       std::span<const value::Cell> values,
                                       std::vector<std::vector<Value>>* out) = 0;
};

/// Whether a session will write; a driver with one writer and many readers lends accordingly, one with replicas sends
/// statements that read there, but no transaction.
enum class Access : std::uint8_t { read, read_transaction, write };

/// One database, with its connections. Thread safety: every member may be called from any thread.
class Driver {
 public:
  virtual ~Driver() = default;
  [[nodiscard]] virtual const Capabilities& capabilities() const noexcept = 0;
  /// Returns the product's name, for people only.
  [[nodiscard]] virtual std::string_view name() const noexcept = 0;
  /// Compiles a bound select.
  [[nodiscard]] virtual std::unique_ptr<PreparedSelect> prepare(query::BoundSelect select) = 0;
  /// Returns the text of a mutation, for the debug view and tests.
  [[nodiscard]] virtual std::string text_of(const query::BoundMutation&) = 0;
  /// Runs `work` with a session that sends nothing, and returns the statements that it would have sent, in order.
  ///
  /// Selects yield no rows, changes match none. For the debug view.
  [[nodiscard]] virtual std::vector<std::string> rehearse(
      const std::function<void(Session&)>& work) = 0;
  /// Lends a connection.
  /// Errors: ConnectionError; ValidationError where this thread holds the only connection already (it would wait for
  /// itself).
  [[nodiscard]] virtual std::unique_ptr<Session> session(Access, Observer) = 0;
  [[nodiscard]] virtual std::unique_ptr<SchemaManager> schema_manager(
      const metadata::Registry&) = 0;
  /// Closes every idle connection; later calls throw ConnectionError.
  virtual void close() = 0;
};

}  // namespace rowan::backend
