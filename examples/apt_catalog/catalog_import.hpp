// Brings the entities of the catalogue in step with the packages that were read.

#pragma once

#include <apt_catalog/catalog_entities.hpp>
#include <apt_catalog/package_record.hpp>

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace apt_catalog {

/// What an import did to the entities. What of it is written, flush() finds out.
struct ImportResult {
  std::size_t created = 0;       ///< packages
  std::size_t removed = 0;       ///< packages
  std::size_t dependencies = 0;  ///< of all packages now
  std::size_t expected_rows =
      0;  ///< of new objects and their dependencies: what a flush has to insert
  std::size_t unresolved = 0;  ///< dependencies of which no package bears the name: virtual ones
};

/// Loads the catalogue, and assigns to it what was read.
///
/// Every value is assigned, whether it is another one or not: the unit of work compares.
/// Lifetime: the manager outlives the import, and is not cleared before its end.
class CatalogImport final {
 public:
  explicit CatalogImport(rowan::EntityManager& em) : em_(em) {}

  /// Reads the whole catalogue into the manager. Cost: one select for each class, and those of the dependencies.
  void load();

  /// Requires: load() was called. Writes nothing: the caller flushes.
  [[nodiscard]] ImportResult apply(const std::vector<PackageRecord>& records);

 private:
  /// Objects of one class by what identifies them, and which of them are in use.
  template <class T, class Key>
  struct Shelf {
    struct Place {
      T* object = nullptr;
      bool is_used = false;
    };
    std::map<Key, Place> places;
  };

  Architecture& architecture(const std::string& name);
  Section& section(const std::string& name);
  Maintainer& maintainer(const Contact& contact);
  template <class T, class Key, class Make>
  T& use(Shelf<T, Key>& shelf, const Key& key, Make make);
  template <class T, class Key>
  std::size_t remove_unused(Shelf<T, Key>& shelf);

  Package& package(const PackageRecord& record);
  void link(Package& package, const PackageRecord& record);
  Package* find_first(const Package& dependent, const Alternatives& alternatives) const;
  Package* find(const Package& dependent, const Relation& relation) const;

  rowan::EntityManager& em_;
  Shelf<Architecture, std::string> architectures_;
  Shelf<Section, std::string> sections_;
  Shelf<Maintainer, Contact> maintainers_;
  Shelf<Package, std::pair<std::string, std::string>> packages_;
  std::unordered_map<std::string_view, std::vector<Package*>> by_name_;
  ImportResult result_;
};

}  // namespace apt_catalog
