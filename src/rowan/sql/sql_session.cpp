// Runs what units of work ask for: chunks of rows through cached statements, selects through cursors.

#include <rowan/sql/sql_session.hpp>

#include <rowan/base/error.hpp>
#include <rowan/base/small_vector.hpp>
#include <rowan/sql/array_renderer.hpp>
#include <rowan/sql/mutation_renderer.hpp>
#include <rowan/sql/stored_value.hpp>
#include <rowan/sql/transaction_verb.hpp>

#include <algorithm>
#include <new>
#include <unordered_map>
#include <utility>

namespace rowan::sql {
namespace {

using value::Cell;

/// Gives a statement back to its connection at the end of a run, however it ends.
class Run final {
 public:
  Run(PreparedConnection& connection, CachedStatement& used) noexcept
      : connection_(connection), used_(used) {}
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;
  ~Run() { connection_.release(used_); }
  [[nodiscard]] SqlStatement& statement() noexcept { return *used_.statement; }

 private:
  PreparedConnection& connection_;
  CachedStatement& used_;
};

/// Notes the key of each row as it passes, for what comes back in another order.
class NotedKeys final : public backend::RowSource {
 public:
  NotedKeys(backend::RowSource& rows, std::size_t key_at) : rows_(rows), key_at_(key_at) {}
  [[nodiscard]] std::size_t size() const override { return rows_.size(); }
  void row(std::size_t index, Cell* out) override {
    rows_.row(index, out);
    numbers_[text_of(out[key_at_])] = index;
  }
  /// Returns the number of the row that has the key.
  [[nodiscard]] std::size_t number_of(const Cell& key) const {
    const auto found = numbers_.find(text_of(key));
    if (found != numbers_.end()) return found->second;
    throw DriverError({.message = "an insert gave back a key that it was not given: a trigger may "
                                  "have changed it; let the database make the key"});
  }

 private:
  static std::string text_of(const Cell& key) {
    return key.has_bytes() ? std::string(key.bytes()) : std::to_string(key.integer);
  }

  backend::RowSource& rows_;
  std::size_t key_at_;
  std::unordered_map<std::string, std::size_t> numbers_;
};

/// Shows rows to the log as they pass.
class LoggedRows final : public backend::RowSource {
 public:
  LoggedRows(backend::RowSource& rows, StatementLog& log, std::span<const Parameter> parameters)
      : rows_(rows), log_(log), parameters_(parameters) {}
  [[nodiscard]] std::size_t size() const override { return rows_.size(); }
  void row(std::size_t index, Cell* out) override {
    rows_.row(index, out);
    log_.add({out, parameters_.size()}, parameters_);
  }

