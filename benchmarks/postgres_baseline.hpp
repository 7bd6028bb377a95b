// The best hand-written program over libpq, as one side of the comparison.

#pragma once

#include <benchmarks/side.hpp>

#include <cstddef>
#include <memory>
#include <string>

namespace benchmarks {

/// Makes the hand-written side over the database of the URL, which is empty.
///
/// `schema` makes the tables, the same as on the other side.
[[nodiscard]] std::unique_ptr<Side> make_postgres_baseline(const std::string& url,
                                                           const std::string& schema,
                                                           std::size_t n);

}  // namespace benchmarks
