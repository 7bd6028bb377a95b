// Keeps one list a thread, of bounded size.

#include <rowan/model/list_pool.hpp>

#include <cstddef>
#include <utility>

namespace rowan::model {
namespace {

constexpr std::size_t most_kept = std::size_t{1} << 20;

thread_local std::vector<void*> spare;

}  // namespace

std::vector<void*> take_list() noexcept { return std::exchange(spare, {}); }

void give_back_list(std::vector<void*>&& list) noexcept {
  if (list.capacity() <= spare.capacity() || list.capacity() > most_kept) return;
  list.clear();
  spare = std::move(list);
}

}  // namespace rowan::model