 private:
  backend::RowSource& rows_;
  StatementLog& log_;
  std::span<const Parameter> parameters_;
};

/// The room of the last session of a thread.
struct SpareRoom {
  void* at = nullptr;
  ~SpareRoom() { ::operator delete(at); }
};
thread_local SpareRoom spare_room;

// Lengths of key lists: a delete of others repeats its last key, so that few statements serve all.
constexpr std::size_t list_lengths[] = {1, 2, 3, 5, 10, 20, 50, 100, 200, 500};

std::size_t padded(std::size_t rows, std::size_t limit) {
  for (const std::size_t length : list_lengths) {
    if (length >= rows) return std::min(length, limit);
  }
  return rows;
}

void add_names(std::string& key,
               const metadata::EntityMeta& entity,
               std::span<const std::uint16_t> columns) {
  key += '\n';
  for (const std::uint16_t column : columns) {
    key += entity.columns[column]->column_name;
    key += ',';
  }
}

void add_parameters(std::vector<Parameter>& row,
                    const Dialect& dialect,
                    const metadata::EntityMeta& entity,
                    std::span<const std::uint16_t> columns) {
  for (const std::uint16_t column : columns)
    row.push_back(parameter_of(dialect, entity.columns[column]));
}

/// Binds to each placeholder the value that it names; a list goes as an array, or as JSON that lies in `lists`.
void bind_chosen(SqlStatement& statement,
                 const std::vector<Parameter>& parameters,
                 std::span<const Cell> values,
                 std::vector<std::string>& lists,
                 StatementLog& log) {
  base::SmallVector<Cell, 16> cells;
  lists.clear();
  lists.reserve(parameters.size());
  const bool is_array = statement.takes_arrays();
  for (const Parameter& parameter : parameters) {
    if (parameter.list_count == 0) {
      cells.push_back(values[parameter.value]);
      continue;
    }
    const auto list = values.subspan(parameter.value, parameter.list_count);
    if (is_array) {
      // Given to the statement below; the log shows how long it is.
      cells.push_back(Cell::of_null());
      continue;
    }
    lists.push_back(to_json_list(list, parameter));
    cells.push_back(Cell::of_bytes(lists.back(), ValueType::json));
  }
  const std::span<const Cell> bound(cells.data(), cells.size());
  statement.bind(0, bound, parameters);
  for (std::size_t i = 0; is_array && i < parameters.size(); ++i) {
    const Parameter& parameter = parameters[i];
    if (parameter.list_count == 0) continue;
    statement.bind_list(i, values.subspan(parameter.value, parameter.list_count), parameter);
  }
  if (!log.wants_parameters()) return;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const Parameter& parameter = parameters[i];
    if (parameter.list_count > 0 && is_array) {
      log.add_list(values.subspan(parameter.value, parameter.list_count), parameter);
    } else {
      log.add(bound.subspan(i, 1), {&parameter, 1});
    }
  }
}

/// Returns a key so that equal ones are equal, however they were read.
std::string text_of_key(const Cell& key) {
  return key.has_bytes() ? std::string(key.bytes()) : std::to_string(key.integer);
}

/// Tells whether a row may have bytes without a limit.
bool has_unbounded(std::span<const Parameter> row) {
  return std::any_of(row.begin(), row.end(), [](const Parameter& parameter) {
    const metadata::PropertyMeta* property = parameter.property;
    if (property == nullptr) return false;
    return property->is_text || property->type == ValueType::json ||
           (property->type == ValueType::blob && property->length == 0) ||
           (property->type == ValueType::text && !property->column_type.empty());
  });
}

std::span<const Cell> row_of(const Cell* cells, const SqlStatement& statement) {
  return {cells, statement.column_count()};
}

/// Refuses an insert that has left rows out, whose objects would go on without a key.
void check_inserted(const metadata::EntityMeta* entity,
                    std::size_t rows,
                    std::size_t read,
                    const SqlStatement& statement) {
  if (entity == nullptr || read >= rows) [[likely]]
    return;
  // A rehearsal runs nothing and has no result.
  if (statement.column_count() == 0) return;
  throw DriverError({.message = "of " + std::to_string(rows) + " new " + entity->name +
                                ", the database inserted " +
                                (read == 0 ? std::string("no row") : std::to_string(read)) +
                                ": a trigger of the table left it out; let the trigger raise an "
                                "error instead",
                     .statement = std::string(statement.text())});
}

}  // namespace

// Cursor --------------------------------------------------------------------------------------------------------------

void SqlCursor::open(PreparedConnection& connection,
                     const SqlPlan& plan,
                     std::span<const Cell> values) {
  rows_ = 0;
  is_last_ = false;
  is_single_row_ = plan.is_single_row();
  log_.begin(plan.statement().text);
  connection_ = &connection;
  used_ = &connection.take(plan);
  bind(plan, values);
}

void SqlCursor::bind(const SqlPlan& plan, std::span<const Cell> values) {
  const std::vector<Parameter>& parameters = plan.statement().parameters;
  SqlStatement& statement = *used_->statement;
  if (plan.is_in_order() && values.size() == parameters.size()) [[likely]] {
    statement.bind(0, values, parameters);
    if (log_.wants_parameters()) log_.add(values, parameters);
    return;
  }
  bind_chosen(statement, parameters, values, lists_, log_);
}

// Session -------------------------------------------------------------------------------------------------------------

/// A batch as far as chunks of any size share it.
struct SqlSession::BatchPlan {
  std::string key;             ///< names all that decides the text but the number of rows
  std::vector<Parameter> row;  ///< of one row
  backend::RowSource* rows = nullptr;
  std::size_t chunk_rows = 1;
  bool is_padded = false;  ///< a last row may be repeated
  bool is_update = false;
  bool pads_with_nulls = false;
  std::size_t key_at = SIZE_MAX;                   ///< where a row has its key
  std::vector<Value>* given_keys = nullptr;        ///< takes each row's key
  const metadata::EntityMeta* inserted = nullptr;  ///< set: each row must yield one
  /// Told of each chunk that was run, with its first row's number.
  std::function<void(SqlStatement&, std::size_t first, std::size_t rows)> after{};
  bool has_returning = false;
  bool is_counted = false;  ///< somebody asks how many rows were matched
  std::function<StatementText(std::size_t rows)> render;
  std::function<StatementText()>
      render_arrays{};  ///< for any number of rows; none where that cannot be
  std::function<void(std::span<const Cell>)>
      take{};  ///< receives the rows that such a batch yields
};

