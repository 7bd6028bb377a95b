// Drives libpq without ever letting it wait.

#include <rowan/drivers/postgres/postgres_client.hpp>

#include <rowan/base/error.hpp>
#include <rowan/base/strand.hpp>
#include <rowan/base/text.hpp>

#include <libpq-fe.h>
#include <poll.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <utility>
#include <vector>

namespace rowan::drivers::postgres {
namespace {

using Clock = std::chrono::steady_clock;

/// What PQconnectStartParams() takes.
class ConnectParameters final {
 public:
  explicit ConnectParameters(const PostgresConfig& config, const std::string& replica) {
    // An expanded dbname gives everything that later keywords do not.
    if (!config.url.empty()) set("dbname", config.url);
    if (!config.host.empty()) set("host", config.host);
    if (config.port != 0) set("port", std::to_string(config.port));
    if (!config.user.empty()) set("user", config.user);
    if (!config.password.empty()) set("password", config.password);
    if (!config.database.empty() && config.url.empty()) set("dbname", config.database);
    for (const auto& [name, value] : config.parameters) set(name, value);
    set("client_encoding", "UTF8");
    set_default("fallback_application_name", "rowan");
    if (!replica.empty()) point_to(replica);
  }

  void set(const std::string& name, const std::string& value) {
    for (std::size_t i = 0; i < names_.size(); ++i) {
      if (names_[i] == name && name != "dbname") {
        values_[i] = value;
        return;
      }
    }
    names_.push_back(name);
    values_.push_back(value);
  }
  [[nodiscard]] PGconn* start() {
    std::vector<const char*> names, values;
    for (std::size_t i = 0; i < names_.size(); ++i) {
      names.push_back(names_[i].c_str());
      values.push_back(values_[i].c_str());
    }
    names.push_back(nullptr);
    values.push_back(nullptr);
    return PQconnectStartParams(names.data(), values.data(), 1);
  }

 private:
  void set_default(const std::string& name, const std::string& value) {
    if (std::find(names_.begin(), names_.end(), name) == names_.end()) set(name, value);
  }
  void point_to(const std::string& replica) {
    if (replica.find("://") != std::string::npos) {
      names_.erase(std::remove(names_.begin(), names_.end(), "dbname"), names_.end());
      names_.clear();
      values_.clear();
      set("dbname", replica);
      set("client_encoding", "UTF8");
      set_default("fallback_application_name", "rowan");
      return;
    }
    const auto colon = replica.rfind(':');
    set("host", replica.substr(0, colon));
    set("hostaddr", "");
    set("port", colon == std::string::npos ? "5432" : replica.substr(colon + 1));
    set("target_session_attrs", "any");
  }

