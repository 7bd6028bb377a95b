// The best hand-written program over SQLite's C interface that was found, for each workload.

#pragma once

#include <benchmarks/side.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace benchmarks {

/// Returns the schema that Rowan's generator gives the benchmark's entities, for use without Rowan.
[[nodiscard]] std::vector<std::string> sqlite_schema();

/// Returns the hand-written side over a new database in memory.
///
/// Requires: `schema` makes the tables author, book, tag and book_tags.
[[nodiscard]] std::unique_ptr<Side> make_sqlite_baseline(const std::vector<std::string>& schema,
                                                         std::size_t n);

}  // namespace benchmarks
