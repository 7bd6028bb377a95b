// Tells the statements that write by their first word.

#include <apt_catalog/write_counter.hpp>

#include <string_view>

namespace apt_catalog {

void WriteCounter::log(const rowan::LogMessage& message) {
  std::atomic<std::size_t>* rows_written = nullptr;
  // Many rows may be copied in instead.
  if (message.sql.starts_with("insert") || message.sql.starts_with("copy"))
    rows_written = &inserted_;
  if (message.sql.starts_with("update")) rows_written = &updated_;
  if (message.sql.starts_with("delete")) rows_written = &removed_;
  if (rows_written == nullptr) return;
  const std::size_t rows = message.rows > 0 ? static_cast<std::size_t>(message.rows) : 0;
  ++statements_;
  *rows_written += rows;
  if (watcher_) watcher_(rows);
}

WriteCounts WriteCounter::counts() const noexcept {
  return {statements_, inserted_, updated_, removed_};
}

}  // namespace apt_catalog
