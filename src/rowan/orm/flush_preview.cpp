// A session that writes down what it is asked to run.

#include <rowan/orm/flush_preview.hpp>

#include <rowan/base/error.hpp>
#include <rowan/orm/flush.hpp>

#include <span>

namespace rowan::orm {

namespace {

using metadata::EntityMeta;
using value::Cell;

class NoRows final : public backend::Cursor {
 public:
  const Cell* next() override { return nullptr; }
  void close() noexcept override {}
};

class PreviewSession final : public backend::Session {
 public:
  explicit PreviewSession(UnitOfWork& unit) : unit_(unit) {}

  void begin(const backend::TransactionBegin&) override {}
  void commit() override {}
  void rollback() noexcept override {}
  void savepoint(std::string_view) override {}
  void release_savepoint(std::string_view) override {}
  void rollback_to_savepoint(std::string_view) noexcept override {}
  void defer_constraints() override { text += "let foreign keys wait for the commit\n"; }

  backend::Cursor& select(const backend::PreparedSelect& select, std::span<const Cell>) override {
    text += select.text() + "\n";
    return no_rows_;
  }
  bool reserve_keys(const EntityMeta&, std::size_t, std::vector<std::int64_t>&) override {
    return false;
  }
  void insert(const backend::InsertBatch& batch, backend::ReturnedRows*) override {
    add("insert into " + batch.entity->table + " (" + names(*batch.entity, batch.columns) + ")",
        batch.rows->size());
  }
  std::uint64_t update(const backend::UpdateBatch& batch, backend::ReturnedRows*) override {
    add("update " + batch.entity->table + " set " + names(*batch.entity, batch.columns) +
            " where " + keys(*batch.entity, batch.checks),
        batch.rows->size());
    for (std::size_t i = 0; i < batch.rows->size(); ++i) read(*batch.rows, i, batch);
    return batch.rows->size();
  }
  std::uint64_t remove(const backend::DeleteBatch& batch) override {
    add("delete from " + batch.entity->table + " where " + keys(*batch.entity, batch.checks),
        batch.rows->size());
    return batch.rows->size();
  }
  void insert_pivot(const backend::PivotBatch& batch) override {
    add("insert into " + batch.relation->pivot_table + " (" + batch.relation->join_column + ", " +
            batch.relation->inverse_join_column + ")",
        batch.rows->size());
  }
  void remove_pivot(const backend::PivotBatch& batch) override {
    std::string columns;
    if (!batch.all_of_target) columns = batch.relation->join_column;
    if (!batch.all_of_owner) {
      columns += (columns.empty() ? "" : ", ") + batch.relation->inverse_join_column;
    }
    add("delete from " + batch.relation->pivot_table + " where " + columns, batch.rows->size());
  }
  std::uint64_t execute(const query::BoundMutation& mutation,
                        std::span<const Cell>,
                        backend::ReturnedRows*) override {
    text += unit_.state().driver->text_of(mutation) + "\n";
    return 0;
  }
  std::uint64_t execute_native(std::string_view native,
                               std::span<const Cell>,
                               std::vector<std::vector<Value>>*) override {
    text += std::string(native) + "\n";
    return 0;
  }

  std::string text;

 private:
  void add(const std::string& statement, std::size_t rows) {
    text += statement + "  -- " + std::to_string(rows) + (rows == 1 ? " row\n" : " rows\n");
  }
  static std::string names(const EntityMeta& entity, std::span<const std::uint16_t> columns) {
    std::string out;
    for (const std::uint16_t column : columns)
      out += (out.empty() ? "" : ", ") + entity.columns[column]->column_name;
    return out;
  }
  static std::string keys(const EntityMeta& entity, std::span<const std::uint16_t> checks) {
    std::string out = entity.primary_key->column_name;
    if (!checks.empty()) out += ", " + names(entity, checks);
    return out;
  }
  // The flush learns the versions that it writes as its rows are read.
  static void read(backend::RowSource& rows, std::size_t at, const backend::UpdateBatch& batch) {
    std::vector<Cell> cells(batch.columns.size() + 1 + batch.checks.size());
    rows.row(at, cells.data());
  }

  UnitOfWork& unit_;
  NoRows no_rows_;
};

}  // namespace

std::string preview_flush(UnitOfWork& unit) {
  PreviewSession session(unit);
  try {
    Flush(unit).rehearse(session);
  } catch (const Error& error) {
    session.text += "would fail: " + error.message() + "\n";
  }
  return session.text;
}

}  // namespace rowan::orm
