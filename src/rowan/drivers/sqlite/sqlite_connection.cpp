// The only file that knows SQLite's C interface.

#include <rowan/drivers/sqlite/sqlite_connection.hpp>

#include <rowan/base/decimal.hpp>
#include <rowan/base/decimal_sum.hpp>
#include <rowan/base/error.hpp>
#include <rowan/base/text.hpp>
#include <rowan/drivers/sqlite/sqlite_dialect.hpp>
#include <rowan/drivers/sqlite/sqlite_errors.hpp>
#include <rowan/sql/dialect.hpp>
#include <rowan/sql/stored_value.hpp>
#include <rowan/value/codec.hpp>

#include <sqlite3.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <new>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace rowan::drivers::sqlite {
namespace {

using value::Cell;

SqliteFailure failure_of(sqlite3* database, std::string_view statement) {
  SqliteFailure failure;
  failure.code = sqlite3_extended_errcode(database);
  failure.message = sqlite3_errmsg(database);
  failure.statement = statement;
  return failure;
}

[[noreturn]] void fail(sqlite3* database, std::string_view statement) {
  throw_sqlite_error(failure_of(database, statement));
}

/// A transaction as the program sees it; SQLite ends some by itself.
struct SqliteTransaction {
  bool is_running = false;
  bool is_lost = false;  ///< it was rolled back, and the program has not rolled back yet
};

class SqliteStatement final : public sql::SqlStatement {
 public:
  SqliteStatement(sqlite3* database,
                  sqlite3_stmt* statement,
                  std::string_view text,
                  SqliteTransaction& transaction)
      : database_(database), statement_(statement), text_(text), transaction_(transaction) {}
  SqliteStatement(const SqliteStatement&) = delete;
  SqliteStatement& operator=(const SqliteStatement&) = delete;
  ~SqliteStatement() override { sqlite3_finalize(statement_); }

  void bind(std::size_t first,
            std::span<const Cell> cells,
            std::span<const sql::Parameter> parameters) override;
  const Cell* step() override {
    if (!is_started_) [[unlikely]]
      start();
    const int code = sqlite3_step(statement_);
    if (code == SQLITE_ROW) [[likely]]
      return read_row();
    if (code != SQLITE_DONE) [[unlikely]]
      fail_step();
    // sqlite3_changes() alone still tells of the statement before where this one changes no rows by its nature.
    if (!is_reading_ && sqlite3_total_changes(database_) != changes_before_)
      affected_ = static_cast<std::uint64_t>(sqlite3_changes(database_));
    return nullptr;
  }
  [[nodiscard]] std::size_t column_count() const noexcept override { return cells_.size(); }
  [[nodiscard]] std::optional<std::size_t> placeholder_count() const noexcept override {
    return static_cast<std::size_t>(sqlite3_bind_parameter_count(statement_));
  }
  [[nodiscard]] std::uint64_t affected() const noexcept override { return affected_; }
  void skip_repeated(std::size_t columns, std::size_t key) noexcept override {
    repeated_columns_ = columns;
    repeated_key_ = key;
  }
  void reset() noexcept override {
    sqlite3_reset(statement_);
    has_row_ = false;
    is_started_ = false;
    affected_ = 0;
  }
  [[nodiscard]] std::string_view text() const noexcept override { return text_; }

 private:
  const Cell* read_row();
  [[noreturn]] void fail_step();
  void start();
  void bind_formatted(int at, const Cell& cell, const sql::Parameter& parameter);
  [[noreturn]] void fail_bind(const Cell& cell, const sql::Parameter& parameter);
  [[nodiscard]] int bind_plain(int at, const Cell& cell, sqlite3_destructor_type lifetime);

