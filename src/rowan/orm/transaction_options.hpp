// How a transactional block joins, nests or refuses.

#pragma once

#include <rowan/backend/driver.hpp>
#include <rowan/query/find_options.hpp>

#include <chrono>
#include <cstdint>
#include <optional>

namespace rowan {

/// What a transactional block does when a transaction is open already.
enum class Propagation : std::uint8_t {
  nested,         ///< a savepoint
  required,       ///< joins; a failure inside makes the whole roll back
  requires_new,   ///< a transaction of its own on another connection
  supports,       ///< joins, or runs without one
  mandatory,      ///< joins, or refuses
  not_supported,  ///< suspends it
  never,          ///< refuses
};

using IsolationLevel = backend::IsolationLevel;

struct TransactionOptions {
  Propagation propagation = Propagation::nested;
  IsolationLevel isolation = IsolationLevel::unspecified;
  bool read_only = false;
  std::optional<FlushMode> flush_mode{};  ///< of the queries in it
  /// How often the block is run again after a conflict with another unit of work (Error::is_retryable()). Where it is
  /// not 0, every attempt, the first too, runs on an empty fork of its own: the block must make what it needs from that
  /// manager, do nothing else that must not happen twice, and what it loaded or created is gone with the attempt.
  int retries = 0;
  std::chrono::milliseconds first_pause{10};  ///< at most, before the second attempt; doubled then
  std::chrono::milliseconds longest_pause{1000};
};

}  // namespace rowan
