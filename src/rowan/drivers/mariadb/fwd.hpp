// Names of module drivers/mariadb, declared and not defined.

#pragma once

namespace rowan {

struct MysqlConfig;

}  // namespace rowan
