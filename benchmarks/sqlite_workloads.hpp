// Rowan's side over SQLite in memory, and the schema that it made there.

#pragma once

#include <benchmarks/side.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace benchmarks {

/// Rowan's side with the schema that the hand-written side is to use as well.
struct SqliteRowan {
  std::unique_ptr<Side> side;
  std::vector<std::string> schema;
};

/// Returns Rowan's side over a new database in memory with its schema created.
[[nodiscard]] SqliteRowan make_sqlite_rowan(std::size_t n);

}  // namespace benchmarks