  sqlite3* database_;
  sqlite3_stmt* statement_;
  std::string text_;
  SqliteTransaction& transaction_;
  std::vector<Cell> cells_;
  bool has_row_ = false;
  bool is_started_ = false;
  std::size_t repeated_columns_ = 0;
  std::size_t repeated_key_ = 0;
  int changes_before_ = 0;
  bool is_reading_ = sqlite3_stmt_readonly(statement_) != 0;
  std::uint64_t affected_ = 0;
};

void SqliteStatement::bind(std::size_t first,
                           std::span<const Cell> cells,
                           std::span<const sql::Parameter> parameters) {
  int at = static_cast<int>(first);
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const Cell& cell = cells[i];
    ++at;
    if (cell.type > ValueType::blob || parameters[i].storage != sql::Storage::plain) {
      bind_formatted(at, cell, parameters[i]);
    } else if (bind_plain(at, cell, SQLITE_STATIC) != SQLITE_OK) [[unlikely]] {
      fail_bind(cell, parameters[i]);
    }
  }
}

int SqliteStatement::bind_plain(int at, const Cell& cell, sqlite3_destructor_type lifetime) {
  switch (cell.type) {
    case ValueType::boolean:
    case ValueType::integer: return sqlite3_bind_int64(statement_, at, cell.integer);
    case ValueType::real:
      if (cell.real != cell.real) [[unlikely]]
        return SQLITE_MISMATCH;
      return sqlite3_bind_double(statement_, at, cell.real);
    case ValueType::text:
      // A null address would be bound as null.
      return sqlite3_bind_text64(statement_, at, cell.size > 0 ? cell.data : "", cell.size,
                                 lifetime, SQLITE_UTF8);
    case ValueType::blob:
      return sqlite3_bind_blob64(statement_, at, cell.size > 0 ? cell.data : "", cell.size,
                                 lifetime);
    default: return sqlite3_bind_null(statement_, at);
  }
}

void SqliteStatement::bind_formatted(int at, const Cell& cell, const sql::Parameter& parameter) {
  sql::StorageBuffer buffer;
  const Cell stored = sql::to_stored(cell, parameter, buffer);
  const bool is_formatted = stored.has_bytes() && stored.data == buffer.bytes;
  if (bind_plain(at, stored, is_formatted ? SQLITE_TRANSIENT : SQLITE_STATIC) != SQLITE_OK)
    fail_bind(cell, parameter);
}

void SqliteStatement::fail_bind(const Cell& cell, const sql::Parameter& parameter) {
  if (cell.type == ValueType::real && cell.real != cell.real)
    sql::refuse_real(cell.real, parameter);
  fail(database_, text_);
}

const Cell* SqliteStatement::read_row() {
  if (!has_row_) [[unlikely]] {
    // After a change of the schema SQLite may have prepared the text anew, with other columns.
    cells_.resize(static_cast<std::size_t>(sqlite3_column_count(statement_)));
  }
  std::size_t column = 0;
  if (repeated_columns_ > 0) {
    sqlite3_value* key = sqlite3_column_value(statement_, static_cast<int>(repeated_key_));
    const Cell& before = cells_[repeated_key_];
    if (has_row_ && before.type == ValueType::integer &&
        sqlite3_value_type(key) == SQLITE_INTEGER && sqlite3_value_int64(key) == before.integer)
      column = repeated_columns_;
  }
  has_row_ = true;
  // Kept here, as SQLite might change members for all that the compiler knows.
  Cell* const cells = cells_.data();
  const std::size_t count = cells_.size();
  sqlite3_stmt* const statement = statement_;
  for (; column < count; ++column) {
    Cell& cell = cells[column];
    // One look-up of the column; each sqlite3_column_... would check it again.
    sqlite3_value* value = sqlite3_column_value(statement, static_cast<int>(column));
    switch (sqlite3_value_type(value)) {
      case SQLITE_INTEGER:
        cell.integer = sqlite3_value_int64(value);
        cell.type = ValueType::integer;
        break;
      case SQLITE_FLOAT:
        cell.real = sqlite3_value_double(value);
        cell.type = ValueType::real;
        break;
      case SQLITE_TEXT:
        cell.data = reinterpret_cast<const char*>(sqlite3_value_text(value));
        cell.size = static_cast<std::uint32_t>(sqlite3_value_bytes(value));
        cell.type = ValueType::text;
        break;
      case SQLITE_BLOB:
        cell.data = static_cast<const char*>(sqlite3_value_blob(value));
        cell.size = static_cast<std::uint32_t>(sqlite3_value_bytes(value));
        cell.type = ValueType::blob;
        break;
      default: cell = Cell::of_null(); break;
    }
  }
  return cells;
}

