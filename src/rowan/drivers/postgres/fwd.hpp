// Names of module drivers/postgres, declared and not defined.

#pragma once

namespace rowan {

struct PostgresConfig;

namespace drivers::postgres {

class PostgresClient;
class PostgresDialect;

}  // namespace drivers::postgres
}  // namespace rowan
