// Counts what is written, by listening to the log.

#pragma once

#include <rowan/base/log.hpp>

#include <atomic>
#include <cstddef>
#include <functional>
#include <utility>

namespace apt_catalog {

/// Rows written, and the statements that it took.
struct WriteCounts {
  std::size_t statements = 0;
  std::size_t inserted = 0;
  std::size_t updated = 0;
  std::size_t removed = 0;

  [[nodiscard]] std::size_t rows() const noexcept { return inserted + updated + removed; }
};

/// A logger that prints nothing, and counts the rows of the statements that write.
///
/// Thread safety: counting is safe from every thread; watch() is called while nothing is written.
class WriteCounter final : public rowan::Logger {
 public:
  void log(const rowan::LogMessage& message) override;
  [[nodiscard]] bool is_enabled(rowan::LogNamespace ns) const override {
    return ns == rowan::LogNamespace::query;
  }

  /// Calls `watcher` with the number of rows after each statement that writes; null: nobody.
  void watch(std::function<void(std::size_t rows)> watcher) { watcher_ = std::move(watcher); }

  [[nodiscard]] WriteCounts counts() const noexcept;

 private:
  std::atomic<std::size_t> statements_ = 0;
  std::atomic<std::size_t> inserted_ = 0;
  std::atomic<std::size_t> updated_ = 0;
  std::atomic<std::size_t> removed_ = 0;
  std::function<void(std::size_t)> watcher_;
};

}  // namespace apt_catalog
