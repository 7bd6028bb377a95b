// What a SQL database's client library must offer: statements, and nothing of entities but their keys.

#pragma once

#include <rowan/backend/batch.hpp>
#include <rowan/metadata/entity_meta.hpp>
#include <rowan/sql/parameter.hpp>
#include <rowan/value/cell.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rowan::sql {

/// A prepared statement: bind(), step() until null, reset(), and again.
class SqlStatement {
 public:
  virtual ~SqlStatement() = default;
  /// Binds `cells` to the placeholders from `first` (counted from 0) on.
  /// Lifetime: bytes are not copied; they stay good until reset().
  virtual void bind(std::size_t first,
                    std::span<const value::Cell> cells,
                    std::span<const Parameter> parameters) = 0;
  /// Tells whether a list, or a column of a batch, can be bound as one array.
  [[nodiscard]] virtual bool takes_arrays() const noexcept { return false; }
  /// Binds all `cells` as one array to the placeholder at `position`. Requires: takes_arrays().
  virtual void bind_list(std::size_t position,
                         std::span<const value::Cell> cells,
                         const Parameter& parameter);
  /// Binds `count` rows of a batch from `first` on, one array for each of `parameters`. Requires: takes_arrays().
  virtual void bind_arrays(backend::RowSource& rows,
                           std::size_t first,
                           std::size_t count,
                           std::span<const Parameter> parameters);
  /// Sends the statement without waiting for its end, where the connection can; an error of it then comes with the next
  /// statement that is waited for. Returns false where nothing was done, and step() must run it.
  /// Requires: a running transaction, and nobody asks for rows or for affected().
  [[nodiscard]] virtual bool post() { return false; }
  /// Runs the statement or goes on with it; returns the next row's cells, or null at the end.
  /// Errors: DriverError and those below it. Lifetime: cells are good until the next call.
  virtual const value::Cell* step() = 0;
  [[nodiscard]] virtual std::size_t column_count() const noexcept = 0;
  /// Returns how many values it takes, where the client library tells.
  [[nodiscard]] virtual std::optional<std::size_t> placeholder_count() const noexcept {
    return std::nullopt;
  }
  /// Returns how many rows the last run changed.
  [[nodiscard]] virtual std::uint64_t affected() const noexcept = 0;
  /// Returns the first key that the last run generated, where the connection tells keys so.
  [[nodiscard]] virtual std::int64_t generated_key() const noexcept { return 0; }
  /// Allows step() to leave the first `columns` cells as they are, but that at `key`, in a row whose `key` is the same
  /// integer as in the row before.
  virtual void skip_repeated(std::size_t columns, std::size_t key) noexcept {
    static_cast<void>(columns);
    static_cast<void>(key);
  }
  /// Makes the statement ready for the next run.
  virtual void reset() noexcept = 0;
  [[nodiscard]] virtual std::string_view text() const noexcept = 0;
};

/// Rows that go into a table by the fastest way that the database has.
struct CopyTarget {
  std::string_view table;  ///< as metadata has it, not quoted
  std::span<const Parameter> columns;
  std::span<const std::string> column_names;
};

/// One connection. Thread safety: none, but for cancel().
class SqlConnection {
 public:
  virtual ~SqlConnection() = default;
  /// Lifetime: the statement must go before the connection.
  [[nodiscard]] virtual std::unique_ptr<SqlStatement> prepare(std::string_view text) = 0;
  /// Tells whether a transaction is open as the database sees it.
  [[nodiscard]] virtual bool is_in_transaction() const noexcept = 0;
  /// Runs a text without values and without rows: a verb, or what cannot be prepared.
  virtual void run(std::string_view text) = 0;
  /// The same, together with the next statement where the protocol allows that; an error then comes with that one.
  virtual void run_soon(std::string_view text) { run(text); }
  /// Waits for all that run_soon() and SqlStatement::post() have sent. Errors: theirs.
  virtual void settle() {}
  /// Tells whether the connection is of further use, as far as is known without asking the server.
  [[nodiscard]] virtual bool is_usable() const noexcept = 0;
  /// Asks the server whether the connection is of further use. Cost: a round trip.
  [[nodiscard]] virtual bool check() noexcept { return is_usable(); }
  /// Makes the connection as new for the next unit of work, where something of the last one could stay behind.
  /// Cost: nothing where nothing is left.
  virtual void clean() noexcept {}
  /// Ends the statement that runs now, from any thread; it fails with QueryCanceledError. Nothing where none runs.
  virtual void cancel() noexcept {}
  /// See backend::Session::reserve_keys().
  virtual bool reserve_keys(const metadata::EntityMeta& entity,
                            std::size_t count,
                            std::vector<std::int64_t>& keys) = 0;
  /// Returns by how much the generated keys of the rows of one insert differ, each from that of the row before; 0 where
  /// nothing guarantees that, and rows whose keys somebody asks for are inserted one by one.
  /// Requires: Capabilities::returning is false.
  virtual std::int64_t key_step(const metadata::EntityMeta& entity) {
    static_cast<void>(entity);
    return 0;
  }
  /// Writes `count` rows of a batch from `first` on, faster than an insert; false where nothing was done and no
  /// row was asked for.
  virtual bool copy_rows(const CopyTarget& target,
                         backend::RowSource& rows,
                         std::size_t first,
                         std::size_t count);
};

}  // namespace rowan::sql
