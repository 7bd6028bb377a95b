// Tables, columns, indexes and constraints as values.

#pragma once

#include <rowan/metadata/entity_meta.hpp>

#include <string>
#include <vector>

namespace rowan::schema {

struct Column {
  std::string name;
  std::string type;  ///< as the database writes it
  bool is_nullable = false;
  bool is_generated_key = false;
  std::string generated_key_end{};  ///< what follows the type of a generated key
  std::string default_sql{};        ///< empty: none
  std::string comment{};
  friend bool operator==(const Column&, const Column&) = default;
};

struct Index {
  std::string name;
  std::vector<std::string> columns;
  bool is_unique = false;
  std::string
      full_text_of{};  ///< what the database searches, as it writes it; empty where the index is another
  friend bool operator==(const Index&, const Index&) = default;
};

struct ForeignKey {
  std::string name;
  std::string column;
  std::string target_table;
  std::string target_column;
  metadata::ReferentialAction on_delete = metadata::ReferentialAction::unset;
  metadata::ReferentialAction on_update = metadata::ReferentialAction::unset;
  friend bool operator==(const ForeignKey&, const ForeignKey&) = default;
};

struct Check {
  std::string name;
  std::string expression;
  friend bool operator==(const Check&, const Check&) = default;
};

/// A type of named enumerators.
struct EnumType {
  std::string name;
  std::vector<std::string> items;
  friend bool operator==(const EnumType&, const EnumType&) = default;
};

/// One table. Columns keep the order of the class's members; indexes and constraints that of the mapping.
struct Table {
  std::string name;
  std::vector<Column> columns;
  std::vector<std::string> primary_key;
  std::vector<Index> indexes;
  std::vector<ForeignKey> foreign_keys;
  std::vector<Check> checks;
  std::vector<EnumType> enums{};  ///< types of its columns
  bool is_pivot = false;
  friend bool operator==(const Table&, const Table&) = default;
};

}  // namespace rowan::schema
