// Names of module drivers/mysql, declared and not defined.

#pragma once

namespace rowan {

struct MysqlConfig;

namespace drivers::mysql {

class MysqlDialect;
struct MysqlFailure;
struct MysqlFlavor;

}  // namespace drivers::mysql
}  // namespace rowan