/// Returns the table that an insert, update or delete is about, or nothing.
std::string table_of(std::string_view statement) {
  std::size_t at = std::string_view::npos;
  for (const std::string_view verb :
       {"insert into ", "insert or ignore into ", "update ", "delete from "}) {
    if (statement.starts_with(verb)) at = verb.size();
  }
  if (at >= statement.size()) return {};
  if (statement[at] != '"')
    return std::string(statement.substr(at, statement.find_first_of(" (", at) - at));
  std::string name;
  for (++at; at < statement.size(); ++at) {
    if (statement[at] == '"' && (++at >= statement.size() || statement[at] != '"')) break;
    name += statement[at];
  }
  return name;
}

/// Adds which foreign keys may be the broken one: SQLite names none.
void add_foreign_keys(sqlite3* database, SqliteFailure& failure) {
  const std::string table = table_of(failure.statement);
  const bool is_insert = failure.statement.starts_with("insert");
  const bool is_delete = failure.statement.starts_with("delete");
  std::string text;
  if (table.empty()) {
    // A commit: the rows are there to be looked at.
    text =
        "select distinct c.\"table\", k.\"from\", k.\"table\" from pragma_foreign_key_check c "
        "join pragma_foreign_key_list(c.\"table\") k on k.id = c.fkid where ?1 is not null limit 9";
  } else if (is_insert) {
    text = "select ?1, \"from\", \"table\" from pragma_foreign_key_list(?1) limit 9";
  } else {
    text =
        "select m.name, k.\"from\", k.\"table\" from sqlite_master m "
        "join pragma_foreign_key_list(m.name) k where m.type = 'table' and (k.\"table\" = ?1 "
        "collate nocase";
    text += is_delete ? ") limit 9" : " or m.name = ?1 collate nocase) limit 9";
  }
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(database, text.c_str(), -1, &statement, nullptr) != SQLITE_OK) return;
  sqlite3_bind_text(statement, 1, table.c_str(), static_cast<int>(table.size()), SQLITE_STATIC);
  const auto column = [&](int index) {
    const unsigned char* name = sqlite3_column_text(statement, index);
    return std::string(name != nullptr ? reinterpret_cast<const char*>(name) : "?");
  };
  std::vector<std::string> keys;
  while (sqlite3_step(statement) == SQLITE_ROW)
    keys.push_back(column(0) + "." + column(1) + ", which refers to " + column(2));
  sqlite3_finalize(statement);
  if (keys.empty()) return;
  failure.message += keys.size() == 1 ? " by " : " by one of ";
  failure.message += base::join(keys, "; ");
}

void SqliteStatement::fail_step() {
  SqliteFailure failure = failure_of(database_, text_);
  reset();
  transaction_.is_lost = transaction_.is_running && sqlite3_get_autocommit(database_) != 0;
  if (is_foreign_key(failure)) add_foreign_keys(database_, failure);
  throw_sqlite_error(failure);
}

void SqliteStatement::start() {
  // What follows would be committed statement by statement.
  if (transaction_.is_lost) {
    throw TransactionStateError(
        "SQLite has rolled back this transaction because of the error before: roll back, and run "
        "all of it again");
  }
  is_started_ = true;
  if (!is_reading_) changes_before_ = sqlite3_total_changes(database_);
}

int compare_decimals(void*, int left_size, const void* left, int right_size, const void* right) {
  return base::compare_decimal_texts(
      {static_cast<const char*>(left), static_cast<std::size_t>(left_size)},
      {static_cast<const char*>(right), static_cast<std::size_t>(right_size)});
}

/// Returns where the sum of this group lies; it is made for the first number.
base::DecimalSum** sum_of(sqlite3_context* context, bool is_made) {
  const int size = is_made ? static_cast<int>(sizeof(base::DecimalSum*)) : 0;
  return static_cast<base::DecimalSum**>(sqlite3_aggregate_context(context, size));
}

