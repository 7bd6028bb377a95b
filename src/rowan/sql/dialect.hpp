// How one database writes SQL: a table of facts and the few pieces that no fact can tell.

#pragma once

#include <rowan/backend/batch.hpp>
#include <rowan/backend/capabilities.hpp>
#include <rowan/backend/driver.hpp>
#include <rowan/metadata/entity_meta.hpp>
#include <rowan/query/select.hpp>
#include <rowan/sql/parameter.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rowan::sql {

class SqlWriter;

/// What differs between databases and is no code. The defaults are those of standard SQL where there is one.
struct DialectFacts {
  backend::Capabilities capabilities;
  std::string_view database = "this database";  ///< its name in messages
  char quote = '"';
  std::string_view null_safe_equal = " is not distinct from ";
  std::string_view
      limit_for_all{};       ///< written where an offset needs a limit; empty where it needs none
  bool orders_nulls = true;  ///< knows `nulls first` and `nulls last`
  bool has_decimals = true;  ///< false: exact numbers are text, compared by `decimal_collation`
  std::string_view decimal_collation{};  ///< orders text by the number that it spells
  std::string_view decimal_sum{};        ///< begins the call of a function that adds up such text
  bool returning_in_order = false;   ///< `returning` of many rows gives them as they were inserted
  bool has_update_returning = true;  ///< `returning` of updates; else what they made is selected
  bool has_default_values = true;    ///< knows `insert into t default values`
  bool has_native_enums = false;     ///< the type of an enum by name lists its enumerators
  bool has_limit_in_lists = true;    ///< `in (select ... limit 1)`
  bool delete_names_alias = false;   ///< `delete a from t as a`, not `delete from t as a`
  bool pads_updates =
      false;  ///< a chunk of updates is filled up with rows of nulls, whose key matches none
  bool has_inline_foreign_keys = false;  ///< foreign keys stand in `create table` only
  std::string_view create_full_text_index = "create index ";
  std::size_t parameter_limit = 32766;
  std::size_t name_limit = 0;     ///< characters of a name at most; 0: none
  std::size_t insert_rows = 100;  ///< rows of one insert
  std::size_t update_rows = 100;
  std::size_t delete_rows = 500;
  std::size_t pivot_delete_rows = 50;
  std::size_t update_value_bytes = 0;  ///< a row with a larger value is updated alone; 0: none is
  std::size_t chunk_bytes =
      0;  ///< of text, bytes and documents without a limit in one statement; 0: any number
  bool batches_are_arrays =
      false;  ///< a batch is one array for each column, whatever the number of rows
  std::size_t array_rows = 10000;  ///< rows of such a batch at most
  std::size_t copy_from_rows = 0;  ///< inserts of so many rows and more are copied in; 0: never
  std::string_view defer_constraints{};  ///< run in a transaction
  std::string_view foreign_keys_off{};  ///< run before tables are dropped, outside of a transaction
  std::string_view foreign_keys_on{};
  std::string_view foreign_keys_state{};  ///< a query that yields 1 where foreign keys are checked
  std::string_view read_only_on{};  ///< run after the begin of a transaction that may not write
  std::string_view read_only_off{};
  std::size_t least_reserved_keys = 1;  ///< fewer are not reserved: they come back from the insert
  bool has_ilike = false;               ///< knows `ilike`; else both sides are made lower case
  std::string_view
      like_end{};  ///< follows the pattern where `like` knows no escape unless told, and is blind to case
  bool lists_are_arrays = false;  ///< a long list is bound as an array, whatever its values are
  std::string_view foreign_key_end{};  ///< after the rules of a foreign key
  std::string_view drop_table_end{};   ///< after the name of a table to be dropped
  std::string_view
      clear_tables{};  ///< one statement that empties all tables named after it; empty: a delete for each
  std::string_view table_end{};  ///< after the closing parenthesis of `create table`
  std::string_view pivot_end{};  ///< the same for pivot tables
};

/// The shape of a chunk of updates: rows hold the new values, the key, then the checks.
struct UpdateShape {
  const metadata::EntityMeta* entity = nullptr;
  std::span<const std::uint16_t> columns;
  std::span<const std::uint16_t> checks;
  std::size_t rows = 1;
};

/// The shape of a chunk of deletes: rows hold the key, then the checks.
struct DeleteShape {
  const metadata::EntityMeta* entity = nullptr;
  std::span<const std::uint16_t> checks;
  std::size_t rows = 1;
};

/// One database's SQL. The functions that have a body hold for most; a driver overrides what differs.
///
/// Thread safety: immutable, shared freely.
class Dialect {
 public:
  virtual ~Dialect() = default;
  [[nodiscard]] virtual const DialectFacts& facts() const noexcept = 0;

