// The fixture of the Chinook tests: one ORM over the loaded database, and the comparison of its rows with those of SQL.

#pragma once

#include "chinook/chinook_entities.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rowan::test {

/// One cell as text that two ways of reading it agree upon.
std::string cell(std::int64_t number);
std::string cell(double number);
std::string cell(const std::string& text);
std::string cell(const Decimal& number);
std::string cell(Timestamp time);
std::string cell(const Value& value);
template <class T>
std::string cell(const std::optional<T>& value) {
  return value ? cell(*value) : "NULL";
}

using TextRow = std::vector<std::string>;
using TextRows = std::vector<TextRow>;

template <class... T>
TextRow row(const T&... values) {
  return {cell(values)...};
}

/// Returns a row for each object, made by `columns`.
template <class List, class Columns>
TextRows rows_of(const List& list, Columns columns) {
  TextRows out;
  for (const auto& object : list) out.push_back(columns(object));
  return out;
}

/// Returns the rows of a query of tuples.
template <class Tuples>
TextRows rows_of(const Tuples& tuples) {
  TextRows out;
  for (const auto& tuple : tuples) {
    out.push_back(std::apply([](const auto&... values) { return row(values...); }, tuple));
  }
  return out;
}

/// A manager of its own for each test; nothing is written.
class Chinook : public ::testing::Test {
 protected:
  Chinook();

  /// Expects rows that are the same, in the same order, as those of plain SQL, and at least one.
  ///
  /// In the text `{invoice_line}` stands for a table or column as this database spells it, and `?` for a value. Numbers
  /// may differ by half a cent: SQLite adds them up as floating point.
  void expect_same(const TextRows& found,
                   std::string_view sql,
                   std::initializer_list<Value> values = {});

  EntityManager em;
};

}  // namespace rowan::test
