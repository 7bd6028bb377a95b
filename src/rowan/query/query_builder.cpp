// The parts of the query builder that need no type.

#include <rowan/query/query_builder.hpp>

#include <rowan/base/error.hpp>

#include <string>
#include <string_view>

namespace rowan::query {

namespace {

class FirstCell final : public RowSink {
 public:
  void row(std::span<const value::Cell> cells) override { number = cells[0].integer; }
  std::int64_t number = 0;
};

class RowCounter final : public RowSink {
 public:
  void row(std::span<const value::Cell> /*cells*/) override { ++count; }
  std::size_t count = 0;
};

bool is_plain(const Select& select) {
  if (select.distinct || !select.group_by.empty() || !select.having.empty()) return false;
  for (const Term& term : select.terms) {
    if (term.aggregate != Aggregate::none) return false;
  }
  return true;
}

}  // namespace

void refuse_cell(const value::Cell& cell, std::size_t column) {
  throw ValidationError(
      "column " + std::to_string(column + 1) + " of a query's row holds " +
      std::string(to_string(cell.type)) +
      ", which its type cannot take: select into another type, or into std::optional for null");
}

void refuse_assigned(const std::string& number, std::size_t width) {
  throw ValidationError("a bulk change writes the number " + number + " into a member of " +
                        std::to_string(8 * width) + " bits, which cannot hold it");
}

void check_row_members(const Mutation& mutation, std::span<const PathInfo* const> members) {
  if (mutation.row_count == 0) return;
  bool is_same = members.size() == mutation.assignments.size();
  for (std::size_t i = 0; is_same && i < members.size(); ++i)
    is_same = mutation.assignments[i].path == members[i];
  if (!is_same) {
    throw ValidationError("row " + std::to_string(mutation.row_count + 1) +
                          " of an insert names other members than the first: give each row the "
                          "same, in the same order");
  }
}

void add_path(std::vector<Term>& terms, const PathInfo* path) { terms.push_back({path}); }

ErasedSelectQuery::ErasedSelectQuery(QueryExecutor& executor, const metadata::TypeTag* root)
    : executor_(&executor) {
  select_.root = root;
}

void ErasedSelectQuery::narrow(Condition&& condition) {
  select_.where = combine(Op::and_, std::move(select_.where), std::move(condition));
}

void ErasedSelectQuery::add_having(const std::vector<HavingTerm>& terms) {
  select_.having.insert(select_.having.end(), terms.begin(), terms.end());
}

std::size_t count_rows(QueryExecutor& executor, const Select& select) {
  Select counted = select;
  counted.order_by.clear();
  counted.limit.reset();
  counted.offset.reset();
  if (is_plain(select)) {
    counted.terms = {Term{nullptr, Aggregate::count}};
    FirstCell sink;
    executor.select(counted, sink);
    return static_cast<std::size_t>(sink.number);
  }
  RowCounter sink;
  executor.select(counted, sink);
  return sink.count;
}

}  // namespace rowan::query
