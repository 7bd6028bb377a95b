// Tries a unit of work again where it lost against another.

#pragma once

#include <rowan/orm/transaction_options.hpp>

#include <chrono>

namespace rowan {

class EntityManager;

namespace orm {

/// Counts the attempts of one retried block and waits between them, each time twice as long, with chance in it so that
/// two that collided do not meet again.
class RetryLoop final {
 public:
  /// Errors: ValidationError where a transaction of `outer` is open: only the whole of it could be tried again.
  RetryLoop(const EntityManager& outer, const TransactionOptions& options);
  /// Returns the options of one attempt.
  [[nodiscard]] TransactionOptions attempt() const;
  /// Waits before the next attempt. Requires: called in a handler; throws what is handled where it is no conflict, or
  /// where no attempt is left.
  void next();

 private:
  TransactionOptions options_;
  int left_;
  std::chrono::milliseconds pause_;
};

}  // namespace orm
}  // namespace rowan
