// A connection of which a test can say what it answers.

#pragma once

#include <rowan/sql/sql_connection.hpp>

#include <string>
#include <vector>

namespace rowan::sql::test {

class FakeStatement final : public SqlStatement {
 public:
  explicit FakeStatement(std::string_view text) : text_(text) {}
  void bind(std::size_t, std::span<const value::Cell>, std::span<const Parameter>) override {}
  const value::Cell* step() override { return nullptr; }
  [[nodiscard]] std::size_t column_count() const noexcept override { return 0; }
  [[nodiscard]] std::uint64_t affected() const noexcept override { return 0; }
  void reset() noexcept override {}
  [[nodiscard]] std::string_view text() const noexcept override { return text_; }

 private:
  std::string text_;
};

class FakeConnection final : public SqlConnection {
 public:
  struct State {
    std::vector<std::string> prepared;
    bool is_usable = true;
  };
  explicit FakeConnection(State& state) noexcept : state_(state) {}
  std::unique_ptr<SqlStatement> prepare(std::string_view text) override {
    state_.prepared.emplace_back(text);
    return std::make_unique<FakeStatement>(text);
  }
  [[nodiscard]] bool is_in_transaction() const noexcept override { return false; }
  [[nodiscard]] bool is_usable() const noexcept override { return state_.is_usable; }
  void run(std::string_view text) override { state_.prepared.emplace_back(text); }
  bool reserve_keys(const metadata::EntityMeta&, std::size_t, std::vector<std::int64_t>&) override {
    return false;
  }

 private:
  State& state_;
};

}  // namespace rowan::sql::test
