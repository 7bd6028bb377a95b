// How class and member names become names of tables, columns, indexes and constraints.

#pragma once

#include <span>
#include <string>
#include <string_view>

namespace rowan {

/// Turns C++ names into database names.
class NamingStrategy {
 public:
  virtual ~NamingStrategy() = default;
  [[nodiscard]] virtual std::string table_name(std::string_view class_name) const = 0;
  [[nodiscard]] virtual std::string column_name(std::string_view property) const = 0;
  /// Returns the column of an owning to-one relation, `author_id` for `author` and key `id`.
  [[nodiscard]] virtual std::string join_column(std::string_view property,
                                                std::string_view key_column) const = 0;
  /// Returns the pivot table of a many-to-many relation, `post_tags` for table `post` and property `tags`.
  [[nodiscard]] virtual std::string pivot_table(std::string_view owner_table,
                                                std::string_view property) const = 0;
  /// Returns a pivot's column for one of its two tables, `post_id`.
  [[nodiscard]] virtual std::string pivot_column(std::string_view table,
                                                 std::string_view key_column) const = 0;
  /// Returns the name of an index or constraint; `suffix` is index, unique, foreign, check or pkey.
  [[nodiscard]] virtual std::string index_name(std::string_view table,
                                               std::span<const std::string> columns,
                                               std::string_view suffix) const = 0;
};

/// Returns the default: lower-case words joined by underscores; lives as long as the program.
[[nodiscard]] const NamingStrategy& underscore_naming() noexcept;
/// Returns the strategy that keeps C++ names as they are; lives as long as the program.
[[nodiscard]] const NamingStrategy& verbatim_naming() noexcept;

}  // namespace rowan
