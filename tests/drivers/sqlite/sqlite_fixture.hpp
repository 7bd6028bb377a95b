// A database file of its own for each test, and the handles behind Rowan's connections.

#pragma once

#include <rowan/drivers/sqlite/sqlite_driver.hpp>
#include <rowan/rowan.hpp>

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <unistd.h>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace rowan::test {

struct Note {
  std::int64_t id{};
  std::string text{};
  std::int32_t rank = 0;

  static consteval auto mapping() {
    return rowan::entity<Note>(rowan::primary_key<&Note::id>, rowan::property<&Note::text>.unique(),
                               rowan::property<&Note::rank>.check("rank >= 0"));
  }
};

/// Every SQLite handle that this program has opened, in order; closed ones are not taken out.
class OpenedHandles {
 public:
  static std::vector<sqlite3*>& list() {
    static std::vector<sqlite3*> handles;
    return handles;
  }
  static int on_open(sqlite3* handle, const char**, const void*) {
    static std::mutex mutex;
    const std::lock_guard lock(mutex);
    list().push_back(handle);
    return SQLITE_OK;
  }
  OpenedHandles() {
    list().clear();
    sqlite3_auto_extension(reinterpret_cast<void (*)()>(on_open));
  }
  OpenedHandles(const OpenedHandles&) = delete;
  OpenedHandles& operator=(const OpenedHandles&) = delete;
  ~OpenedHandles() { sqlite3_cancel_auto_extension(reinterpret_cast<void (*)()>(on_open)); }
};

/// A connection past Rowan, as another program has one.
class OtherProgram {
 public:
  explicit OtherProgram(const std::string& path) { sqlite3_open(path.c_str(), &database_); }
  OtherProgram(const OtherProgram&) = delete;
  OtherProgram& operator=(const OtherProgram&) = delete;
  ~OtherProgram() { sqlite3_close(database_); }
  void run(const std::string& sql) {
    EXPECT_EQ(sqlite3_exec(database_, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK)
        << sqlite3_errmsg(database_);
  }

 private:
  sqlite3* database_ = nullptr;
};

class SqliteFile : public ::testing::Test {
 protected:
  SqliteFile() {
    const auto* info = ::testing::UnitTest::GetInstance()->current_test_info();
    path = (std::filesystem::temp_directory_path() /
            ("rowan_" + std::to_string(::getpid()) + "_" + info->name() + ".db"))
               .string();
    remove_files();
  }
  ~SqliteFile() override { remove_files(); }

  void remove_files() {
    for (const char* end : {"", "-wal", "-shm", "-journal"})
      std::filesystem::remove_all(path + end);
  }
  /// Opens the file of this test; `parameters` as in a URL.
  [[nodiscard]] std::unique_ptr<Orm> open(const std::string& parameters = "") const {
    return std::make_unique<Orm>(
        Config{.driver = make_sqlite_driver(parse_sqlite_url("sqlite:" + path + parameters)),
               .entities = entities<Note>()});
  }
  /// Makes the table and so many rows, and closes the file.
  void make_file(int rows = 0) const {
    const auto orm = open();
    orm->schema().create();
    auto em = orm->em().fork();
    for (int i = 0; i < rows; ++i) em.create<Note>({.text = "note " + std::to_string(i)});
    em.flush();
    em.execute("pragma wal_checkpoint(truncate)");
    em.clear();
    orm->close();
  }

  std::string path;
};

}  // namespace rowan::test
