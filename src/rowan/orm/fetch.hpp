// One select of a unit of work while it runs: its rows come out as objects.

#pragma once

#include <rowan/base/small_vector.hpp>
#include <rowan/base/time.hpp>
#include <rowan/orm/plan_cache.hpp>
#include <rowan/orm/row_reader.hpp>
#include <rowan/query/find_options.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

namespace rowan::orm {

/// A relation whose objects are read along with those that refer to them.
struct FetchJoin {
  std::vector<const metadata::PropertyMeta*> path;  ///< from the root
  int parent = -1;                         ///< index of the join it starts from, -1: the root
  std::span<const std::uint16_t> columns;  ///< of the target
  bool is_reference = false;               ///< the key alone, the object is not filled
  bool is_inner = false;
};

/// What a select reads, in terms of metadata. Lifetime: all that is pointed to outlives the fetch's constructor;
/// columns and joins outlive the fetch.
struct FetchRequest {
  const metadata::EntityMeta* entity = nullptr;
  const query::Condition* where = nullptr;  ///< holds no JSON
  std::span<const query::OrderTerm> order;
  std::optional<std::int64_t> limit{};
  std::optional<std::int64_t> offset{};
  query::LockMode lock = query::LockMode::none;
  std::span<const std::uint16_t> columns;  ///< of the root
  std::vector<FetchJoin> joins{};          ///< parents before children
  Manage manage = Manage::keep_local;
  bool is_root_reference = false;  ///< the root's key alone is read
};

/// The items that one owner has in the database.
struct FetchedItems {
  void* owner = nullptr;
  const metadata::PropertyMeta* property = nullptr;
  std::vector<void*> items;
};

/// Gathers the items of owners. Rows of one owner mostly follow each other, so a look-up is paid for each run of them.
class ItemLists {
 public:
  explicit ItemLists(const metadata::PropertyMeta& property) noexcept : property_(&property) {}

  /// Adds an item to the owner's list; with null the owner has a list all the same.
  void add(void* owner, void* item) {
    if (owner != owner_) {
      end_run();
      owner_ = owner;
    }
    if (item != nullptr) run_.push_back(item);
  }
  /// Returns the lists, in the order in which their owners came.
  [[nodiscard]] std::vector<FetchedItems> take();

 private:
  void end_run();

  const metadata::PropertyMeta* property_;
  void* owner_ = nullptr;
  std::vector<void*> run_;
  std::vector<FetchedItems> lists_;
  std::unordered_map<void*, std::size_t> list_of_;
};

/// Runs a request and yields its objects, each once.
///
/// The other side of every one-to-one relation that is read is known afterwards, as a reference: its key is joined.
class Fetch {
 public:
  /// Errors: those of the driver; ValidationError where a value is an object without a key.
  Fetch(UnitOfWork& unit, FetchRequest request);
  Fetch(const Fetch&) = delete;
  Fetch& operator=(const Fetch&) = delete;
  ~Fetch() { cursor_->close(); }

  /// Returns the next object, null after the last.
  void* next();
  /// Returns the cells of the row that the last object came from, the root's columns first.
  [[nodiscard]] const value::Cell* row() const noexcept { return row_; }
  /// Returns the items of every collection that was joined. Requires: next() has returned null.
  [[nodiscard]] std::vector<FetchedItems> take_items();

 private:
  using Pair = std::pair<void*, void*>;
  struct PairHash {
    std::size_t operator()(const Pair& pair) const noexcept {
      return std::hash<void*>()(pair.first) * 31 + std::hash<void*>()(pair.second);
    }
  };
  struct Joined {
    RowReader reader;
    const FetchJoin* join;
    const metadata::PropertyMeta* property;
    std::size_t first_cell;
    bool may_repeat;         ///< rows may bring an owner's item again
    void* object = nullptr;  ///< of the present row
    ItemLists lists;
    std::unordered_set<Pair, PairHash> seen{};
  };
  PlanCache::Plan plan();
  void read_joined();
  void bind_other_side(const Joined& joined, void* owner);
  void* owner_of(const Joined& joined) const noexcept;
  void add_item(Joined& joined, void* owner, void* item);

  FetchRequest request_;
  UnitOfWork& unit_;
  RowReader root_;
  std::vector<Joined> joined_;
  base::HydrationScope hydrating_;
  PlanCache::Plan plan_;  ///< of the cursor
  std::optional<Lease> lease_;
  backend::Cursor* cursor_ = nullptr;
  const value::Cell* row_ = nullptr;
  void* last_ = nullptr;
  std::unordered_set<void*> returned_;
};

/// The cells of a condition's values, objects replaced by their keys.
class BoundValues {
 public:
  BoundValues(UnitOfWork& unit, const query::Condition& where);
  void add(std::int64_t number) { cells_.push_back(value::Cell::of_integer(number)); }
  [[nodiscard]] std::span<const value::Cell> cells() const noexcept {
    return {cells_.data(), cells_.size()};
  }

 private:
  base::SmallVector<value::Cell, 8> cells_;
};

}  // namespace rowan::orm
