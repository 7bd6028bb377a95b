// Prepared statements of the binary protocol: values as typed buffers, rows read where the library keeps them.

#include <rowan/drivers/mysql/mysql_statement.hpp>

#include <rowan/base/error.hpp>
#include <rowan/base/text.hpp>
#include <rowan/drivers/mysql/mysql_dialect.hpp>
#include <rowan/drivers/mysql/mysql_row.hpp>
#include <rowan/sql/stored_value.hpp>

#include <mysql.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace rowan::drivers::mysql {
namespace {

using value::Cell;

constexpr unsigned int not_preparable = 1295;
constexpr unsigned int binary_charset = 63;

WireColumn wire_column(const MYSQL_FIELD& field) {
  WireColumn column;
  column.is_unsigned = (field.flags & UNSIGNED_FLAG) != 0;
  switch (field.type) {
    case MYSQL_TYPE_TINY: column.type = WireType::int8; break;
    case MYSQL_TYPE_SHORT:
    case MYSQL_TYPE_YEAR: column.type = WireType::int16; break;
    case MYSQL_TYPE_INT24:
    case MYSQL_TYPE_LONG: column.type = WireType::int32; break;
    case MYSQL_TYPE_LONGLONG: column.type = WireType::int64; break;
    case MYSQL_TYPE_FLOAT: column.type = WireType::real32; break;
    case MYSQL_TYPE_DOUBLE: column.type = WireType::real64; break;
    case MYSQL_TYPE_DECIMAL:
    case MYSQL_TYPE_NEWDECIMAL: {
      constexpr unsigned int largest_scale = 30;
      column.type = WireType::decimal;
      column.is_padded = field.decimals == largest_scale;
      break;
    }
    case MYSQL_TYPE_DATE: column.type = WireType::date; break;
    case MYSQL_TYPE_DATETIME:
    case MYSQL_TYPE_TIMESTAMP: column.type = WireType::datetime; break;
    case MYSQL_TYPE_TIME: column.type = WireType::time; break;
    case MYSQL_TYPE_BIT: column.type = WireType::bits; break;
    case MYSQL_TYPE_JSON: column.type = WireType::json; break;
    case MYSQL_TYPE_NULL: column.type = WireType::null; break;
    default:
      column.type = field.charsetnr == binary_charset ? WireType::blob : WireType::text;
      break;
  }
  return column;
}

/// The value of one placeholder, where the client library reads it.
struct BoundValue {
  union {
    std::int64_t integer = 0;
    double real;
  };
  MYSQL_TIME time{};
  unsigned long length = 0;
  my_bool is_null = 0;
  sql::StorageBuffer buffer{};
};

class MysqlStatement final : public sql::SqlStatement {
 public:
  MysqlStatement(MysqlSession& session, std::string_view text, bool leaves_traces)
      : session_(session),
        text_(text),
        leaves_traces_(leaves_traces),
        ignores_rows_(text.find(ignored_row_mark) != std::string_view::npos &&
                      text.starts_with("insert")) {
    prepare();
  }
  MysqlStatement(const MysqlStatement&) = delete;
  MysqlStatement& operator=(const MysqlStatement&) = delete;
  ~MysqlStatement() override { close(); }

  void bind(std::size_t first,
            std::span<const Cell> cells,
            std::span<const sql::Parameter> parameters) override;
  const Cell* step() override {
    if (!is_executed_) execute();
    std::string_view row;
    if (next_ != nullptr) [[likely]] {
      row = {reinterpret_cast<const char*>(next_->data), next_->length};
      next_ = next_->next;
    } else if (next_kept_ < kept_rows_.size()) {
      row = kept_rows_[next_kept_++];
    } else {
      return nullptr;
    }
    const Cell* cells = decoder_.read(row);
    if (cells == nullptr) [[unlikely]]
      fail_row();
    return cells;
  }
  [[nodiscard]] std::size_t column_count() const noexcept override { return decoder_.size(); }
  [[nodiscard]] std::uint64_t affected() const noexcept override { return affected_; }
  [[nodiscard]] std::int64_t generated_key() const noexcept override { return generated_key_; }
  void reset() noexcept override {
    if (!is_executed_) return;
    is_executed_ = false;
    next_ = nullptr;
    kept_rows_.clear();
    next_kept_ = 0;
    affected_ = 0;
    generated_key_ = 0;
    mysql_stmt_free_result(statement_);
  }
  [[nodiscard]] std::string_view text() const noexcept override { return text_; }