  std::vector<std::string> names_, values_;
};

/// Returns the value of a connection parameter as libpq resolved it.
std::string option_of(PGconn* connection, std::string_view name) {
  std::string found;
  PQconninfoOption* options = PQconninfo(connection);
  for (const PQconninfoOption* each = options; each != nullptr && each->keyword != nullptr;
       ++each) {
    if (each->keyword == name && each->val != nullptr) found = each->val;
  }
  PQconninfoFree(options);
  return found;
}

std::vector<std::string> split_list(const std::string& list) {
  std::vector<std::string> parts;
  std::size_t first = 0;
  for (;;) {
    const std::size_t end = list.find(',', first);
    parts.push_back(list.substr(first, end == std::string::npos ? end : end - first));
    if (end == std::string::npos) return parts;
    first = end + 1;
  }
}

std::string joined_from(const std::vector<std::string>& parts, std::size_t first) {
  return base::join(std::span(parts).subspan(std::min(first, parts.size())), ",");
}

/// Returns the lists of hosts, their addresses and ports, without those up to the one that was tried last; false where
/// none is left.
bool skip_tried_hosts(PGconn* connection, ConnectParameters& parameters) {
  const std::vector<std::string> hosts = split_list(option_of(connection, "host"));
  const std::vector<std::string> addresses = split_list(option_of(connection, "hostaddr"));
  const std::vector<std::string> ports = split_list(option_of(connection, "port"));
  const std::size_t count = std::max(hosts.size(), addresses.size());
  const char* tried_host = PQhost(connection);
  const char* tried_port = PQport(connection);
  std::size_t tried = 0;
  while (tried < count) {
    const bool is_host = (tried < hosts.size() && hosts[tried] == tried_host) ||
                         (tried < addresses.size() && addresses[tried] == tried_host);
    const std::string& port = ports[ports.size() > 1 ? std::min(tried, ports.size() - 1) : 0];
    if (is_host && (port.empty() || port == tried_port)) break;
    ++tried;
  }
  if (tried + 1 >= count) return false;
  parameters.set("host", joined_from(hosts, tried + 1));
  parameters.set("hostaddr", addresses.size() > 1 ? joined_from(addresses, tried + 1) : "");
  parameters.set("port", ports.size() > 1 ? joined_from(ports, tried + 1) : ports.front());
  return true;
}

std::string field_of(const PGresult* result, int field) {
  const char* text = PQresultErrorField(result, field);
  return text != nullptr ? text : "";
}

PostgresFailure failure_of(const PGresult* result, std::string statement) {
  PostgresFailure failure;
  failure.sqlstate = field_of(result, PG_DIAG_SQLSTATE);
  failure.message = field_of(result, PG_DIAG_MESSAGE_PRIMARY);
  if (failure.message.empty()) failure.message = PQresultErrorMessage(result);
  failure.detail = field_of(result, PG_DIAG_MESSAGE_DETAIL);
  failure.hint = field_of(result, PG_DIAG_MESSAGE_HINT);
  failure.table = field_of(result, PG_DIAG_TABLE_NAME);
  failure.column = field_of(result, PG_DIAG_COLUMN_NAME);
  failure.constraint = field_of(result, PG_DIAG_CONSTRAINT_NAME);
  failure.source = field_of(result, PG_DIAG_SOURCE_FILE);
  failure.context = field_of(result, PG_DIAG_CONTEXT);
  failure.statement = std::move(statement);
  return failure;
}

// What comes without having been asked for: an error means that the server ends the connection.
void on_notice(void* client, const PGresult* result) {
  const std::string severity = field_of(result, PG_DIAG_SEVERITY_NONLOCALIZED);
  if (severity == "FATAL" || severity == "PANIC" || severity == "ERROR")
    static_cast<PostgresClient*>(client)->mark_broken();
}

}  // namespace

std::string_view command_of(const pg_result* result) noexcept {
  // libpq only reads it, and says so nowhere.
  return PQcmdStatus(const_cast<pg_result*>(result));
}

void ClearResult::operator()(pg_result* result) const noexcept { PQclear(result); }

void check_postgres_config(const PostgresConfig& config) {
  std::vector<std::string> known;
  PQconninfoOption* defaults = PQconndefaults();
  for (const PQconninfoOption* each = defaults; each != nullptr && each->keyword != nullptr; ++each)
    known.emplace_back(each->keyword);
  PQconninfoFree(defaults);
  const auto check = [&](std::string_view name) {
    // A short form that only URLs have.
    if (name == "ssl" || std::find(known.begin(), known.end(), name) != known.end()) return;
    const std::string_view meant = base::closest_match(name, known);
    throw ValidationError("libpq knows no connection parameter " + base::quoted(name) +
                          (meant.empty() ? "" : ": did you mean '" + std::string(meant) + "'?"));
  };
  for (const auto& parameter : config.parameters) check(parameter.first);
  if (config.url.empty()) return;
  const auto question =
      config.url.find("://") == std::string::npos ? std::string::npos : config.url.find('?');
  std::string_view query =
      question == std::string::npos ? "" : std::string_view(config.url).substr(question + 1);
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), pair.size() + 1));
    check(pair.substr(0, pair.find('=')));
  }
  char* complaint = nullptr;
  PQconninfoOption* options = PQconninfoParse(config.url.c_str(), &complaint);
  PQconninfoFree(options);
  if (options != nullptr) return;
  std::string message = complaint != nullptr ? complaint : "out of memory";
  PQfreemem(complaint);
  // What follows may repeat the URL, with its password.
  for (const std::string_view start : {": \"", "\"postgres", "in URI"}) {
    if (const auto at = message.find(start); at != std::string::npos) message.resize(at);
  }
  while (!message.empty() && message.back() == '\n') message.pop_back();
  throw ValidationError("the PostgreSQL URL is wrong: " + message);
}

