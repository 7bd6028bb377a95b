// Ends the running statement of an entity manager from another thread.

#pragma once

#include <memory>
#include <utility>

namespace rowan {

class EntityManager;

namespace backend {
class CancelPoint;
}

/// What EntityManager::cancel_handle() gives to whoever may lose patience.
///
/// Thread safety: any thread, at any time; also after the manager's end, when it does nothing.
class CancelHandle {
 public:
  /// Makes the statement that the manager runs now fail with QueryCanceledError; nothing happens where none runs.
  void cancel() const noexcept;

 private:
  friend class EntityManager;
  explicit CancelHandle(std::shared_ptr<backend::CancelPoint> point) noexcept
      : point_(std::move(point)) {}
  std::shared_ptr<backend::CancelPoint> point_;
};

}  // namespace rowan
