// The one renderer of selects: clause after clause, each over the bound tree.

#include <rowan/sql/select_renderer.hpp>

#include <rowan/base/error.hpp>

#include <string>
#include <string_view>

namespace rowan::sql {
namespace {

using metadata::PropertyKind;
using metadata::PropertyMeta;
using query::Aggregate;
using query::BoundColumn;
using query::BoundExpr;
using query::BoundOrder;
using query::BoundSelect;
using query::BoundTerm;
using query::Op;

std::string_view comparison_of(Op op) {
  switch (op) {
    case Op::ne: return " <> ";
    case Op::gt: return " > ";
    case Op::gte: return " >= ";
    case Op::lt: return " < ";
    case Op::lte: return " <= ";
    case Op::like: return " like ";
    case Op::ilike: return " ilike ";
    case Op::contains: return " @> ";
    case Op::contained: return " <@ ";
    case Op::overlap: return " && ";
    case Op::has_key: return " ? ";
    case Op::has_keys: return " ?& ";
    case Op::has_some_keys: return " ?| ";
    default: return " = ";
  }
}

std::string_view function_of(Aggregate aggregate) {
  switch (aggregate) {
    case Aggregate::count: return "count(";
    case Aggregate::count_distinct: return "count(distinct ";
    case Aggregate::sum: return "sum(";
    case Aggregate::min: return "min(";
    case Aggregate::max: return "max(";
    case Aggregate::avg: return "avg(";
    case Aggregate::none: break;
  }
  return "(";
}

/// The two columns of a pivot as seen from one end of the relation.
struct PivotSides {
  const std::string& near;
  const std::string& far;
};

PivotSides sides_of(const PropertyMeta& relation) {
  if (relation.is_owner) return {relation.join_column, relation.inverse_join_column};
  return {relation.inverse_join_column, relation.join_column};
}

const std::string& key_of(const metadata::EntityMeta& entity) {
  return entity.primary_key->column_name;
}

bool is_many_to_many(const PropertyMeta* relation) {
  return relation != nullptr && relation->kind == PropertyKind::many_to_many;
}

}  // namespace

std::string alias_of(const BoundSelect& select, std::size_t source) {
  if (select.depth == 0) return "t" + std::to_string(source);
  return "s" + std::to_string(select.depth) + "_" + std::to_string(source);
}

void SelectRenderer::write_select(const BoundSelect& select) {
  const Scope scope{&select, nullptr};
  write_select(scope, Terms::own);
  writer_.add(writer_.dialect().lock_clause(select.lock));
}

void SelectRenderer::write_select(const Scope& scope, Terms terms) {
  const BoundSelect& select = *scope.select;
  writer_.add(select.distinct ? "select distinct " : "select ");
  write_terms(scope, terms);
  write_from(scope);
  write_where(scope);
  write_groups(scope);
  write_order(scope, terms == Terms::own && scope.outer == nullptr);
  write_limit(scope);
}

void SelectRenderer::write_terms(const Scope& scope, Terms terms) {
  if (terms == Terms::constant) {
    writer_.add("1");
    return;
  }
  bool is_first = true;
  for (const BoundTerm& term : scope.select->terms) {
    if (!is_first) writer_.add(", ");
    is_first = false;
    write_term(scope, term, terms);
    if (terms == Terms::named) writer_.add(" as item");
    if (terms != Terms::own) return;
  }
  if (is_first) writer_.add("1");
}

void SelectRenderer::write_term(const Scope& scope, const BoundTerm& term, Terms terms) {
  if (!term.raw.empty()) {
    write_raw(scope, term.raw, term.raw_columns, term.value);
  } else if (terms == Terms::minimum || terms == Terms::maximum) {
    writer_.add(terms == Terms::minimum ? "min(" : "max(");
    write_number(scope, term.column);
    writer_.add(")");
  } else if (term.is_count_all || term.aggregate != Aggregate::none) {
    write_aggregate(scope, term.aggregate, term.is_count_all, term.column);
  } else if (term.column.property == nullptr) {
    writer_.add("1");
  } else {
    write_column(scope, term.column);
  }
}

void SelectRenderer::write_from(const Scope& scope) {
  const BoundSelect& select = *scope.select;
  const std::string root = alias_of(select, 0);
  writer_.add(" from ").table(select.sources[0].entity->table).add(" as ").add(root);
  if (is_many_to_many(select.correlated_relation)) {
    const PropertyMeta& relation = *select.correlated_relation;
    writer_.add(" join ").table(relation.pivot_table).add(" as ").add(root).add("p on ");
    writer_.column(root + "p", sides_of(relation).far).add(" = ");
    writer_.column(root, key_of(*select.sources[0].entity));
  }
  for (std::size_t i = 1; i < select.sources.size(); ++i) write_join(scope, i);
}

void SelectRenderer::write_join(const Scope& scope, std::size_t source) {
  const BoundSelect& select = *scope.select;
  const query::BoundSource& joined = select.sources[source];
  const PropertyMeta& relation = *joined.relation;
  const metadata::EntityMeta& parent = *select.sources[joined.parent].entity;
  const std::string near = alias_of(select, joined.parent);
  const std::string alias = alias_of(select, source);
  const std::string_view join = joined.kind == query::JoinKind::left ? " left join " : " join ";
  if (is_many_to_many(&relation)) {
    const PivotSides sides = sides_of(relation);
    writer_.add(join).table(relation.pivot_table).add(" as ").add(alias).add("p on ");
    writer_.column(alias + "p", sides.near).add(" = ").column(near, key_of(parent));
    writer_.add(join).table(joined.entity->table).add(" as ").add(alias).add(" on ");
    writer_.column(alias, key_of(*joined.entity)).add(" = ").column(alias + "p", sides.far);
    return;
  }
  writer_.add(join).table(joined.entity->table).add(" as ").add(alias).add(" on ");
  if (relation.column >= 0) {
    writer_.column(alias, key_of(*joined.entity)).add(" = ").column(near, relation.column_name);
  } else {
    writer_.column(alias, relation.inverse->column_name).add(" = ").column(near, key_of(parent));
  }
}

bool SelectRenderer::has_condition(const BoundSelect& select) noexcept {
  return select.where.op != Op::none || select.key_filter != nullptr;
}

void SelectRenderer::write_where(const Scope& scope) {
  const BoundSelect& select = *scope.select;
  const bool is_correlated = select.correlated_relation != nullptr && scope.outer != nullptr;
  if (!is_correlated && !has_condition(select)) return;
  writer_.add(" where ");
  if (is_correlated) write_correlation(scope);
  if (!has_condition(select)) return;
  if (is_correlated) writer_.add(" and ");
  write_conditions(scope);
}

void SelectRenderer::write_condition(const BoundSelect& select) {
  write_conditions(Scope{&select, nullptr});
}

void SelectRenderer::write_conditions(const Scope& scope) {
  const BoundSelect& select = *scope.select;
  if (select.where.op != Op::none) write_expr(scope, select.where);
  if (select.key_filter == nullptr) return;
  if (select.where.op != Op::none) writer_.add(" and ");
  writer_.column(alias_of(select, 0), key_of(*select.sources[0].entity)).add(" in (");
  BoundSelect keys = *select.key_filter;
  if (keys.terms.empty()) {
    BoundTerm key;
    key.column.property = keys.sources[0].entity->primary_key;
    keys.terms.push_back(key);
  }
  write_list(Scope{&keys, &scope});
  writer_.add(")");
}

void SelectRenderer::write_list(const Scope& scope) {
  const bool has_limit = scope.select->has_limit || scope.select->has_offset;
  if (!scope.select->is_derived && (!has_limit || writer_.facts().has_limit_in_lists))
    return write_select(scope, Terms::own);
  writer_.add("select picked.item from (");
  write_select(scope, Terms::named);
  writer_.add(") as picked");
}

void SelectRenderer::write_correlation(const Scope& scope) {
  const BoundSelect& select = *scope.select;
  const BoundSelect& outer = *scope.outer->select;
  const PropertyMeta& relation = *select.correlated_relation;
  const std::string far = alias_of(outer, select.correlated_source);
  const metadata::EntityMeta& outer_entity = *outer.sources[select.correlated_source].entity;
  const std::string root = alias_of(select, 0);
  if (is_many_to_many(&relation)) {
    writer_.column(root + "p", sides_of(relation).near).add(" = ");
    writer_.column(far, key_of(outer_entity));
  } else if (relation.column >= 0) {
    writer_.column(root, key_of(*select.sources[0].entity)).add(" = ");
    writer_.column(far, relation.column_name);
  } else {
    writer_.column(root, relation.inverse->column_name).add(" = ");
    writer_.column(far, key_of(outer_entity));
  }
}

void SelectRenderer::write_groups(const Scope& scope) {
  const BoundSelect& select = *scope.select;
  bool is_first = true;
  for (const BoundTerm& term : select.group_by) {
    writer_.add(is_first ? " group by " : ", ");
    is_first = false;
    write_term(scope, term, Terms::own);
  }
  if (select.having.op == Op::none) return;
  writer_.add(" having ");
  write_expr(scope, select.having);
}

void SelectRenderer::write_order(const Scope& scope, bool with_pivots) {
  const BoundSelect& select = *scope.select;
  bool is_first = true;
  for (const BoundOrder& order : select.order_by) {
    writer_.add(is_first ? " order by " : ", ");
    is_first = false;
    write_order_term(scope, order);
  }
  if (!with_pivots || select.distinct || !select.group_by.empty() || select.terms.empty()) return;
  for (const BoundTerm& term : select.terms) {
    if (term.is_count_all || term.aggregate != Aggregate::none) return;
  }
  for (std::size_t i = 1; i < select.sources.size(); ++i) {
    const PropertyMeta& relation = *select.sources[i].relation;
    if (!is_many_to_many(&relation) || !relation.fixed_order) continue;
    writer_.add(is_first ? " order by " : ", ").column(alias_of(select, i) + "p", "id");
    is_first = false;
  }
}

void SelectRenderer::write_order_term(const Scope& scope, const BoundOrder& order) {
  const auto write_operand_of = [&] {
    if (!order.raw.raw.empty()) {
      write_term(scope, order.raw, Terms::own);
    } else if (order.select != nullptr) {
      writer_.add("(");
      write_select(Scope{order.select.get(), &scope},
                   order.descending ? Terms::maximum : Terms::minimum);
      writer_.add(")");
    } else if (order.is_count_all || order.aggregate != Aggregate::none) {
      write_aggregate(scope, order.aggregate, order.is_count_all, order.column);
    } else {
      write_number(scope, order.column);
    }
  };
  const bool has_nulls = order.nulls != query::Nulls::unspecified;
  if (has_nulls && !writer_.facts().orders_nulls) {
    write_operand_of();
    writer_.add(order.nulls == query::Nulls::first ? " is not null, " : " is null, ");
  }
  write_operand_of();
  if (order.descending) writer_.add(" desc");
  if (has_nulls && writer_.facts().orders_nulls) {
    writer_.add(order.nulls == query::Nulls::first ? " nulls first" : " nulls last");
  }
}

void SelectRenderer::write_limit(const Scope& scope) {
  const BoundSelect& select = *scope.select;
  if (select.has_limit) {
    writer_.add(" limit ").free_parameter(select.limit_value, false);
  } else if (select.has_offset && !writer_.facts().limit_for_all.empty()) {
    writer_.add(" limit ").add(writer_.facts().limit_for_all);
  }
  if (select.has_offset) writer_.add(" offset ").free_parameter(select.offset_value, false);
}

void SelectRenderer::write_expr(const Scope& scope, const BoundExpr& expr) {
  switch (expr.op) {
    case Op::none: writer_.add("1 = 1"); return;
    case Op::and_:
    case Op::or_: write_junction(scope, expr); return;
    case Op::not_:
      writer_.add(expr.inner == Op::is_null ? "(" : "not (");
      for (const BoundExpr& child : expr.children) write_expr(scope, child);
      writer_.add(expr.children.empty() ? "1 = 1)" : ")");
      if (expr.inner == Op::is_null) writer_.add(" is not true");
      return;
    case Op::is_null:
    case Op::is_not_null:
      write_operand(scope, expr);
      writer_.add(expr.op == Op::is_null ? " is null" : " is not null");
      return;
    case Op::in:
    case Op::nin:
    case Op::key_in: write_list(scope, expr); return;
    case Op::some:
    case Op::none_of:
    case Op::every:
    case Op::size:
    case Op::in_select: write_subquery(scope, expr); return;
    case Op::eq_path:
      write_number(scope, expr.column);
      writer_.add(comparison_of(expr.inner));
      write_number(scope, expr.other);
      return;
    case Op::raw:
      writer_.add("(");
      write_raw(scope, expr.raw, expr.raw_columns, expr.value);
      writer_.add(")");
      return;
    default: write_comparison(scope, expr); return;
  }
}

void SelectRenderer::write_junction(const Scope& scope, const BoundExpr& expr) {
  if (expr.children.empty()) {
    writer_.add(expr.op == Op::and_ ? "1 = 1" : "1 = 0");
    return;
  }
  writer_.add("(");
  bool is_first = true;
  for (const BoundExpr& child : expr.children) {
    if (!is_first) writer_.add(expr.op == Op::and_ ? " and " : " or ");
    is_first = false;
    write_expr(scope, child);
  }
  writer_.add(")");
}

void SelectRenderer::write_full_text(const Scope& scope, const BoundExpr& expr) {
  std::string& out = writer_.out();
  const std::size_t start = out.size();
  write_operand(scope, expr);
  const std::string column = out.substr(start);
  out.resize(start);
  write_value(expr, expr.value);
  const std::string placeholder = out.substr(start);
  out.resize(start);
  writer_.dialect().write_full_text(out, *expr.column.property, column, placeholder);
}

void SelectRenderer::write_containment(const Scope& scope, const BoundExpr& expr) {
  const PropertyMeta& property = *expr.column.property;
  if (!writer_.facts().capabilities.containment) {
    throw ValidationError(
        scope.select->sources[expr.column.source].entity->name + "." + property.name +
        ": the operator " + std::string(query::containment_name(expr.op)) + " does not exist on " +
        std::string(writer_.facts().database) + ": ask the capability containment first");
  }
  write_operand(scope, expr);
  writer_.add(comparison_of(expr.op));
  if (expr.op == Op::contains || expr.op == Op::contained || expr.op == Op::overlap) {
    write_value(expr, expr.value);
  } else {  // keys, whatever the type of the column
    writer_.free_parameter(expr.value, property.is_hidden);
  }
}

void SelectRenderer::write_comparison(const Scope& scope, const BoundExpr& expr) {
  if (expr.op == Op::full_text) return write_full_text(scope, expr);
  if (query::is_containment(expr.op)) return write_containment(scope, expr);
  if (!writer_.facts().like_end.empty() && (expr.op == Op::like || expr.op == Op::ilike)) {
    write_operand(scope, expr);
    writer_.add(" like ");
    write_value(expr, expr.value);
    writer_.add(writer_.facts().like_end);
    return;
  }
  if (expr.op == Op::ilike && !writer_.facts().has_ilike) {
    writer_.add("lower(");
    write_operand(scope, expr);
    writer_.add(") like lower(");
    write_value(expr, expr.value);
    writer_.add(")");
    return;
  }
  write_operand(scope, expr);
  writer_.add(comparison_of(expr.op));
  write_value(expr, expr.value);
}

void SelectRenderer::write_list(const Scope& scope, const BoundExpr& expr) {
  const bool is_negated = expr.op == Op::nin;
  if (expr.value_count == 0) {
    writer_.add(is_negated ? "1 = 1" : "1 = 0");
    return;
  }
  write_operand(scope, expr);
  const PropertyMeta* property = expr.column.property;
  // JSON has no bytes, so lists of UUIDs and blobs stay placeholders at any length.
  const bool has_bytes = !writer_.facts().lists_are_arrays && property != nullptr &&
                         (property->type == ValueType::uuid || property->type == ValueType::blob ||
                          property->type == ValueType::decimal);
  if (expr.value_count > writer_.facts().capabilities.list_parameters && !has_bytes) {
    writer_.long_list(expr.value, expr.value_count, property, is_negated);
    return;
  }
  writer_.add(is_negated ? " not in (" : " in (");
  for (std::uint32_t i = 0; i < expr.value_count; ++i) {
    if (i > 0) writer_.add(", ");
    write_value(expr, expr.value + i);
  }
  writer_.add(")");
}

void SelectRenderer::write_subquery(const Scope& scope, const BoundExpr& expr) {
  const Scope inner{expr.select.get(), &scope};
  switch (expr.op) {
    case Op::in_select:
      write_operand(scope, expr);
      writer_.add(expr.inner == Op::nin ? " not in (" : " in (");
      write_list(inner);
      if (expr.select->is_derived) writer_.add(" where picked.item is not null");
      break;
    case Op::size:
      writer_.add("(");
      write_select(inner, Terms::own);
      writer_.add(")").add(comparison_of(expr.inner)).free_parameter(expr.value, false);
      return;
    default:
      writer_.add(expr.op == Op::some ? "exists (" : "not exists (");
      write_select(inner, Terms::constant);
      break;
  }
  writer_.add(")");
}

void SelectRenderer::write_operand(const Scope& scope, const BoundExpr& expr) {
  if (expr.is_count_all || expr.aggregate != Aggregate::none) {
    write_aggregate(scope, expr.aggregate, expr.is_count_all, expr.column);
  } else if (expr.column.property == nullptr) {
    writer_.column(alias_of(*scope.select, expr.column.source),
                   key_of(*scope.select->sources[expr.column.source].entity));
  } else if (expr.op == Op::is_null || expr.op == Op::is_not_null) {
    write_column(scope, expr.column);
  } else {
    write_number(scope, expr.column);
  }
}

void SelectRenderer::write_value(const BoundExpr& expr, std::uint32_t value) {
  // A count is compared with a number, whatever is counted.
  const bool is_own_value = expr.aggregate == Aggregate::none || expr.aggregate == Aggregate::min ||
                            expr.aggregate == Aggregate::max;
  const PropertyMeta* property =
      is_own_value && !expr.is_count_all ? expr.column.property : nullptr;
  // The collation of the other side compares it where that is text; an average is a number.
  const bool is_cast = expr.aggregate == Aggregate::avg && is_text_number(expr.column);
  if (is_cast) writer_.add("cast(");
  writer_.parameter(value, property);
  if (is_cast) writer_.add(" as numeric)");
}

void SelectRenderer::write_column(const Scope& scope, const BoundColumn& column) {
  writer_.column(alias_of(*scope.select, column.source), column.property->column_name);
}

bool SelectRenderer::is_text_number(const BoundColumn& column) const {
  return !writer_.facts().has_decimals && column.property != nullptr &&
         column.property->type == ValueType::decimal;
}

void SelectRenderer::write_number(const Scope& scope, const BoundColumn& column) {
  write_column(scope, column);
  if (is_text_number(column)) writer_.add(" collate ").name(writer_.facts().decimal_collation);
}

void SelectRenderer::write_aggregate(const Scope& scope,
                                     Aggregate aggregate,
                                     bool is_count_all,
                                     const BoundColumn& column) {
  if (is_count_all || column.property == nullptr) {
    writer_.add("count(*)");
    return;
  }
  const bool is_number = is_text_number(column);
  const bool is_cast = aggregate == Aggregate::avg && is_number;
  if (aggregate == Aggregate::sum && is_number) {
    writer_.add(writer_.facts().decimal_sum).add("(");
  } else {
    writer_.add(function_of(aggregate)).add(is_cast ? "cast(" : "");
  }
  if (is_cast) {
    write_column(scope, column);
  } else {
    write_number(scope, column);
  }
  writer_.add(is_cast ? " as numeric))" : ")");
  writer_.add(writer_.dialect().aggregate_end(aggregate, *column.property));
}

void SelectRenderer::write_raw(const BoundSelect& select,
                               const std::string& raw,
                               const std::vector<BoundColumn>& columns,
                               std::uint32_t value) {
  write_raw(Scope{&select, nullptr}, raw, columns, value);
}

void SelectRenderer::write_raw(const Scope& scope,
                               const std::string& raw,
                               const std::vector<BoundColumn>& columns,
                               std::uint32_t value) {
  bool is_hidden = false;
  for (const BoundColumn& column : columns) {
    if (column.property != nullptr && column.property->is_hidden) is_hidden = true;
  }
  char quote = 0;
  for (std::size_t i = 0; i < raw.size(); ++i) {
    const char c = raw[i];
    if (quote != 0) {
      if (c == quote) quote = 0;
    } else if (c == '\'' || c == '"' || c == '`') {
      quote = c;
    } else if (c == '?') {
      writer_.free_parameter(value++, is_hidden);
      continue;
    } else if (c == '{') {
      std::size_t number = 0;
      std::size_t at = i + 1;
      while (at < raw.size() && raw[at] >= '0' && raw[at] <= '9')
        number = number * 10 + static_cast<std::size_t>(raw[at++] - '0');
      if (at > i + 1 && at < raw.size() && raw[at] == '}' && number < columns.size()) {
        write_column(scope, columns[number]);
        i = at;
        continue;
      }
    }
    writer_.out() += c;
  }
}

StatementText render_select(const Dialect& dialect, const BoundSelect& select) {
  SqlWriter writer(dialect);
  SelectRenderer(writer).write_select(select);
  return writer.finish();
}

}  // namespace rowan::sql