void* SqlSession::operator new(std::size_t size) {
  if (spare_room.at != nullptr) return std::exchange(spare_room.at, nullptr);
  return ::operator new(size);
}

void SqlSession::operator delete(void* at) noexcept {
  if (spare_room.at == nullptr) {
    spare_room.at = at;
  } else {
    ::operator delete(at);
  }
}

SqlSession::~SqlSession() {
  close_cursors();
  if (is_in_transaction_) rollback();
  pool_.give_back(slot_);
}

void SqlSession::close_cursors() noexcept {
  cursor_.close();
  for (const std::unique_ptr<SqlCursor>& cursor : more_cursors_) cursor->close();
}

void SqlSession::run_verb(const std::string& text) {
  StatementLog log(observer_);
  log.begin(text, false);
  try {
    connection().connection().run(text);
  } catch (const Error& error) {
    // One that was posted before may be what failed.
    log.blame(error.statement());
    throw;
  }
  log.finish(-1);
}

void SqlSession::run_verb_soon(const std::string& text) {
  StatementLog log(observer_);
  log.begin(text, false);
  connection().connection().run_soon(text);
  log.finish(-1);
}

void SqlSession::begin(const backend::TransactionBegin& begin) {
  if (is_in_transaction_) {
    throw TransactionStateError(
        "a transaction is running already: use a savepoint inside it, or commit it first");
  }
  std::vector<std::string> texts;
  dialect_.add_begin_texts(begin, texts);
  for (const std::string& text : texts) run_verb_soon(text);
  is_in_transaction_ = true;
  if (!begin.read_only || dialect_.facts().read_only_on.empty()) return;
  run_verb(std::string(dialect_.facts().read_only_on));
  is_read_only_ = true;
}

void SqlSession::end_read_only() noexcept {
  if (!std::exchange(is_read_only_, false)) return;
  try {
    run_verb(std::string(dialect_.facts().read_only_off));
  } catch (const std::exception&) {
    // The next write says so.
  }
}

void SqlSession::commit() {
  if (!is_in_transaction_)
    throw TransactionStateError("there is no transaction to commit: begin() comes first");
  const bool was_usable = connection().connection().is_usable();
  try {
    run_verb("commit");
  } catch (const ConnectionError& error) {
    // What the server said of a statement before it, it said before the commit; class 08 are words of the client.
    const bool is_said_by_server = !error.sqlstate().empty() && !error.sqlstate().starts_with("08");
    if (!was_usable || (is_said_by_server && error.statement() != "commit")) throw;
    throw CommitUnknownError(
        {.message = std::string(dialect_.facts().database) +
                    ": the connection was lost before the answer to a commit came, so the "
                    "transaction may have been committed or not: look for its rows before you "
                    "write them again",
         .statement = error.statement(),
         .sqlstate = error.sqlstate(),
         .native_code = error.native_code()});
  }
  is_in_transaction_ = false;
  end_read_only();
}

void SqlSession::rollback() noexcept {
  close_cursors();
  try {
    // Some errors end the transaction by themselves.
    if (connection().connection().is_in_transaction()) run_verb("rollback");
  } catch (const std::exception&) {
    // A connection that cannot roll back is of no use, and the pool finds that out.
  }
  is_in_transaction_ = false;
  end_read_only();
}

void SqlSession::savepoint(std::string_view name) {
  // Its release waits, so that what was posted since is known to have worked.
  std::string text = "savepoint ";
  write_name(text, dialect_.facts(), name);
  run_verb_soon(text);
}

void SqlSession::release_savepoint(std::string_view name) {
  std::string text = "release savepoint ";
  write_name(text, dialect_.facts(), name);
  run_verb(text);
}

void SqlSession::rollback_to_savepoint(std::string_view name) noexcept {
  close_cursors();
  try {
    std::string text = "rollback to savepoint ";
    write_name(text, dialect_.facts(), name);
    run_verb(text);
  } catch (const std::exception&) {
    // The transaction is gone with all its savepoints; its commit says so.
  }
}

