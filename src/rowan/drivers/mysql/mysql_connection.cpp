// The only file that knows libmariadb's C interface.

#include <rowan/drivers/mysql/mysql_connection.hpp>

#include <rowan/base/error.hpp>
#include <rowan/base/text.hpp>
#include <rowan/base/wait_hook.hpp>
#include <rowan/drivers/mysql/mysql_dialect.hpp>
#include <rowan/drivers/mysql/mysql_errors.hpp>
#include <rowan/drivers/mysql/mysql_row.hpp>
#include <rowan/sql/dialect.hpp>
#include <rowan/sql/stored_value.hpp>

#include <errmsg.h>
#include <fcntl.h>
#include <mysql.h>
#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace rowan::drivers::mysql {
namespace {

using value::Cell;

constexpr unsigned int not_preparable = 1295;
constexpr unsigned int binary_charset = 63;

/// A server connection of the client library, with the calls that may wait.
///
/// Each call goes on where it would block until the hook says that the socket is ready; without a hook it blocks.
class Link final {
 public:
  explicit Link(bool may_suspend) : may_suspend_(may_suspend) { open(); }
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;
  ~Link() { close(); }

  /// Starts anew, as after an attempt that failed.
  void renew() {
    close();
    open();
  }
  [[nodiscard]] MYSQL* get() const noexcept { return mysql_; }
  /// Limits a wait for the server; 0: no limit.
  void set_limits(std::chrono::milliseconds read, std::chrono::milliseconds write) noexcept {
    read_limit_ = read;
    write_limit_ = write;
  }

  bool connect(const MysqlConfig& config, unsigned long flags) {
    const bool has_socket = !config.socket.empty();
    const char* host = has_socket ? nullptr : config.host.c_str();
    const char* socket = has_socket ? config.socket.c_str() : nullptr;
    const char* database = config.database.empty() ? nullptr : config.database.c_str();
    const char* user = config.user.c_str();
    const char* password = config.password.c_str();
    if (!may_suspend_) {
      return mysql_real_connect(mysql_, host, user, password, database, config.port, socket,
                                flags) != nullptr;
    }
    MYSQL* opened = nullptr;
    finish(mysql_real_connect_start(&opened, mysql_, host, user, password, database, config.port,
                                    socket, flags),
           [&](int status) { return mysql_real_connect_cont(&opened, mysql_, status); });
    if (opened == nullptr) return false;
    // The library leaves the socket blocking, and under TLS OpenSSL would wait in it without asking the hook. Only the
    // handshake, which is over, cannot be kept from that.
    const int socket_number = static_cast<int>(mysql_get_socket(mysql_));
    ::fcntl(socket_number, F_SETFL, ::fcntl(socket_number, F_GETFL) | O_NONBLOCK);
    return true;
  }
  int query(std::string_view text) {
    if (!may_suspend_) return mysql_real_query(mysql_, text.data(), text.size());
    return finish_number(
        [&](int* result) {
          return mysql_real_query_start(result, mysql_, text.data(), text.size());
        },
        [&](int* result, int status) { return mysql_real_query_cont(result, mysql_, status); });
  }
  MYSQL_RES* store_result() {
    if (!may_suspend_) return mysql_store_result(mysql_);
    MYSQL_RES* result = nullptr;
    finish(mysql_store_result_start(&result, mysql_),
           [&](int status) { return mysql_store_result_cont(&result, mysql_, status); });
    return result;
  }
  int next_result() {
    if (!may_suspend_) return mysql_next_result(mysql_);
    return finish_number(
        [&](int* result) { return mysql_next_result_start(result, mysql_); },
        [&](int* result, int status) { return mysql_next_result_cont(result, mysql_, status); });
  }
  int ping() {
    if (!may_suspend_) return mysql_ping(mysql_);
    return finish_number(
        [&](int* result) { return mysql_ping_start(result, mysql_); },
        [&](int* result, int status) { return mysql_ping_cont(result, mysql_, status); });
  }
  int reset() {
    if (!may_suspend_) return mysql_reset_connection(mysql_);
    return finish_number([&](int* result) { return mysql_reset_connection_start(result, mysql_); },
                         [&](int* result, int status) {
                           return mysql_reset_connection_cont(result, mysql_, status);
                         });
  }
  int prepare(MYSQL_STMT* statement, std::string_view text) {
    if (!may_suspend_) return mysql_stmt_prepare(statement, text.data(), text.size());
    return finish_number(
        [&](int* result) {
          return mysql_stmt_prepare_start(result, statement, text.data(), text.size());
        },
        [&](int* result, int status) {
          return mysql_stmt_prepare_cont(result, statement, status);
        });
  }
  int execute(MYSQL_STMT* statement) {
    if (!may_suspend_) return mysql_stmt_execute(statement);
    return finish_number([&](int* result) { return mysql_stmt_execute_start(result, statement); },
                         [&](int* result, int status) {
                           return mysql_stmt_execute_cont(result, statement, status);
                         });
  }
  int store_result(MYSQL_STMT* statement) {
    if (!may_suspend_) return mysql_stmt_store_result(statement);
    return finish_number(
        [&](int* result) { return mysql_stmt_store_result_start(result, statement); },
        [&](int* result, int status) {
          return mysql_stmt_store_result_cont(result, statement, status);
        });
  }
  int next_result(MYSQL_STMT* statement) {
    if (!may_suspend_) return mysql_stmt_next_result(statement);
    return finish_number(
        [&](int* result) { return mysql_stmt_next_result_start(result, statement); },
        [&](int* result, int status) {
          return mysql_stmt_next_result_cont(result, statement, status);
        });
  }
  void close(MYSQL_STMT* statement) noexcept {
    if (!may_suspend_) {
      mysql_stmt_close(statement);
      return;
    }
    my_bool ignored = 0;
    finish(mysql_stmt_close_start(&ignored, statement),
           [&](int status) { return mysql_stmt_close_cont(&ignored, statement, status); });
  }

