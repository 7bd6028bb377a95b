// Describes statements once, encodes values by the described types, and reads rows where they lie.

#include <rowan/drivers/postgres/postgres_statement.hpp>

#include <rowan/base/error.hpp>
#include <rowan/base/text.hpp>
#include <rowan/base/uuid.hpp>
#include <rowan/drivers/postgres/postgres_dialect.hpp>
#include <rowan/sql/stored_value.hpp>

#include <libpq-fe.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <utility>

namespace rowan::drivers::postgres {
namespace {

using value::Cell;

bool is_readable_binary(const WireType& type) noexcept {
  return type.kind != WireKind::unknown &&
         (type.kind != WireKind::array || type.element != WireKind::unknown);
}

/// Returns the text in small letters, without names and literals in quotes, and with no other space than ' '.
std::string bare_text(std::string_view text) {
  std::string out;
  char quote = 0;
  for (const char c : text) {
    if (quote != 0) {
      if (c == quote) quote = 0;
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else {
      out += c == '\t' || c == '\r' || c == '\n' ? ' ' : c;
    }
  }
  return base::ascii_lower(out);
}

/// Tells whether some call of set_config() sets for more than the transaction.
bool sets_for_session(std::string_view text) {
  constexpr std::string_view call = "set_config(";
  for (auto at = text.find(call); at != std::string_view::npos; at = text.find(call, at + 1)) {
    std::string_view arguments = text.substr(at, text.find(')', at) - at);
    while (arguments.ends_with(' ')) arguments.remove_suffix(1);
    if (!arguments.ends_with("true")) return true;
  }
  return false;
}

std::string named(const sql::Parameter& parameter) {
  return parameter.property != nullptr ? "'" + parameter.property->name + "'" : "a parameter";
}

[[noreturn]] void refuse_zero(const sql::Parameter& parameter) {
  throw ValidationError("the text given for " + named(parameter) +
                        " has a zero byte, and PostgreSQL has no such text: leave the byte out, or "
                        "keep it as std::vector<std::byte>");
}

}  // namespace

Traces traces_of(std::string_view text) {
  static constexpr std::string_view verbs[] = {"set",     "reset",   "discard",   "listen",
                                               "load",    "do",      "call",      "prepare",
                                               "declare", "execute", "deallocate"};
  static constexpr std::string_view words[] = {"advisory_lock", "temporary", " temp ", "pg_temp"};
  const std::string bare = bare_text(text);
  const auto start = bare.find_first_not_of(" (");
  if (start == std::string::npos) return Traces::none;
  const std::string_view rest = std::string_view(bare).substr(start);
  // A comment before the verb hides it.
  if (rest.starts_with("/*") || rest.starts_with("--")) return Traces::session;
  const std::string_view verb = rest.substr(0, rest.find_first_of(" (;"));
  if (std::find(std::begin(verbs), std::end(verbs), verb) != std::end(verbs)) {
    const std::string_view what = rest.substr(std::min(rest.size(), verb.size() + 1));
    const bool is_local =
        verb == "set" && (what.starts_with("local ") || what.starts_with("transaction ") ||
                          what.starts_with("constraints "));
    return is_local ? Traces::names : Traces::session;
  }
  const auto has = [&](std::string_view word) { return rest.find(word) != std::string_view::npos; };
  if (std::any_of(std::begin(words), std::end(words), has) || sets_for_session(rest))
    return Traces::session;
  return has("set_config") ? Traces::names : Traces::none;
}

Cell stored_cell(const Cell& cell, const sql::Parameter& parameter) {
  if (cell.type == ValueType::text && cell.size > 0 &&
      std::memchr(cell.data, 0, cell.size) != nullptr) [[unlikely]]
    refuse_zero(parameter);
  if (parameter.storage != sql::Storage::enum_name || cell.type != ValueType::integer) return cell;
  sql::StorageBuffer unused;
  return sql::to_stored(cell, parameter, unused);
}

ValueType stored_type(const sql::Parameter& parameter) noexcept {
  if (parameter.storage == sql::Storage::enum_name || parameter.property == nullptr)
    return ValueType::text;
  return parameter.property->type;
}

void refuse_value(const sql::Parameter& parameter) {
  throw DataError({.message = "a value of " + named(parameter) +
                              " does not fit in its column's type: it is out of range, or of "
                              "another kind",
                   .sqlstate = "22003"});
}

// Catalog -------------------------------------------------------------------------------------------------------------

StatementCatalog::StatementCatalog(PostgresClient& client, bool keeps_names)
    : client_(client), keeps_names_(keeps_names) {
  // A pooler in between may lend the server to others, who count from 1 as well.
  prefix_ = "rowan_" + Uuid::random().to_string().substr(0, 8) + "_";
}

std::shared_ptr<ServerStatement> StatementCatalog::get(std::string_view text) {
  const auto found = texts_.find(text);
  if (found != texts_.end()) return found->second;
  auto statement = std::make_shared<ServerStatement>();
  statement->text = std::make_shared<const std::string>(text);
  statement->traces = traces_of(text);
  texts_.emplace(*statement->text, statement);
  return statement;
}

void StatementCatalog::describe(ServerStatement& statement) {
  if (keeps_names_) statement.name = prefix_ + std::to_string(++last_number_);
  client_.send_prepare(statement.name, statement.text, {});
  client_.send_describe(statement.name, statement.text);
  const ResultPointer described = client_.finish();
  const PGresult* result = described.get();
  statement.is_kept = keeps_names_;
  statement.parameter_oids.clear();
  for (int i = 0; i < PQnparams(result); ++i)
    statement.parameter_oids.push_back(PQparamtype(result, i));
  std::vector<TypeOid> column_oids;
  for (int i = 0; i < PQnfields(result); ++i) column_oids.push_back(PQftype(result, i));
  learn_types(statement.parameter_oids);
  learn_types(column_oids);
  statement.parameters.clear();
  statement.columns.clear();
  for (const TypeOid oid : statement.parameter_oids) statement.parameters.push_back(type_of(oid));
  for (const TypeOid oid : column_oids) statement.columns.push_back(type_of(oid));
  statement.has_binary_columns =
      std::all_of(statement.columns.begin(), statement.columns.end(), is_readable_binary);
  statement.is_known = true;
}

void StatementCatalog::forget(ServerStatement& statement) noexcept {
  statement.is_known = statement.is_kept = false;
}

void StatementCatalog::forget(std::string_view text) noexcept {
  if (const auto found = texts_.find(text); found != texts_.end()) forget(*found->second);
}

void StatementCatalog::forget_all() noexcept {
  for (const auto& each : texts_) forget(*each.second);
  drops_.clear();
}

void StatementCatalog::release(std::shared_ptr<ServerStatement> statement) noexcept {
  // One is here, one in the list.
  if (statement.use_count() > 2) return;
  if (statement->is_kept) drops_.push_back(statement->name);
  texts_.erase(*statement->text);
}

void StatementCatalog::send_drops() {
  if (drops_.empty()) return;
  for (const std::string& name : drops_) {
    client_.send_once(std::make_shared<const std::string>("deallocate \"" + name + "\""), {});
    client_.separate();
  }
  drops_.clear();
}

void StatementCatalog::send(const ServerStatement& statement, RunValues values) {
  traces_ = std::max(traces_, statement.traces);
  if (statement.is_kept) {
    client_.send_run(statement.name, statement.text, values);
  } else {
    values.types = statement.parameter_oids;
    client_.send_once(statement.text, values);
  }
}

WireType StatementCatalog::type_of(TypeOid oid) {
  const auto found = types_.find(oid);
  return found != types_.end() ? found->second : builtin_type(oid);
}

void StatementCatalog::learn_types(const std::vector<TypeOid>& oids) {
  std::string list;
  for (const TypeOid oid : oids) {
    // Types of the users' own have numbers from 16384 on; of others all that is of use is known.
    if (oid < 16384 || types_.contains(oid)) continue;
    list += (list.empty() ? "" : ",") + std::to_string(oid);
  }
  if (list.empty()) return;
  // Enumerators are their own text on the wire, and so is citext.
  auto text = std::make_shared<const std::string>(
      "select t.oid, t.typelem, case when t.typcategory = 'A' then e.typtype = 'e' or e.typname = "
      "'citext' else t.typtype = 'e' or t.typname = 'citext' end, t.typcategory = 'A' from "
      "pg_catalog.pg_type t left join pg_catalog.pg_type e on e.oid = t.typelem where t.oid in (" +
      list + ")");
  RunValues none;
  none.has_binary_result = true;
  client_.send_once(std::move(text), none);
  const ResultPointer rows = client_.finish();
  for (int row = 0; row < PQntuples(rows.get()); ++row) {
    WireType type;
    type.oid = load_big_endian<TypeOid>(PQgetvalue(rows.get(), row, 0));
    const bool is_text = *PQgetvalue(rows.get(), row, 2) != 0;
    if (*PQgetvalue(rows.get(), row, 3) != 0) {
      type.kind = is_text ? WireKind::array : WireKind::unknown;
      type.element = is_text ? WireKind::text : WireKind::unknown;
      type.element_oid = load_big_endian<TypeOid>(PQgetvalue(rows.get(), row, 1));
    } else if (is_text) {
      type.kind = WireKind::text;
    }
    types_[type.oid] = type;
  }
}

// Binding -------------------------------------------------------------------------------------------------------------

void PostgresStatement::know() {
  if (!server_->is_known) catalog_.describe(*server_);
  slots_.resize(server_->parameters.size());
}

void PostgresStatement::bind(std::size_t first,
                             std::span<const Cell> cells,
                             std::span<const sql::Parameter> parameters) {
  if (first + cells.size() > most_values) {
    throw ValidationError("a statement on PostgreSQL takes " + std::to_string(most_values) +
                          " values, not " + std::to_string(first + cells.size()) +
                          ": give a list as one array, or run the statement in parts");
  }
  know();
  if (first + cells.size() > slots_.size()) {
    throw ValidationError("the statement has " + std::to_string(slots_.size()) +
                          " placeholders, and " + std::to_string(first + cells.size()) +
                          " values were given for it");
  }
  for (std::size_t i = 0; i < cells.size(); ++i)
    encode(slots_[first + i], server_->parameters[first + i], cells[i], parameters[i]);
}

void PostgresStatement::finish_slot(Slot& slot, std::size_t start, int format) {
  slot.direct = nullptr;
  slot.offset = start;
  slot.length = static_cast<int>(buffer_.size() - start);
  slot.format = format;
}

void PostgresStatement::encode(Slot& slot,
                               const WireType& type,
                               const Cell& given,
                               const sql::Parameter& parameter) {
  const Cell cell = stored_cell(given, parameter);
  if (cell.is_null()) {
    slot = {};
    return;
  }
  if (type.kind == WireKind::text && cell.type == ValueType::text) {
    slot = {cell.size > 0 ? cell.data : "", 0, static_cast<int>(cell.size), 1};
    return;
  }
  const std::size_t start = buffer_.size();
  const bool is_list =
      cell.type == ValueType::json &&
      (type.kind == WireKind::array ||
       (parameter.property != nullptr && parameter.property->item_type != ValueType::null));
  if (is_list && type.kind == WireKind::array ? append_list(buffer_, type, cell.bytes())
                                              : append_binary(buffer_, type.kind, cell)) {
    finish_slot(slot, start, 1);
    return;
  }
  buffer_.resize(start);
  if (is_list) {
    append_list_text(buffer_, cell.bytes());
  } else {
    append_text(buffer_, cell);
  }
  finish_slot(slot, start, 0);
  // libpq takes text up to its final zero.
  buffer_ += '\0';
}

void PostgresStatement::bind_list(std::size_t position,
                                  std::span<const Cell> cells,
                                  const sql::Parameter& parameter) {
  know();
  const WireType& type = server_->parameters.at(position);
  Slot& slot = slots_[position];
  const std::size_t start = buffer_.size();
  bool fits = type.kind == WireKind::array;
  if (fits) {
    ArrayWriter array(buffer_, type);
    for (const Cell& cell : cells) {
      fits = array.add(stored_cell(cell, parameter));
      if (!fits) break;
    }
    if (fits) array.finish();
  }
  if (fits) {
    finish_slot(slot, start, 1);
    return;
  }
  buffer_.resize(start);
  ArrayTextWriter array(buffer_);
  for (const Cell& cell : cells) array.add(stored_cell(cell, parameter));
  array.finish();
  finish_slot(slot, start, 0);
  buffer_ += '\0';
}

void PostgresStatement::bind_arrays(backend::RowSource& rows,
                                    std::size_t first,
                                    std::size_t count,
                                    std::span<const sql::Parameter> parameters) {
  know();
  const std::size_t width = parameters.size();
  columns_.resize(std::max(columns_.size(), width));
  std::vector<Cell> row(width);
  std::vector<ArrayWriter> binary;
  std::vector<ArrayTextWriter> text;
  // A column is one or the other; `places` says which, and where.
  std::vector<std::pair<bool, std::size_t>> places;
  binary.reserve(width);
  text.reserve(width);
  for (std::size_t i = 0; i < width; ++i) {
    const WireType& type = server_->parameters.at(i);
    columns_[i].clear();
    const bool is_binary =
        type.kind == WireKind::array && can_be_binary(type.element, stored_type(parameters[i]));
    places.emplace_back(is_binary, is_binary ? binary.size() : text.size());
    if (is_binary) {
      binary.emplace_back(columns_[i], type);
    } else {
      text.emplace_back(columns_[i]);
    }
  }
  for (std::size_t at = first; at < first + count; ++at) {
    rows.row(at, row.data());
    for (std::size_t i = 0; i < width; ++i) {
      const Cell cell = stored_cell(row[i], parameters[i]);
      if (!places[i].first) {
        text[places[i].second].add(cell);
      } else if (!binary[places[i].second].add(cell)) {
        refuse_value(parameters[i]);
      }
    }
  }
  for (ArrayWriter& each : binary) each.finish();
  for (ArrayTextWriter& each : text) each.finish();
  for (std::size_t i = 0; i < width; ++i) {
    slots_[i] = {columns_[i].c_str(), 0, static_cast<int>(columns_[i].size()),
                 places[i].first ? 1 : 0};
  }
}

// Running -------------------------------------------------------------------------------------------------------------

void PostgresStatement::send() {
  values_.clear();
  lengths_.clear();
  formats_.clear();
  for (const Slot& slot : slots_) {
    const bool is_null = slot.length < 0;
    const char* buffered = buffer_.data() + slot.offset;
    values_.push_back(is_null ? nullptr : slot.direct != nullptr ? slot.direct : buffered);
    lengths_.push_back(is_null ? 0 : slot.length);
    formats_.push_back(slot.format);
  }
  RunValues values;
  values.values = values_;
  values.lengths = lengths_;
  values.formats = formats_;
  values.has_binary_result = server_->has_binary_columns;
  catalog_.send(*server_, values);
}

bool PostgresStatement::post() {
  know();
  send();
  return true;
}

void PostgresStatement::run() {
  PostgresClient& client = catalog_.client();
  const bool is_alone = !client.is_in_transaction();
  if (is_alone) catalog_.send_drops();
  know();
  send();
  ResultPointer result;
  std::optional<PostgresFailure> failure = client.complete(result);
  if (failure && is_statement_lost(*failure)) {
    // In a transaction it may be one that was posted before.
    catalog_.forget(failure->statement);
    // Nothing was done, and nothing was done before it: so it can be run again as the server knows it now.
    const std::vector<TypeOid> before = server_->parameter_oids;
    if (is_alone) know();
    if (is_alone && server_->parameter_oids == before) {
      send();
      failure = client.complete(result);
    }
  }
  if (failure) throw_postgres_error(*failure);
  take_result(std::move(result));
}

void PostgresStatement::take_result(ResultPointer result) {
  result_ = std::move(result);
  rows_ = PQntuples(result_.get());
  next_row_ = 0;
  is_binary_ = server_->has_binary_columns;
  const auto columns = static_cast<std::size_t>(PQnfields(result_.get()));
  types_ = server_->columns;
  const auto differs = [&] {
    for (std::size_t i = 0; i < columns; ++i) {
      if (PQftype(result_.get(), static_cast<int>(i)) != types_[i].oid) return true;
    }
    return false;
  };
  // A statement that the server does not keep may find other tables than when it was described.
  if (columns != types_.size() || (!server_->is_kept && differs())) {
    catalog_.forget(*server_);
    throw SerializationFailure({.message = "PostgreSQL: the columns of the statement changed while "
                                           "it was in use: run it again, as {.retries = n} does",
                                .statement = *server_->text,
                                .sqlstate = "0A000"});
  }
  cells_.resize(columns);
  rooms_.resize(columns);
}

std::uint64_t PostgresStatement::affected() const noexcept {
  if (result_ == nullptr) return 0;
  const std::string_view tag = PQcmdStatus(result_.get());
  if (tag.starts_with("SELECT") || tag.starts_with("SHOW") || tag.starts_with("FETCH")) return 0;
  const std::string_view count = PQcmdTuples(result_.get());
  std::uint64_t number = 0;
  std::from_chars(count.data(), count.data() + count.size(), number);
  return number;
}

void PostgresStatement::reset() noexcept {
  result_.reset();
  rows_ = next_row_ = 0;
  buffer_.clear();
  for (Slot& slot : slots_) slot = {};
}

const Cell* PostgresStatement::read_row() {
  const PGresult* result = result_.get();
  const int row = next_row_++;
  std::size_t first = 0;
  if (repeated_columns_ > 0 && row > 0 && is_binary_) {
    const auto key = static_cast<int>(repeated_key_);
    const Cell& before = cells_[repeated_key_];
    if (before.type == ValueType::integer && PQgetisnull(result, row, key) == 0) {
      const std::string_view bytes(PQgetvalue(result, row, key),
                                   static_cast<std::size_t>(PQgetlength(result, row, key)));
      if (read_binary(types_[repeated_key_], bytes, rooms_[repeated_key_]) == before)
        first = repeated_columns_;
    }
  }
  for (std::size_t i = first; i < cells_.size(); ++i) {
    const auto column = static_cast<int>(i);
    Cell& cell = cells_[i];
    const auto size = static_cast<std::size_t>(PQgetlength(result, row, column));
    if (size == 0 && PQgetisnull(result, row, column) != 0) {
      cell = Cell::of_null();
      continue;
    }
    const char* data = PQgetvalue(result, row, column);
    if (is_binary_) [[likely]] {
      const WireType& type = types_[i];
      if (type.kind == WireKind::text) {
        cell = Cell::of_bytes({data, size});
      } else if (type.kind == WireKind::int8 && size == 8) {
        cell = Cell::of_integer(load_big_endian<std::int64_t>(data));
      } else if (type.kind == WireKind::int4 && size == 4) {
        cell = Cell::of_integer(load_big_endian<std::int32_t>(data));
      } else {
        cell = read_binary(type, {data, size}, rooms_[i]);
      }
    } else {
      cell = read_text(types_[i], {data, size}, rooms_[i]);
    }
  }
  return cells_.data();
}

}  // namespace rowan::drivers::postgres
