// The fixture of the suite, with a manager at hand that knows nothing yet.

#pragma once

#include "conformance.hpp"

#include <optional>

namespace rowan::test {

template <class... Entities>
class WithReader : public ConformanceOf<Entities...> {
 protected:
  /// Returns a fresh manager. Lifetime: what it reads lives until the next call.
  EntityManager& reader() { return reader_.emplace(this->orm.em().fork()); }

 private:
  std::optional<EntityManager> reader_;
};

}  // namespace rowan::test
