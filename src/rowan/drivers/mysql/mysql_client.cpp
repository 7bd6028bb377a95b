// The part of the driver that waits for the server.

#include <rowan/drivers/mysql/mysql_client.hpp>

#include <rowan/base/error.hpp>
#include <rowan/base/strand.hpp>
#include <rowan/base/text.hpp>
#include <rowan/base/wait_hook.hpp>
#include <rowan/drivers/mysql/mysql_errors.hpp>

#include <fcntl.h>
#include <mysql.h>
#include <openssl/err.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <iterator>
#include <string>

namespace rowan::drivers::mysql {

namespace {

/// Forgets what OpenSSL noted of other connections of this thread: libmariadb would take it for an error of this one,
/// wherever there is nothing to read yet.
void forget_other_errors() noexcept { ERR_clear_error(); }

/// Tells whether the statement may end its transaction even where it fails: one that changes tables commits first.
bool may_end_transaction(std::string_view text) {
  static constexpr std::string_view harmless[] = {"select",  "insert", "update",    "delete",
                                                  "replace", "with",   "savepoint", "release"};
  const std::string verb = base::ascii_lower(text.substr(0, text.find_first_of(" \t\r\n(")));
  return std::find(std::begin(harmless), std::end(harmless), verb) == std::end(harmless);
}

}  // namespace

template <class Continue>
void MysqlLink::finish(int status, Continue&& go_on) {
  while (status != 0) status = go_on(wait(status));
}

template <class Start, class Continue>
int MysqlLink::finish_number(Start&& start, Continue&& go_on) {
  int result = 0;
  forget_other_errors();
  finish(start(&result), [&](int status) { return go_on(&result, status); });
  return result;
}

void MysqlLink::open() {
  mysql_ = mysql_init(nullptr);
  if (mysql_ == nullptr) throw ConnectionError({.message = "there is no memory for a connection"});
  if (may_suspend_) mysql_options(mysql_, MYSQL_OPT_NONBLOCK, nullptr);
}

/// Waits as the library asks, through the installed hook; returns what it waits to be told.
int MysqlLink::wait(int wanted) {
  auto events = SocketEvent::either;
  if ((wanted & MYSQL_WAIT_WRITE) == 0) events = SocketEvent::readable;
  if ((wanted & (MYSQL_WAIT_READ | MYSQL_WAIT_EXCEPT)) == 0) events = SocketEvent::writable;
  const bool has_limit = (wanted & MYSQL_WAIT_TIMEOUT) != 0;
  std::chrono::milliseconds limit = events == SocketEvent::writable ? write_limit_ : read_limit_;
  if (has_limit) limit = std::chrono::milliseconds(mysql_get_timeout_value_ms(mysql_));
  const int socket = static_cast<int>(mysql_get_socket(mysql_));
  const WaitHook::Timeout timeout =
      limit.count() > 0 ? WaitHook::Timeout(limit) : WaitHook::Timeout();
  const bool is_ready = wait_hook().wait_socket(socket, events, timeout);
  forget_other_errors();
  if (is_ready) return wanted & ~MYSQL_WAIT_TIMEOUT;
  if (has_limit) return MYSQL_WAIT_TIMEOUT;
  // With TLS the library knows no limit of its own, and would go on waiting.
  ::shutdown(socket, SHUT_RDWR);
  return wanted;
}

void MysqlLink::close() noexcept {
  if (!may_suspend_) {
    mysql_close(mysql_);
  } else {
    int status = mysql_close_start(mysql_);
    while (status != 0) status = mysql_close_cont(mysql_, wait(status));
  }
  forget_other_errors();
}

bool MysqlLink::is_in_transaction() const noexcept {
  return (mysql_->server_status & SERVER_STATUS_IN_TRANS) != 0;
}

bool MysqlLink::is_hung_up() const noexcept {
  // What can be read says nothing: with TLS that may be a new session's key.
  pollfd polled{};
  polled.fd = static_cast<int>(mysql_get_socket(mysql_));
  polled.events = POLLRDHUP;
  return ::poll(&polled, 1, 0) > 0;
}

bool MysqlLink::connect(const MysqlConfig& config, unsigned long flags) {
  const bool has_socket = !config.socket.empty();
  const char* host = has_socket ? nullptr : config.host.c_str();
  const char* socket = has_socket ? config.socket.c_str() : nullptr;
  const char* database = config.database.empty() ? nullptr : config.database.c_str();
  const char* user = config.user.c_str();
  const char* password = config.password.c_str();
  // The library would block for the host's name and for the handshake of TLS, whatever it was asked for.
  MYSQL* opened = nullptr;
  base::run_aside([&] {
    opened = mysql_real_connect(mysql_, host, user, password, database, config.port, socket, flags);
  });
  if (opened == nullptr) return false;
  if (!may_suspend_) return true;
  // It leaves the socket blocking, and under TLS OpenSSL would wait in it without asking the hook.
  const int socket_number = static_cast<int>(mysql_get_socket(mysql_));
  ::fcntl(socket_number, F_SETFL, ::fcntl(socket_number, F_GETFL) | O_NONBLOCK);
  return true;
}

int MysqlLink::query(std::string_view text) {
  if (!may_suspend_) return mysql_real_query(mysql_, text.data(), text.size());
  return finish_number(
      [&](int* result) { return mysql_real_query_start(result, mysql_, text.data(), text.size()); },
      [&](int* result, int status) { return mysql_real_query_cont(result, mysql_, status); });
}

MYSQL_RES* MysqlLink::store_result() {
  if (!may_suspend_) return mysql_store_result(mysql_);
  MYSQL_RES* result = nullptr;
  finish(mysql_store_result_start(&result, mysql_),
         [&](int status) { return mysql_store_result_cont(&result, mysql_, status); });
  return result;
}

int MysqlLink::next_result() {
  if (!may_suspend_) return mysql_next_result(mysql_);
  return finish_number(
      [&](int* result) { return mysql_next_result_start(result, mysql_); },
      [&](int* result, int status) { return mysql_next_result_cont(result, mysql_, status); });
}

int MysqlLink::ping() {
  if (!may_suspend_) return mysql_ping(mysql_);
  return finish_number(
      [&](int* result) { return mysql_ping_start(result, mysql_); },
      [&](int* result, int status) { return mysql_ping_cont(result, mysql_, status); });
}

int MysqlLink::reset() {
  if (!may_suspend_) return mysql_reset_connection(mysql_);
  return finish_number(
      [&](int* result) { return mysql_reset_connection_start(result, mysql_); },
      [&](int* result, int status) { return mysql_reset_connection_cont(result, mysql_, status); });
}

int MysqlLink::prepare(MYSQL_STMT* statement, std::string_view text) {
  if (!may_suspend_) return mysql_stmt_prepare(statement, text.data(), text.size());
  return finish_number(
      [&](int* result) {
        return mysql_stmt_prepare_start(result, statement, text.data(), text.size());
      },
      [&](int* result, int status) { return mysql_stmt_prepare_cont(result, statement, status); });
}

int MysqlLink::execute(MYSQL_STMT* statement) {
  if (!may_suspend_) return mysql_stmt_execute(statement);
  return finish_number(
      [&](int* result) { return mysql_stmt_execute_start(result, statement); },
      [&](int* result, int status) { return mysql_stmt_execute_cont(result, statement, status); });
}

int MysqlLink::store_result(MYSQL_STMT* statement) {
  if (!may_suspend_) return mysql_stmt_store_result(statement);
  return finish_number(
      [&](int* result) { return mysql_stmt_store_result_start(result, statement); },
      [&](int* result, int status) {
        return mysql_stmt_store_result_cont(result, statement, status);
      });
}

int MysqlLink::next_result(MYSQL_STMT* statement) {
  if (!may_suspend_) return mysql_stmt_next_result(statement);
  return finish_number([&](int* result) { return mysql_stmt_next_result_start(result, statement); },
                       [&](int* result, int status) {
                         return mysql_stmt_next_result_cont(result, statement, status);
                       });
}

void MysqlLink::close(MYSQL_STMT* statement) noexcept {
  if (!may_suspend_) {
    mysql_stmt_close(statement);
    return;
  }
  my_bool ignored = 0;
  finish(mysql_stmt_close_start(&ignored, statement),
         [&](int status) { return mysql_stmt_close_cont(&ignored, statement, status); });
}

void MysqlSession::fail(unsigned int code,
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
  if (mysql::is_transaction_lost(failure) && link.is_in_transaction()) is_transaction_lost = true;
  const bool is_lock_wait = may_roll_back_all(code);
  const bool is_uncertain = is_lock_wait || may_end_transaction(statement);
  // An error says nothing of the transaction, but the answer of the next statement does.
  if (is_begun && is_usable && !is_transaction_lost && is_uncertain && link.query("do 0") == 0 &&
      !link.is_in_transaction()) {
    is_transaction_lost = true;
    is_lost_by_statement = !is_lock_wait;
  }
  throw_mysql_error(failure);
}

void MysqlSession::fail(std::string_view statement) {
  fail(mysql_errno(link.get()), mysql_sqlstate(link.get()), mysql_error(link.get()), statement);
}

void MysqlSession::check_transaction() {
  if (!is_begun || is_transaction_lost || link.is_in_transaction()) return;
  is_transaction_lost = is_lost_by_statement = true;
  enter();
}

void MysqlSession::enter() {
  if (!is_usable) {
    throw ConnectionError({.message = std::string(product) +
                                      ": the connection was lost before: roll back; the next unit "
                                      "of work gets a new one"});
  }
  if (is_lost_by_statement) {
    throw TransactionStateError(
        std::string(product) +
        ": a statement of yours has ended the transaction: the server commits before it changes "
        "tables, so what was written before that statement stays. Roll back, and run such "
        "statements outside of transactions");
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

void MysqlSession::run(std::string_view text) {
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

}  // namespace rowan::drivers::mysql
