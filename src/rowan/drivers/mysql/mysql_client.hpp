// A server connection of the client library, with the calls that may wait, and what its statements share.

#pragma once

#include <rowan/base/strand.hpp>
#include <rowan/drivers/mysql/mysql_config.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string_view>

// libmariadb's own types, so that no other file needs its header for a pointer.
struct st_mysql;
struct st_mysql_res;
struct st_mysql_stmt;

namespace rowan::drivers::mysql {

/// The calls of libmariadb that may wait.
///
/// Each goes on where it would block until the hook says that the socket is ready; without a hook it blocks.
class MysqlLink final {
 public:
  explicit MysqlLink(bool may_suspend) : may_suspend_(may_suspend) { open(); }
  MysqlLink(const MysqlLink&) = delete;
  MysqlLink& operator=(const MysqlLink&) = delete;
  ~MysqlLink() { close(); }

  /// Starts anew, as after an attempt that failed.
  void renew() {
    close();
    open();
  }
  [[nodiscard]] st_mysql* get() const noexcept { return mysql_; }
  /// Tells whether the server said last that a transaction is open.
  [[nodiscard]] bool is_in_transaction() const noexcept;
  /// Tells whether the server has closed its end, as far as this machine knows. Cost: a system call.
  [[nodiscard]] bool is_hung_up() const noexcept;
  /// Limits a wait for the server; 0: no limit.
  void set_limits(std::chrono::milliseconds read, std::chrono::milliseconds write) noexcept {
    read_limit_ = read;
    write_limit_ = write;
  }

  bool connect(const MysqlConfig& config, unsigned long flags);
  // As their namesakes in the library: 0 is success, below 0 the end of the results.
  int query(std::string_view text);
  st_mysql_res* store_result();
  int next_result();
  int ping();
  int reset();
  int prepare(st_mysql_stmt* statement, std::string_view text);
  int execute(st_mysql_stmt* statement);
  int store_result(st_mysql_stmt* statement);
  int next_result(st_mysql_stmt* statement);
  void close(st_mysql_stmt* statement) noexcept;

 private:
  void open();
  int wait(int wanted);
  void close() noexcept;
  template <class Continue>
  void finish(int status, Continue&& go_on);
  template <class Start, class Continue>
  int finish_number(Start&& start, Continue&& go_on);

  st_mysql* mysql_ = nullptr;
  bool may_suspend_;
  std::chrono::milliseconds read_limit_{0};
  std::chrono::milliseconds write_limit_{0};
};

/// What all statements of a connection share.
struct MysqlSession {
  MysqlSession(bool may_suspend, std::string_view product_name)
      : link(may_suspend), product(product_name) {}

  /// Throws what the server said of `statement`, and keeps in mind what that means for the connection.
  [[noreturn]] void fail(unsigned int code,
                         const char* sqlstate,
                         const char* message,
                         std::string_view statement);
  /// The same of what the library said last.
  [[noreturn]] void fail(std::string_view statement);
  /// Makes sure that a statement may run now.
  void enter();
  void leave() noexcept {
    if (is_running.exchange(false) && is_canceling.load()) {
      // Who cancels must not reach the next statement.
      const std::lock_guard wait(cancel_mutex);
    }
  }
  /// Throws where the statement that was run has ended the transaction that Rowan began.
  void check_transaction();
  /// Runs a text that is no one's statement.
  void run(std::string_view text);

  MysqlLink link;
  std::string_view product;
  bool is_usable = true;
  bool is_begun = false;  ///< a transaction of Rowan's is running
  bool is_transaction_lost =
      false;  ///< the server rolled it back by itself, or a statement ended it
  bool is_lost_by_statement = false;      ///< the latter
  bool has_traces = false;                ///< something that was run may have changed the session
  std::size_t largest_packet = SIZE_MAX;  ///< that the server takes, in bytes
  std::uint64_t epoch = 0;                ///< raised when the server forgets what was prepared
  std::atomic<bool> is_running = false;
  std::atomic<bool> is_canceling = false;
  std::atomic<bool> was_canceled = false;
  base::StrandMutex cancel_mutex;
};

/// Marks that the server works on a statement.
class Running final {
 public:
  explicit Running(MysqlSession& session) : session_(session) { session_.enter(); }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;
  ~Running() { session_.leave(); }

 private:
  MysqlSession& session_;
};

}  // namespace rowan::drivers::mysql
