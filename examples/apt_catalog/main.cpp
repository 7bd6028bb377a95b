// Reads the package database of a Debian machine into a database of entities, and asks it questions.

#include <rowan/drivers.hpp>

#include <apt_catalog/catalog_entities.hpp>
#include <apt_catalog/catalog_import.hpp>
#include <apt_catalog/catalog_questions.hpp>
#include <apt_catalog/package_source.hpp>
#include <apt_catalog/progress_line.hpp>
#include <apt_catalog/write_counter.hpp>

#include <fmt/core.h>
#include <CLI/CLI.hpp>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace apt_catalog {
namespace {

struct Arguments {
  std::string url = "sqlite:apt_catalog.db";
  SourcePaths paths{.status = "/var/lib/dpkg/status", .lists = "/var/lib/apt/lists"};
  std::string package = "apt";
  bool no_questions = false;
};

class Stopwatch final {
 public:
  [[nodiscard]] double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

PackageList read(const SourcePaths& paths) {
  constexpr std::size_t most_notes = 10;
  const Stopwatch watch;
  PackageList list;
  {
    ProgressLine progress(stderr, "Reading", "packages");
    list = read_packages(paths, [&](std::size_t count) { progress.advance(count); });
  }
  for (std::size_t i = 0; i < list.notes.size() && i < most_notes; ++i) {
    fmt::print(stderr, "note: left out: {}\n", list.notes[i]);
  }
  if (list.notes.size() > most_notes) {
    fmt::print(stderr, "note: and {} more\n", grouped(list.notes.size() - most_notes));
  }
  fmt::print("Read {} packages from {} files in {:.1f} s.\n", grouped(list.packages.size()),
             list.files, watch.seconds());
  return list;
}

// The first run makes the tables.
void ensure_schema(rowan::Orm& orm) {
  try {
    (void)orm.em().fork().count<Package>();
  } catch (const rowan::TableNotFoundError&) {
    orm.schema().create();
  }
}

void write(rowan::Orm& orm, WriteCounter& counter, const std::vector<PackageRecord>& records) {
  auto em = orm.em().fork();
  CatalogImport import(em);
  Stopwatch load_watch;
  import.load();
  fmt::print("Loaded {} entities of the catalogue in {:.1f} s.\n", grouped(em.statistics().managed),
             load_watch.seconds());

  const Stopwatch watch;
  const ImportResult result = import.apply(records);
  fmt::print("Compared: {} packages new, {} gone; {} dependencies, {} more on virtual packages.\n",
             grouped(result.created), grouped(result.removed), grouped(result.dependencies),
             grouped(result.unresolved));
  {
    ProgressLine progress(stderr, "Writing", "rows", result.expected_rows);
    counter.watch([&](std::size_t rows) { progress.advance(rows); });
    em.flush();
    counter.watch(nullptr);
  }
  const WriteCounts counts = counter.counts();
  if (counts.statements == 0) {
    fmt::print("Nothing has changed: no statement that writes, found out in {:.1f} s.\n",
               watch.seconds());
    return;
  }
  fmt::print(
      "Compared and wrote in {:.1f} s: {} rows inserted, {} updated, {} deleted, by {} in one "
      "transaction.\n",
      watch.seconds(), grouped(counts.inserted), grouped(counts.updated), grouped(counts.removed),
      counts.statements == 1 ? "1 statement" : grouped(counts.statements) + " statements");
}

void print_ranking(std::string_view title, const std::vector<Ranked>& ranking) {
  fmt::print("\n{}\n", title);
  for (const Ranked& each : ranking) {
    fmt::print("{:>12}  {}\n", grouped(static_cast<std::size_t>(each.number)), each.name);
  }
}

void print_needs(rowan::EntityManager& em, const std::string& package) {
  const auto needs = needs_of(em, package);
  if (!needs) {
    fmt::print("\nNo package has the name {}.\n", package);
    return;
  }
  fmt::print("\n{} needs {} packages, and with what those need {}. One of the longest ways:\n ",
             needs->package, needs->direct, needs->all);
  for (std::size_t i = 0; i < needs->chain.size(); ++i) {
    fmt::print("{} {}", i == 0 ? "" : " >", needs->chain[i]);
  }
  fmt::print("\n");
}

void answer(rowan::Orm& orm, const std::string& package) {
  constexpr std::int64_t most = 10;
  const Stopwatch watch;
  auto em = orm.em().fork();
  const Totals totals = count_packages(em);
  fmt::print("\n{} packages, {} installed, {} of them not in the newest version known.\n",
             grouped(totals.packages), grouped(totals.installed), grouped(totals.outdated));
  print_ranking("Packages on which most others depend", most_needed(em, most));
  print_ranking("Maintainers of most packages", busiest_maintainers(em, most));
  print_ranking("Sections by installed size, KiB", largest_sections(em, most));
  print_needs(em, package);
  fmt::print("\nAnswered by {} statements in {:.2f} s.\n", em.statistics().statements,
             watch.seconds());
}

void run(const Arguments& arguments) {
  const PackageList list = read(arguments.paths);
  if (list.packages.empty()) throw SourceError("there is no package in what was read");

  const auto counter = std::make_shared<WriteCounter>();
  rowan::Orm orm{{
      .driver = rowan::driver_from_url(arguments.url),
      .entities = rowan::entities<Package, Maintainer, Section, Architecture>(),
      .logger = counter,
  }};
  ensure_schema(orm);
  write(orm, *counter, list.packages);
  if (!arguments.no_questions) answer(orm, arguments.package);
}

}  // namespace
}  // namespace apt_catalog

int main(int argc, char** argv) {
  apt_catalog::Arguments arguments;
  std::string status = arguments.paths.status;
  std::string lists = arguments.paths.lists;
  bool no_lists = false;
  CLI::App app{
      "Reads the packages of this machine into a database, and asks it questions.\n"
      "Run again, it writes only what has changed.",
      "apt_catalog"};
  app.add_option("URL", arguments.url, "The database")->capture_default_str();
  app.add_option("--status", status, "dpkg's file of installed packages")->capture_default_str();
  auto* lists_option = app.add_option("--lists", lists, "apt's folder of available packages")
                           ->capture_default_str()
                           ->check(CLI::ExistingDirectory);
  app.add_flag("--no-lists", no_lists, "Read the installed packages only")->excludes(lists_option);
  app.add_option("--package", arguments.package, "Whose dependencies to follow")
      ->capture_default_str();
  app.add_flag("--no-questions", arguments.no_questions, "Bring the database in step, and no more");
  CLI11_PARSE(app, argc, argv);
  arguments.paths = {.status = status, .lists = no_lists ? "" : lists};

  // Line by line in a log too, between the lines of the other stream.
  std::setvbuf(stdout, nullptr, _IOLBF, BUFSIZ);
  try {
    apt_catalog::run(arguments);
  } catch (const std::exception& error) {
    fmt::print(stderr, "apt_catalog: {}\n", error.what());
    return EXIT_FAILURE;
  }
  return EXIT_SUCCESS;
}
