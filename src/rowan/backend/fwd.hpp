// Names of module backend, declared and not defined.

#pragma once

#include <cstdint>

namespace rowan::backend {

class Cursor;
class Driver;
class PreparedSelect;
class ReturnedRows;
class RowSource;
class SchemaManager;
class Session;
enum class Access : std::uint8_t;
enum class IsolationLevel : std::uint8_t;
struct Capabilities;
struct DeleteBatch;
struct InsertBatch;
struct Observer;
struct PivotBatch;
struct StatementCounters;
struct TransactionBegin;
struct UpdateBatch;

}  // namespace rowan::backend
