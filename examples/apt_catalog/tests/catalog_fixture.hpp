// A catalogue in memory, and records to fill it with.

#pragma once

#include <rowan/drivers.hpp>

#include <apt_catalog/catalog_import.hpp>
#include <apt_catalog/write_counter.hpp>

#include <memory>
#include <string>
#include <vector>

namespace apt_catalog::test {

/// Returns the record of a package that depends on others, one alternative each.
inline PackageRecord make_record(const std::string& name,
                                 const std::vector<std::string>& depends = {},
                                 const std::string& version = "1") {
  PackageRecord record{.name = name, .architecture = "amd64", .version = version};
  record.section = "utils";
  record.maintainer = Contact{"Ada", "ada@example.org"};
  record.installed_kib = 100;
  for (const std::string& each : depends) record.depends.push_back({{each}});
  return record;
}

/// A database in memory with the tables of the catalogue.
struct Catalog {
  std::shared_ptr<WriteCounter> counter = std::make_shared<WriteCounter>();
  rowan::Orm orm{{
      .driver = rowan::driver_from_url("sqlite::memory:"),
      .entities = rowan::entities<Package, Maintainer, Section, Architecture>(),
      .logger = counter,
  }};
  ImportResult result;

  Catalog() { orm.schema().create(); }

  /// Imports the records and returns what that wrote.
  WriteCounts import(const std::vector<PackageRecord>& records) {
    const WriteCounts before = counter->counts();
    auto em = orm.em().fork();
    CatalogImport import(em);
    import.load();
    result = import.apply(records);
    em.flush();
    const WriteCounts after = counter->counts();
    return {after.statements - before.statements, after.inserted - before.inserted,
            after.updated - before.updated, after.removed - before.removed};
  }
};

}  // namespace apt_catalog::test
