// Builders of conditions of one node, compiled once for every entity.

#pragma once

#include <rowan/query/expr.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rowan {
class json;  // rowan/base/json.hpp
}

namespace rowan::query {

/// Returns `path op value`, or a condition on the root's key where `path` is null. Cost: no
/// allocation but a long text's.
[[nodiscard]] Condition value_condition(Op op, const PathInfo* path, Value value);
/// Returns `path op operand`, where a null operand asks whether the path is null, or with Op::ne is not.
[[nodiscard]] Condition comparison(Op op, const PathInfo* path, Value&& operand);
/// Returns the key where the condition is nothing else, null otherwise.
[[nodiscard]] const Value* key_of(const Condition& condition) noexcept;
/// Returns the pattern of a `like` or `ilike`. A single `\\` at its end, which databases read differently, stands for
/// itself.
[[nodiscard]] Value pattern_value(std::string_view pattern);
/// Returns a condition that a JSON document has `keys`, an array that is one value.
[[nodiscard]] Condition keys_condition(Op op,
                                       const PathInfo* path,
                                       const std::vector<std::string>& keys);
/// Returns a condition without a value: is_null, is_not_null.
[[nodiscard]] Condition bare_condition(Op op, const PathInfo* path);
/// Returns an `in` or `nin` whose values are still to be added with add_value().
[[nodiscard]] Condition list_condition(Op op, const PathInfo* path);
/// Adds one value to what list_condition() or raw_condition() returned.
void add_value(Condition& list, Value value);
/// Repeats the last value of an `in` or `nin`, up to a round number of values: few lengths, few
/// statements to prepare.
void pad_list(Condition& list);
/// Returns a comparison of two paths.
[[nodiscard]] Condition path_condition(Op comparison, const PathInfo* left, const PathInfo* right);
/// Returns a condition on the items of the collection that `path` leads to: some, none_of, every.
[[nodiscard]] Condition collection_condition(Op op, const PathInfo* path, Condition item);
/// Returns a comparison of the number of items of the collection that `path` leads to.
[[nodiscard]] Condition size_condition(Op comparison, const PathInfo* path, std::int64_t size);
/// Returns `path in (select ...)`, or with Op::nin its opposite.
[[nodiscard]] Condition subquery_condition(Op op,
                                           const PathInfo* path,
                                           const std::shared_ptr<const Select>& select);
/// Returns a condition in the database's own language; values are added with add_value().
[[nodiscard]] Condition raw_condition(std::string text);
/// Returns a condition that is read from `filter` when it is used.
[[nodiscard]] Condition json_text_condition(const json& filter);

/// Refuses a number that no database integer can hold.
[[noreturn]] void refuse_integer(std::uint64_t value);

}  // namespace rowan::query