void add_decimal(sqlite3_context* context, int, sqlite3_value** values) {
  if (sqlite3_value_type(values[0]) == SQLITE_NULL) return;
  try {
    base::DecimalSum** sum = sum_of(context, true);
    Cell cell;
    if (sqlite3_value_type(values[0]) == SQLITE_FLOAT) {
      cell = Cell::of_real(sqlite3_value_double(values[0]));
    } else {
      const auto* text = reinterpret_cast<const char*>(sqlite3_value_text(values[0]));
      if (text == nullptr) return sqlite3_result_error_nomem(context);
      cell = Cell::of_bytes({text, static_cast<std::size_t>(sqlite3_value_bytes(values[0]))});
    }
    if (sum == nullptr) return sqlite3_result_error_nomem(context);
    if (*sum == nullptr) *sum = new base::DecimalSum();
    Decimal number;  // as a member reads it, so that a real column has no exponent
    if (!value::read_decimal(cell, number))
      return sqlite3_result_error(context, "the sum of decimals meets a value that is none", -1);
    (*sum)->add(number);
  } catch (const std::bad_alloc&) {
    sqlite3_result_error_nomem(context);
  }
}

// SQLite calls this for every group, after an error too.
void finish_decimal_sum(sqlite3_context* context) {
  base::DecimalSum** made = sum_of(context, false);
  if (made == nullptr || *made == nullptr) return;  // the result is null
  const std::unique_ptr<base::DecimalSum> sum(*made);
  try {
    const std::string text = sum->text();
    sqlite3_result_text(context, text.data(), static_cast<int>(text.size()), SQLITE_TRANSIENT);
  } catch (const std::bad_alloc&) {
    sqlite3_result_error_nomem(context);
  }
}

/// Tells whether nothing but blanks, semicolons and comments is left.
bool is_blank(std::string_view text) {
  while (!text.empty()) {
    if (text.starts_with("--")) {
      const auto end = text.find('\n');
      text = end == std::string_view::npos ? "" : text.substr(end);
    } else if (text.starts_with("/*")) {
      const auto end = text.find("*/", 2);
      text = end == std::string_view::npos ? "" : text.substr(end + 2);
    } else if (text.front() == ';' || text.front() == ' ' || text.front() == '\n' ||
               text.front() == '\t' || text.front() == '\r') {
      text.remove_prefix(1);
    } else {
      return false;
    }
  }
  return true;
}

/// Whether and how the keys of a table can be known before its rows are inserted.
struct KeySource {
  std::unique_ptr<sql::SqlStatement> greatest;  ///< null where they cannot
  std::unique_ptr<sql::SqlStatement> sequence;  ///< null for tables without autoincrement
};

class SqliteConnection final : public sql::SqlConnection {
 public:
  SqliteConnection(const SqliteConfig& config, bool is_reader);
  SqliteConnection(const SqliteConnection&) = delete;
  SqliteConnection& operator=(const SqliteConnection&) = delete;
  ~SqliteConnection() override {
    key_sources_.clear();
    schema_version_.reset();
    verbs_.clear();
    sqlite3_close_v2(database_);
  }

  std::unique_ptr<sql::SqlStatement> prepare(std::string_view text) override;
  [[nodiscard]] bool is_in_transaction() const noexcept override {
    return transaction_.is_lost || sqlite3_get_autocommit(database_) == 0;
  }
  void run(std::string_view text) override;
  [[nodiscard]] bool is_usable() const noexcept override { return true; }
  void cancel() noexcept override { sqlite3_interrupt(database_); }
  bool reserve_keys(const metadata::EntityMeta& entity,
                    std::size_t count,
                    std::vector<std::int64_t>& keys) override;

 private:
  void configure(const SqliteConfig& config, bool is_reader);
  /// Returns the first cell of the first row as a number, or `otherwise`.
  std::int64_t number_of(sql::SqlStatement& statement,
                         std::string_view argument,
                         std::int64_t otherwise);
  std::int64_t number_of(std::string_view text, std::string_view argument, std::int64_t otherwise);
  KeySource make_key_source(const metadata::EntityMeta& entity);

  sqlite3* database_ = nullptr;
  SqliteTransaction transaction_;
  std::unique_ptr<sql::SqlStatement> schema_version_;
  std::int64_t known_schema_version_ = -1;
  std::unordered_map<std::string, KeySource> key_sources_;  ///< by table
  std::unordered_map<std::string, std::unique_ptr<sql::SqlStatement>> verbs_;
};

