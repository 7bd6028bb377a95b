// Puts dialect, renderers and pool together.

#include <rowan/sql/sql_driver.hpp>

#include <rowan/base/error.hpp>
#include <rowan/sql/mutation_renderer.hpp>
#include <rowan/sql/rehearsal_connection.hpp>
#include <rowan/sql/select_renderer.hpp>
#include <rowan/sql/sql_session.hpp>

#include <algorithm>
#include <utility>

namespace rowan::sql {
namespace {

bool picks_one_key(const query::BoundSelect& select, const query::BoundExpr& expr) {
  if (expr.op == query::Op::and_) {
    return std::any_of(expr.children.begin(), expr.children.end(),
                       [&](const auto& child) { return picks_one_key(select, child); });
  }
  if (expr.op == query::Op::key_eq) return true;
  return expr.op == query::Op::eq && expr.column.source == 0 &&
         expr.column.property == select.sources[0].entity->primary_key;
}

/// Tells whether a select of one table can yield one row at most.
bool is_single_row(const query::BoundSelect& select) {
  return select.sources.size() == 1 && select.group_by.empty() &&
         picks_one_key(select, select.where);
}

RepeatedColumns repeated_of(const query::BoundSelect& select) {
  RepeatedColumns repeated;
  if (!select.repeats_root) return repeated;
  const metadata::PropertyMeta* key = select.sources[0].entity->primary_key;
  bool has_key = false;
  for (const query::BoundTerm& term : select.terms) {
    if (term.column.source != 0 || term.column.property == nullptr) break;
    if (term.column.property == key) {
      repeated.key = repeated.columns;
      has_key = true;
    }
    ++repeated.columns;
  }
  return has_key && repeated.columns > 1 ? repeated : RepeatedColumns{};
}

}  // namespace

SqlDriver::SqlDriver(SqlDriverParts parts)
    : parts_(std::move(parts)), pool_(std::move(parts_.connect), parts_.pool) {}

SqlDriver::~SqlDriver() = default;

std::unique_ptr<backend::PreparedSelect> SqlDriver::prepare(query::BoundSelect select) {
  StatementText text = render_select(dialect(), select);
  return std::make_unique<SqlPlan>(std::move(text), is_single_row(select), repeated_of(select),
                                   numbers_);
}

std::string SqlDriver::text_of(const query::BoundMutation& mutation) {
  return render_mutation(dialect(), mutation).text;
}

std::vector<std::string> SqlDriver::rehearse(const std::function<void(backend::Session&)>& work) {
  std::vector<std::string> statements;
  bool is_recording = false;
  ConnectionPool pool(
      [&](backend::Access, std::size_t) {
        return make_rehearsal_connection(statements, is_recording);
      },
      {});
  SqlSession session(dialect(), pool, pool.lend(backend::Access::write), {});
  session.begin({});
  is_recording = true;
  work(session);
  is_recording = false;
  return statements;
}

std::unique_ptr<backend::Session> SqlDriver::session(backend::Access access,
                                                     backend::Observer observer) {
  ConnectionPool::Slot& slot = pool_.lend(access);
  return std::make_unique<SqlSession>(dialect(), pool_, slot, observer);
}

std::unique_ptr<backend::SchemaManager> SqlDriver::schema_manager(
    const metadata::Registry& registry) {
  if (!parts_.make_schema_manager)
    throw ValidationError("the driver for " + parts_.name + " cannot create tables");
  return parts_.make_schema_manager(*this, registry);
}

}  // namespace rowan::sql
