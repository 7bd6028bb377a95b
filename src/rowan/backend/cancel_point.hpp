// Where another thread finds the statement that runs now.

#pragma once

#include <rowan/backend/driver.hpp>
#include <rowan/base/strand.hpp>

#include <mutex>

namespace rowan::backend {

/// Holds the session that a unit of work runs a statement on, for as long as it does.
///
/// A driver may wait while it cancels, and so may whoever ends the statement meanwhile.
/// Thread safety: any thread or fiber.
class CancelPoint final {
 public:
  void enter(Session& session) {
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
  base::StrandMutex mutex_;
  Session* session_ = nullptr;
};

}  // namespace rowan::backend
