// Opens Rowan over SQLite and catches its connection, to lay and check rows by plain SQL.

#include <benchmarks/sqlite_workloads.hpp>

#include <benchmarks/bench_entities.hpp>
#include <benchmarks/rowan_workloads.hpp>
#include <benchmarks/sqlite_client.hpp>
#include <rowan/drivers.hpp>

#include <sqlite3.h>

#include <stdexcept>

namespace benchmarks {
namespace {

// Every connection opened while one of these lives is noted: a database in memory can be reached
// through its own connection only, and Rowan's public interface rightly hands out none.
class OpenedConnections final {
 public:
  OpenedConnections() {
    opened().clear();
    sqlite3_auto_extension(entry_point());
  }
  OpenedConnections(const OpenedConnections&) = delete;
  OpenedConnections& operator=(const OpenedConnections&) = delete;
  ~OpenedConnections() { sqlite3_cancel_auto_extension(entry_point()); }

  /// Returns the connection that holds the tables.
  [[nodiscard]] sqlite3* with_schema() const {
    for (sqlite3* database : opened()) {
      if (!sqlite_schema_of(database).empty()) return database;
    }
    throw std::runtime_error("Rowan opened no SQLite connection with the benchmark's tables");
  }

 private:
  static std::vector<sqlite3*>& opened() {
    static std::vector<sqlite3*> connections;
    return connections;
  }

  static int note(sqlite3* database, char**, const sqlite3_api_routines*) {
    opened().push_back(database);
    return SQLITE_OK;
  }

  static void (*entry_point())() { return reinterpret_cast<void (*)()>(&note); }
};

}  // namespace

SqliteRowan make_sqlite_rowan(std::size_t n) {
  OpenedConnections connections;
  std::unique_ptr<rowan::Orm> orm{new rowan::Orm{{
      .driver = rowan::driver_from_url("sqlite::memory:"),
      .entities = rowan::entities<Author, Book, Tag>(),
  }}};
  orm->schema().refresh();
  sqlite3* database = connections.with_schema();
  std::vector<std::string> schema = sqlite_schema_of(database);
  return {make_rowan_side(std::move(orm), std::make_unique<SqlitePlainSql>(database), n),
          std::move(schema)};
}

}  // namespace benchmarks
