// Transactions, reserved keys and copies over one client.

#include <rowan/drivers/postgres/postgres_connection.hpp>

#include <rowan/base/error.hpp>
#include <rowan/drivers/postgres/postgres_client.hpp>
#include <rowan/drivers/postgres/postgres_dialect.hpp>
#include <rowan/drivers/postgres/postgres_statement.hpp>
#include <rowan/sql/dialect.hpp>

#include <unordered_map>
#include <utility>
#include <vector>

namespace rowan::drivers::postgres {
namespace {

using value::Cell;

std::string quoted_name(std::string_view name) {
  std::string out;
  sql::write_name(out, sql::DialectFacts(), name);
  return out;
}

std::string quoted_table(std::string_view table) {
  std::string out;
  sql::write_table(out, PostgresDialect().facts(), table);
  return out;
}

/// The rows of a copy as PostgreSQL's binary format has them.
class CopyBuffer final {
 public:
  explicit CopyBuffer(std::size_t columns) : columns_(columns) {
    bytes_.append("PGCOPY\n\377\r\n\0", 11);
    append_big_endian<std::uint32_t>(bytes_, 0);  // flags
    append_big_endian<std::uint32_t>(bytes_, 0);  // length of the header's extension
  }
  void start_row() { append_big_endian(bytes_, static_cast<std::uint16_t>(columns_)); }
  [[nodiscard]] bool add(const WireType& type, const Cell& cell) {
    if (cell.is_null()) {
      append_big_endian<std::int32_t>(bytes_, -1);
      return true;
    }
    const std::size_t start = bytes_.size();
    append_big_endian<std::uint32_t>(bytes_, 0);
    const bool fits = type.kind == WireKind::array ? append_list(bytes_, type, cell.bytes())
                                                   : append_binary(bytes_, type.kind, cell);
    if (!fits) return false;
    const auto size = static_cast<std::uint32_t>(bytes_.size() - start - 4);
    for (std::size_t i = 0; i < 4; ++i) bytes_[start + i] = static_cast<char>(size >> (24 - 8 * i));
    return true;
  }
  void finish() { append_big_endian<std::int16_t>(bytes_, -1); }
  [[nodiscard]] std::string& bytes() noexcept { return bytes_; }

 private:
  std::size_t columns_;
  std::string bytes_;
};

class PostgresConnection final : public sql::SqlConnection {
 public:
  PostgresConnection(const PostgresConfig& config, const std::string& replica)
      : client_(config, replica),
        is_session_(config.pooler == PostgresConfig::Pooler::none),
        catalog_(client_, is_session_) {
    configure(config);
  }
  PostgresConnection(const PostgresConnection&) = delete;
  PostgresConnection& operator=(const PostgresConnection&) = delete;
  ~PostgresConnection() override { forget_tables(); }

  std::unique_ptr<sql::SqlStatement> prepare(std::string_view text) override {
    return std::make_unique<PostgresStatement>(catalog_, text);
  }
  [[nodiscard]] bool is_in_transaction() const noexcept override {
    return client_.is_in_transaction();
  }
  void run(std::string_view text) override;
  void run_soon(std::string_view text) override;
  void settle() override { client_.finish(); }
  [[nodiscard]] bool is_usable() const noexcept override { return client_.is_usable(); }
  [[nodiscard]] bool check() noexcept override;
  void clean() noexcept override;
  void cancel() noexcept override { client_.cancel(); }
  bool reserve_keys(const metadata::EntityMeta& entity,
                    std::size_t count,
                    std::vector<std::int64_t>& keys) override;
  bool copy_rows(const sql::CopyTarget& target,
                 backend::RowSource& rows,
                 std::size_t first,
                 std::size_t count) override;

 private:
  /// What is known of the tables and columns that were copied to.
  struct CopyPlan {
    std::shared_ptr<ServerStatement> described{};  ///< whose result has the columns' types
    bool is_possible = false;
  };

  void configure(const PostgresConfig& config);
  void forget_tables() noexcept {
    copy_plans_.clear();
    key_statements_.clear();
  }
  /// Returns the statement that takes keys of the table's sequence, or null where it has none.
  sql::SqlStatement* key_statement(const metadata::EntityMeta& entity);
  /// Tells whether a copy would do what an insert does: there is no row-level security for this user, which copies are
  /// refused under, no rule, which they leave out, and no view.
  [[nodiscard]] bool is_plain_table(const std::string& table);
  void copy(const std::vector<WireType>& types,
            const sql::CopyTarget& target,
            backend::RowSource& rows,
            std::size_t first,
            std::size_t count);