void SqlSession::defer_constraints() {
  if (dialect_.facts().defer_constraints.empty()) {
    throw ValidationError(
        "this database cannot let foreign keys wait for the commit: make one reference of the "
        "cycle optional");
  }
  run_verb(std::string(dialect_.facts().defer_constraints));
}

backend::Cursor& SqlSession::select(const backend::PreparedSelect& prepared,
                                    std::span<const Cell> values) {
  const auto& plan = static_cast<const SqlPlan&>(prepared);
  SqlCursor* cursor = &cursor_;
  if (cursor->is_open()) [[unlikely]] {
    const auto free = std::find_if(more_cursors_.begin(), more_cursors_.end(),
                                   [](const auto& each) { return !each->is_open(); });
    if (free == more_cursors_.end())
      more_cursors_.push_back(std::make_unique<SqlCursor>(observer_));
    cursor = free == more_cursors_.end() ? more_cursors_.back().get() : free->get();
  }
  try {
    cursor->open(connection(), plan, values);
  } catch (...) {
    cursor->close();
    throw;
  }
  return *cursor;
}

bool SqlSession::reserve_keys(const metadata::EntityMeta& entity,
                              std::size_t count,
                              std::vector<std::int64_t>& keys) {
  const DialectFacts& facts = dialect_.facts();
  if (!facts.capabilities.reserve_keys || count < facts.least_reserved_keys || !is_in_transaction_)
    return false;
  return connection().connection().reserve_keys(entity, count, keys);
}

std::uint64_t SqlSession::run_batch(const BatchPlan& plan, backend::ReturnedRows* returned) {
  const std::size_t count = plan.rows->size();
  if (count > 1 && plan.render_arrays) return run_arrays(plan);
  const std::size_t width = std::max<std::size_t>(plan.row.size(), 1);
  const std::size_t limit =
      std::clamp<std::size_t>(dialect_.facts().parameter_limit / width, 1, plan.chunk_rows);
  std::uint64_t affected = 0;
  const bool has_limits =
      dialect_.facts().chunk_bytes > 0 || dialect_.facts().update_value_bytes > 0;
  const bool may_be_large = has_limits && has_unbounded(plan.row);
  std::size_t rows = 0;
  for (std::size_t first = 0; first < count; first += rows) {
    rows = std::min(limit, count - first);
    if (may_be_large) rows = rows_that_fit(plan, first, rows);
    const bool is_padded = plan.is_padded || plan.pads_with_nulls;
    affected += run_chunk(plan, first, rows, is_padded ? padded(rows, limit) : rows, returned);
  }
  return affected;
}

std::size_t SqlSession::rows_that_fit(const BatchPlan& plan,
                                      std::size_t first,
                                      std::size_t most) const {
  const DialectFacts& facts = dialect_.facts();
  const std::size_t largest = plan.is_update ? facts.update_value_bytes : 0;
  std::vector<Cell> cells(plan.row.size());
  std::size_t bytes = 0;
  for (std::size_t row = 0; row < most; ++row) {
    plan.rows->row(first + row, cells.data());
    bool stands_alone = false;
    for (const Cell& cell : cells) {
      if (!cell.has_bytes()) continue;
      bytes += cell.size;
      stands_alone = stands_alone || (largest > 0 && cell.size > largest);
    }
    if (stands_alone || (facts.chunk_bytes > 0 && bytes > facts.chunk_bytes))
      return std::max<std::size_t>(row, 1);
  }
  return most;
}

std::uint64_t SqlSession::run_arrays(const BatchPlan& plan) {
  const std::size_t count = plan.rows->size();
  const std::string key = plan.key + "[]";
  std::uint64_t affected = 0;
  for (std::size_t first = 0; first < count; first += dialect_.facts().array_rows) {
    const std::size_t rows = std::min(dialect_.facts().array_rows, count - first);
    CachedStatement* used = connection().find(key);
    if (used == nullptr) used = &connection().add(key, plan.render_arrays().text);
    Run run(connection(), *used);
    StatementLog log(observer_);
    log.begin(run.statement().text());
    LoggedRows logged(*plan.rows, log, plan.row);
    run.statement().bind_arrays(log.wants_parameters() ? logged : *plan.rows, first, rows,
                                plan.row);
    if (!plan.take) {
      affected += finish_write(run.statement(), plan, rows, log);
      continue;
    }
    std::size_t read = 0;
    while (const Cell* made = run.statement().step()) {
      plan.take(row_of(made, run.statement()));
      ++read;
    }
    check_inserted(plan.inserted, rows, read, run.statement());
    affected += run.statement().affected();
    log.finish(static_cast<std::int64_t>(rows));
  }
  return affected;
}

