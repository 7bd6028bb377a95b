// Statements that do nothing but say that they ran.

#include <rowan/sql/rehearsal_connection.hpp>

#include <cstdint>
#include <string>

namespace rowan::sql {
namespace {

struct Record {
  std::vector<std::string>& statements;
  const bool& is_recording;

  void add(std::string_view text) const {
    if (is_recording) statements.emplace_back(text);
  }
};

class RehearsalStatement final : public SqlStatement {
 public:
  RehearsalStatement(const Record& record, std::string_view text) : record_(record), text_(text) {}
  void bind(std::size_t, std::span<const value::Cell>, std::span<const Parameter>) override {}
  void bind_list(std::size_t, std::span<const value::Cell>, const Parameter&) override {}
  void bind_arrays(backend::RowSource&,
                   std::size_t,
                   std::size_t,
                   std::span<const Parameter>) override {}
  const value::Cell* step() override {
    record_.add(text_);
    return nullptr;
  }
  [[nodiscard]] std::size_t column_count() const noexcept override { return 0; }
  [[nodiscard]] std::uint64_t affected() const noexcept override { return 0; }
  void reset() noexcept override {}
  [[nodiscard]] std::string_view text() const noexcept override { return text_; }

 private:
  const Record& record_;
  std::string text_;
};

class RehearsalConnection final : public SqlConnection {
 public:
  explicit RehearsalConnection(Record record) noexcept : record_(record) {}
  std::unique_ptr<SqlStatement> prepare(std::string_view text) override {
    return std::make_unique<RehearsalStatement>(record_, text);
  }
  [[nodiscard]] bool is_in_transaction() const noexcept override { return true; }
  void run(std::string_view text) override { record_.add(text); }
  [[nodiscard]] bool is_usable() const noexcept override { return true; }
  // Below all keys that a database makes, so that none is taken for that of another row.
  bool reserve_keys(const metadata::EntityMeta&,
                    std::size_t count,
                    std::vector<std::int64_t>& keys) override {
    for (std::size_t i = 0; i < count; ++i) keys.push_back(INT64_MIN / 2 + next_key_++);
    return true;
  }
  bool copy_rows(const CopyTarget& target, backend::RowSource&, std::size_t, std::size_t) override {
    record_.add("copy " + std::string(target.table));
    return true;
  }

 private:
  Record record_;
  std::int64_t next_key_ = 0;
};

}  // namespace

std::unique_ptr<SqlConnection> make_rehearsal_connection(std::vector<std::string>& statements,
                                                         const bool& is_recording) {
  return std::make_unique<RehearsalConnection>(Record{statements, is_recording});
}

}  // namespace rowan::sql