 private:
  void prepare();
  void close() noexcept {
    if (statement_ != nullptr) session_.link.close(statement_);
    statement_ = nullptr;
  }
  void execute();
  void take_result();
  void keep_rows();
  [[nodiscard]] std::uint64_t ignored_rows() const;
  [[noreturn]] void fail() {
    session_.fail(mysql_stmt_errno(statement_), mysql_stmt_sqlstate(statement_),
                  mysql_stmt_error(statement_), text_);
  }
  /// Fails, and gives the statement up: after an error among the rows the client library would wait for ever for their
  /// end. It is prepared anew at the next execution.
  [[noreturn]] void fail_result() {
    const unsigned int code = mysql_stmt_errno(statement_);
    const std::string sqlstate = mysql_stmt_sqlstate(statement_);
    const std::string message = mysql_stmt_error(statement_);
    close();
    session_.fail(code, sqlstate.c_str(), message.c_str(), text_);
  }
  [[noreturn]] void fail_row() {
    session_.is_usable = false;
    throw DriverError({.message = std::string(session_.product) +
                                  ": a row could not be read; the "
                                  "server speaks the protocol in a way that is not known",
                       .statement = text_});
  }
  void bind_one(MYSQL_BIND& bind, BoundValue& bound, const Cell& cell, const sql::Parameter&);
  void check_size() const;
  void check_text(std::string_view text, const sql::Parameter& parameter) const;
  static void bind_time(MYSQL_BIND& bind, BoundValue& bound, const TimeParts& parts, bool has_time);
  static void bind_bytes(MYSQL_BIND& bind,
                         BoundValue& bound,
                         std::string_view bytes,
                         enum_field_types type);

