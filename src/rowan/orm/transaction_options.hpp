// How a transactional block joins, nests or refuses.

#pragma once

#include <rowan/backend/driver.hpp>
#include <rowan/query/find_options.hpp>

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
};

}  // namespace rowan