// Runs a bound write without rows to read: sends it only, where nobody asks how many rows it changed.
std::uint64_t SqlSession::finish_write(SqlStatement& statement,
                                       const BatchPlan& plan,
                                       std::size_t rows,
                                       StatementLog& log) {
  if (!plan.is_counted && is_in_transaction_ && !log.is_shown() && statement.post()) {
    log.finish(static_cast<std::int64_t>(rows));
    return rows;
  }
  while (statement.step() != nullptr) {
  }
  const std::uint64_t affected = statement.affected();
  log.finish(static_cast<std::int64_t>(affected));
  return affected;
}

std::uint64_t SqlSession::run_chunk(const BatchPlan& plan,
                                    std::size_t first,
                                    std::size_t rows,
                                    std::size_t padded_rows,
                                    backend::ReturnedRows* returned) {
  const std::string key = plan.key + std::to_string(padded_rows);
  CachedStatement* used = connection().find(key);
  if (used == nullptr) used = &connection().add(key, plan.render(padded_rows).text);
  Run run(connection(), *used);
  SqlStatement& statement = run.statement();
  StatementLog log(observer_);
  log.begin(statement.text());
  const std::size_t width = plan.row.size();
  base::SmallVector<Cell, 32> cells;
  for (std::size_t i = 0; i < width; ++i) cells.emplace_back();
  for (std::size_t row = 0; row < padded_rows; ++row) {
    // Repeated rows find the last one's cells still in place.
    if (row < rows) {
      plan.rows->row(first + row, cells.data());
      if (plan.given_keys != nullptr) plan.given_keys->emplace_back(cells[plan.key_at]);
    } else if (plan.pads_with_nulls) {
      std::fill_n(cells.data(), width, Cell::of_null());
    }
    const std::span<const Cell> bound(cells.data(), width);
    statement.bind(row * width, bound, plan.row);
    if (log.wants_parameters()) log.add(bound, plan.row);
  }
  if (!plan.has_returning) {
    const std::uint64_t written = finish_write(statement, plan, rows, log);
    if (plan.after) plan.after(statement, first, rows);
    return written;
  }
  std::size_t read = 0;
  while (const Cell* made = statement.step()) {
    if (returned != nullptr) returned->returned(first + read, row_of(made, statement));
    ++read;
  }
  check_inserted(plan.inserted, rows, read, statement);
  const std::uint64_t affected = statement.affected();
  log.finish(static_cast<std::int64_t>(affected));
  return affected;
}

void SqlSession::insert(const backend::InsertBatch& batch, backend::ReturnedRows* returned) {
  const DialectFacts& facts = dialect_.facts();
  BatchPlan plan;
  plan.rows = batch.rows;
  plan.has_returning = !batch.returning.empty();
  if (plan.has_returning) plan.inserted = batch.entity;
  plan.key = "i" + batch.entity->table;
  add_names(plan.key, *batch.entity, batch.columns);
  add_names(plan.key, *batch.entity, batch.returning);
  add_parameters(plan.row, dialect_, *batch.entity, batch.columns);
  if (plan.has_returning && !facts.capabilities.returning)
    return insert_and_read(plan, batch, returned);
  const bool is_single = batch.columns.empty() || (plan.has_returning && !facts.returning_in_order);
  plan.chunk_rows = is_single ? 1 : facts.insert_rows;
  plan.render = [&](std::size_t rows) {
    return render_insert(dialect_, *batch.entity, batch.columns, rows, batch.returning);
  };
  if (plan.has_returning && insert_keyed(plan, batch, returned)) return;
  if (!plan.has_returning && !batch.columns.empty()) {
    std::vector<std::string> names;
    for (const std::uint16_t column : batch.columns)
      names.push_back(batch.entity->columns[column]->column_name);
    if (copy_batch(plan, batch.entity->table, names)) return;
    if (can_be_arrays(plan.row))
      plan.render_arrays = [&] {
        return render_array_insert(dialect_, *batch.entity, batch.columns);
      };
  }
  run_batch(plan, returned);
}

