// Messages of statements, with the values that may be shown.

#include <rowan/sql/statement_log.hpp>

#include <rowan/value/cell_text.hpp>

namespace rowan::sql {
namespace {

// A batch has thousands of values, and nobody reads them.
constexpr std::size_t shown_parameters = 200;

}  // namespace

void StatementLog::begin_logged(std::string_view sql) {
  const Logger& logger = *observer_->logger;
  const bool is_slow_wanted =
      observer_->slow_threshold.has_value() && logger.is_enabled(LogNamespace::slow_query);
  if (!is_slow_wanted && !logger.is_enabled(observer_->ns)) return;
  is_running_ = true;
  is_shown_ = logger.is_enabled(observer_->ns);
  sql_ = sql;
  wants_parameters_ = logger.is_enabled(LogNamespace::query_params);
  started_ = std::chrono::steady_clock::now();
}

void StatementLog::add(std::span<const value::Cell> cells, std::span<const Parameter> parameters) {
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (parameter_count_++ == shown_parameters) parameters_ += ", ...";
    if (parameter_count_ > shown_parameters) return;
    parameters_ += parameters_.empty() ? "[" : ", ";
    const bool is_hidden = i < parameters.size() && parameters[i].is_hidden;
    parameters_ += is_hidden ? "<hidden>" : value::to_text(cells[i]);
  }
}

void StatementLog::add_list(std::span<const value::Cell> cells, const Parameter& parameter) {
  parameters_ += parameters_.empty() ? "[[" : ", [";
  bool is_first = true;
  for (const value::Cell& cell : cells) {
    if (!is_first) parameters_ += ", ";
    is_first = false;
    if (parameter_count_++ >= shown_parameters) {
      parameters_ += "...";
      break;
    }
    parameters_ += parameter.is_hidden ? "<hidden>" : value::to_text(cell);
  }
  parameters_ += "]";
}

void StatementLog::forget() noexcept {
  if (observer_->counters != nullptr) --observer_->counters->statements;
  is_running_ = false;
  parameters_.clear();
  parameter_count_ = 0;
}

void StatementLog::finish_logged(std::int64_t rows) noexcept {
  is_running_ = false;
  LogMessage message;
  message.rows = rows;
  report(message);
}

void StatementLog::fail() noexcept {
  is_running_ = false;
  LogMessage message;
  message.text = "failed";
  report(message);
}

void StatementLog::report(LogMessage message) noexcept {
  message.took = std::chrono::duration_cast<std::chrono::microseconds>(
      std::chrono::steady_clock::now() - started_);
  message.sql = sql_;
  message.slow =
      observer_->slow_threshold.has_value() && message.took >= *observer_->slow_threshold;
  try {
    if (!parameters_.empty()) parameters_ += "]";
    message.parameters = parameters_;
    message.ns = observer_->ns;
    Logger& logger = *observer_->logger;
    if (logger.is_enabled(observer_->ns)) logger.log(message);
    message.ns = LogNamespace::slow_query;
    if (message.slow && logger.is_enabled(LogNamespace::slow_query)) logger.log(message);
  } catch (...) {
    // A log that fails is no reason for a statement to fail.
  }
  parameters_.clear();
  parameter_count_ = 0;
}

}  // namespace rowan::sql