  mutable PostgresClient client_;
  bool is_session_;  ///< no pooler lends the server to others
  StatementCatalog catalog_;
  std::string settings_;        ///< of the session
  std::string local_settings_;  ///< run after each begin
  std::unordered_map<std::string, std::unique_ptr<sql::SqlStatement>>
      key_statements_;  ///< by table
  std::unordered_map<std::string, CopyPlan> copy_plans_;
};

void PostgresConnection::configure(const PostgresConfig& config) {
  settings_ =
      "select set_config('TimeZone', 'UTC', false), set_config('DateStyle', 'ISO', false), "
      "set_config('standard_conforming_strings', 'on', false)";
  // What is set for a session behind a pooler would stay with the server, for whoever gets it next.
  if (is_session_) settings_ += ", set_config('bytea_output', 'hex', false)";
  const auto add = [&](const char* name, std::chrono::milliseconds limit) {
    if (limit.count() == 0) return;
    const std::string value = std::to_string(limit.count());
    if (is_session_) {
      settings_ += std::string(", set_config('") + name + "', '" + value + "', false)";
    } else {
      local_settings_ += local_settings_.empty() ? "select " : ", ";
      local_settings_ += std::string("set_config('") + name + "', '" + value + "', true)";
    }
  };
  add("statement_timeout", config.statement_timeout);
  add("lock_timeout", config.lock_timeout);
  client_.send_once(std::make_shared<const std::string>(settings_), {});
  client_.finish();
}

void PostgresConnection::run_soon(std::string_view text) {
  if (!client_.is_in_transaction()) catalog_.send_drops();
  if (text.starts_with("begin"))
    client_.set_read_only(text.find("read only") != std::string_view::npos);
  client_.send_once(std::make_shared<const std::string>(text), {});
  if (text.starts_with("begin") && !local_settings_.empty())
    client_.send_once(std::make_shared<const std::string>(local_settings_), {});
}

void PostgresConnection::run(std::string_view text) {
  // What was sent before it may have failed; a rollback must run all the same, and then nobody asks for that.
  const bool is_rollback = text.starts_with("rollback");
  if (is_rollback && client_.is_pending()) {
    ResultPointer ignored;
    (void)client_.complete(ignored);
  }
  run_soon(text);
  const ResultPointer result = client_.finish();
  if (text == "commit" && command_of(result.get()) == "ROLLBACK") {
    throw TransactionStateError(
        "PostgreSQL rolled the transaction back instead of committing it, since a statement in it "
        "had failed: roll back to a savepoint after an error, or run all of it again");
  }
}

bool PostgresConnection::check() noexcept {
  if (!client_.is_usable()) return false;
  try {
    client_.send_once(std::make_shared<const std::string>(""), {});
    client_.finish();
    return true;
  } catch (const std::exception&) {
    return false;
  }
}

void PostgresConnection::clean() noexcept {
  const Traces traces = catalog_.traces();
  if (traces == Traces::none && !client_.is_in_transaction()) [[likely]]
    return;
  try {
    // A native `begin` that nobody ended: what the next unit writes would be part of it.
    client_.end_transaction();
    if (traces == Traces::none) return;
    forget_tables();
    // Behind a pooler the server is somebody else's already.
    if (traces == Traces::session && is_session_) {
      client_.send_once(std::make_shared<const std::string>("discard all"), {});
      client_.separate();
      catalog_.forget_all();
      client_.send_once(std::make_shared<const std::string>(settings_), {});
      client_.finish();
    }
    catalog_.clear_traces();
  } catch (const std::exception&) {
    client_.mark_broken();
  }
}

// Keys ----------------------------------------------------------------------------------------------------------------

sql::SqlStatement* PostgresConnection::key_statement(const metadata::EntityMeta& entity) {
  // Another search path may have come since, and with it another table of this name.
  if (catalog_.traces() != Traces::none) key_statements_.clear();
  const auto found = key_statements_.find(entity.table);
  if (found != key_statements_.end()) return found->second.get();
  const std::string table = quoted_table(entity.table);
  const std::string& column = entity.primary_key->column_name;
  // An insert may take keys of an identity column's sequence without a right to it, nextval() may not.
  const auto query = prepare(
      "select name from pg_catalog.pg_get_serial_sequence($1::text, $2::text) as name where "
      "pg_catalog.has_sequence_privilege(name, 'USAGE, UPDATE')");
  const Cell names[] = {Cell::of_bytes(table), Cell::of_bytes(column)};
  const sql::Parameter parameters[2];
  query->bind(0, names, parameters);
  const Cell* row = query->step();
  std::unique_ptr<sql::SqlStatement>& kept = key_statements_[entity.table];
  if (row == nullptr || row->is_null()) return nullptr;
  std::string literal;
  for (const char c : row->bytes()) literal += c == '\'' ? "''" : std::string(1, c);
  kept = prepare("select pg_catalog.nextval('" + literal +
                 "'::regclass) from pg_catalog.generate_series(1, $1::bigint)");
  return kept.get();
}

bool PostgresConnection::reserve_keys(const metadata::EntityMeta& entity,
                                      std::size_t count,
                                      std::vector<std::int64_t>& keys) {
  sql::SqlStatement* statement = key_statement(entity);
  if (statement == nullptr) return false;
  struct Reset {
    sql::SqlStatement& statement;
    ~Reset() { statement.reset(); }
  } const reset{*statement};
  const Cell wanted = Cell::of_integer(static_cast<std::int64_t>(count));
  const sql::Parameter parameter;
  statement->bind(0, {&wanted, 1}, {&parameter, 1});
  keys.reserve(keys.size() + count);
  while (const Cell* row = statement->step()) keys.push_back(row->integer);
  return true;
}

// Copies --------------------------------------------------------------------------------------------------------------

bool PostgresConnection::is_plain_table(const std::string& table) {
  const auto query = prepare(
      "select c.relkind in ('r', 'p', 'f') and not pg_catalog.row_security_active(c.oid) and not "
      "exists "
      "(select 1 from pg_catalog.pg_rewrite where ev_class = c.oid and ev_type = '3') "
      "from pg_catalog.pg_class as c where c.oid = $1::text::regclass");
  const Cell name = Cell::of_bytes(table);
  const sql::Parameter parameter;
  query->bind(0, {&name, 1}, {&parameter, 1});
  const Cell* row = query->step();
  return row != nullptr && row->integer != 0;
}

bool PostgresConnection::copy_rows(const sql::CopyTarget& target,
                                   backend::RowSource& rows,
                                   std::size_t first,
                                   std::size_t count) {
  if (catalog_.traces() != Traces::none) copy_plans_.clear();
  std::string columns;
  for (const std::string& name : target.column_names)
    columns += (columns.empty() ? "" : ", ") + quoted_name(name);
  const std::string table = quoted_table(target.table);
  CopyPlan& plan = copy_plans_[table + "\n" + columns];
  if (plan.described == nullptr) {
    plan.is_possible = is_plain_table(table);
    plan.described = catalog_.get("select " + columns + " from " + table + " where false");
  }
  if (!plan.is_possible) return false;
  const std::shared_ptr<ServerStatement>& described = plan.described;
  if (!described->is_known) catalog_.describe(*described);
  if (described->columns.size() != target.columns.size()) return false;
  for (std::size_t i = 0; i < target.columns.size(); ++i) {
    const WireType& type = described->columns[i];
    const metadata::PropertyMeta* property = target.columns[i].property;
    const bool is_list = type.kind == WireKind::array && property != nullptr &&
                         can_be_binary(type.element, property->item_type);
    if (!is_list && !can_be_binary(type.kind, stored_type(target.columns[i]))) return false;
  }
  client_.finish();
  client_.start_copy("copy " + table + " (" + columns + ") from stdin (format binary)");
  try {
    copy(described->columns, target, rows, first, count);
  } catch (const ConnectionError&) {
    throw;
  } catch (...) {
    client_.end_copy("the rows could not be read");
    throw;
  }
  client_.end_copy(nullptr);
  return true;
}

void PostgresConnection::copy(const std::vector<WireType>& types,
                              const sql::CopyTarget& target,
                              backend::RowSource& rows,
                              std::size_t first,
                              std::size_t count) {
  constexpr std::size_t part_bytes = 1u << 16;
  CopyBuffer buffer(types.size());
  std::vector<Cell> row(types.size());
  for (std::size_t at = first; at < first + count; ++at) {
    rows.row(at, row.data());
    buffer.start_row();
    for (std::size_t i = 0; i < row.size(); ++i) {
      const sql::Parameter& parameter = target.columns[i];
      if (!buffer.add(types[i], stored_cell(row[i], parameter))) refuse_value(parameter);
    }
    if (buffer.bytes().size() < part_bytes) continue;
    client_.put_copy(buffer.bytes());
    buffer.bytes().clear();
  }
  buffer.finish();
  client_.put_copy(buffer.bytes());
}

}  // namespace

std::unique_ptr<sql::SqlConnection> open_postgres(const PostgresConfig& config,
                                                  const std::string& replica) {
  return std::make_unique<PostgresConnection>(config, replica);
}

void validate(const PostgresConfig& config) { check_postgres_config(config); }

}  // namespace rowan::drivers::postgres
