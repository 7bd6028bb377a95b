// Runs what units of work ask for: chunks of rows through cached statements, selects through cursors.

#include <rowan/sql/sql_session.hpp>

#include <rowan/base/error.hpp>
#include <rowan/base/small_vector.hpp>
#include <rowan/sql/array_renderer.hpp>
#include <rowan/sql/mutation_renderer.hpp>
#include <rowan/sql/stored_value.hpp>

#include <algorithm>
#include <new>

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

std::span<const Cell> row_of(const Cell* cells, const SqlStatement& statement) {
  return {cells, statement.column_count()};
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
  bool has_returning = false;
  bool is_counted = false;  ///< somebody asks how many rows were matched
  std::function<StatementText(std::size_t rows)> render;
  std::function<StatementText()>
      render_arrays{};  ///< for any number of rows; none where that cannot be
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
  connection().connection().run(text);
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
  run_verb("commit");
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
  if (!dialect_.facts().capabilities.reserve_keys || !is_in_transaction_) return false;
  return connection().connection().reserve_keys(entity, count, keys);
}

std::uint64_t SqlSession::run_batch(const BatchPlan& plan, backend::ReturnedRows* returned) {
  const std::size_t count = plan.rows->size();
  if (count > 1 && plan.render_arrays) return run_arrays(plan);
  const std::size_t width = std::max<std::size_t>(plan.row.size(), 1);
  const std::size_t limit =
      std::clamp<std::size_t>(dialect_.facts().parameter_limit / width, 1, plan.chunk_rows);
  std::uint64_t affected = 0;
  for (std::size_t first = 0; first < count; first += limit) {
    const std::size_t rows = std::min(limit, count - first);
    affected += run_chunk(plan, first, rows, plan.is_padded ? padded(rows, limit) : rows, returned);
  }
  return affected;
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
    affected += finish_write(run.statement(), plan, rows, log);
  }
  return affected;
}

// Runs a bound write without rows to read: sends it only, where nobody asks how many rows it changed.
std::uint64_t SqlSession::finish_write(SqlStatement& statement,
                                       const BatchPlan& plan,
                                       std::size_t rows,
                                       StatementLog& log) {
  if (!plan.is_counted && is_in_transaction_ && statement.post()) {
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
    if (row < rows) plan.rows->row(first + row, cells.data());
    const std::span<const Cell> bound(cells.data(), width);
    statement.bind(row * width, bound, plan.row);
    if (log.wants_parameters()) log.add(bound, plan.row);
  }
  if (!plan.has_returning) return finish_write(statement, plan, rows, log);
  std::size_t read = 0;
  while (const Cell* made = statement.step()) {
    if (returned != nullptr) returned->returned(first + read, row_of(made, statement));
    ++read;
  }
  const std::uint64_t affected = statement.affected();
  log.finish(static_cast<std::int64_t>(affected));
  return affected;
}

void SqlSession::insert(const backend::InsertBatch& batch, backend::ReturnedRows* returned) {
  const DialectFacts& facts = dialect_.facts();
  BatchPlan plan;
  plan.rows = batch.rows;
  plan.has_returning = !batch.returning.empty();
  plan.key = "i" + batch.entity->table;
  add_names(plan.key, *batch.entity, batch.columns);
  add_names(plan.key, *batch.entity, batch.returning);
  add_parameters(plan.row, dialect_, *batch.entity, batch.columns);
  const bool is_single = batch.columns.empty() || (plan.has_returning && !facts.returning_in_order);
  plan.chunk_rows = is_single ? 1 : facts.insert_rows;
  plan.render = [&](std::size_t rows) {
    return render_insert(dialect_, *batch.entity, batch.columns, rows, batch.returning);
  };
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
  plan.has_returning = !batch.returning.empty();
  plan.key = "u" + entity.table;
  add_names(plan.key, entity, batch.columns);
  add_names(plan.key, entity, batch.checks);
  add_names(plan.key, entity, batch.returning);
  add_parameters(plan.row, dialect_, entity, batch.columns);
  plan.row.push_back(parameter_of(dialect_, entity.primary_key));
  add_parameters(plan.row, dialect_, entity, batch.checks);
  plan.chunk_rows = plan.has_returning ? 1 : dialect_.facts().update_rows;
  plan.is_counted = !batch.checks.empty();
  if (!plan.has_returning && can_be_arrays(plan.row)) {
    plan.render_arrays = [&] {
      return render_array_update(dialect_, UpdateShape{&entity, batch.columns, batch.checks, 1});
    };
  }
  plan.render = [&](std::size_t rows) {
    return render_update(dialect_, UpdateShape{&entity, batch.columns, batch.checks, rows},
                         batch.returning);
  };
  return run_batch(plan, returned);
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
  StatementLog log(observer_);
  log.begin(text);
  // Text with values will come again; one without is as often made once, or changes tables.
  PreparedConnection& prepared = connection();
  Run run(prepared,
          values.empty() ? prepared.take_once(text) : prepared.take(dialect_.native_text(text)));
  SqlStatement& statement = run.statement();
  const std::vector<Parameter> parameters(values.size());
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
