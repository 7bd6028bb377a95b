// Sessions that count their calls and fail one.

#include "support/faulty_driver.hpp"

#include <rowan/base/error.hpp>

#include <utility>

namespace rowan::test {
namespace {

using value::Cell;

/// Counts a call and fails it where its turn has come.
template <class Call>
decltype(auto) run_in(Faults& faults, Call call) {
  const bool fails = faults.calls++ == faults.fail_at;
  if (fails && faults.works_before_failing) static_cast<void>(call());
  if (fails && faults.is_deadlock) throw DeadlockError({.message = "the call that was to fail"});
  if (fails) throw DriverError({.message = "the call that was to fail"});
  return call();
}

class FaultySession final : public backend::Session {
 public:
  FaultySession(std::unique_ptr<backend::Session> inner, Faults& faults)
      : inner_(std::move(inner)), faults_(faults) {}

  void begin(const backend::TransactionBegin& begin) override {
    return run_in(faults_, [&] { inner_->begin(begin); });
  }
  void commit() override {
    return run_in(faults_, [&] { inner_->commit(); });
  }
  void rollback() noexcept override { inner_->rollback(); }
  void savepoint(std::string_view name) override {
    return run_in(faults_, [&] { inner_->savepoint(name); });
  }
  void release_savepoint(std::string_view name) override {
    return run_in(faults_, [&] { inner_->release_savepoint(name); });
  }
  void rollback_to_savepoint(std::string_view name) noexcept override {
    inner_->rollback_to_savepoint(name);
  }
  void defer_constraints() override {
    return run_in(faults_, [&] { inner_->defer_constraints(); });
  }
  backend::Cursor& select(const backend::PreparedSelect& select,
                          std::span<const Cell> values) override {
    return run_in(faults_, [&]() -> backend::Cursor& { return inner_->select(select, values); });
  }
  bool reserve_keys(const metadata::EntityMeta& entity,
                    std::size_t count,
                    std::vector<std::int64_t>& keys) override {
    return run_in(faults_, [&] { return inner_->reserve_keys(entity, count, keys); });
  }
  void cancel() noexcept override { inner_->cancel(); }
  void insert(const backend::InsertBatch& batch, backend::ReturnedRows* returned) override {
    return run_in(faults_, [&] { inner_->insert(batch, returned); });
  }
  std::uint64_t update(const backend::UpdateBatch& batch,
                       backend::ReturnedRows* returned) override {
    return run_in(faults_, [&] { return inner_->update(batch, returned); });
  }
  std::uint64_t remove(const backend::DeleteBatch& batch) override {
    return run_in(faults_, [&] { return inner_->remove(batch); });
  }
  void insert_pivot(const backend::PivotBatch& batch) override {
    return run_in(faults_, [&] { inner_->insert_pivot(batch); });
  }
  void remove_pivot(const backend::PivotBatch& batch) override {
    return run_in(faults_, [&] { inner_->remove_pivot(batch); });
  }
  std::uint64_t execute(const query::BoundMutation& mutation,
                        std::span<const Cell> values,
                        backend::ReturnedRows* returned) override {
    return run_in(faults_, [&] { return inner_->execute(mutation, values, returned); });
  }
  std::uint64_t execute_native(std::string_view text,
                               std::span<const Cell> values,
                               std::vector<std::vector<Value>>* out) override {
    return run_in(faults_, [&] { return inner_->execute_native(text, values, out); });
  }

 private:
  std::unique_ptr<backend::Session> inner_;
  Faults& faults_;
};

class FaultyDriver final : public backend::Driver {
 public:
  FaultyDriver(std::shared_ptr<backend::Driver> inner, std::shared_ptr<Faults> faults)
      : inner_(std::move(inner)), faults_(std::move(faults)) {}

  [[nodiscard]] const backend::Capabilities& capabilities() const noexcept override {
    return inner_->capabilities();
  }
  [[nodiscard]] std::string_view name() const noexcept override { return inner_->name(); }
  [[nodiscard]] std::unique_ptr<backend::PreparedSelect> prepare(
      query::BoundSelect select) override {
    return inner_->prepare(std::move(select));
  }
  [[nodiscard]] std::string text_of(const query::BoundMutation& mutation) override {
    return inner_->text_of(mutation);
  }
  [[nodiscard]] std::vector<std::string> rehearse(
      const std::function<void(backend::Session&)>& work) override {
    return inner_->rehearse(work);
  }
  [[nodiscard]] std::unique_ptr<backend::Session> session(backend::Access access,
                                                          backend::Observer observer) override {
    if (access == backend::Access::write && faults_->before_write)
      std::exchange(faults_->before_write, nullptr)();
    return std::make_unique<FaultySession>(inner_->session(access, observer), *faults_);
  }
  [[nodiscard]] std::unique_ptr<backend::SchemaManager> schema_manager(
      const metadata::Registry& registry) override {
    return inner_->schema_manager(registry);
  }
  void close() override { inner_->close(); }

 private:
  std::shared_ptr<backend::Driver> inner_;
  std::shared_ptr<Faults> faults_;
};

}  // namespace

std::shared_ptr<backend::Driver> make_faulty_driver(std::shared_ptr<backend::Driver> inner,
                                                    std::shared_ptr<Faults> faults) {
  return std::make_shared<FaultyDriver>(std::move(inner), std::move(faults));
}

}  // namespace rowan::test
