// to_stored(): values in the few kinds that databases bind, and the name of what cannot be stored.

#include <rowan/sql/stored_value.hpp>

#include <rowan/base/error.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rowan::sql {
namespace {

using testing::StartsWith;
using value::Cell;

class Stored : public testing::Test {
 protected:
  Cell stored(const Cell& cell, Storage storage = Storage::plain) {
    parameter.storage = storage;
    return to_stored(cell, parameter, buffer);
  }
  std::string refusal(const Cell& cell, Storage storage = Storage::plain) {
    try {
      static_cast<void>(stored(cell, storage));
    } catch (const ValidationError& error) {
      return error.message();
    }
    return "none";
  }
  metadata::EntityMeta entity;
  metadata::PropertyMeta property;
  Parameter parameter{&property};
  StorageBuffer buffer{};

  Stored() {
    entity.name = "Post";
    property.entity = &entity;
    property.name = "day";
    property.enum_names = {"draft", "shown"};
    property.enum_values = {0, 5};
  }
};

TEST_F(Stored, brings_values_into_the_kinds_that_are_bound) {
  EXPECT_EQ(stored(Cell::of_integer(1, ValueType::boolean)), Cell::of_integer(1));
  EXPECT_EQ(stored(Cell::of_integer(7, ValueType::timestamp)), Cell::of_integer(7));
  EXPECT_EQ(stored(Cell::of_integer(1'500'000, ValueType::timestamp), Storage::text_timestamp),
            Cell::of_bytes("1970-01-01 00:00:01.5"));
  EXPECT_EQ(stored(Cell::of_integer(1, ValueType::date)), Cell::of_bytes("1970-01-02"));
  EXPECT_EQ(stored(Cell::of_bytes("1.50", ValueType::decimal)), Cell::of_bytes("1.50"));
  EXPECT_EQ(stored(Cell::of_bytes("{}", ValueType::json)), Cell::of_bytes("{}"));
  const std::string bytes(16, '\x11');
  EXPECT_EQ(stored(Cell::of_bytes(bytes, ValueType::uuid)), Cell::of_bytes(bytes, ValueType::blob));
  EXPECT_EQ(stored(Cell::of_bytes(bytes, ValueType::uuid), Storage::text_uuid),
            Cell::of_bytes("11111111-1111-1111-1111-111111111111"));
  EXPECT_EQ(stored(Cell::of_integer(5), Storage::enum_name), Cell::of_bytes("shown"));
  EXPECT_TRUE(stored(Cell::of_null(), Storage::text_uuid).is_null());
}

TEST_F(Stored, names_the_property_of_what_cannot_be_stored) {
  EXPECT_THAT(refusal(Cell::of_integer(10'000'000, ValueType::date)), StartsWith("Post.day: "));
  EXPECT_THAT(refusal(Cell::of_integer(INT64_MAX, ValueType::timestamp), Storage::text_timestamp),
              StartsWith("Post.day: "));
  EXPECT_THAT(refusal(Cell::of_integer(7), Storage::enum_name), StartsWith("Post.day holds"));
}

TEST_F(Stored, lists_are_json_that_no_text_can_break) {
  const Cell texts[] = {Cell::of_bytes("a\"],[\"b"), Cell::of_bytes("\\"),
                        Cell::of_bytes("\n\x01")};
  EXPECT_EQ(to_json_list(texts, parameter), R"(["a\"],[\"b","\\","\u000a\u0001"])");
  const Cell numbers[] = {Cell::of_integer(INT64_MIN), Cell::of_real(0.1)};
  EXPECT_EQ(to_json_list(numbers, parameter), "[-9223372036854775808,0.1]");
  EXPECT_EQ(to_json_list({}, parameter), "[]");
}

}  // namespace
}  // namespace rowan::sql
