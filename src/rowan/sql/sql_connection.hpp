// What a SQL database's client library must offer: statements, and nothing of entities but their keys.

#pragma once

#include <rowan/metadata/entity_meta.hpp>
#include <rowan/sql/parameter.hpp>
#include <rowan/value/cell.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

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

/// One connection. Thread safety: none.
class SqlConnection {
 public:
  virtual ~SqlConnection() = default;
  /// Lifetime: the statement must go before the connection.
  [[nodiscard]] virtual std::unique_ptr<SqlStatement> prepare(std::string_view text) = 0;
  /// Tells whether a transaction is open as the database sees it.
  [[nodiscard]] virtual bool is_in_transaction() const noexcept = 0;
  /// Tells whether the connection is of further use.
  [[nodiscard]] virtual bool is_usable() const noexcept = 0;
  /// See backend::Session::reserve_keys().
  virtual std::optional<std::int64_t> reserve_keys(const metadata::EntityMeta& entity,
                                                   std::size_t count) = 0;
};

}  // namespace rowan::sql
