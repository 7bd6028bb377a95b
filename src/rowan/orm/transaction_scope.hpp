// One transactional block of an entity manager.

#pragma once

#include <rowan/base/error.hpp>
#include <rowan/orm/transaction_options.hpp>

#include <memory>

namespace rowan {

class EntityManager;

namespace orm {

/// One transactional block: begins on construction, ends in run().
class TransactionScope {
 public:
  TransactionScope(EntityManager& em, const TransactionOptions& options);
  TransactionScope(const TransactionScope&) = delete;
  TransactionScope& operator=(const TransactionScope&) = delete;
  ~TransactionScope();

  template <class Body>
  void run(Body body) {
    try {
      body();
      finish();
    } catch (const Error& error) {
      fail(error.poisons_transaction());
      throw;
    } catch (...) {
      fail(false);
      throw;
    }
  }

 private:
  void finish();
  void fail(bool ends_transaction) noexcept;
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace orm
}  // namespace rowan
