// Runs schema statements, in one transaction where the database can.

#include <rowan/schema/schema_generator.hpp>

#include <rowan/schema/ddl_renderer.hpp>
#include <rowan/schema/schema_builder.hpp>

namespace rowan::schema {
namespace {

void run_all(backend::Session& session,
             const std::vector<std::string>& statements,
             bool in_transaction) {
  if (in_transaction) session.begin({});
  // A session that ends with an open transaction rolls it back.
  for (const std::string& statement : statements) session.execute_native(statement, {}, nullptr);
  if (in_transaction) session.commit();
}

bool checks_foreign_keys(backend::Session& session, std::string_view query) {
  if (query.empty()) return true;
  std::vector<std::vector<Value>> rows;
  session.execute_native(query, {}, &rows);
  return rows.empty() || rows.front().empty() || rows.front().front().integer() != 0;
}

std::string joined(const std::vector<std::string>& statements) {
  std::string out;
  for (const std::string& statement : statements) out += statement + ";\n";
  return out;
}

}  // namespace

SchemaGenerator::SchemaGenerator(backend::Driver& driver,
                                 const sql::Dialect& dialect,
                                 const metadata::Registry& registry)
    : driver_(driver), dialect_(dialect), tables_(build_tables(registry, dialect)) {}

void SchemaGenerator::run_without_foreign_keys(const std::vector<std::string>& statements,
                                               bool in_transaction) {
  const sql::DialectFacts& facts = dialect_.facts();
  const auto session = driver_.session(backend::Access::write, observer_);
  if (facts.foreign_keys_off.empty() || !checks_foreign_keys(*session, facts.foreign_keys_state))
    return run_all(*session, statements, in_transaction);
  session->execute_native(facts.foreign_keys_off, {}, nullptr);
  try {
    run_all(*session, statements, in_transaction);
  } catch (...) {
    session->rollback();
    session->execute_native(facts.foreign_keys_on, {}, nullptr);
    throw;
  }
  session->execute_native(facts.foreign_keys_on, {}, nullptr);
}

void SchemaGenerator::create() {
  const auto session = driver_.session(backend::Access::write, observer_);
  run_all(*session, render_create(dialect_, tables_), has_transactions());
}

void SchemaGenerator::drop() {
  run_without_foreign_keys(render_drop(dialect_, tables_), has_transactions());
}

void SchemaGenerator::clear() { run_without_foreign_keys(render_clear(dialect_, tables_), true); }

std::string SchemaGenerator::create_sql() { return joined(render_create(dialect_, tables_)); }

std::string SchemaGenerator::drop_sql() { return joined(render_drop(dialect_, tables_)); }

}  // namespace rowan::schema
