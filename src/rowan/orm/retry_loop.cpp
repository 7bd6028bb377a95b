// Which failures are worth another attempt, and how long to wait for it.

#include <rowan/orm/retry_loop.hpp>

#include <rowan/base/error.hpp>
#include <rowan/base/wait_hook.hpp>
#include <rowan/orm/entity_manager.hpp>

#include <algorithm>
#include <random>

namespace rowan::orm {
namespace {

std::chrono::milliseconds between(std::chrono::milliseconds least, std::chrono::milliseconds most) {
  thread_local std::minstd_rand random{std::random_device{}()};
  return std::chrono::milliseconds(std::uniform_int_distribution<std::chrono::milliseconds::rep>(
      least.count(), most.count())(random));
}

}  // namespace

RetryLoop::RetryLoop(const EntityManager& outer, const TransactionOptions& options)
    : options_(options), left_(options.retries), pause_(options.first_pause) {
  if (!outer.is_in_transaction()) return;
  throw ValidationError(
      "transactional() with retries stands inside of another transaction: a conflict takes all of "
      "that back, so give the retries to the outermost block");
}

TransactionOptions RetryLoop::attempt() const {
  TransactionOptions options = options_;
  options.retries = 0;
  return options;
}

void RetryLoop::next() {
  try {
    throw;
  } catch (const Error& error) {
    if (!error.is_retryable() || left_-- <= 0) throw;
  }
  pause_ = std::max(pause_, std::chrono::milliseconds(1));
  wait_hook().sleep(between(pause_ / 2, pause_));
  pause_ = std::min(pause_ * 2, options_.longest_pause);
}

}  // namespace rowan::orm
