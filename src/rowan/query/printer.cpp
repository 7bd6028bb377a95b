// Writes conditions and bound selects for people.

#include <rowan/query/printer.hpp>

#include <array>
#include <string_view>

namespace rowan::query {

namespace {

constexpr std::array<std::string_view, 33> op_names = {
    "none",      "and",      "or",        "not",     "eq",      "ne",       "gt",
    "gte",       "lt",       "lte",       "in",      "nin",     "like",     "ilike",
    "full_text", "contains", "contained", "overlap", "has_key", "has_keys", "has_some_keys",
    "null",      "not_null", "some",      "none_of", "every",   "size",     "eq_path",
    "in_select", "key_eq",   "key_in",    "raw",     "json"};
constexpr std::array<std::string_view, 7> aggregate_names = {
    "", "count", "count_distinct", "sum", "min", "max", "avg"};

std::string alias(const BoundSelect& select, std::uint16_t source) {
  const std::string number = std::to_string(source);
  return select.depth == 0 ? "t" + number : "s" + std::to_string(select.depth) + "_" + number;
}

std::string column(const BoundColumn& column, const BoundSelect& select) {
  return alias(select, column.source) + "." +
         (column.property == nullptr ? "?" : column.property->name);
}

std::string aggregated(Aggregate aggregate,
                       bool is_count_all,
                       const BoundColumn& of,
                       const BoundSelect& select) {
  if (is_count_all) return "count(*)";
  if (aggregate == Aggregate::none) return column(of, select);
  return std::string(aggregate_names[static_cast<std::size_t>(aggregate)]) + "(" +
         column(of, select) + ")";
}

std::string term_text(const BoundTerm& term, const BoundSelect& select) {
  return term.raw.empty() ? aggregated(term.aggregate, term.is_count_all, term.column, select)
                          : "raw(" + term.raw + ")";
}

std::string values_text(std::uint32_t first, std::uint32_t count) {
  std::string out;
  for (std::uint32_t i = 0; i < count; ++i) out += ", ?" + std::to_string(first + i);
  return out;
}

std::size_t print_node(const Condition& condition, std::size_t at, std::string& out) {
  const Node& node = condition.nodes[at];
  out += to_string(node.op);
  if (node.path != nullptr) out += "[" + std::to_string(node.path->count) + "]";
  if (node.value_count > 0) out += ":" + std::to_string(node.value_count);
  std::size_t next = at + 1;
  if (node.children == 0) return next;
  out += "(";
  for (std::uint16_t i = 0; i < node.children; ++i) {
    if (i > 0) out += ", ";
    next = print_node(condition, next, out);
  }
  out += ")";
  return next;
}

std::string source_text(const BoundSelect& select, std::size_t at) {
  const BoundSource& source = select.sources[at];
  const std::string name =
      source.entity->name + " " + alias(select, static_cast<std::uint16_t>(at));
  if (source.relation == nullptr) return name;
  return std::string(source.kind == JoinKind::inner ? " join " : " left join ") + name + " on " +
         alias(select, source.parent) + "." + source.relation->name;
}

std::string order_text(const BoundOrder& order, const BoundSelect& select) {
  std::string out = order.select != nullptr
                        ? "(" + to_string(*order.select) + ")"
                        : aggregated(order.aggregate, order.is_count_all, order.column, select);
  if (order.descending) out += " desc";
  if (order.nulls != Nulls::unspecified)
    out += order.nulls == Nulls::first ? " nulls first" : " nulls last";
  return out;
}

}  // namespace

std::string_view to_string(Op op) noexcept { return op_names[static_cast<std::size_t>(op)]; }

std::string to_string(const Condition& condition) {
  if (condition.nodes.empty()) return condition.json == nullptr ? "none" : "json";
  std::string out;
  print_node(condition, 0, out);
  return out;
}

std::string to_string(const BoundExpr& expr, const BoundSelect& select) {
  if (expr.op == Op::none) return {};
  std::string out(to_string(expr.op == Op::size || expr.op == Op::eq_path ? expr.inner : expr.op));
  if (!expr.children.empty()) {
    out += "(";
    for (std::size_t i = 0; i < expr.children.size(); ++i)
      out += (i > 0 ? ", " : "") + to_string(expr.children[i], select);
    return out + ")";
  }
  if (expr.op == Op::raw)
    return out + "(" + expr.raw + values_text(expr.value, expr.value_count) + ")";
  if (expr.op == Op::eq_path)
    return out + "(" + column(expr.column, select) + ", " + column(expr.other, select) + ")";
  if (expr.op == Op::in_select)
    return "in(" + column(expr.column, select) + ", (" + to_string(*expr.select) + "))";
  if (expr.op == Op::some || expr.op == Op::none_of) {
    return out + "(" + column(expr.column, select) + ", (" + to_string(*expr.select) + "))";
  }
  if (expr.op == Op::size)
    return out + "((" + to_string(*expr.select) + ")" + values_text(expr.value, 1) + ")";
  if (expr.column.property == nullptr && !expr.is_count_all) return out + "()";
  return out + "(" + aggregated(expr.aggregate, expr.is_count_all, expr.column, select) +
         values_text(expr.value, expr.value_count) + ")";
}

std::string to_string(const BoundSelect& select) {
  std::string out = select.distinct ? "select distinct " : "select ";
  for (std::size_t i = 0; i < select.terms.size(); ++i)
    out += (i > 0 ? ", " : "") + term_text(select.terms[i], select);
  out += " from ";
  for (std::size_t i = 0; i < select.sources.size(); ++i) out += source_text(select, i);
  if (select.correlated_relation != nullptr) {
    out +=
        " of " + select.correlated_relation->name + "@" + std::to_string(select.correlated_source);
  }
  if (select.where.op != Op::none) out += " where " + to_string(select.where, select);
  if (select.key_filter != nullptr) out += " key in (" + to_string(*select.key_filter) + ")";
  for (std::size_t i = 0; i < select.group_by.size(); ++i) {
    out += (i > 0 ? ", " : " group by ") + term_text(select.group_by[i], select);
  }
  if (select.having.op != Op::none) out += " having " + to_string(select.having, select);
  for (std::size_t i = 0; i < select.order_by.size(); ++i) {
    out += (i > 0 ? ", " : " order by ") + order_text(select.order_by[i], select);
  }
  if (select.has_limit) out += " limit ?" + std::to_string(select.limit_value);
  if (select.has_offset) out += " offset ?" + std::to_string(select.offset_value);
  if (select.lock > LockMode::optimistic) out += " for update";
  return out;
}

}  // namespace rowan::query
