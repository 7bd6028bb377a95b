// PostgreSQL's SQL: its facts, and a type for each placeholder.

#pragma once

#include <rowan/sql/dialect.hpp>

#include <cstddef>

namespace rowan::drivers::postgres {

/// The values of one statement, at most.
inline constexpr std::size_t most_values = 7000;

/// PostgreSQL infers a placeholder's type from what stands beside it, and cannot where nothing does.
///
/// So each placeholder of a property is written with its type (`$1::bigint`), those of columns with a type of the
/// user's own but as arrays: there the assignment to the column converts. Integers are compared as bigint, whatever
/// the column's width, which an index on the column serves as well.
class PostgresDialect final : public sql::Dialect {
 public:
  [[nodiscard]] const sql::DialectFacts& facts() const noexcept override;
  void write_placeholder(std::string& out,
                         std::size_t position,
                         const sql::Parameter& parameter) const override;
  /// Numbers each `?`; a text with `$1` is left as it is, and `??` stands for the operator `?`.
  [[nodiscard]] std::string native_text(std::string_view text) const override;
  [[nodiscard]] std::string full_text_index(const metadata::PropertyMeta& property) const override;
  void write_full_text(std::string& out,
                       const metadata::PropertyMeta& property,
                       std::string_view column,
                       std::string_view placeholder) const override;
  [[nodiscard]] bool can_be_array(const metadata::PropertyMeta& property) const override;
  [[nodiscard]] std::string_view lock_clause(query::LockMode mode) const override;
  [[nodiscard]] std::string column_type(const metadata::PropertyMeta& property) const override;
  [[nodiscard]] std::string generated_key_end(const metadata::PropertyMeta& key) const override;
  [[nodiscard]] std::string raw_default(const metadata::PropertyMeta& property) const override;
  [[nodiscard]] std::string_view aggregate_end(
      query::Aggregate aggregate, const metadata::PropertyMeta& property) const override;

 private:
  /// Returns the configuration that knows the words of a property, as a literal.
  [[nodiscard]] std::string search_language(const metadata::PropertyMeta& property) const;
  /// Returns what is searched in a column: a vector of words made of its text. A column that is such a vector already
  /// has chosen its language by itself.
  [[nodiscard]] std::string searched(const metadata::PropertyMeta& property,
                                     std::string_view column) const;
};

}  // namespace rowan::drivers::postgres