  MysqlSession& session_;
  std::string text_;
  bool leaves_traces_;
  bool ignores_rows_;  ///< an insert that leaves rows alone that are there
  MYSQL_STMT* statement_ = nullptr;
  std::uint64_t epoch_ = 0;
  bool is_executed_ = false;
  std::vector<MYSQL_BIND> binds_;
  std::vector<BoundValue> values_;
  RowDecoder decoder_;
  MYSQL_ROWS* next_ = nullptr;
  std::vector<std::string>
      kept_rows_;  ///< of a procedure, whose further results push out the first
  std::size_t next_kept_ = 0;
  std::uint64_t affected_ = 0;
  std::int64_t generated_key_ = 0;
};

void MysqlStatement::prepare() {
  statement_ = mysql_stmt_init(session_.link.get());
  if (statement_ == nullptr) session_.fail(text_);
  const Running running(session_);
  if (session_.link.prepare(statement_, text_) != 0) fail_result();
  epoch_ = session_.epoch;
  const std::size_t count = mysql_stmt_param_count(statement_);
  binds_.resize(count);
  values_.resize(count);
}

void MysqlStatement::bind(std::size_t first,
                          std::span<const Cell> cells,
                          std::span<const sql::Parameter> parameters) {
  if (first + cells.size() > binds_.size()) {
    throw ValidationError("the SQL has " + std::to_string(binds_.size()) +
                          " placeholders, and more values were given: one value for each '?'");
  }
  for (std::size_t i = 0; i < cells.size(); ++i)
    bind_one(binds_[first + i], values_[first + i], cells[i], parameters[i]);
}

void MysqlStatement::bind_one(MYSQL_BIND& bind,
                              BoundValue& bound,
                              const Cell& cell,
                              const sql::Parameter& parameter) {
  bound.is_null = 0;
  bind.is_null = &bound.is_null;
  Cell stored = cell;
  if (cell.type == ValueType::timestamp && parameter.storage == sql::Storage::plain)
    return bind_time(bind, bound, parts_of_timestamp(cell.integer), true);
  if (cell.type == ValueType::date && parameter.storage == sql::Storage::plain)
    return bind_time(bind, bound, parts_of_date(cell.integer), false);
  if (cell.type > ValueType::blob || parameter.storage != sql::Storage::plain)
    stored = sql::to_stored(cell, parameter, bound.buffer);
  switch (stored.type) {
    case ValueType::boolean:
    case ValueType::integer:
      bound.integer = stored.integer;
      bind.buffer_type = MYSQL_TYPE_LONGLONG;
      bind.buffer = &bound.integer;
      break;
    case ValueType::real:
      if (!std::isfinite(stored.real)) sql::refuse_real(stored.real, parameter);
      bound.real = stored.real;
      bind.buffer_type = MYSQL_TYPE_DOUBLE;
      bind.buffer = &bound.real;
      break;
    case ValueType::text:
      check_text(stored.bytes(), parameter);
      bind_bytes(bind, bound, stored.bytes(),
                 cell.type == ValueType::decimal ? MYSQL_TYPE_NEWDECIMAL : MYSQL_TYPE_STRING);
      break;
    case ValueType::blob: bind_bytes(bind, bound, stored.bytes(), MYSQL_TYPE_BLOB); break;
    default:
      // The type stays that of the value before, so that the server need not look at the statement anew.
      bound.is_null = 1;
      if (bind.buffer == nullptr) bind.buffer_type = MYSQL_TYPE_NULL;
      break;
  }
}

// Inside a cast, as in the updates of a batch, MySQL makes null of such text without a word; MariaDB's error shows it.
void MysqlStatement::check_text(std::string_view text, const sql::Parameter& parameter) const {
  const metadata::PropertyMeta* property = parameter.property;
  if (property == nullptr || base::is_valid_utf8(text)) return;
  throw DataError({.message = property->full_name() +
                              ": the text is not valid UTF-8: give it text, or map it as a "
                              "std::vector<std::byte>",
                   .statement = text_});
}

void MysqlStatement::bind_time(MYSQL_BIND& bind,
                               BoundValue& bound,
                               const TimeParts& parts,
                               bool has_time) {
  MYSQL_TIME& time = bound.time;
  time.year = parts.year;
  time.month = parts.month;
  time.day = parts.day;
  time.hour = parts.hour;
  time.minute = parts.minute;
  time.second = parts.second;
  time.second_part = parts.microsecond;
  time.neg = 0;
  time.time_type = has_time ? MYSQL_TIMESTAMP_DATETIME : MYSQL_TIMESTAMP_DATE;
  bind.buffer_type = has_time ? MYSQL_TYPE_DATETIME : MYSQL_TYPE_DATE;
  bind.buffer = &time;
}

void MysqlStatement::bind_bytes(MYSQL_BIND& bind,
                                BoundValue& bound,
                                std::string_view bytes,
                                enum_field_types type) {
  bound.length = bytes.size();
  bind.buffer_type = type;
  // Only read; the client library has one struct for both ways.
  bind.buffer = bytes.empty() ? const_cast<char*>("") : const_cast<char*>(bytes.data());
  bind.buffer_length = bytes.size();
  bind.length = &bound.length;
}

void MysqlStatement::execute() {
  if (statement_ == nullptr || epoch_ != session_.epoch) {
    close();
    prepare();
  }
  const Running running(session_);
  if (leaves_traces_) session_.has_traces = true;
  const bool is_unbound = std::any_of(
      binds_.begin(), binds_.end(), [](const MYSQL_BIND& bind) { return bind.is_null == nullptr; });
  if (is_unbound) [[unlikely]] {
    throw ValidationError("the SQL has " + std::to_string(binds_.size()) +
                          " placeholders, and fewer values were given: one value for each '?'");
  }
  check_size();
  if (!binds_.empty() && mysql_stmt_bind_param(statement_, binds_.data()) != 0) fail();
  if (session_.link.execute(statement_) != 0) fail();
  generated_key_ = static_cast<std::int64_t>(mysql_stmt_insert_id(statement_));
  if (mysql_stmt_field_count(statement_) > 0) {
    take_result();
  } else {
    affected_ = mysql_stmt_affected_rows(statement_);
    if (ignores_rows_) affected_ -= std::min(affected_, ignored_rows());
  }
  if (mysql_stmt_more_results(statement_)) keep_rows();
  is_executed_ = true;
  session_.check_transaction();
}

// A server that is sent too much hangs up, and often before its reason arrives.
void MysqlStatement::check_size() const {
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < binds_.size(); ++i) {
    const enum_field_types type = binds_[i].buffer_type;
    const bool has_bytes =
        type == MYSQL_TYPE_STRING || type == MYSQL_TYPE_BLOB || type == MYSQL_TYPE_NEWDECIMAL;
    if (has_bytes && values_[i].is_null == 0) bytes += values_[i].length;
  }
  if (bytes <= session_.largest_packet) [[likely]]
    return;
  throw DataError({.message = std::string(session_.product) +
                              ": the values of this statement have " + std::to_string(bytes) +
                              " bytes, more than the server takes, so it was not sent: make them "
                              "smaller, or raise its max_allowed_packet, which is " +
                              std::to_string(session_.largest_packet),
                   .statement = text_});
}