// Connecting ----------------------------------------------------------------------------------------------------------

PostgresClient::PostgresClient(const PostgresConfig& config, const std::string& replica) {
  try {
    connect(config, replica);
  } catch (...) {
    PQfinish(connection_);
    throw;
  }
}

PostgresClient::~PostgresClient() {
  if (cancel_ != nullptr) PQfreeCancel(cancel_);
  PQfinish(connection_);
}

void PostgresClient::connect(const PostgresConfig& config, const std::string& replica) {
  ConnectParameters parameters(config, replica);
  for (;;) {
    PQfinish(connection_);
    // libpq looks up a host's name where it turns to that host: here to the first.
    base::run_aside([&] { connection_ = parameters.start(); });
    if (connection_ == nullptr) throw_connect_error("out of memory");
    if (PQstatus(connection_) == CONNECTION_BAD) throw_connect_error(PQerrorMessage(connection_));
    PQsetNoticeReceiver(connection_, &on_notice, this);
    const std::string limit_text = option_of(connection_, "connect_timeout");
    int limit_seconds = 0;
    std::from_chars(limit_text.data(), limit_text.data() + limit_text.size(), limit_seconds);
    const auto deadline = [&] { return Clock::now() + std::chrono::seconds(limit_seconds); };
    auto until = deadline();
    const bool has_more_hosts = option_of(connection_, "host").find(',') != std::string::npos;
    std::string server;
    PostgresPollingStatusType state = PGRES_POLLING_WRITING;
    while (state == PGRES_POLLING_READING || state == PGRES_POLLING_WRITING) {
      WaitHook::Timeout limit;
      if (limit_seconds > 0) {
        limit = std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now());
        limit = std::max(*limit, std::chrono::milliseconds(0));
      }
      const auto event =
          state == PGRES_POLLING_READING ? SocketEvent::readable : SocketEvent::writable;
      if (!wait_hook().wait_socket(PQsocket(connection_), event, limit)) break;
      if (has_more_hosts) {
        base::run_aside([&] { state = PQconnectPoll(connection_); });
      } else {
        state = PQconnectPoll(connection_);
      }
      // Each host has the whole time for itself.
      std::string now = std::string(PQhost(connection_)) + ":" + PQport(connection_);
      if (now != server) {
        server = std::move(now);
        until = deadline();
      }
    }
    if (state == PGRES_POLLING_OK) break;
    if (state == PGRES_POLLING_FAILED) throw_connect_error(PQerrorMessage(connection_));
    if (!skip_tried_hosts(connection_, parameters)) throw_connect_error("timeout expired");
  }
  cancel_ = PQgetCancel(connection_);
  PQsetnonblocking(connection_, 1);
  enter_pipeline();
}

void PostgresClient::enter_pipeline() {
  if (PQenterPipelineMode(connection_) != 1) lose("");
}

void PostgresClient::leave_pipeline() {
  if (PQexitPipelineMode(connection_) != 1) lose("");
}

// Sending -------------------------------------------------------------------------------------------------------------

void PostgresClient::sent(int is_sent, StatementTextPointer text) {
  if (is_sent != 1) {
    if (PQstatus(connection_) != CONNECTION_OK || is_broken_) lose(*text);
    PostgresFailure failure;
    failure.message = PQerrorMessage(connection_);
    failure.statement = *text;
    throw_postgres_error(failure);
  }
  pending_.push_back({std::move(text)});
  needs_separator_ = true;
}