bool SqlSession::insert_keyed(BatchPlan& plan,
                              const backend::InsertBatch& batch,
                              backend::ReturnedRows* returned) {
  const metadata::EntityMeta& entity = *batch.entity;
  const auto key_column = static_cast<std::uint16_t>(entity.primary_key->column);
  const auto at = std::find(batch.columns.begin(), batch.columns.end(), key_column);
  // A type of the user's own may give the key back in another form.
  if (at == batch.columns.end() || batch.rows->size() < 2 || returned == nullptr ||
      !entity.primary_key->column_type.empty() || !can_be_arrays(plan.row))
    return false;
  NotedKeys rows(*batch.rows, static_cast<std::size_t>(at - batch.columns.begin()));
  std::vector<std::uint16_t> made{key_column};
  made.insert(made.end(), batch.returning.begin(), batch.returning.end());
  plan.rows = &rows;
  plan.render_arrays = [&] { return render_array_insert(dialect_, entity, batch.columns, made); };
  plan.take = [&](std::span<const Cell> row) {
    returned->returned(rows.number_of(row.front()), row.subspan(1));
  };
  run_arrays(plan);
  return true;
}

void SqlSession::insert_and_read(BatchPlan& plan,
                                 const backend::InsertBatch& batch,
                                 backend::ReturnedRows* returned) {
  const metadata::EntityMeta& entity = *batch.entity;
  const auto key_column = static_cast<std::uint16_t>(entity.primary_key->column);
  const auto position_in = [&](std::span<const std::uint16_t> columns) {
    return static_cast<std::size_t>(std::find(columns.begin(), columns.end(), key_column) -
                                    columns.begin());
  };
  const bool is_made = position_in(batch.returning) < batch.returning.size();
  const std::int64_t step = is_made ? connection().connection().key_step(entity) : 1;
  plan.has_returning = false;
  plan.is_counted = true;  // a statement that is only sent knows no key
  plan.chunk_rows = step == 0 || batch.columns.empty() ? 1 : dialect_.facts().insert_rows;
  plan.render = [&](std::size_t rows) {
    return render_insert(dialect_, entity, batch.columns, rows, {});
  };
  std::vector<Value> keys;
  keys.reserve(plan.rows->size());
  if (is_made) {
    plan.after = [&](SqlStatement& statement, std::size_t, std::size_t rows) {
      for (std::size_t i = 0; i < rows; ++i) {
        keys.push_back(
            Value::of_integer(statement.generated_key() + step * static_cast<std::int64_t>(i)));
      }
    };
  } else {
    plan.key_at = position_in(batch.columns);
    plan.given_keys = &keys;
  }
  run_batch(plan, nullptr);
  if (returned == nullptr) return;
  std::vector<Cell> cells;
  cells.reserve(keys.size());
  for (const Value& key : keys) cells.push_back(key.as_cell());
  const bool is_key_all = is_made && batch.returning.size() == 1;
  if (!is_key_all) return read_back(entity, cells, batch.returning, *returned);
  for (std::size_t row = 0; row < cells.size(); ++row) returned->returned(row, {&cells[row], 1});
}

void SqlSession::read_back(const metadata::EntityMeta& entity,
                           std::span<const Cell> keys,
                           std::span<const std::uint16_t> columns,
                           backend::ReturnedRows& returned) {
  std::unordered_map<std::string, std::size_t> rows;
  for (std::size_t i = 0; i < keys.size(); ++i) rows.emplace(text_of_key(keys[i]), i);
  const std::size_t limit = dialect_.facts().delete_rows;
  const Parameter parameter = parameter_of(dialect_, entity.primary_key);
  for (std::size_t first = 0; first < keys.size(); first += limit) {
    const std::size_t count = std::min(limit, keys.size() - first);
    const std::size_t places = padded(count, limit);
    Run run(connection(),
            connection().take(render_read_back(dialect_, entity, columns, places).text));
    StatementLog log(observer_);
    log.begin(run.statement().text());
    for (std::size_t i = 0; i < places; ++i) {
      const Cell& key = keys[first + std::min(i, count - 1)];
      run.statement().bind(i, {&key, 1}, {&parameter, 1});
      if (log.wants_parameters()) log.add({&key, 1}, {&parameter, 1});
    }
    std::int64_t read = 0;
    while (const Cell* row = run.statement().step()) {
      const auto found = rows.find(text_of_key(row[0]));
      if (found != rows.end()) returned.returned(found->second, {row + 1, columns.size()});
      ++read;
    }
    log.finish(read);
  }
}