SqliteConnection::SqliteConnection(const SqliteConfig& config, bool is_reader) {
  // The pool lends a connection to one thread at a time, so SQLite need not lock it as well.
  int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  if (config.mode == SqliteConfig::Mode::read_only) {
    flags |= SQLITE_OPEN_READONLY;
  } else {
    flags |= SQLITE_OPEN_READWRITE;
    if (config.mode == SqliteConfig::Mode::create) flags |= SQLITE_OPEN_CREATE;
  }
  const int code = sqlite3_open_v2(config.path.c_str(), &database_, flags, nullptr);
  try {
    if (code != SQLITE_OK) {
      SqliteFailure failure;
      failure.code = code;
      failure.message = database_ != nullptr ? sqlite3_errmsg(database_) : sqlite3_errstr(code);
      throw_open_error(config.path, failure);
    }
    configure(config, is_reader);
  } catch (...) {
    sqlite3_close_v2(database_);
    throw;
  }
}

void SqliteConnection::configure(const SqliteConfig& config, bool is_reader) {
  // A name in double quotes that is no column must not be taken for a text: a misspelt key would match no row.
  sqlite3_db_config(database_, SQLITE_DBCONFIG_DQS_DML, 0, nullptr);
  sqlite3_db_config(database_, SQLITE_DBCONFIG_DQS_DDL, 0, nullptr);
  if (sqlite3_create_collation_v2(database_, decimal_collation, SQLITE_UTF8, nullptr,
                                  compare_decimals, nullptr) != SQLITE_OK)
    fail(database_, "");
  if (sqlite3_create_function_v2(database_, decimal_sum, 1, SQLITE_UTF8 | SQLITE_DETERMINISTIC,
                                 nullptr, nullptr, add_decimal, finish_decimal_sum,
                                 nullptr) != SQLITE_OK)
    fail(database_, "");
  sqlite3_busy_timeout(database_, static_cast<int>(config.busy_timeout.count()));
  run(config.foreign_keys ? "pragma foreign_keys = on" : "pragma foreign_keys = off");
  std::string journal_mode = config.journal_mode;
  if (journal_mode.empty() && !config.is_in_memory()) journal_mode = "wal";
  // The journal's mode lies in the file; a file that may not be written keeps its own.
  if (!journal_mode.empty() && config.mode != SqliteConfig::Mode::read_only)
    run("pragma journal_mode = " + journal_mode);
  if (!config.synchronous.empty()) run("pragma synchronous = " + config.synchronous);
  if (config.cache_size) run("pragma cache_size = " + std::to_string(*config.cache_size));
  // Asked of every connection, so that a file that is no database is told now.
  run("pragma schema_version");
  if (is_reader) run("pragma query_only = on");
  verbs_.clear();  // these do not come again
}

void SqliteConnection::run(std::string_view text) {
  if (text == "rollback" && std::exchange(transaction_, {}).is_lost) return;
  // Verbs are few and come again with every transaction; savepoints have small numbers.
  std::unique_ptr<sql::SqlStatement>& statement = verbs_[std::string(text)];
  if (statement == nullptr) statement = prepare(text);
  struct Reset {
    sql::SqlStatement& statement;
    ~Reset() { statement.reset(); }
  } const reset{*statement};
  while (statement->step() != nullptr) {
  }
  transaction_.is_running = sqlite3_get_autocommit(database_) == 0;
}

std::unique_ptr<sql::SqlStatement> SqliteConnection::prepare(std::string_view text) {
  sqlite3_stmt* statement = nullptr;
  const char* rest = nullptr;
  if (text.size() > std::numeric_limits<int>::max())
    throw ValidationError("the SQL is longer than SQLite takes: bind large values as parameters");
  const int code = sqlite3_prepare_v3(database_, text.data(), static_cast<int>(text.size()),
                                      SQLITE_PREPARE_PERSISTENT, &statement, &rest);
  if (code != SQLITE_OK) fail(database_, text);
  if (statement == nullptr)
    throw ValidationError("the SQL holds no statement: give one that does something");
  const auto used = static_cast<std::size_t>(rest - text.data());
  if (used < text.size() && !is_blank(text.substr(used))) {
    sqlite3_finalize(statement);
    throw ValidationError("the SQL holds more than one statement: run them one by one");
  }
  return std::make_unique<SqliteStatement>(database_, statement, text, transaction_);
}

