// The best hand-written program over libmariadb, as one side of the comparison.

#pragma once

#include <benchmarks/side.hpp>

#include <cstddef>
#include <memory>
#include <string>

namespace benchmarks {

/// Makes the hand-written side over the database of the URL, which is empty. It has W1 to W4u, W8 and W10.
///
/// `schema` makes the tables, the same as on the other side.
[[nodiscard]] std::unique_ptr<Side> make_mysql_baseline(const std::string& url,
                                                        const std::string& schema,
                                                        std::size_t n);

}  // namespace benchmarks