bool SqlSession::can_be_arrays(std::span<const Parameter> row) const {
  return dialect_.facts().batches_are_arrays &&
         std::all_of(row.begin(), row.end(), [&](const Parameter& parameter) {
           return dialect_.can_be_array(*parameter.property);
         });
}

bool SqlSession::copy_batch(const BatchPlan& plan,
                            std::string_view table,
                            std::span<const std::string> names) {
  const std::size_t least = dialect_.facts().copy_from_rows;
  const std::size_t count = plan.rows->size();
  if (least == 0 || count < least) return false;
  StatementLog log(observer_);
  std::string text = "copy ";
  write_name(text, dialect_.facts(), table);
  log.begin(text);
  if (!connection().connection().copy_rows({table, plan.row, names}, *plan.rows, 0, count)) {
    log.forget();
    return false;
  }
  log.finish(static_cast<std::int64_t>(count));
  return true;
}

std::uint64_t SqlSession::update(const backend::UpdateBatch& batch,
                                 backend::ReturnedRows* returned) {
  const metadata::EntityMeta& entity = *batch.entity;
  BatchPlan plan;
  plan.rows = batch.rows;
  const bool is_read_back = !batch.returning.empty() && !dialect_.facts().has_update_returning;
  plan.has_returning = !batch.returning.empty() && !is_read_back;
  plan.key = "u" + entity.table;
  add_names(plan.key, entity, batch.columns);
  add_names(plan.key, entity, batch.checks);
  add_names(plan.key, entity, batch.returning);
  add_parameters(plan.row, dialect_, entity, batch.columns);
  plan.row.push_back(parameter_of(dialect_, entity.primary_key));
  add_parameters(plan.row, dialect_, entity, batch.checks);
  plan.chunk_rows = plan.has_returning ? 1 : dialect_.facts().update_rows;
  plan.is_counted = !batch.checks.empty();
  plan.is_update = true;
  plan.pads_with_nulls = dialect_.facts().pads_updates;
  if (!plan.has_returning && can_be_arrays(plan.row)) {
    plan.render_arrays = [&] {
      return render_array_update(dialect_, UpdateShape{&entity, batch.columns, batch.checks, 1});
    };
  }
  plan.render = [&](std::size_t rows) {
    return render_update(dialect_, UpdateShape{&entity, batch.columns, batch.checks, rows},
                         plan.has_returning ? batch.returning : std::span<const std::uint16_t>());
  };
  if (!is_read_back) return run_batch(plan, returned);
  // A key that is changed is found by its new value.
  const auto key_column = static_cast<std::uint16_t>(entity.primary_key->column);
  const auto changed = std::find(batch.columns.begin(), batch.columns.end(), key_column);
  std::vector<Value> keys;
  plan.key_at = static_cast<std::size_t>(changed - batch.columns.begin());
  plan.given_keys = &keys;
  const std::uint64_t affected = run_batch(plan, nullptr);
  std::vector<Cell> cells;
  for (const Value& key : keys) cells.push_back(key.as_cell());
  if (returned != nullptr) read_back(entity, cells, batch.returning, *returned);
  return affected;
}

std::uint64_t SqlSession::remove(const backend::DeleteBatch& batch) {
  const metadata::EntityMeta& entity = *batch.entity;
  BatchPlan plan;
  plan.rows = batch.rows;
  plan.is_padded = true;
  plan.key = "d" + entity.table;
  add_names(plan.key, entity, batch.checks);
  plan.row.push_back(parameter_of(dialect_, entity.primary_key));
  add_parameters(plan.row, dialect_, entity, batch.checks);
  plan.chunk_rows = dialect_.facts().delete_rows;
  plan.is_counted = !batch.checks.empty();
  if (can_be_arrays(plan.row)) {
    plan.render_arrays = [&] {
      return render_array_delete(dialect_, DeleteShape{&entity, batch.checks, 1});
    };
  }
  plan.render = [&](std::size_t rows) {
    return render_delete(dialect_, DeleteShape{&entity, batch.checks, rows});
  };
  return run_batch(plan, nullptr);
}