 private:
  void open() {
    mysql_ = mysql_init(nullptr);
    if (mysql_ == nullptr)
      throw ConnectionError({.message = "there is no memory for a connection"});
    if (may_suspend_) mysql_options(mysql_, MYSQL_OPT_NONBLOCK, nullptr);
  }
  /// Waits as the library asks, through the installed hook; returns what it waits to be told.
  int wait(int wanted) {
    auto events = SocketEvent::either;
    if ((wanted & MYSQL_WAIT_WRITE) == 0) events = SocketEvent::readable;
    if ((wanted & (MYSQL_WAIT_READ | MYSQL_WAIT_EXCEPT)) == 0) events = SocketEvent::writable;
    const bool has_limit = (wanted & MYSQL_WAIT_TIMEOUT) != 0;
    std::chrono::milliseconds limit = events == SocketEvent::writable ? write_limit_ : read_limit_;
    if (has_limit) limit = std::chrono::milliseconds(mysql_get_timeout_value_ms(mysql_));
    const int socket = static_cast<int>(mysql_get_socket(mysql_));
    const WaitHook::Timeout timeout =
        limit.count() > 0 ? WaitHook::Timeout(limit) : WaitHook::Timeout();
    if (wait_hook().wait_socket(socket, events, timeout)) return wanted & ~MYSQL_WAIT_TIMEOUT;
    if (has_limit) return MYSQL_WAIT_TIMEOUT;
    // With TLS the library knows no limit of its own, and would go on waiting.
    ::shutdown(socket, SHUT_RDWR);
    return wanted;
  }
  void close() noexcept {
    if (!may_suspend_) return mysql_close(mysql_);
    int status = mysql_close_start(mysql_);
    while (status != 0) status = mysql_close_cont(mysql_, wait(status));
  }
  template <class Continue>
  void finish(int status, Continue&& go_on) {
    while (status != 0) status = go_on(wait(status));
  }
  template <class Start, class Continue>
  int finish_number(Start&& start, Continue&& go_on) {
    int result = 0;
    finish(start(&result), [&](int status) { return go_on(&result, status); });
    return result;
  }

