// Names of module schema, declared and not defined.

#pragma once

namespace rowan::schema {

class SchemaGenerator;
struct Check;
struct Column;
struct ForeignKey;
struct Index;
struct Table;

}  // namespace rowan::schema
