// One unit of work's connection: transactions, selects and batches over any SQL database.

#pragma once

#include <rowan/backend/driver.hpp>
#include <rowan/sql/connection_pool.hpp>
#include <rowan/sql/dialect.hpp>
#include <rowan/sql/sql_cursor.hpp>
#include <rowan/sql/sql_writer.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace rowan::sql {

/// A session on a connection of a pool; destroyed, it gives the connection back.
///
/// Thread safety: none. Lifetime: the driver outlives it.
class SqlSession final : public backend::Session {
 public:
  SqlSession(const Dialect& dialect,
             ConnectionPool& pool,
             ConnectionPool::Slot& slot,
             backend::Observer observer) noexcept
      : dialect_(dialect), pool_(pool), slot_(slot), observer_(observer), cursor_(observer_) {}
  SqlSession(const SqlSession&) = delete;
  SqlSession& operator=(const SqlSession&) = delete;
  ~SqlSession() override;

  /// Sessions come and go with every query outside of a transaction: each thread keeps the room of its last one.
  static void* operator new(std::size_t size);
  static void operator delete(void* at) noexcept;

  void begin(const backend::TransactionBegin& begin) override;
  void commit() override;
  void rollback() noexcept override;
  void savepoint(std::string_view name) override;
  void release_savepoint(std::string_view name) override;
  void rollback_to_savepoint(std::string_view name) noexcept override;
  void defer_constraints() override;
  void settle() override { connection().connection().settle(); }
  void cancel() noexcept override { connection().connection().cancel(); }

  backend::Cursor& select(const backend::PreparedSelect& prepared,
                          std::span<const value::Cell> values) override;
  bool reserve_keys(const metadata::EntityMeta& entity,
                    std::size_t count,
                    std::vector<std::int64_t>& keys) override;
  void insert(const backend::InsertBatch& batch, backend::ReturnedRows* returned) override;
  std::uint64_t update(const backend::UpdateBatch& batch, backend::ReturnedRows* returned) override;
  std::uint64_t remove(const backend::DeleteBatch& batch) override;
  void insert_pivot(const backend::PivotBatch& batch) override;
  void remove_pivot(const backend::PivotBatch& batch) override;
  std::uint64_t execute(const query::BoundMutation& mutation,
                        std::span<const value::Cell> values,
                        backend::ReturnedRows* returned) override;
  std::uint64_t execute_native(std::string_view text,
                               std::span<const value::Cell> values,
                               std::vector<std::vector<Value>>* out) override;

 private:
  struct BatchPlan;

  PreparedConnection& connection() noexcept { return *slot_.connection; }
  void run_verb(const std::string& text);
  void run_verb_soon(const std::string& text);
  void close_cursors() noexcept;
  void end_read_only() noexcept;
  std::uint64_t run_batch(const BatchPlan& plan, backend::ReturnedRows* returned);
  std::uint64_t run_arrays(const BatchPlan& plan);
  /// Returns how many rows from `first` on, `most` at most, are not too large for one statement.
  [[nodiscard]] std::size_t rows_that_fit(const BatchPlan& plan,
                                          std::size_t first,
                                          std::size_t most) const;
  /// Inserts rows whose keys are known with one statement, and finds by the key which row came back; false where
  /// nothing was done.
  bool insert_keyed(BatchPlan& plan,
                    const backend::InsertBatch& batch,
                    backend::ReturnedRows* returned);
  /// Inserts where there is no `returning`: keys come from the connection, and other values are selected by key.
  void insert_and_read(BatchPlan& plan,
                       const backend::InsertBatch& batch,
                       backend::ReturnedRows* returned);
  /// Selects the columns of the rows of these keys; each goes to `returned` by the place of its key.
  void read_back(const metadata::EntityMeta& entity,
                 std::span<const value::Cell> keys,
                 std::span<const std::uint16_t> columns,
                 backend::ReturnedRows& returned);
  std::uint64_t finish_write(SqlStatement& statement,
                             const BatchPlan& plan,
                             std::size_t rows,
                             StatementLog& log);
  [[nodiscard]] bool can_be_arrays(std::span<const Parameter> row) const;
  /// Copies the rows in where that is the fastest; false where nothing was done.
  bool copy_batch(const BatchPlan& plan,
                  std::string_view table,
                  std::span<const std::string> names);
  std::uint64_t run_chunk(const BatchPlan& plan,
                          std::size_t first,
                          std::size_t rows,
                          std::size_t padded_rows,
                          backend::ReturnedRows* returned);

  const Dialect& dialect_;
  ConnectionPool& pool_;
  ConnectionPool::Slot& slot_;
  backend::Observer observer_;
  bool is_in_transaction_ = false;
  bool is_read_only_ = false;
  SqlCursor cursor_;
  std::vector<std::unique_ptr<SqlCursor>> more_cursors_;
};

}  // namespace rowan::sql