  MYSQL* mysql_ = nullptr;
  bool may_suspend_;
  std::chrono::milliseconds read_limit_{0};
  std::chrono::milliseconds write_limit_{0};
};

/// What all statements of a connection share.
struct Session {
  Session(bool may_suspend, std::string_view product_name)
      : link(may_suspend), product(product_name) {}

  /// Throws what the server said of `statement`, and keeps in mind what that means for the connection.
  [[noreturn]] void fail(unsigned int code,
                         const char* sqlstate,
                         const char* message,
                         std::string_view statement);
  [[noreturn]] void fail(std::string_view statement) {
    fail(mysql_errno(link.get()), mysql_sqlstate(link.get()), mysql_error(link.get()), statement);
  }
  /// Makes sure that a statement may run now.
  void enter();
  void leave() noexcept {
    if (is_running.exchange(false) && is_canceling.load()) {
      // Who cancels must not reach the next statement.
      const std::lock_guard wait(cancel_mutex);
    }
  }
  /// Runs a text that is no one's statement.
  void run(std::string_view text);

  Link link;
  std::string_view product;
  bool is_usable = true;
  bool is_transaction_lost = false;  ///< the server rolled it back by itself
  bool has_traces = false;           ///< something that was run may have changed the session
  std::uint64_t epoch = 0;           ///< raised when the server forgets what was prepared
  std::atomic<bool> is_running = false;
  std::atomic<bool> is_canceling = false;
  std::atomic<bool> was_canceled = false;
  std::mutex cancel_mutex;
};

/// Marks that the server works on a statement.
class Running final {
 public:
  explicit Running(Session& session) : session_(session) { session_.enter(); }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;
  ~Running() { session_.leave(); }

 private:
  Session& session_;
};

void Session::fail(unsigned int code,
                   const char* sqlstate,
                   const char* message,
                   std::string_view statement) {
  MysqlFailure failure;
  failure.code = code;
  failure.sqlstate = sqlstate;
  failure.message = message;
  failure.statement = statement;
  failure.product = product;
  // A server that was sent too much hangs up.
  constexpr unsigned int too_large = 1153;
  if (is_connection_lost(code) || code == too_large || failure.sqlstate.starts_with("08"))
    is_usable = false;
  if (mysql::is_transaction_lost(failure) &&
      (link.get()->server_status & SERVER_STATUS_IN_TRANS) != 0)
    is_transaction_lost = true;
  throw_mysql_error(failure);
}

void Session::enter() {
  if (!is_usable) {
    throw ConnectionError({.message = std::string(product) +
                                      ": the connection was lost before: roll back; the next unit "
                                      "of work gets a new one"});
  }
  if (is_transaction_lost) {
    throw TransactionStateError(
        "the server has rolled back this transaction because of a conflict: roll back and run all "
        "of it again; transactional() does with .retries");
  }
  // A kill that came after the end of its statement would hit the next one.
  if (was_canceled.exchange(false)) (void)link.query("do 0");
  is_running.store(true);
}

void Session::run(std::string_view text) {
  const Running running(*this);
  if (link.query(text) != 0) fail(text);
  for (;;) {
    MYSQL_RES* result = link.store_result();
    if (result != nullptr) {
      mysql_free_result(result);
    } else if (mysql_field_count(link.get()) > 0) {
      fail(text);
    }
    if (!mysql_more_results(link.get())) return;
    if (link.next_result() > 0) fail(text);
  }
}

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
    case MYSQL_TYPE_NEWDECIMAL: column.type = WireType::decimal; break;
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
  MysqlStatement(Session& session, std::string_view text, bool leaves_traces)
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
  static void bind_time(MYSQL_BIND& bind, BoundValue& bound, const TimeParts& parts, bool has_time);
  static void bind_bytes(MYSQL_BIND& bind,
                         BoundValue& bound,
                         std::string_view bytes,
                         enum_field_types type);

