// Bound selects and conditions as SQL text.

#pragma once

#include <rowan/query/bound.hpp>
#include <rowan/sql/sql_writer.hpp>

#include <string>

namespace rowan::sql {

/// Writes one select, its conditions and its subqueries. Placeholders keep the value indexes of the bound tree.
class SelectRenderer final {
 public:
  explicit SelectRenderer(SqlWriter& writer) : writer_(writer) {}
  SelectRenderer(const SelectRenderer&) = delete;
  SelectRenderer& operator=(const SelectRenderer&) = delete;

  void write_select(const query::BoundSelect& select);
  /// Writes a condition over the sources of `select`, and the key filter of it.
  /// Requires: has_condition(select).
  void write_condition(const query::BoundSelect& select);
  [[nodiscard]] static bool has_condition(const query::BoundSelect& select) noexcept;
  /// Writes raw SQL over the sources of `select`; `value` is the index of its first value.
  void write_raw(const query::BoundSelect& select,
                 const std::string& raw,
                 const std::vector<query::BoundColumn>& columns,
                 std::uint32_t value);

 private:
  struct Scope {
    const query::BoundSelect* select;
    const Scope* outer;
  };
  /// What is written in place of a select's own terms.
  enum class Terms : std::uint8_t { own, named, constant, minimum, maximum };

  void write_select(const Scope& scope, Terms terms);
  /// Writes the select of `in (...)`.
  /// Writes a list of keys from a table of its own, whose column is `item`.
  /// Writes the values of a list, from a derived table where the select or the database wants one.
  void write_list(const Scope& scope);
  void write_terms(const Scope& scope, Terms terms);
  void write_term(const Scope& scope, const query::BoundTerm& term, Terms terms);
  void write_from(const Scope& scope);
  void write_join(const Scope& scope, std::size_t source);
  void write_where(const Scope& scope);
  void write_correlation(const Scope& scope);
  void write_groups(const Scope& scope);
  void write_order(const Scope& scope, bool with_pivots);
  void write_order_term(const Scope& scope, const query::BoundOrder& order);
  void write_limit(const Scope& scope);
  void write_conditions(const Scope& scope);
  void write_expr(const Scope& scope, const query::BoundExpr& expr);
  void write_junction(const Scope& scope, const query::BoundExpr& expr);
  void write_comparison(const Scope& scope, const query::BoundExpr& expr);
  void write_full_text(const Scope& scope, const query::BoundExpr& expr);
  void write_containment(const Scope& scope, const query::BoundExpr& expr);
  void write_list(const Scope& scope, const query::BoundExpr& expr);
  void write_subquery(const Scope& scope, const query::BoundExpr& expr);
  void write_operand(const Scope& scope, const query::BoundExpr& expr);
  void write_value(const query::BoundExpr& expr, std::uint32_t value);
  void write_column(const Scope& scope, const query::BoundColumn& column);
  void write_number(const Scope& scope, const query::BoundColumn& column);
  /// Tells whether the column holds exact numbers as text.
  [[nodiscard]] bool is_text_number(const query::BoundColumn& column) const;
  void write_aggregate(const Scope& scope,
                       query::Aggregate aggregate,
                       bool is_count_all,
                       const query::BoundColumn& column);
  void write_raw(const Scope& scope,
                 const std::string& raw,
                 const std::vector<query::BoundColumn>& columns,
                 std::uint32_t value);

  SqlWriter& writer_;
};

/// Returns the alias of a source: t0 outermost, s1_0 one subquery further in.
[[nodiscard]] std::string alias_of(const query::BoundSelect& select, std::size_t source);

/// Returns the text and the parameters of a select.
[[nodiscard]] StatementText render_select(const Dialect& dialect, const query::BoundSelect& select);

}  // namespace rowan::sql
