// Rowan's side of each workload, on any database, through the public interface alone.

#pragma once

#include <benchmarks/plain_sql.hpp>
#include <benchmarks/side.hpp>
#include <rowan/rowan.hpp>

#include <cstddef>
#include <memory>

namespace benchmarks {

/// Returns Rowan's side over an ORM of the benchmark's entities whose schema exists.
[[nodiscard]] std::unique_ptr<Side> make_rowan_side(std::unique_ptr<rowan::Orm> orm,
                                                    std::unique_ptr<PlainSql> sql,
                                                    std::size_t n);

}  // namespace benchmarks