void PostgresClient::send_prepare(const std::string& name,
                                  StatementTextPointer text,
                                  std::span<const TypeOid> types) {
  const int is_sent = PQsendPrepare(connection_, name.c_str(), text->c_str(),
                                    static_cast<int>(types.size()), types.data());
  sent(is_sent, std::move(text));
}

void PostgresClient::send_describe(const std::string& name, StatementTextPointer text) {
  const int is_sent = PQsendDescribePrepared(connection_, name.c_str());
  sent(is_sent, std::move(text));
}

void PostgresClient::send_run(const std::string& name,
                              StatementTextPointer text,
                              const RunValues& values) {
  const int is_sent = PQsendQueryPrepared(
      connection_, name.c_str(), static_cast<int>(values.values.size()), values.values.data(),
      values.lengths.data(), values.formats.data(), values.has_binary_result ? 1 : 0);
  sent(is_sent, std::move(text));
}

void PostgresClient::send_once(StatementTextPointer text, const RunValues& values) {
  const int is_sent = PQsendQueryParams(
      connection_, text->c_str(), static_cast<int>(values.values.size()),
      values.types.empty() ? nullptr : values.types.data(), values.values.data(),
      values.lengths.data(), values.formats.data(), values.has_binary_result ? 1 : 0);
  sent(is_sent, std::move(text));
}

void PostgresClient::separate() {
  if (!needs_separator_) return;
  if (PQpipelineSync(connection_) != 1) lose("");
  pending_.push_back({nullptr});
  needs_separator_ = false;
}

// Waiting -------------------------------------------------------------------------------------------------------------

void PostgresClient::wait(SocketEvent events) {
  // With TLS, what has come may lie in the library already, where no socket tells of it.
  WaitHook::Timeout limit;
  if (PQsslInUse(connection_) != 0) limit = std::chrono::milliseconds(20);
  (void)wait_hook().wait_socket(PQsocket(connection_), events, limit);
}

void PostgresClient::flush() {
  for (;;) {
    const int left = PQflush(connection_);
    // A failure is told by the read that follows, with the server's reason if it gave one.
    if (left <= 0) return;
    wait(SocketEvent::either);
    if (PQconsumeInput(connection_) != 1) return;
  }
}

ResultPointer PostgresClient::next() {
  while (PQisBusy(connection_) != 0) {
    wait(SocketEvent::readable);
    if (PQconsumeInput(connection_) != 1) return nullptr;
  }
  return ResultPointer(PQgetResult(connection_));
}

void PostgresClient::lose(const std::string& statement) {
  is_broken_ = true;
  pending_.clear();
  throw_connection_lost(PQerrorMessage(connection_), statement);
}

std::optional<PostgresFailure> PostgresClient::complete(ResultPointer& last) {
  separate();
  if (pending_.empty()) return std::nullopt;
  // An exception out of the hook would leave answers behind that nobody reads.
  const bool was_broken = std::exchange(is_broken_, true);
  ++round_trips_;
  flush();
  std::optional<PostgresFailure> first;
  while (!pending_.empty()) {
    const Pending each = std::move(pending_.front());
    pending_.pop_front();
    ResultPointer result = next();
    const ExecStatusType status = result ? PQresultStatus(result.get()) : PGRES_FATAL_ERROR;
    if (each.text == nullptr) {
      if (status == PGRES_PIPELINE_SYNC) continue;
      if (first) break;
      lose("");
    }
    if (result == nullptr) {
      if (first) break;
      lose(*each.text);
    }
    if (status == PGRES_FATAL_ERROR || status == PGRES_BAD_RESPONSE) {
      PostgresFailure failure = failure_of(result.get(), *each.text);
      const bool is_lost = failure.sqlstate.empty() && PQstatus(connection_) != CONNECTION_OK;
      if (is_lost && !first) lose(*each.text);
      if (!first) first = std::move(failure);
      if (is_lost) break;
    } else {
      last = std::move(result);
    }
    // The end of each statement's results.
    while (next() != nullptr) {
    }
  }
  is_broken_ = was_broken || !pending_.empty() || PQstatus(connection_) != CONNECTION_OK;
  pending_.clear();
  if (!first) return std::nullopt;
  if (ends_connection(*first) && !(first->sqlstate == "25006" && may_be_read_only_))
    is_broken_ = true;
  return first;
}

