// A thin hold on libpq: a connection, prepared statements with binary values, arrays and copies.

#pragma once

#include <benchmarks/plain_sql.hpp>

#include <libpq-fe.h>

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace benchmarks {

struct CloseConnection {
  void operator()(PGconn* connection) const noexcept { PQfinish(connection); }
};
struct ClearResult {
  void operator()(PGresult* result) const noexcept { PQclear(result); }
};
using PostgresConnection = std::unique_ptr<PGconn, CloseConnection>;
using PostgresResult = std::unique_ptr<PGresult, ClearResult>;

/// Object identifiers of the types that the workloads send.
namespace oid {
inline constexpr Oid int8 = 20;
inline constexpr Oid int4 = 23;
inline constexpr Oid text = 25;
inline constexpr Oid int4_array = 1007;
inline constexpr Oid text_array = 1009;
inline constexpr Oid int8_array = 1016;
}  // namespace oid

/// Microseconds from 1970, where Rowan counts from, to 2000, where PostgreSQL does.
inline constexpr std::int64_t postgres_epoch = 946'684'800'000'000;

/// Opens a connection. Errors: std::runtime_error with the server's message.
[[nodiscard]] PostgresConnection connect_postgres(const std::string& url);
/// Returns the result if it is one of success. Errors: std::runtime_error with the server's message.
PostgresResult expect_postgres_ok(PGconn* connection, PGresult* result);
/// Runs a text without values.
PostgresResult run_postgres(PGconn* connection, const std::string& sql);
/// Makes the database where it is missing and empty where it is not; returns its URL.
[[nodiscard]] std::string make_postgres_database(const std::string& url, const std::string& name);

template <std::integral Integer>
[[nodiscard]] Integer swapped(Integer value) noexcept {
  if constexpr (sizeof value == 2) {
    return static_cast<Integer>(__builtin_bswap16(static_cast<std::uint16_t>(value)));
  } else if constexpr (sizeof value == 4) {
    return static_cast<Integer>(__builtin_bswap32(static_cast<std::uint32_t>(value)));
  } else {
    static_assert(sizeof value == 8);
    return static_cast<Integer>(__builtin_bswap64(static_cast<std::uint64_t>(value)));
  }
}

/// Reads a number in the byte order of the network.
template <std::integral Integer>
[[nodiscard]] Integer network_integer(const char* at) noexcept {
  Integer value;
  std::memcpy(&value, at, sizeof value);
  return swapped(value);
}

[[nodiscard]] inline double network_real(const char* at) noexcept {
  return std::bit_cast<double>(network_integer<std::uint64_t>(at));
}

/// Bytes in the form of the protocol.
class PostgresBuffer final {
 public:
  void clear() noexcept { bytes_.clear(); }
  template <std::integral Integer>
  void add(Integer value) {
    const Integer network = swapped(value);
    bytes_.append(reinterpret_cast<const char*>(&network), sizeof network);
  }
  void add_bytes(std::string_view bytes) { bytes_.append(bytes); }

  // Fields of a row that is copied, elements of an array: a length before each.
  template <std::integral Integer>
  void add_field(Integer value) {
    add(static_cast<std::int32_t>(sizeof value));
    add(value);
  }
  void add_field(double value) { add_field(std::bit_cast<std::uint64_t>(value)); }
  void add_field(std::string_view text) {
    add(static_cast<std::int32_t>(text.size()));
    add_bytes(text);
  }
  void add_null() { add(std::int32_t{-1}); }

  /// Begins an array of one dimension.
  void begin_array(Oid element, bool has_nulls, std::size_t count) {
    clear();
    add(std::int32_t{1});
    add(static_cast<std::int32_t>(has_nulls));
    add(element);
    add(static_cast<std::int32_t>(count));
    add(std::int32_t{1});
  }
  void begin_copy() {
    clear();
    add_bytes({"PGCOPY\n\377\r\n\0", 11});
    add(std::int32_t{0});
    add(std::int32_t{0});
  }
  void end_copy() { add(std::int16_t{-1}); }

  [[nodiscard]] const char* data() const noexcept { return bytes_.data(); }
  [[nodiscard]] int size() const noexcept { return static_cast<int>(bytes_.size()); }

 private:
  std::string bytes_;
};

/// A statement that the server keeps, with binary values and results.
class PostgresStatement final {
 public:
  PostgresStatement(PGconn* connection,
                    std::string name,
                    const std::string& sql,
                    const std::vector<Oid>& types);
  /// Runs it with values that lie in the buffers.
  PostgresResult run(std::initializer_list<const PostgresBuffer*> values);

 private:
  PGconn* connection_;
  std::string name_;
};

/// Rows on their way into a table: sent in parts, so that the server works on the first while the next are made.
class PostgresCopy final {
 public:
  PostgresCopy(PGconn* connection, const std::string& copy_text, PostgresBuffer& buffer);
  /// Sends what is in the buffer, where that is worth it.
  void row_done() {
    if (buffer_.size() >= part_bytes) put();
  }
  void end();

 private:
  static constexpr int part_bytes = 1 << 16;
  void put();

  PGconn* connection_;
  PostgresBuffer& buffer_;
};

/// Plain SQL over a connection of its own.
class PostgresPlainSql final : public PlainSql {
 public:
  explicit PostgresPlainSql(const std::string& url) : connection_(connect_postgres(url)) {}

  void execute(const std::string& sql) override;
  [[nodiscard]] std::vector<std::string> read_row(const std::string& sql) override;
  void empty_tables() override;
  void settle() override;
  [[nodiscard]] std::string timestamp_literal(std::int64_t microseconds) const override;
  [[nodiscard]] std::string timestamp_number(const std::string& column) const override;

 private:
  PostgresConnection connection_;
};

}  // namespace benchmarks
