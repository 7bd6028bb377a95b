// Names of module drivers/sqlite, declared and not defined.

#pragma once

namespace rowan {

struct SqliteConfig;

namespace drivers::sqlite {

class SqliteConnection;
class SqliteDialect;

}  // namespace drivers::sqlite
}  // namespace rowan
