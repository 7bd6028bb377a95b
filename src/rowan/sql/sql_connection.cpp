// What a client library without arrays and without a copy answers.

#include <rowan/sql/sql_connection.hpp>

#include <rowan/base/error.hpp>

namespace rowan::sql {

void SqlStatement::bind_list(std::size_t, std::span<const value::Cell>, const Parameter&) {
  throw ValidationError("this database binds no arrays: ask SqlStatement::takes_arrays() first");
}

void SqlStatement::bind_arrays(backend::RowSource&,
                               std::size_t,
                               std::size_t,
                               std::span<const Parameter>) {
  throw ValidationError("this database binds no arrays: ask SqlStatement::takes_arrays() first");
}

bool SqlConnection::copy_rows(const CopyTarget&, backend::RowSource&, std::size_t, std::size_t) {
  return false;
}

}  // namespace rowan::sql