ResultPointer PostgresClient::finish() {
  ResultPointer last;
  if (const auto failure = complete(last)) throw_postgres_error(*failure);
  return last;
}

// Copying -------------------------------------------------------------------------------------------------------------

void PostgresClient::start_copy(const std::string& text) {
  const bool was_broken = std::exchange(is_broken_, true);
  leave_pipeline();
  if (PQsendQuery(connection_, text.c_str()) != 1) lose(text);
  ++round_trips_;
  flush();
  ResultPointer result = next();
  if (result == nullptr) lose(text);
  if (PQresultStatus(result.get()) != PGRES_COPY_IN) {
    const PostgresFailure failure = failure_of(result.get(), text);
    while (next() != nullptr) {
    }
    enter_pipeline();
    is_broken_ = was_broken || PQstatus(connection_) != CONNECTION_OK || ends_connection(failure);
    throw_postgres_error(failure);
  }
}

void PostgresClient::put_copy(std::string_view data) {
  while (!data.empty()) {
    const std::string_view part = data.substr(0, 1u << 20);
    const int is_put = PQputCopyData(connection_, part.data(), static_cast<int>(part.size()));
    if (is_put < 0) lose("copy");
    if (is_put == 0) {
      wait(SocketEvent::either);
      if (PQconsumeInput(connection_) != 1) lose("copy");
      continue;
    }
    data.remove_prefix(part.size());
    flush();
  }
}

void PostgresClient::end_copy(const char* error) {
  int is_put = 0;
  while ((is_put = PQputCopyEnd(connection_, error)) == 0) {
    wait(SocketEvent::either);
    if (PQconsumeInput(connection_) != 1) lose("copy");
  }
  if (is_put < 0) lose("copy");
  ++round_trips_;
  flush();
  std::optional<PostgresFailure> first;
  ResultPointer result = next();
  if (result == nullptr) lose("copy");
  if (PQresultStatus(result.get()) == PGRES_FATAL_ERROR) first = failure_of(result.get(), "copy");
  while (next() != nullptr) {
  }
  if (PQstatus(connection_) != CONNECTION_OK && !first) lose("copy");
  if (PQstatus(connection_) == CONNECTION_OK) {
    enter_pipeline();
    is_broken_ = first && ends_connection(*first);
  }
  if (first && error == nullptr) throw_postgres_error(*first);
}

// State ---------------------------------------------------------------------------------------------------------------

bool PostgresClient::is_in_transaction() const noexcept {
  return !pending_.empty() || PQtransactionStatus(connection_) != PQTRANS_IDLE;
}

void PostgresClient::end_transaction() {
  ResultPointer ignored;
  if (is_pending()) (void)complete(ignored);
  if (!is_in_transaction()) return;
  send_once(std::make_shared<const std::string>("rollback"), {});
  finish();
}

bool PostgresClient::is_usable() noexcept {
  if (is_broken_ || PQstatus(connection_) != CONNECTION_OK) return false;
  pollfd polled{};
  polled.fd = PQsocket(connection_);
  polled.events = POLLIN;
  if (!pending_.empty() || ::poll(&polled, 1, 0) <= 0) return true;
  // An idle connection is told something: a change of a setting, or that it has ended.
  if (PQconsumeInput(connection_) != 1) return false;
  (void)PQisBusy(connection_);
  if (is_broken_ || PQstatus(connection_) != CONNECTION_OK) return false;
  return ::poll(&polled, 1, 0) <= 0 || PQconsumeInput(connection_) == 1;
}

void PostgresClient::cancel() noexcept {
  if (cancel_ == nullptr) return;
  try {
    base::run_aside([&] {
      char complaint[256];
      (void)PQcancel(cancel_, complaint, sizeof complaint);
    });
  } catch (const std::exception&) {
    // There is no memory for a wait; the statement goes on.
  }
}

}  // namespace rowan::drivers::postgres