  /// Appends the placeholder of parameter `position`, counted from 0.
  virtual void write_placeholder(std::string& out, std::size_t position, const Parameter&) const;
  /// Appends the condition that `column`, written already, is one of the values of a list too long for placeholders.
  /// The list is one parameter.
  virtual void write_long_list(std::string& out,
                               std::string_view placeholder,
                               bool is_negated) const;
  /// Returns how values of the property lie in its column.
  [[nodiscard]] virtual Storage storage_of(const metadata::PropertyMeta& property) const;
  /// Tells whether values of the property can be the elements of an array that a batch is made of.
  [[nodiscard]] virtual bool can_be_array(const metadata::PropertyMeta&) const { return true; }
  /// Appends the condition that full-text search finds the column by the text of the placeholder.
  /// Errors: ValidationError where the database has no such search.
  virtual void write_full_text(std::string& out,
                               const metadata::PropertyMeta& property,
                               std::string_view column,
                               std::string_view placeholder) const;
  /// Returns what follows the table's name where the full-text index of a property is made.
  [[nodiscard]] virtual std::string full_text_index(const metadata::PropertyMeta& property) const;
  /// Returns the end of a select that locks rows; empty where the database has no such locks.
  [[nodiscard]] virtual std::string_view lock_clause(query::LockMode mode) const;
  /// Appends the statements that begin a transaction.
  virtual void add_begin_texts(const backend::TransactionBegin& begin,
                               std::vector<std::string>& texts) const;

  /// Returns a text of the user's with `?` for its values as the database takes it.
  [[nodiscard]] virtual std::string native_text(std::string_view text) const {
    return std::string(text);
  }

  /// Returns what stands between `insert` and `into`, and what at the end, so that rows that are there already are left
  /// alone.
  [[nodiscard]] virtual std::string_view insert_or_ignore_start() const { return " "; }
  /// Appends the end of an insert that changes the rows which are there already by a unique key.
  virtual void write_merge(SqlWriter& writer,
                           std::span<const metadata::PropertyMeta* const> key,
                           std::span<const metadata::PropertyMeta* const> merged) const;
  [[nodiscard]] virtual std::string insert_or_ignore_end(std::string_view untouched) const {
    static_cast<void>(untouched);
    return " on conflict do nothing";
  }
  /// Appends an update of many rows, placeholders row by row in the order of the shape.
  virtual void write_update_many(SqlWriter& writer, const UpdateShape& shape) const;
  /// Appends a delete of many rows with checks, placeholders row by row in the order of the shape.
  virtual void write_delete_many(SqlWriter& writer, const DeleteShape& shape) const;

  /// Returns what follows an aggregate over the property's column, so that it has the type that the typed query says.
  [[nodiscard]] virtual std::string_view aggregate_end(query::Aggregate,
                                                       const metadata::PropertyMeta&) const {
    return {};
  }

  /// Returns the type of the property's column.
  [[nodiscard]] virtual std::string column_type(const metadata::PropertyMeta& property) const = 0;
  /// Returns what follows the type of a generated key, with the key's declaration itself: `primary key autoincrement`.
  [[nodiscard]] virtual std::string generated_key_end(const metadata::PropertyMeta& key) const = 0;
  /// Returns the default of a raw expression.
  [[nodiscard]] virtual std::string raw_default(const metadata::PropertyMeta& property) const {
    return "(" + property.default_value.text + ")";
  }
  /// Returns the literal of a default that the mapping gives as text: that of a UUID, a date or a number too.
  [[nodiscard]] virtual std::string default_literal(const metadata::PropertyMeta& property) const {
    return text_literal(property.default_value.text);
  }
  /// Returns what follows `default`, given the literal.
  [[nodiscard]] virtual std::string literal_default(const metadata::PropertyMeta&,
                                                    std::string literal) const {
    return literal;
  }
  /// Returns a text as a literal.
  [[nodiscard]] virtual std::string text_literal(std::string_view text) const;
  /// Returns a truth value as a literal.
  [[nodiscard]] virtual std::string_view boolean_literal(bool value) const {
    return value ? "true" : "false";
  }
};

/// Returns bytes as the literal `x'00ff'`.
[[nodiscard]] std::string blob_literal(std::string_view bytes);
/// Appends the name of a table, `schema.table` where it lies in a schema.
void write_table(std::string& out, const DialectFacts& facts, std::string_view table);

/// Appends the name in the dialect's quotes.
void write_name(std::string& out, const DialectFacts& facts, std::string_view name);

}  // namespace rowan::sql
