// One connection to a server as a queue: what is sent, and what came of it, in the same order.

#pragma once

#include <rowan/base/wait_hook.hpp>
#include <rowan/drivers/postgres/postgres_codec.hpp>
#include <rowan/drivers/postgres/postgres_config.hpp>
#include <rowan/drivers/postgres/postgres_errors.hpp>

#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

// libpq's own types, so that no other file needs its header for a pointer.
struct pg_cancel;
struct pg_conn;
struct pg_result;

namespace rowan::drivers::postgres {

struct ClearResult {
  void operator()(pg_result* result) const noexcept;
};
using ResultPointer = std::unique_ptr<pg_result, ClearResult>;
/// Returns the verb that the server says it has run, as COMMIT.
[[nodiscard]] std::string_view command_of(const pg_result* result) noexcept;
/// A statement's text, kept until its answer is there.
using StatementTextPointer = std::shared_ptr<const std::string>;

/// The values of a run, as libpq takes them.
struct RunValues {
  std::span<const char* const> values{};
  std::span<const int> lengths{};
  std::span<const int> formats{};    ///< 1: binary
  std::span<const TypeOid> types{};  ///< for statements without a name
  bool has_binary_result = true;
};

/// Sends in pipeline mode and waits through the hook; nothing here blocks on the socket by itself, but the look-up of
/// host names.
///
/// Whatever send_...() sends is only on its way; complete() waits for the answers to all of it. After an error the
/// server leaves out the rest up to the next separate().
/// Thread safety: none, but for cancel().
class PostgresClient final {
 public:
  /// Connects. `replica` is empty, or one of the configuration's. Errors: ConnectionError.
  PostgresClient(const PostgresConfig& config, const std::string& replica);
  PostgresClient(const PostgresClient&) = delete;
  PostgresClient& operator=(const PostgresClient&) = delete;
  ~PostgresClient();

  void send_prepare(const std::string& name,
                    StatementTextPointer text,
                    std::span<const TypeOid> types);
  void send_describe(const std::string& name, StatementTextPointer text);
  void send_run(const std::string& name, StatementTextPointer text, const RunValues& values);
  /// Sends a statement without a name.
  void send_once(StatementTextPointer text, const RunValues& values);
  /// Lets what follows run although what was sent before fails.
  void separate();

  /// Waits for all answers. Returns the first error, else the result of the last statement through `last`.
  /// Errors: ConnectionError where the connection is lost.
  [[nodiscard]] std::optional<PostgresFailure> complete(ResultPointer& last);
  /// The same, with the error thrown.
  ResultPointer finish();

  /// Starts to copy rows in. Requires: nothing is on its way.
  void start_copy(const std::string& text);
  void put_copy(std::string_view data);
  /// Ends the copy; with an `error` it fails by it.
  void end_copy(const char* error);

  [[nodiscard]] bool is_pending() const noexcept { return !pending_.empty(); }
  /// Tells whether a transaction is open, on its way ones included.
  [[nodiscard]] bool is_in_transaction() const noexcept;
  /// Waits for what is on its way, whatever comes of it, and rolls an open transaction back.
  void end_transaction();
  [[nodiscard]] bool is_usable() noexcept;
  /// Says whether the running transaction was begun as one that only reads: then the refusal of a write tells nothing
  /// of the server.
  void set_read_only(bool is_read_only) noexcept { may_be_read_only_ = is_read_only; }
  void mark_broken() noexcept { is_broken_ = true; }
  void cancel() noexcept;
  /// Returns how often complete() and the copy waited for the server.
  [[nodiscard]] std::uint64_t round_trips() const noexcept { return round_trips_; }

 private:
  struct Pending {
    StatementTextPointer text;  ///< null for a separator
  };

  void connect(const PostgresConfig& config, const std::string& replica);
  void sent(int is_sent, StatementTextPointer text);
  void flush();
  void wait(SocketEvent events);
  ResultPointer next();
  [[noreturn]] void lose(const std::string& statement);
  void leave_pipeline();
  void enter_pipeline();

  pg_conn* connection_ = nullptr;
  pg_cancel* cancel_ = nullptr;
  std::deque<Pending> pending_;
  bool is_broken_ = false;
  bool needs_separator_ = false;  ///< something was sent since the last one
  bool may_be_read_only_ = false;
  std::uint64_t round_trips_ = 0;
};

/// Checks what libpq can know of a configuration without a server.
/// Errors: ValidationError.
void check_postgres_config(const PostgresConfig& config);

}  // namespace rowan::drivers::postgres
