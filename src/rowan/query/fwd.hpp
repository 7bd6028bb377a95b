// Names of module query, declared and not defined.

#pragma once

namespace rowan {
template <auto... M>
struct Path;
template <class T>
class Filter;
template <class T>
struct FindOptions;
template <class T>
class AnyPath;
template <class T>
class PathList;
template <class T>
class FieldList;
template <class T>
class OrderBy;
template <class T>
class OrderList;
}  // namespace rowan

namespace rowan::query {
struct BoundMutation;
struct BoundSelect;
struct Condition;
struct FindSpec;
struct Mutation;
struct PathInfo;
struct Select;
class QueryExecutor;
class RowSink;
}  // namespace rowan::query
