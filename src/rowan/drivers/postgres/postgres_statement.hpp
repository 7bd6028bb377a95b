// Statements as the server keeps them, and their runs.

#pragma once

#include <rowan/drivers/postgres/postgres_client.hpp>
#include <rowan/drivers/postgres/postgres_codec.hpp>
#include <rowan/sql/sql_connection.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace rowan::drivers::postgres {

/// What a statement may leave behind that no rollback takes away.
enum class Traces : std::uint8_t {
  none,
  names,    ///< only for the running transaction, but names may mean other tables now
  session,  ///< in the session: a setting, a lock, a temporary table
};
/// Returns what a statement may leave behind, as far as its text tells: what a function does is not to be seen.
[[nodiscard]] Traces traces_of(std::string_view text);

/// What the server told of a text. Shared by all statements of that text on a connection.
struct ServerStatement {
  StatementTextPointer text;
  Traces traces = Traces::none;
  std::string name{};  ///< empty: the server keeps none
  bool is_known = false;
  bool is_kept = false;  ///< the server has it under its name
  std::vector<WireType> parameters{};
  std::vector<TypeOid> parameter_oids{};
  std::vector<WireType> columns{};
  bool has_binary_columns = true;  ///< else some type has a text only
};

/// Knows the texts of one connection, and the types of its database.
///
/// Thread safety: none.
class StatementCatalog final {
 public:
  /// `keeps_names` is false where a pooler may give each transaction another server.
  StatementCatalog(PostgresClient& client, bool keeps_names);
  StatementCatalog(const StatementCatalog&) = delete;
  StatementCatalog& operator=(const StatementCatalog&) = delete;

  [[nodiscard]] PostgresClient& client() noexcept { return client_; }
  [[nodiscard]] std::shared_ptr<ServerStatement> get(std::string_view text);
  /// Asks the server for the types of a statement, and lets it keep it. Cost: a round trip, the first time.
  void describe(ServerStatement& statement);
  /// Notes that the server has it no longer, or differently.
  void forget(ServerStatement& statement) noexcept;
  /// The same of a statement by its text, if there is one.
  void forget(std::string_view text) noexcept;
  /// Forgets all statements, where the server has done so.
  void forget_all() noexcept;
  /// What the statements since clear_traces() may have left behind.
  [[nodiscard]] Traces traces() const noexcept { return traces_; }
  void clear_traces() noexcept { traces_ = Traces::none; }
  /// Gives up a statement; with the last one of its text the server may forget it.
  void release(std::shared_ptr<ServerStatement> statement) noexcept;
  /// Sends on its way that the server may forget what was given up. Requires: no transaction.
  void send_drops();
  /// Sends a run of the statement on its way.
  void send(const ServerStatement& statement, RunValues values);

 private:
  [[nodiscard]] WireType type_of(TypeOid oid);
  void learn_types(const std::vector<TypeOid>& oids);

  PostgresClient& client_;
  bool keeps_names_;
  Traces traces_ = Traces::none;
  std::string prefix_;
  std::uint64_t last_number_ = 0;
  std::unordered_map<std::string_view, std::shared_ptr<ServerStatement>> texts_;
  std::unordered_map<TypeOid, WireType> types_;
  std::vector<std::string> drops_;
};

/// One statement with the values that are bound to it and the rows it yields.
class PostgresStatement final : public sql::SqlStatement {
 public:
  PostgresStatement(StatementCatalog& catalog, std::string_view text)
      : catalog_(catalog), server_(catalog.get(text)) {}
  PostgresStatement(const PostgresStatement&) = delete;
  PostgresStatement& operator=(const PostgresStatement&) = delete;
  ~PostgresStatement() override { catalog_.release(std::move(server_)); }

  void bind(std::size_t first,
            std::span<const value::Cell> cells,
            std::span<const sql::Parameter> parameters) override;
  [[nodiscard]] bool takes_arrays() const noexcept override { return true; }
  void bind_list(std::size_t position,
                 std::span<const value::Cell> cells,
                 const sql::Parameter& parameter) override;
  void bind_arrays(backend::RowSource& rows,
                   std::size_t first,
                   std::size_t count,
                   std::span<const sql::Parameter> parameters) override;
  [[nodiscard]] bool post() override;
  const value::Cell* step() override {
    if (result_ == nullptr) [[unlikely]]
      run();
    return next_row_ < rows_ ? read_row() : nullptr;
  }
  [[nodiscard]] std::size_t column_count() const noexcept override { return cells_.size(); }
  [[nodiscard]] std::uint64_t affected() const noexcept override;
  void skip_repeated(std::size_t columns, std::size_t key) noexcept override {
    repeated_columns_ = columns;
    repeated_key_ = key;
  }
  void reset() noexcept override;
  [[nodiscard]] std::string_view text() const noexcept override { return *server_->text; }

 private:
  /// Where a value lies: at `direct`, or from `offset` on in the buffer.
  struct Slot {
    const char* direct = nullptr;
    std::size_t offset = 0;
    int length = -1;  ///< -1: null
    int format = 1;
  };

  void know();
  void run();
  void send();
  void take_result(ResultPointer result);
  void encode(Slot& slot,
              const WireType& type,
              const value::Cell& cell,
              const sql::Parameter& parameter);
  void finish_slot(Slot& slot, std::size_t start, int format);
  const value::Cell* read_row();

  StatementCatalog& catalog_;
  std::shared_ptr<ServerStatement> server_;
  std::vector<Slot> slots_;
  std::string buffer_;
  std::vector<std::string> columns_;  ///< arrays of a batch, while they grow
  std::vector<const char*> values_;
  std::vector<int> lengths_, formats_;
  ResultPointer result_;
  std::vector<WireType> types_;  ///< of the columns of the result
  bool is_binary_ = true;
  std::vector<value::Cell> cells_;
  std::vector<std::string> rooms_;  ///< for values that must be written out, by column
  int rows_ = 0;
  int next_row_ = 0;
  std::size_t repeated_columns_ = 0;
  std::size_t repeated_key_ = 0;
};

/// Returns the cell as its column takes it: an enumerator that is stored by name by its name.
[[nodiscard]] value::Cell stored_cell(const value::Cell& cell, const sql::Parameter& parameter);
/// Returns the type of the cells that stored_cell() makes of values of the property.
[[nodiscard]] ValueType stored_type(const sql::Parameter& parameter) noexcept;
/// Throws the error of a value that its column cannot hold.
[[noreturn]] void refuse_value(const sql::Parameter& parameter);

}  // namespace rowan::drivers::postgres