// Rows that are left alone count as matched. Of several the server says how many there were, of one it does not.
std::uint64_t MysqlStatement::ignored_rows() const {
  const char* info = mysql_info(session_.link.get());
  if (info == nullptr)
    return mysql_stmt_insert_id(statement_) == std::numeric_limits<std::uint64_t>::max() ? 1 : 0;
  constexpr std::string_view word = "Duplicates: ";
  const char* found = std::strstr(info, word.data());
  return found != nullptr ? std::strtoull(found + word.size(), nullptr, 10) : 0;
}

// A procedure has further results; the first is what was asked for.
void MysqlStatement::keep_rows() {
  for (; next_ != nullptr; next_ = next_->next)
    kept_rows_.emplace_back(reinterpret_cast<const char*>(next_->data), next_->length);
  while (mysql_stmt_more_results(statement_)) {
    if (session_.link.next_result(statement_) > 0) fail_result();
    if (mysql_stmt_field_count(statement_) > 0 && session_.link.store_result(statement_) != 0)
      fail_result();
  }
}

void MysqlStatement::take_result() {
  if (session_.link.store_result(statement_) != 0) fail_result();
  // A change of the table may have given the statement other columns.
  const unsigned int count = mysql_stmt_field_count(statement_);
  const MYSQL_FIELD* fields = mariadb_stmt_fetch_fields(statement_);
  std::vector<WireColumn> columns;
  columns.reserve(count);
  for (unsigned int i = 0; i < count; ++i) columns.push_back(wire_column(fields[i]));
  decoder_.set_columns(std::move(columns));
  next_ = mysql_stmt_row_tell(statement_);
  affected_ = mysql_stmt_num_rows(statement_);
}

/// A text that the server does not prepare; it has no values, and its rows are not read.
class PlainStatement final : public sql::SqlStatement {
 public:
  PlainStatement(MysqlSession& session, std::string_view text) : session_(session), text_(text) {}
  void bind(std::size_t, std::span<const Cell> cells, std::span<const sql::Parameter>) override {
    if (cells.empty()) return;
    throw ValidationError(
        "the server cannot prepare this statement, so it takes no values: leave them out");
  }
  const Cell* step() override {
    if (std::exchange(is_executed_, true)) return nullptr;
    session_.has_traces = true;
    session_.run(text_);
    session_.check_transaction();
    return nullptr;
  }
  [[nodiscard]] std::size_t column_count() const noexcept override { return 0; }
  [[nodiscard]] std::uint64_t affected() const noexcept override { return 0; }
  void reset() noexcept override { is_executed_ = false; }
  [[nodiscard]] std::string_view text() const noexcept override { return text_; }

 private:
  MysqlSession& session_;
  std::string text_;
  bool is_executed_ = false;
};

/// Tells whether the statement may leave something behind in its session that no rollback takes away.
bool may_leave_traces(std::string_view text) {
  static constexpr std::string_view verbs[] = {"set",   "lock",  "use",  "prepare", "handler",
                                               "call",  "do",    "load", "flush",   "xa",
                                               "begin", "start", "kill", "get",     "execute"};
  static constexpr std::string_view words[] = {"get_lock", ":=", "temporary", "into @"};
  const auto start = text.find_first_not_of(" \t\r\n(");
  if (start == std::string_view::npos) return false;
  const std::string head = base::ascii_lower(text.substr(start, 12));
  const std::string verb = head.substr(0, head.find_first_of(" \t\r\n("));
  if (std::find(std::begin(verbs), std::end(verbs), verb) != std::end(verbs)) return true;
  // A comment before the verb hides it.
  if (head.starts_with("/*") || head.starts_with("--") || head.starts_with("#")) return true;
  // Statements of Rowan's own are long, and have none of the words outside of quoted names.
  const std::string lower = base::ascii_lower(text);
  return std::any_of(std::begin(words), std::end(words),
                     [&](std::string_view word) { return lower.find(word) != std::string::npos; });
}

}  // namespace

std::unique_ptr<sql::SqlStatement> prepare_mysql(MysqlSession& session, std::string_view text) {
  try {
    return std::make_unique<MysqlStatement>(session, text, may_leave_traces(text));
  } catch (const DriverError& error) {
    if (error.native_code() != static_cast<int>(not_preparable)) throw;
  }
  return std::make_unique<PlainStatement>(session, text);
}

}  // namespace rowan::drivers::mysql
