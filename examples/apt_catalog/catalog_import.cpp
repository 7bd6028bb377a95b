// Finds the entity of each record, assigns its values, and links the dependencies.

#include <apt_catalog/catalog_import.hpp>

#include <algorithm>
#include <functional>

using rowan::f;

namespace apt_catalog {

// [load]
void CatalogImport::load() {
  for (Architecture& each : em_.find<Architecture>({})) architectures_.places[each.name] = {&each};
  for (Section& each : em_.find<Section>({})) sections_.places[each.name] = {&each};
  for (Maintainer& each : em_.find<Maintainer>({})) {
    maintainers_.places[{each.name, each.email}] = {&each};
  }
  for (Package& each : em_.find<Package>({}, {.populate = {f<&Package::dependencies>}})) {
    packages_.places[{each.name, each.architecture->name}] = {&each};
  }
}
// [/load]

ImportResult CatalogImport::apply(const std::vector<PackageRecord>& records) {
  result_ = {};
  std::vector<Package*> imported;
  imported.reserve(records.size());
  for (const PackageRecord& record : records) {
    Package& each = package(record);
    by_name_[each.name].push_back(&each);
    imported.push_back(&each);
  }
  for (std::size_t i = 0; i < records.size(); ++i) link(*imported[i], records[i]);

  result_.removed = remove_unused(packages_);
  remove_unused(maintainers_);
  remove_unused(sections_);
  remove_unused(architectures_);
  return result_;
}

template <class T, class Key, class Make>
T& CatalogImport::use(Shelf<T, Key>& shelf, const Key& key, Make make) {
  auto& place = shelf.places[key];
  if (place.object == nullptr) {
    place.object = &em_.create<T>(make());
    ++result_.expected_rows;
  }
  place.is_used = true;
  return *place.object;
}

template <class T, class Key>
std::size_t CatalogImport::remove_unused(Shelf<T, Key>& shelf) {
  std::size_t count = 0;
  for (auto& [key, place] : shelf.places) {
    if (place.is_used) continue;
    em_.remove(*place.object);
    ++count;
  }
  return count;
}

Architecture& CatalogImport::architecture(const std::string& name) {
  return use(architectures_, name, [&] { return Architecture{.name = name}; });
}

Section& CatalogImport::section(const std::string& name) {
  return use(sections_, name, [&] { return Section{.name = name}; });
}

Maintainer& CatalogImport::maintainer(const Contact& contact) {
  return use(maintainers_, contact,
             [&] { return Maintainer{.name = contact.name, .email = contact.email}; });
}

// [assign]
Package& CatalogImport::package(const PackageRecord& record) {
  Architecture& its_architecture = architecture(record.architecture);
  Package& package = use(packages_, std::pair(record.name, record.architecture), [&] {
    ++result_.created;
    return Package{
        .name = record.name, .architecture = its_architecture, .version = record.version};
  });
  package.version = record.version;
  package.installed_version = record.installed_version;
  package.installed_kib = record.installed_kib;
  package.description = record.description;
  if (record.section.empty()) {
    package.section = nullptr;
  } else {
    package.section = section(record.section);
  }
  if (record.maintainer) {
    package.maintainer = maintainer(*record.maintainer);
  } else {
    package.maintainer = nullptr;
  }
  return package;
}
// [/assign]

void CatalogImport::link(Package& package, const PackageRecord& record) {
  std::vector<Package*> found;
  for (const Alternatives& alternatives : record.depends) {
    if (Package* dependency = find_first(package, alternatives)) {
      found.push_back(dependency);
    } else {
      ++result_.unresolved;
    }
  }
  // One package may be named by several fields; each stays where it was named first.
  std::vector<std::reference_wrapper<Package>> dependencies;
  for (auto at = found.begin(); at != found.end(); ++at) {
    if (std::find(found.begin(), at, *at) == at) dependencies.emplace_back(**at);
  }
  if (package.id == 0) result_.expected_rows += dependencies.size();
  result_.dependencies += dependencies.size();
  package.dependencies.set(dependencies);
}

Package* CatalogImport::find_first(const Package& dependent,
                                   const Alternatives& alternatives) const {
  for (const Relation& relation : alternatives) {
    if (Package* dependency = find(dependent, relation)) return dependency;
  }
  return nullptr;
}

// Returns the package of that name for the dependent's own architecture, else for all, else for any.
Package* CatalogImport::find(const Package& dependent, const Relation& relation) const {
  const auto named = by_name_.find(relation.name);
  if (named == by_name_.end()) return nullptr;
  Package* best = nullptr;
  int best_rank = 0;
  for (Package* candidate : named->second) {
    const std::string& name = candidate->architecture->name;
    const int rank = candidate->architecture == dependent.architecture ? 3 : name == "all" ? 2 : 1;
    const bool is_wanted = relation.architecture.empty() || relation.architecture == "any" ||
                           relation.architecture == "native" || relation.architecture == name;
    if (!is_wanted || rank <= best_rank) continue;
    best = candidate;
    best_rank = rank;
  }
  return best;
}

}  // namespace apt_catalog
