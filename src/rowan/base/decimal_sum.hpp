// The exact sum of decimal numbers of any length, for a database that has none.

#pragma once

#include <rowan/base/decimal.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace rowan::base {

/// Adds up numbers of both signs.
class DecimalSum final {
 public:
  void add(const Decimal& number);
  /// Returns the sum, with as many digits after the point as the number that had the most of them.
  [[nodiscard]] std::string text() const;

 private:
  void carry();

  // Groups of nine digits with the sign of the number that they came from, so that most sums need no carry.
  std::vector<std::int64_t> whole_;     ///< from the point to the left
  std::vector<std::int64_t> fraction_;  ///< from the point to the right
  std::size_t scale_ = 0;
  std::uint32_t uncarried_ = 0;  ///< numbers since the last carry()
};

}  // namespace rowan::base
