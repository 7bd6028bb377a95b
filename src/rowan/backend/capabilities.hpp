// What a database can do, asked by shared code and by tests instead of its name.

#pragma once

#include <cstddef>

namespace rowan::backend {

struct Capabilities {
  bool transactions = true;
  bool savepoints = true;
  bool returning = false;               ///< insert ... returning
  bool reserve_keys = false;            ///< generated keys can be known before the insert
  bool deferrable_constraints = false;  ///< foreign keys can wait for the commit
  bool isolation_levels = false;
  bool row_locks = false;  ///< select ... for update
  bool upsert = false;
  bool joins = true;  ///< relations can be loaded by joining
  bool read_only_transactions = false;
  bool transactional_schema = true;  ///< create and drop of tables can be rolled back
  bool stores_nan = true;            ///< a real number may be NaN
  bool stores_infinity = true;       ///< a real number may be infinite
  bool full_text = false;            ///< finds text by a query language of its own
  bool containment =
      false;  ///< compares arrays and JSON documents as wholes: contains() and its kin
  bool native_enums = false;  ///< has types of named enumerators
  bool schemas =
      false;  ///< tables lie in named schemas; else the name begins with that of the schema
  std::size_t batch_rows = 100;  ///< at least so many rows of a flush go with one statement
  std::size_t list_parameters =
      500;  ///< how many values one `in` takes at most; longer lists are chunked
};

}  // namespace rowan::backend
