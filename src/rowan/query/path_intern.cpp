// The table of paths that were made at run time.

#include <rowan/query/path_intern.hpp>

#include <map>
#include <memory>
#include <mutex>
#include <vector>

namespace rowan::query {

namespace {

struct Entry {
  std::vector<const metadata::MemberTag*> steps;
  PathInfo info;
};

using Key = std::vector<const void*>;

struct Table {
  std::mutex mutex;
  std::map<Key, std::unique_ptr<Entry>> entries;
};

Table& table() {
  // Never destroyed, so that paths outlive static objects that use them.
  static Table& the_table = *new Table;
  return the_table;
}

}  // namespace

const PathInfo* intern_path(const metadata::TypeTag* root,
                            std::span<const metadata::MemberTag* const> steps) {
  Key key{root};
  key.insert(key.end(), steps.begin(), steps.end());
  Table& all = table();
  const std::lock_guard lock(all.mutex);
  std::unique_ptr<Entry>& entry = all.entries[std::move(key)];
  if (entry == nullptr) {
    entry = std::make_unique<Entry>();
    entry->steps.assign(steps.begin(), steps.end());
    entry->info = {root, entry->steps.data(), entry->steps.size()};
  }
  return &entry->info;
}

const PathInfo* path_of(const metadata::EntityMeta& entity,
                        const metadata::PropertyMeta& property) {
  const metadata::MemberTag* const steps[] = {property.tag};
  return intern_path(entity.tag, steps);
}

}  // namespace rowan::query