  Session& session_;
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
  PlainStatement(Session& session, std::string_view text) : session_(session), text_(text) {}
  void bind(std::size_t, std::span<const Cell> cells, std::span<const sql::Parameter>) override {
    if (cells.empty()) return;
    throw ValidationError(
        "the server cannot prepare this statement, so it takes no values: leave them out");
  }
  const Cell* step() override {
    if (std::exchange(is_executed_, true)) return nullptr;
    session_.has_traces = true;
    session_.run(text_);
    return nullptr;
  }
  [[nodiscard]] std::size_t column_count() const noexcept override { return 0; }
  [[nodiscard]] std::uint64_t affected() const noexcept override { return 0; }
  void reset() noexcept override { is_executed_ = false; }
  [[nodiscard]] std::string_view text() const noexcept override { return text_; }

 private:
  Session& session_;
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

class MysqlConnection final : public sql::SqlConnection {
 public:
  MysqlConnection(const MysqlConfig& config, const MysqlFlavor& flavor, bool may_suspend);
  MysqlConnection(const MysqlConnection&) = delete;
  MysqlConnection& operator=(const MysqlConnection&) = delete;

  std::unique_ptr<sql::SqlStatement> prepare(std::string_view text) override;
  [[nodiscard]] bool is_in_transaction() const noexcept override {
    return session_.is_transaction_lost ||
           (session_.link.get()->server_status & SERVER_STATUS_IN_TRANS) != 0;
  }
  void run(std::string_view text) override;
  [[nodiscard]] bool is_usable() const noexcept override { return session_.is_usable; }
  bool check() noexcept override;
  void clean() noexcept override;
  void cancel() noexcept override;
  bool reserve_keys(const metadata::EntityMeta&, std::size_t, std::vector<std::int64_t>&) override {
    return false;
  }
  std::int64_t key_step(const metadata::EntityMeta& entity) override;

 private:
  void connect();
  [[nodiscard]] bool try_connect(bool has_tls);
  void set_options();
  void set_tls(bool has_tls);
  [[noreturn]] void fail_to_connect();
  [[nodiscard]] std::string where() const;
  void check_server();
  void set_up();
  /// Tells whether the server is in a group of which several members take writes.
  [[nodiscard]] bool ask_for_group();
  /// Fails where the transaction is not the one that was begun.
  void check_mark();
  /// Returns the columns of the first row of a text without values.
  std::vector<std::string> row_of(std::string_view text);

