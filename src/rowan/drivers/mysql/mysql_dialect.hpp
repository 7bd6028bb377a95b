// MySQL's and MariaDB's SQL.

#pragma once

#include <rowan/drivers/mysql/mysql_flavor.hpp>
#include <rowan/sql/dialect.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace rowan::drivers::mysql {

/// What an insert that leaves a row alone tells as its generated key.
inline constexpr std::string_view ignored_row_mark = "18446744073709551615";

/// Points in time are `datetime(6)`, in UTC (a `timestamp` ends in 2038); UUIDs are `binary(16)`, less than half as
/// large in every index as their text; enumerators by name are a native `enum`; text without a length is
/// `varchar(255)`, since an index needs one.
///
/// Lifetime: the flavor outlives it.
class MysqlDialect final : public sql::Dialect {
 public:
  MysqlDialect(const MysqlFlavor& flavor, std::string collation);

  [[nodiscard]] const sql::DialectFacts& facts() const noexcept override { return facts_; }
  void write_placeholder(std::string& out,
                         std::size_t position,
                         const sql::Parameter& parameter) const override;
  void write_long_list(std::string& out,
                       std::string_view placeholder,
                       bool is_negated) const override;
  void write_full_text(std::string& out,
                       const metadata::PropertyMeta& property,
                       std::string_view column,
                       std::string_view placeholder) const override;
  [[nodiscard]] sql::Storage storage_of(const metadata::PropertyMeta& property) const override;
  [[nodiscard]] std::string_view lock_clause(query::LockMode mode) const override;
  void add_begin_texts(const backend::TransactionBegin& begin,
                       std::vector<std::string>& texts) const override;
  void write_merge(sql::SqlWriter& writer,
                   std::span<const metadata::PropertyMeta* const> key,
                   std::span<const metadata::PropertyMeta* const> merged) const override;
  [[nodiscard]] std::string insert_or_ignore_end(std::string_view untouched) const override;
  void write_update_many(sql::SqlWriter& writer, const sql::UpdateShape& shape) const override;
  void write_delete_many(sql::SqlWriter& writer, const sql::DeleteShape& shape) const override;
  [[nodiscard]] std::string column_type(const metadata::PropertyMeta& property) const override;
  [[nodiscard]] std::string generated_key_end(const metadata::PropertyMeta& key) const override;
  [[nodiscard]] std::string default_literal(const metadata::PropertyMeta& property) const override;
  [[nodiscard]] std::string raw_default(const metadata::PropertyMeta& property) const override;
  [[nodiscard]] std::string literal_default(const metadata::PropertyMeta& property,
                                            std::string literal) const override;
  [[nodiscard]] std::string text_literal(std::string_view text) const override;

 private:
  using Properties = std::vector<const metadata::PropertyMeta*>;

  /// Writes rows of placeholders as a table `v` with columns c1, c2, ...
  void write_rows(sql::SqlWriter& writer, const Properties& columns, std::size_t rows) const;
  /// Writes that the columns from `key_at` on are those of `v`.
  void write_matches(sql::SqlWriter& writer, const Properties& columns, std::size_t key_at) const;

  const MysqlFlavor& flavor_;
  std::string collation_;
  std::string table_end_;
  sql::DialectFacts facts_;
};

}  // namespace rowan::drivers::mysql
