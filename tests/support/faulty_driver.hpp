// A driver that does what another does, until it is told to fail.

#pragma once

#include <rowan/backend/driver.hpp>

#include <cstddef>
#include <functional>
#include <memory>

namespace rowan::test {

/// Which calls of sessions fail, and how many there were.
///
/// Thread safety: none.
struct Faults {
  static constexpr std::size_t never = SIZE_MAX;
  std::size_t fail_at = never;  ///< the call, counted from 0 since reset(), that fails; once
  std::size_t calls = 0;
  /// The failure is a deadlock, with which a server takes the whole transaction back.
  bool is_deadlock = false;
  /// Called once, before the next session that writes is lent.
  std::function<void()> before_write{};
  /// true: the failing call does its work first, as where an answer is lost on its way.
  bool works_before_failing = false;

  void reset(std::size_t at = never) {
    fail_at = at;
    calls = 0;
  }
};

/// Wraps `inner`: each call of a session that may fail in a server counts, and one of them fails with a DriverError.
/// Rolling back never fails.
[[nodiscard]] std::shared_ptr<backend::Driver> make_faulty_driver(
    std::shared_ptr<backend::Driver> inner, std::shared_ptr<Faults> faults);

}  // namespace rowan::test
