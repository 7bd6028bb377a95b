// A SQL connection to no server: it lives, breaks and answers as a test says.

#pragma once

#include <rowan/base/error.hpp>
#include <rowan/sql/sql_connection.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace rowan::test {

/// What all connections of a test share.
struct FakeServer {
  std::atomic<int> opened = 0;
  std::atomic<int> closed = 0;
  std::atomic<int> checks = 0;   ///< round trips that asked for a connection's health
  std::atomic<int> cleaned = 0;  ///< connections that were given back in order
  std::atomic<bool> refuses = false;
  std::atomic<int> start = 0;  ///< raised by a restart: what was opened before answers no longer

  void restart() { ++start; }
};

class FakeSqlConnection final : public sql::SqlConnection {
 public:
  explicit FakeSqlConnection(FakeServer& server) : server_(server), start_(server.start) {
    if (server.refuses) throw ConnectionError({.message = "the fake server refuses connections"});
    number = server.opened++;
  }
  FakeSqlConnection(const FakeSqlConnection&) = delete;
  FakeSqlConnection& operator=(const FakeSqlConnection&) = delete;
  ~FakeSqlConnection() override { ++server_.closed; }

  [[nodiscard]] std::unique_ptr<sql::SqlStatement> prepare(std::string_view) override {
    throw DriverError({.message = "the fake connection has no statements"});
  }
  [[nodiscard]] bool is_in_transaction() const noexcept override { return false; }
  /// Fails, and is of no more use, where the server was started anew.
  void run(std::string_view) override {
    ++uses;
    if (server_.start == start_) return;
    is_broken = true;
    throw ConnectionError({.message = "the fake server is gone"});
  }
  [[nodiscard]] bool is_usable() const noexcept override { return !is_broken; }
  [[nodiscard]] bool check() noexcept override {
    ++server_.checks;
    return !is_broken && server_.start == start_;
  }
  void clean() noexcept override { ++server_.cleaned; }
  bool reserve_keys(const metadata::EntityMeta&, std::size_t, std::vector<std::int64_t>&) override {
    return false;
  }

  int number = 0;  ///< in the order of opening
  int uses = 0;    ///< not atomic: a data race where two threads have the connection
  bool is_broken = false;

 private:
  FakeServer& server_;
  int start_;
};

}  // namespace rowan::test
