// Opens, sets up, checks and cancels.

#include <rowan/drivers/mysql/mysql_connection.hpp>

#include <rowan/base/error.hpp>
#include <rowan/base/strand.hpp>
#include <rowan/base/wait_hook.hpp>
#include <rowan/drivers/mysql/mysql_client.hpp>
#include <rowan/drivers/mysql/mysql_errors.hpp>
#include <rowan/drivers/mysql/mysql_statement.hpp>
#include <rowan/sql/dialect.hpp>

#include <errmsg.h>
#include <mysql.h>

#include <chrono>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace rowan::drivers::mysql {
namespace {

using value::Cell;

class MysqlConnection final : public sql::SqlConnection {
 public:
  MysqlConnection(const MysqlConfig& config, const MysqlFlavor& flavor, bool may_suspend);
  MysqlConnection(const MysqlConnection&) = delete;
  MysqlConnection& operator=(const MysqlConnection&) = delete;

  std::unique_ptr<sql::SqlStatement> prepare(std::string_view text) override {
    return prepare_mysql(session_, text);
  }
  [[nodiscard]] bool is_in_transaction() const noexcept override {
    return session_.is_transaction_lost || session_.link.is_in_transaction();
  }
  void run(std::string_view text) override;
  [[nodiscard]] bool is_usable() const noexcept override {
    return session_.is_usable && !session_.link.is_hung_up();
  }
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
  MysqlSession session_;
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
  const std::vector<std::string> row = row_of(
      "select @@session.sql_mode, @@session.auto_increment_increment, "
      "@@session.max_allowed_packet");
  std::string mode = row.at(0);
  increment_ = std::stoll(row.at(1));
  session_.largest_packet = std::stoull(row.at(2));
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
  if (text == "rollback") {
    session_.is_begun = session_.is_transaction_lost = session_.is_lost_by_statement = false;
    is_marked_ = false;
  }
  if (text == "commit") check_mark();
  const bool is_begin = text.starts_with("start transaction");
  if (!is_in_group_ || text != "start transaction") {
    session_.run(text);
    if (is_begin || text == "commit") session_.is_begun = is_begin;
    return;
  }
  session_.is_begun = true;
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
        base::run_aside([&] {
          MysqlConnection other(config_, flavor_, false);
          other.run("kill query " + std::to_string(mysql_thread_id(session_.link.get())));
        });
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
