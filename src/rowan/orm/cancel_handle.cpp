// Leads from a handle to the session that runs.

#include <rowan/orm/cancel_handle.hpp>

#include <rowan/backend/cancel_point.hpp>

namespace rowan {

void CancelHandle::cancel() const noexcept { point_->cancel(); }

}  // namespace rowan
