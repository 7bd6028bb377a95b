// Where another thread finds the statement that runs now.

#pragma once

#include <rowan/backend/driver.hpp>

#include <mutex>

namespace rowan::backend {

/// Holds the session that a unit of work runs a statement on, for as long as it does.
///
/// Thread safety: any thread.
class CancelPoint final {
 public:
  void enter(Session& session) noexcept {
    const std::lock_guard lock(mutex_);
    session_ = &session;
  }
  void leave() noexcept {
    const std::lock_guard lock(mutex_);
    session_ = nullptr;
  }
  /// Ends the statement that runs now; nothing where none runs.
  void cancel() noexcept {
    const std::lock_guard lock(mutex_);
    if (session_ != nullptr) session_->cancel();
  }

 private:
  std::mutex mutex_;
  Session* session_ = nullptr;
};

}  // namespace rowan::backend