std::int64_t SqliteConnection::number_of(sql::SqlStatement& statement,
                                         std::string_view argument,
                                         std::int64_t otherwise) {
  if (!argument.empty()) {
    const Cell cell = Cell::of_bytes(argument);
    const sql::Parameter parameter;
    statement.bind(0, {&cell, 1}, {&parameter, 1});
  }
  const Cell* row = statement.step();
  const std::int64_t number =
      row != nullptr && row->type == ValueType::integer ? row->integer : otherwise;
  statement.reset();
  return number;
}

std::int64_t SqliteConnection::number_of(std::string_view text,
                                         std::string_view argument,
                                         std::int64_t otherwise) {
  return number_of(*prepare(text), argument, otherwise);
}

KeySource SqliteConnection::make_key_source(const metadata::EntityMeta& entity) {
  KeySource source;
  // Any trigger that inserts may take a key between the reservation and the insert.
  const bool has_trigger =
      number_of(
          "select count(*) from (select sql from sqlite_master where type = 'trigger' union all "
          "select sql from sqlite_temp_master where type = 'trigger') where sql like '%insert%' "
          "or sql like '%replace%'",
          "", 1) > 0;
  if (has_trigger) return source;
  const std::string table = metadata::flat_table_name(entity.table);
  const std::string& key = entity.primary_key->column_name;
  const std::int64_t key_columns =
      number_of("select count(*) from pragma_table_info(?) where pk > 0", table, 0);
  std::string type_query = "select lower(type) = 'integer' and name = ";
  type_query += "'" + key + "' collate nocase from pragma_table_info(?) where pk > 0";
  if (key.find('\'') != std::string::npos || key_columns != 1 ||
      number_of(type_query, table, 0) != 1)
    return source;
  // A key that is the row's own number has no index of its own.
  if (number_of("select count(*) from pragma_index_list(?) where origin = 'pk'", table, 1) > 0)
    return source;
  std::string text = "select max(";
  sql::DialectFacts facts;
  sql::write_name(text, facts, key);
  text += ") from ";
  sql::write_name(text, facts, table);
  if (number_of("select count(*) from sqlite_master where name = 'sqlite_sequence'", "", 0) > 0)
    source.sequence = prepare("select seq from sqlite_sequence where name = ? collate nocase");
  source.greatest = prepare(text);
  return source;
}

bool SqliteConnection::reserve_keys(const metadata::EntityMeta& entity,
                                    std::size_t count,
                                    std::vector<std::int64_t>& keys) {
  if (schema_version_ == nullptr) schema_version_ = prepare("pragma schema_version");
  const std::int64_t version = number_of(*schema_version_, "", -1);
  if (version != known_schema_version_) {
    key_sources_.clear();
    known_schema_version_ = version;
  }
  auto found = key_sources_.find(entity.table);
  if (found == key_sources_.end())
    found = key_sources_.emplace(entity.table, make_key_source(entity)).first;
  const KeySource& source = found->second;
  if (source.greatest == nullptr) return false;
  std::int64_t last = std::max<std::int64_t>(number_of(*source.greatest, "", 0), 0);
  if (source.sequence != nullptr)
    last = std::max(last, number_of(*source.sequence, metadata::flat_table_name(entity.table), 0));
  if (last > std::numeric_limits<std::int64_t>::max() - static_cast<std::int64_t>(count))
    return false;
  keys.reserve(keys.size() + count);
  for (std::size_t i = 0; i < count; ++i) keys.push_back(++last);
  return true;
}

}  // namespace

std::unique_ptr<sql::SqlConnection> open_sqlite(const SqliteConfig& config, bool is_reader) {
  return std::make_unique<SqliteConnection>(config, is_reader);
}

}  // namespace rowan::drivers::sqlite
