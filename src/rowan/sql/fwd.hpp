// Names of module sql, declared and not defined.

#pragma once

#include <cstdint>

namespace rowan::sql {

class ConnectionPool;
class Dialect;
class PreparedConnection;
class SqlConnection;
class SqlDriver;
class SqlPlan;
class SqlSession;
class SqlStatement;
class SqlWriter;
class StatementLog;
enum class Storage : std::uint8_t;
struct DialectFacts;
struct Parameter;

}  // namespace rowan::sql