void SqlSession::insert_pivot(const backend::PivotBatch& batch) {
  const metadata::PropertyMeta& relation = *batch.relation;
  BatchPlan plan;
  plan.rows = batch.rows;
  plan.key = batch.ignore_existing ? "o" : "p";
  plan.key += relation.pivot_table + "\n" + relation.join_column + ",";
  plan.key += relation.inverse_join_column + "\n";
  plan.row = {parameter_of(dialect_, batch.owner->primary_key),
              parameter_of(dialect_, relation.target->primary_key)};
  plan.chunk_rows = dialect_.facts().insert_rows;
  plan.render = [&](std::size_t rows) { return render_pivot_insert(dialect_, batch, rows); };
  const std::string names[] = {relation.join_column, relation.inverse_join_column};
  if (!batch.ignore_existing && copy_batch(plan, relation.pivot_table, names)) return;
  if (can_be_arrays(plan.row))
    plan.render_arrays = [&] { return render_array_pivot_insert(dialect_, batch); };
  run_batch(plan, nullptr);
}

void SqlSession::remove_pivot(const backend::PivotBatch& batch) {
  const metadata::PropertyMeta& relation = *batch.relation;
  BatchPlan plan;
  plan.rows = batch.rows;
  plan.is_padded = true;
  plan.key = batch.all_of_owner ? "a" : batch.all_of_target ? "t" : "r";
  plan.key += relation.pivot_table + "\n" + relation.join_column + ",";
  plan.key += relation.inverse_join_column + "\n";
  if (!batch.all_of_target) plan.row.push_back(parameter_of(dialect_, batch.owner->primary_key));
  if (!batch.all_of_owner) plan.row.push_back(parameter_of(dialect_, relation.target->primary_key));
  const bool is_pair = plan.row.size() == 2;
  plan.chunk_rows = is_pair ? dialect_.facts().pivot_delete_rows : dialect_.facts().delete_rows;
  plan.render = [&](std::size_t rows) { return render_pivot_delete(dialect_, batch, rows); };
  if (can_be_arrays(plan.row))
    plan.render_arrays = [&] { return render_array_pivot_delete(dialect_, batch); };
  run_batch(plan, nullptr);
}

std::uint64_t SqlSession::execute(const query::BoundMutation& mutation,
                                  std::span<const Cell> values,
                                  backend::ReturnedRows* returned) {
  const StatementText text = render_mutation(dialect_, mutation);
  std::vector<std::string> lists;
  StatementLog log(observer_);
  log.begin(text.text);
  Run run(connection(), connection().take(text.text));
  SqlStatement& statement = run.statement();
  bind_chosen(statement, text.parameters, values, lists, log);
  std::size_t read = 0;
  while (const Cell* made = statement.step()) {
    if (returned != nullptr) returned->returned(read, row_of(made, statement));
    ++read;
  }
  const std::uint64_t affected = statement.affected();
  log.finish(static_cast<std::int64_t>(affected));
  return affected;
}

std::uint64_t SqlSession::execute_native(std::string_view text,
                                         std::span<const Cell> values,
                                         std::vector<std::vector<Value>>* out) {
  if (is_transaction_verb(text)) [[unlikely]] {
    throw TransactionStateError(
        "SQL of your own must not begin or end a transaction, whose state the manager keeps: use "
        "em.begin(), em.commit() and em.rollback(), or em.transactional()");
  }
  StatementLog log(observer_);
  log.begin(text);
  // Text with values will come again; one without is as often made once, or changes tables.
  PreparedConnection& prepared = connection();
  Run run(prepared,
          values.empty() ? prepared.take_once(text) : prepared.take(dialect_.native_text(text)));
  SqlStatement& statement = run.statement();
  const std::vector<Parameter> parameters(values.size());
  if (const auto wanted = statement.placeholder_count(); wanted && *wanted != values.size()) {
    throw ValidationError("the SQL has " + std::to_string(*wanted) +
                          " placeholders and was given " + std::to_string(values.size()) +
                          " values: give one for each");
  }
  statement.bind(0, values, parameters);
  if (log.wants_parameters()) log.add(values, parameters);
  std::uint64_t read = 0;
  while (const Cell* row = statement.step()) {
    ++read;
    if (out == nullptr) continue;
    std::vector<Value>& kept = out->emplace_back();
    for (const Cell& cell : row_of(row, statement)) kept.emplace_back(cell);
  }
  const std::uint64_t affected = statement.affected();
  log.finish(static_cast<std::int64_t>(affected > 0 ? affected : read));
  return affected;
}

}  // namespace rowan::sql