  MysqlConfig config_;
  const MysqlFlavor& flavor_;
  Session session_;
  std::int64_t increment_ = 1;
  bool is_in_group_ = false;
  bool is_marked_ = false;  ///< the running transaction has a savepoint at its very beginning
  std::unordered_map<std::string, bool> counts_keys_;  ///< by table
};

MysqlConnection::MysqlConnection(const MysqlConfig& config,
                                 const MysqlFlavor& flavor,
                                 bool may_suspend)
    : config_(config), flavor_(flavor), session_(may_suspend, flavor.name) {
  connect();
  session_.link.set_limits(config_.read_timeout, config_.write_timeout);
  check_server();
  set_up();
  is_in_group_ = !flavor_.group_mode.empty() && ask_for_group();
}

std::string MysqlConnection::where() const {
  return config_.socket.empty() ? config_.host + ":" + std::to_string(config_.port)
                                : config_.socket;
}

void MysqlConnection::fail_to_connect() {
  MYSQL* mysql = session_.link.get();
  MysqlFailure failure;
  failure.code = mysql_errno(mysql);
  failure.sqlstate = mysql_sqlstate(mysql);
  failure.message = mysql_error(mysql);
  failure.product = flavor_.name;
  throw_mysql_connect_error(failure, where());
}

void MysqlConnection::connect() {
  // The library's own start is not safe for threads.
  static const int started = mysql_server_init(0, nullptr, nullptr);
  static_cast<void>(started);
  using SslMode = MysqlConfig::SslMode;
  const bool is_local = !config_.socket.empty();
  const bool wants_tls = config_.ssl_mode > SslMode::preferred ||
                         (config_.ssl_mode == SslMode::preferred && !is_local);
  if (try_connect(wants_tls)) return;
  const bool may_go_without = wants_tls && config_.ssl_mode == SslMode::preferred;
  if (!may_go_without || mysql_errno(session_.link.get()) != CR_SSL_CONNECTION_ERROR)
    fail_to_connect();
  session_.link.renew();
  if (!try_connect(false)) fail_to_connect();
}

bool MysqlConnection::try_connect(bool has_tls) {
  set_options();
  set_tls(has_tls);
  session_.link.set_limits(config_.connect_timeout, config_.connect_timeout);
  // Rows that an update matches count, also where it changes nothing in them.
  if (!session_.link.connect(config_, CLIENT_FOUND_ROWS)) return false;
  // The library is content with a server that has no TLS, whatever it was asked for.
  const bool must_encrypt = config_.ssl_mode >= MysqlConfig::SslMode::required;
  if (must_encrypt && mysql_get_ssl_cipher(session_.link.get()) == nullptr) {
    throw ConnectionError({.message = "the server at " + where() +
                                      " does not encrypt, and ssl-mode asks for it: set up TLS "
                                      "there, or look at ssl-mode"});
  }
  return true;
}

void MysqlConnection::set_options() {
  MYSQL* mysql = session_.link.get();
  const auto seconds = [](std::chrono::milliseconds time) {
    return static_cast<unsigned int>((time.count() + 999) / 1000);
  };
  const auto set_timeout = [&](mysql_option option, std::chrono::milliseconds time) {
    const unsigned int whole = seconds(time);
    if (whole > 0) mysql_options(mysql, option, &whole);
  };
  set_timeout(MYSQL_OPT_CONNECT_TIMEOUT, config_.connect_timeout);
  set_timeout(MYSQL_OPT_READ_TIMEOUT, config_.read_timeout);
  set_timeout(MYSQL_OPT_WRITE_TIMEOUT, config_.write_timeout);
  mysql_options(mysql, MYSQL_SET_CHARSET_NAME, "utf8mb4");
  const unsigned int protocol = config_.socket.empty() ? MYSQL_PROTOCOL_TCP : MYSQL_PROTOCOL_SOCKET;
  mysql_options(mysql, MYSQL_OPT_PROTOCOL, &protocol);
  // A server must not be able to ask for files of this machine.
  const unsigned int off = 0;
  mysql_options(mysql, MYSQL_OPT_LOCAL_INFILE, &off);
  if (!config_.server_public_key.empty())
    mysql_options(mysql, MYSQL_SERVER_PUBLIC_KEY, config_.server_public_key.c_str());
  if (!config_.plugin_dir.empty())
    mysql_options(mysql, MYSQL_PLUGIN_DIR, config_.plugin_dir.c_str());
}

void MysqlConnection::set_tls(bool has_tls) {
  if (!has_tls) return;
  using SslMode = MysqlConfig::SslMode;
  MYSQL* mysql = session_.link.get();
  const auto path = [](const std::string& file) { return file.empty() ? nullptr : file.c_str(); };
  // A file of authorities makes the library check the server's certificate, but for the host's name; the option below
  // makes it check that too, and takes the system's authorities where there is no file.
  const bool verifies = config_.ssl_mode >= SslMode::verify_ca;
  mysql_ssl_set(mysql, path(config_.ssl_key), path(config_.ssl_cert),
                verifies ? path(config_.ssl_ca) : nullptr, nullptr, nullptr);
  const my_bool on = 1;
  mysql_options(mysql, MYSQL_OPT_SSL_ENFORCE, &on);
  const my_bool checks_name = config_.ssl_mode == SslMode::verify_full ? 1 : 0;
  mysql_options(mysql, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &checks_name);
}

void MysqlConnection::check_server() {
  MYSQL* mysql = session_.link.get();
  const std::string version = mysql_get_server_info(mysql);
  const bool is_mariadb = version.find("MariaDB") != std::string::npos;
  if (is_mariadb != flavor_.is_mariadb) {
    throw ValidationError("the server at " + where() + " is " + std::string(flavor_.other_name) +
                          " (" + version + "), and was asked for as " + std::string(flavor_.name) +
                          ": they differ in what they can do, so begin the URL with '" +
                          std::string(flavor_.other_scheme) + ":'");
  }
  if (mysql_get_server_version(mysql) < flavor_.oldest_version) {
    throw ConnectionError({.message = "the server at " + where() + " is " +
                                      std::string(flavor_.name) + " " + version + ": Rowan needs " +
                                      std::string(flavor_.oldest_name) + " or later"});
  }
}

void MysqlConnection::set_up() {
  // One statement for all of it. Times are UTC on both sides, so that none is converted.
  std::string text =
      "set names utf8mb4 collate " + config_.collation + ", time_zone = '+00:00', autocommit = 1";
  if (!config_.sql_mode.empty()) text += ", sql_mode = '" + config_.sql_mode + "'";
  if (config_.statement_timeout.count() > 0) {
    // Whole milliseconds, or seconds with a point.
    const auto time = config_.statement_timeout.count();
    text += ", " + std::string(flavor_.timeout_variable) + " = ";
    text += flavor_.counts_seconds ? std::to_string(static_cast<double>(time) / 1000)
                                   : std::to_string(time);
  }
  if (config_.lock_timeout.count() > 0) {
    text += ", innodb_lock_wait_timeout = " +
            std::to_string((config_.lock_timeout.count() + 999) / 1000);
  }
  session_.run(text);
  const std::vector<std::string> row =
      row_of("select @@session.sql_mode, @@session.auto_increment_increment");
  std::string mode = row.at(0);
  increment_ = std::stoll(row.at(1));
  const auto has = [&](std::string_view name) {
    return ("," + mode + ",").find("," + std::string(name) + ",") != std::string::npos;
  };
  if (!has("STRICT_TRANS_TABLES") && !has("STRICT_ALL_TABLES")) {
    throw DriverError(
        {.message = std::string(flavor_.name) +
                    ": strict mode is off, so the server would cut values that do not fit without "
                    "a word: add STRICT_TRANS_TABLES to its sql_mode, or set it for our "
                    "connections alone with ?sql-mode=STRICT_TRANS_TABLES"});
  }
  if (!has("NO_BACKSLASH_ESCAPES")) return;
  // Literals of the schema are written with escapes.
  mode.erase(("," + mode).find(",NO_BACKSLASH_ESCAPES"), 20);
  session_.run("set sql_mode = trim(both ',' from '" + mode + "')");
}

std::vector<std::string> MysqlConnection::row_of(std::string_view text) {
  const Running running(session_);
  if (session_.link.query(text) != 0) session_.fail(text);
  MYSQL_RES* result = session_.link.store_result();
  if (result == nullptr) session_.fail(text);
  std::vector<std::string> out;
  if (const MYSQL_ROW row = mysql_fetch_row(result)) {
    for (unsigned int i = 0; i < mysql_num_fields(result); ++i)
      out.emplace_back(row[i] != nullptr ? row[i] : "");
  }
  mysql_free_result(result);
  return out;
}

std::unique_ptr<sql::SqlStatement> MysqlConnection::prepare(std::string_view text) {
  try {
    return std::make_unique<MysqlStatement>(session_, text, may_leave_traces(text));
  } catch (const DriverError& error) {
    if (error.native_code() != static_cast<int>(not_preparable)) throw;
  }
  return std::make_unique<PlainStatement>(session_, text);
}

bool MysqlConnection::ask_for_group() {
  constexpr int unknown_variable = 1193;
  try {
    return row_of("select " + std::string(flavor_.group_mode)).at(0) == "0";
  } catch (const DriverError& error) {
    if (error.native_code() != unknown_variable) throw;
    return false;
  }
}

// A change that comes from another member of the group ends our transaction if that holds its locks. The next
// statement says so, but not if it is a savepoint: MySQL then goes on in a new transaction without a word, and an
// update after it would overwrite the other's change. A savepoint from before the first lock is gone in that case, so
// its release tells.
void MysqlConnection::check_mark() {
  constexpr int no_savepoint = 1305;
  if (!std::exchange(is_marked_, false)) return;
  try {
    session_.run("release savepoint rowan_begin");
  } catch (const DriverError& error) {
    // A statement that changes tables has committed, and the savepoint with it.
    if (error.native_code() != no_savepoint) throw;
  }
}

void MysqlConnection::run(std::string_view text) {
  if (text == "rollback") session_.is_transaction_lost = is_marked_ = false;
  if (text == "commit") check_mark();
  if (!is_in_group_ || text != "start transaction") return session_.run(text);
  // The snapshot makes the engine's transaction begin now: before that, a savepoint is none of the engine's.
  session_.run("start transaction with consistent snapshot");
  session_.run("savepoint rowan_begin");
  is_marked_ = true;
}

bool MysqlConnection::check() noexcept {
  if (session_.is_usable && session_.link.ping() != 0) session_.is_usable = false;
  return session_.is_usable;
}

void MysqlConnection::clean() noexcept {
  if (!session_.has_traces) return;
  try {
    if (session_.link.reset() != 0) session_.fail("reset connection");
    session_.has_traces = false;
    ++session_.epoch;
    set_up();
  } catch (const std::exception&) {
    session_.is_usable = false;
  }
}

void MysqlConnection::cancel() noexcept {
  session_.is_canceling.store(true);
  {
    const std::lock_guard lock(session_.cancel_mutex);
    if (session_.is_running.load()) {
      try {
        // Blocks, also where a hook is installed: who cancels holds a lock that a fiber must not wait with.
        MysqlConnection other(config_, flavor_, false);
        other.run("kill query " + std::to_string(mysql_thread_id(session_.link.get())));
        session_.was_canceled.store(true);
      } catch (const std::exception&) {
        // The statement goes on; its own limits end it.
      }
    }
  }
  session_.is_canceling.store(false);
}

// What makes the keys of one insert follow each other: the MySQL manual, "AUTO_INCREMENT Handling in InnoDB", says of
// lock mode 2, the loosest, that where only simple inserts run, whose number of rows is known ahead, "there are no gaps
// in the numbers generated for a single statement, except for 'mixed-mode inserts'". InnoDB takes the numbers for all
// rows of a simple insert at once, in every mode, so that bulk inserts of others cannot come between. LAST_INSERT_ID()
// is the first of them, and they are auto_increment_increment apart. Rowan's inserts are simple: `values` with the key
// in no row or in every row, never mixed. That leaves tables of other engines, views, and triggers that give a row
// another key: there nothing is guaranteed.
std::int64_t MysqlConnection::key_step(const metadata::EntityMeta& entity) {
  auto known = counts_keys_.find(entity.table);
  if (known == counts_keys_.end()) {
    const std::unique_ptr<sql::SqlStatement> statement = prepare(
        "select count(*) from information_schema.tables as t where t.table_schema = database() and "
        "t.table_name = ? and t.engine = 'InnoDB' and not exists (select 1 from "
        "information_schema.triggers as g where g.event_object_schema = database() and "
        "g.event_object_table = t.table_name and g.event_manipulation = 'INSERT' and "
        "g.action_timing = 'BEFORE')");
    const std::string table_name = metadata::flat_table_name(entity.table);
    const Cell table = Cell::of_bytes(table_name);
    const sql::Parameter parameter;
    statement->bind(0, {&table, 1}, {&parameter, 1});
    const Cell* row = statement->step();
    const bool counts = row != nullptr && row->integer == 1;
    known = counts_keys_.emplace(entity.table, counts).first;
  }
  if (!known->second) return 0;
  if (session_.has_traces)
    increment_ = std::stoll(row_of("select @@session.auto_increment_increment").at(0));
  return increment_;
}

}  // namespace

std::unique_ptr<sql::SqlConnection> open_mysql(const MysqlConfig& config,
                                               const MysqlFlavor& flavor) {
  return std::make_unique<MysqlConnection>(config, flavor, base::has_wait_hook());
}

}  // namespace rowan::drivers::mysql
