// The questions, in terms of the query builder.

#include <apt_catalog/catalog_questions.hpp>

#include <apt_catalog/catalog_entities.hpp>

#include <algorithm>
#include <map>
#include <utility>

using rowan::f;

namespace apt_catalog {
namespace {

/// A package that was reached, and from which other one.
struct Step {
  std::string name;
  std::int64_t from = 0;
};

using Reached = std::map<std::int64_t, Step>;

// Adds what the packages of `frontier` need and is not known yet; returns the keys of those.
std::vector<std::int64_t> advance(rowan::EntityManager& em,
                                  const std::vector<std::int64_t>& frontier,
                                  Reached& reached) {
  // [join]
  auto rows = em.query<Package>()
                  .join(f<&Package::dependencies>)
                  .select(f<&Package::id>, rowan::joined(f<&Package::dependencies, &Package::id>),
                          rowan::joined(f<&Package::dependencies, &Package::name>))
                  .where(f<&Package::id>.in(frontier))
                  .order_by(f<&Package::id>, f<&Package::dependencies, &Package::id>)
                  .rows();
  // [/join]
  std::vector<std::int64_t> next;
  for (auto& [from, id, name] : rows) {
    if (reached.try_emplace(id, Step{std::move(name), from}).second) next.push_back(id);
  }
  return next;
}

}  // namespace

Totals count_packages(rowan::EntityManager& em) {
  const auto installed = f<&Package::installed_version>.is_not_null();
  return {em.count<Package>(), em.count<Package>(installed),
          em.count<Package>(installed && f<&Package::installed_version> != f<&Package::version>)};
}

std::vector<Ranked> most_needed(rowan::EntityManager& em, std::int64_t limit) {
  // [most_needed]
  const auto dependents = rowan::count(f<&Package::dependents, &Package::id>);
  return em.query<Package>()
      .join(f<&Package::dependents>)
      .select(f<&Package::name>, dependents)
      .group_by(f<&Package::id>, f<&Package::name>)
      .order_by(dependents.desc(), f<&Package::name>)
      .limit(limit)
      .rows_as<Ranked>();
  // [/most_needed]
}

std::vector<Ranked> busiest_maintainers(rowan::EntityManager& em, std::int64_t limit) {
  const auto packages = rowan::count(f<&Maintainer::packages, &Package::id>);
  return em.query<Maintainer>()
      .join(f<&Maintainer::packages>)
      .select(f<&Maintainer::name>, packages)
      .group_by(f<&Maintainer::id>, f<&Maintainer::name>)
      .order_by(packages.desc(), f<&Maintainer::name>)
      .limit(limit)
      .rows_as<Ranked>();
}

std::vector<Ranked> largest_sections(rowan::EntityManager& em, std::int64_t limit) {
  // [largest_sections]
  const auto size = rowan::sum(f<&Package::installed_kib>);
  auto rows = em.query<Package>()
                  .select(f<&Package::section, &Section::name>, size)  // joins by itself
                  .where(f<&Package::section>.is_not_null())
                  .group_by(f<&Package::section, &Section::name>)
                  .having(size > 0)
                  .order_by(size.desc())
                  .limit(limit)
                  .rows();
  // [/largest_sections]
  std::vector<Ranked> sections;
  for (auto& [name, kib] : rows) sections.push_back({name.value_or(""), kib.value_or(0)});
  return sections;
}

std::optional<Needs> needs_of(rowan::EntityManager& em, std::string_view package) {
  // Of several architectures the installed one comes first.
  const Package* start = em.find_one<Package>(
      f<&Package::name> == package,
      {.order_by = {f<&Package::installed_version>.desc().nulls_last(), f<&Package::id>.asc()}});
  if (start == nullptr) return std::nullopt;

  Needs needs{.package = start->name};
  Reached reached{{start->id, {start->name}}};
  std::vector<std::int64_t> frontier{start->id};
  std::int64_t farthest = start->id;
  while (!frontier.empty()) {
    farthest = frontier.front();
    frontier = advance(em, frontier, reached);
    if (farthest == start->id) needs.direct = frontier.size();
  }
  needs.all = reached.size() - 1;
  for (std::int64_t at = farthest; at != 0; at = reached.at(at).from) {
    needs.chain.push_back(reached.at(at).name);
  }
  std::reverse(needs.chain.begin(), needs.chain.end());
  return needs;
}

}  // namespace apt_catalog
