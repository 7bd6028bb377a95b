// SQLite's SQL: its facts, and which column types keep values whole.

#pragma once

#include <rowan/sql/dialect.hpp>

namespace rowan::drivers::sqlite {

/// The collation by which each connection compares exact numbers that lie as text.
inline constexpr const char* decimal_collation = "rowan_decimal";
/// The function by which each connection adds them up.
inline constexpr const char* decimal_sum = "rowan_decimal_sum";

/// SQLite gives a column an affinity by the letters of its type, and values change to fit it.
///
/// So exact numbers are text (a `decimal` column would turn them into doubles) and are compared by a collation; UUIDs
/// are blobs of 16 bytes, half as large in every index as their text; points in time are integers of microseconds,
/// dates ISO text. Booleans are integers.
class SqliteDialect final : public sql::Dialect {
 public:
  [[nodiscard]] const sql::DialectFacts& facts() const noexcept override;
  void write_long_list(std::string& out,
                       std::string_view placeholder,
                       bool is_negated) const override;
  [[nodiscard]] sql::Storage storage_of(const metadata::PropertyMeta& property) const override;
  void add_begin_texts(const backend::TransactionBegin& begin,
                       std::vector<std::string>& texts) const override;
  [[nodiscard]] std::string column_type(const metadata::PropertyMeta& property) const override;
  [[nodiscard]] std::string generated_key_end(const metadata::PropertyMeta& key) const override;
  [[nodiscard]] std::string default_literal(const metadata::PropertyMeta& property) const override;
  [[nodiscard]] std::string raw_default(const metadata::PropertyMeta& property) const override;
  [[nodiscard]] std::string_view boolean_literal(bool value) const override {
    return value ? "1" : "0";
  }
};

}  // namespace rowan::drivers::sqlite
