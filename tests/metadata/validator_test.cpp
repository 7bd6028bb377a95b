// The validator: one sentence for each mistake of a mapping.

#include <rowan/metadata/validator.hpp>

#include <rowan/base/error.hpp>
#include <rowan/metadata/registry.hpp>

#include "metadata/a_mapping.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rowan::metadata {
namespace {

using namespace test;
using testing::HasSubstr;
using testing::StartsWith;

/// Returns the one mistake of a mapping, without the head of the message.
std::string mistake_in(std::vector<EntityMeta> entities) {
  try {
    const Registry registry(std::move(entities), underscore_naming());
  } catch (const MetadataError& error) {
    constexpr std::string_view head = "the mapping has a mistake:\n  - ";
    EXPECT_THAT(error.message(), StartsWith(std::string(head)));
    return error.message().substr(std::min(head.size(), error.message().size()));
  }
  return "none";
}

EntityMeta class_a(std::vector<PropertyMeta> more) {
  more.insert(more.begin(), a_key(members_a[0]));
  return an_entity(tag_a, "A", std::move(more));
}
EntityMeta class_b(std::vector<PropertyMeta> more = {}) {
  more.insert(more.begin(), a_key(members_b[0]));
  return an_entity(tag_b, "B", std::move(more));
}

TEST(Validator, wants_an_entity) {
  EXPECT_EQ(mistake_in({}),
            "no entities were given to the ORM: name the mapped classes in rowan::entities<...>()");
}

TEST(Validator, wants_each_class_once) {
  EXPECT_EQ(mistake_in({class_b(), class_b()}),
            "B was given to the ORM twice: name it once in rowan::entities<...>()");
}

TEST(Validator, wants_a_primary_key) {
  EXPECT_EQ(mistake_in({an_entity(tag_a, "A", {a_property(members_a[0], "name")})}),
            "A has no primary key: map one member with rowan::primary_key<&A::...>");
}

TEST(Validator, says_that_composite_keys_come_later) {
  EXPECT_EQ(
      mistake_in({class_a({a_key(members_a[1], "code")})}),
      "A has 2 primary keys (id, code): keep one and name the others in .unique<...>() of the "
      "entity; composite keys are not supported yet");
}

TEST(Validator, refuses_keys_that_can_be_null_or_do_not_identify) {
  PropertyMeta key = a_key(members_a[0]);
  key.is_nullable = true;
  EXPECT_THAT(mistake_in({an_entity(tag_a, "A", {key})}),
              StartsWith("A.id is the primary key and an optional"));
  key = a_key(members_a[0]);
  key.type = ValueType::real;
  EXPECT_THAT(mistake_in({an_entity(tag_a, "A", {key})}),
              StartsWith("A.id is a primary key of type real"));
}

TEST(Validator, refuses_unknown_targets) {
  EXPECT_EQ(
      mistake_in({class_a({a_relation(members_a[1], "b", PropertyKind::many_to_one, tag_b)})}),
      "the target of A.b, B, was not given to the ORM: name it in rowan::entities<...>() too");
}

TEST(Validator, refuses_two_tables_of_one_name) {
  EntityMeta b = class_b();
  b.table = "A";
  EXPECT_EQ(mistake_in({class_a({}), b}),
            "A and B share the table 'a': give one of them another with .table(\"...\")");
}

TEST(Validator, refuses_a_pivot_with_the_name_of_a_table) {
  EntityMeta b = class_b();
  b.table = "a_bs";
  EXPECT_EQ(
      mistake_in({class_a({a_relation(members_a[1], "bs", PropertyKind::many_to_many, tag_b)}), b}),
      "B and A.bs share the table 'a_bs': give the relation another .pivot_table(\"...\")");
}

TEST(Validator, refuses_two_relations_over_one_pivot) {
  PropertyMeta as = a_relation(members_b[1], "as", PropertyKind::many_to_many, tag_a);
  as.pivot_table = "a_bs";
  EXPECT_THAT(
      mistake_in({class_a({a_relation(members_a[1], "bs", PropertyKind::many_to_many, tag_b)}),
                  class_b({as})}),
      StartsWith("A.bs and B.as share the table 'a_bs': if they are one relation, use .mapped_by"));
}

TEST(Validator, refuses_a_pivot_column_twice) {
  PropertyMeta bs = a_relation(members_a[1], "bs", PropertyKind::many_to_many, tag_b);
  bs.join_column = bs.inverse_join_column = "x";
  EXPECT_THAT(mistake_in({class_a({bs}), class_b()}),
              StartsWith("A.bs has the pivot column 'x' twice"));
}

TEST(Validator, refuses_two_columns_of_one_name) {
  PropertyMeta other = a_property(members_a[2], "other");
  other.column_name = "NAME";
  EXPECT_EQ(
      mistake_in({class_a({a_property(members_a[1], "name"), other})}),
      "A.name and A.other share the column 'NAME': give one of them another with .column(\"...\")");
}

TEST(Validator, refuses_a_mapped_by_that_is_not_mapped) {
  EXPECT_EQ(
      mistake_in({class_a({a_relation(members_a[1], "bs", PropertyKind::one_to_many, tag_b,
                                      &members_b[5])}),
                  class_b()}),
      "A.bs is mapped by a member of B that B does not map: map that member, or name another one");
}

TEST(Validator, refuses_a_mapped_by_of_another_kind_or_class) {
  EXPECT_EQ(
      mistake_in({class_a({a_relation(members_a[1], "bs", PropertyKind::one_to_many, tag_b,
                                      &members_b[1])}),
                  class_b({a_property(members_b[1], "name")})}),
      "A.bs is mapped by B.name, which is no many_to_one: name the owning side of this relation");
  EXPECT_EQ(
      mistake_in({class_a({a_relation(members_a[1], "bs", PropertyKind::one_to_many, tag_b,
                                      &members_b[1])}),
                  class_b({a_relation(members_b[1], "b", PropertyKind::many_to_one, tag_b)})}),
      "A.bs is mapped by B.b, which refers to B instead of A: name the member that refers back");
}

TEST(Validator, refuses_two_inverse_sides_of_one_relation) {
  EXPECT_EQ(
      mistake_in(
          {class_a(
               {a_relation(members_a[1], "xs", PropertyKind::one_to_many, tag_b, &members_b[1]),
                a_relation(members_a[2], "ys", PropertyKind::one_to_many, tag_b, &members_b[1])}),
           class_b({a_relation(members_b[1], "a", PropertyKind::many_to_one, tag_a)})}),
      "A.xs and A.ys are both mapped by B.a: keep one of the two");
}

TEST(Validator, refuses_two_owners_of_a_one_to_one) {
  EXPECT_EQ(
      mistake_in({class_a({a_relation(members_a[1], "b", PropertyKind::one_to_one, tag_b)}),
                  class_b({a_relation(members_b[1], "a", PropertyKind::one_to_one, tag_a)})}),
      "both A.b and B.a are owning sides of a one_to_one: use .mapped_by<&...>() on one of them");
}

TEST(Validator, lets_a_class_be_one_to_one_with_itself) {
  EXPECT_EQ(
      mistake_in({class_a({a_relation(members_a[1], "spouse", PropertyKind::one_to_one, tag_a)})}),
      "none");
}

TEST(Validator, wants_one_version_of_a_type_that_counts) {
  PropertyMeta first = a_property(members_a[1], "v", ValueType::integer);
  first.is_version = true;
  PropertyMeta second = a_property(members_a[2], "w", ValueType::timestamp);
  second.is_version = true;
  EXPECT_EQ(mistake_in({class_a({first, second})}),
            "A has 2 versions (v, w): keep version() on one of them");
  first.type = ValueType::text;
  EXPECT_EQ(mistake_in({class_a({first})}),
            "the version A.v is of type text: a version is a plain integer or a rowan::Timestamp");
}

TEST(Validator, refuses_indexes_over_what_has_no_column) {
  EntityMeta a = class_a({});
  a.indexes.push_back({"", {&members_b[7]}, {}, true});
  EXPECT_THAT(mistake_in({a}), HasSubstr("over a member that is not mapped: map it"));
  a = class_a({a_relation(members_a[1], "as", PropertyKind::many_to_many, tag_a)});
  a.indexes.push_back({"x", {&members_a[1]}, {}, false});
  EXPECT_EQ(mistake_in({a}),
            "A has an index 'x' over A.as, which has no column: an index takes values and owning "
            "references only");
}

TEST(Validator, refuses_an_empty_check) {
  EntityMeta a = class_a({});
  a.checks.push_back({"", ""});
  EXPECT_THAT(mistake_in({a}), StartsWith("A has an empty check"));
}

TEST(Validator, refuses_a_member_mapped_twice_and_two_of_one_name) {
  EXPECT_EQ(mistake_in({class_a({a_property(members_a[1], "x"), a_property(members_a[1], "x")})}),
            "A.x is mapped twice: keep one of the two");
  PropertyMeta other = a_property(members_a[2], "x");
  other.column_name = "y";
  EXPECT_THAT(mistake_in({class_a({a_property(members_a[1], "x"), other})}),
              StartsWith("A has two members called 'x'"));
}

TEST(Validator, refuses_orphan_removal_where_targets_are_shared) {
  PropertyMeta bs = a_relation(members_a[1], "bs", PropertyKind::many_to_many, tag_b);
  bs.orphan_removal = true;
  EXPECT_THAT(
      mistake_in({class_a({bs}), class_b()}),
      StartsWith("A.bs has orphan_removal(), which only one_to_many and one_to_one can have"));
}

TEST(Validator, refuses_to_empty_a_required_reference) {
  PropertyMeta b = a_relation(members_a[1], "b", PropertyKind::many_to_one, tag_b);
  b.on_delete = ReferentialAction::set_null;
  EXPECT_THAT(mistake_in({class_a({b}), class_b()}),
              StartsWith("A.b is required, so on_delete(set_null) cannot"));
}

TEST(Validator, refuses_a_default_of_another_type) {
  PropertyMeta name = a_property(members_a[1], "name");
  name.default_value.kind = DefaultValue::Kind::integer;
  EXPECT_EQ(mistake_in({class_a({name})}),
            "the default_value() of A.name does not fit its type, text: give one of that type, or "
            "SQL with "
            "default_raw(\"...\")");
}

TEST(Validator, counts_columns) {
  static constexpr MemberTag tags[300]{};
  std::vector<PropertyMeta> many;
  for (const MemberTag& tag : tags) {
    many.push_back(a_property(tag, "c" + std::to_string(&tag - tags)));
  }
  EXPECT_THAT(mistake_in({class_a(many)}), StartsWith("A has 301 columns, and 256 are the most"));
}

TEST(Validator, refuses_decimal_keys) {
  PropertyMeta key = a_key(members_a[0]);
  key.type = ValueType::decimal;
  EXPECT_THAT(mistake_in({an_entity(tag_a, "A", {key})}),
              StartsWith("A.id is a primary key of type decimal, which cannot tell rows apart"));
}

TEST(Validator, refuses_a_default_text_that_is_none_of_its_type) {
  const auto mistake = [](ValueType type, const char* text) {
    PropertyMeta property = a_property(members_a[1], "x", type);
    property.default_value.kind = DefaultValue::Kind::text;
    property.default_value.text = text;
    return mistake_in({class_a({property})});
  };
  EXPECT_EQ(mistake(ValueType::uuid, "nonsense"),
            "the default_value() of A.x, \"nonsense\", is no uuid: give one that is, or SQL with "
            "default_raw(\"...\")");
  EXPECT_THAT(mistake(ValueType::decimal, "1,5"), HasSubstr("is no decimal"));
  EXPECT_THAT(mistake(ValueType::timestamp, "yesterday"), HasSubstr("is no timestamp"));
  EXPECT_THAT(mistake(ValueType::date, "2024-02-30"), HasSubstr("is no date"));
  EXPECT_THAT(mistake(ValueType::json, "{"), HasSubstr("is no json"));
  EXPECT_EQ(mistake(ValueType::uuid, "11111111-2222-4333-8444-555555555555"), "none");
  EXPECT_EQ(mistake(ValueType::decimal, "-1.50"), "none");
  EXPECT_EQ(mistake(ValueType::timestamp, "2024-02-29 12:00:00"), "none");
  EXPECT_EQ(mistake(ValueType::date, "2024-02-29"), "none");
  EXPECT_EQ(mistake(ValueType::json, "{}"), "none");
  EXPECT_EQ(mistake(ValueType::text, "anything"), "none");
}

TEST(Validator, refuses_a_default_that_is_no_enumerator) {
  PropertyMeta role = a_property(members_a[1], "role");
  role.is_enum_text = true;
  role.enum_names = {"reader", "writer"};
  role.default_value.kind = DefaultValue::Kind::text;
  role.default_value.text = "7";
  EXPECT_THAT(mistake_in({class_a({role})}), HasSubstr("\"7\", is no enumerator of its type"));
  role.default_value.text = "writer";
  EXPECT_EQ(mistake_in({class_a({role})}), "none");
}

TEST(Validator, refuses_a_default_that_the_member_cannot_hold) {
  const auto mistake = [](std::uint8_t width, bool is_unsigned, std::int64_t number) {
    PropertyMeta property = a_property(members_a[1], "x", ValueType::integer);
    property.cpp_type = "T";
    property.byte_width = width;
    property.is_unsigned = is_unsigned;
    property.default_value.kind = DefaultValue::Kind::integer;
    property.default_value.integer = number;
    return mistake_in({class_a({property})});
  };
  EXPECT_EQ(mistake(1, true, 256),
            "the default_value() of A.x is a number that its type, T, cannot hold: give a smaller "
            "one");
  EXPECT_EQ(mistake(1, true, 255), "none");
  EXPECT_NE(mistake(1, true, -1), "none");
  EXPECT_NE(mistake(1, false, 128), "none");
  EXPECT_EQ(mistake(1, false, -128), "none");
  EXPECT_NE(mistake(4, false, std::int64_t{1} << 31), "none");
  EXPECT_EQ(mistake(4, true, (std::int64_t{1} << 32) - 1), "none");
  EXPECT_EQ(mistake(8, false, INT64_MIN), "none");
}

TEST(Validator, refuses_sizes_that_cannot_be) {
  PropertyMeta name = a_property(members_a[1], "name");
  name.has_length = true;
  EXPECT_THAT(mistake_in({class_a({name})}), StartsWith("A.name has length(0)"));
  name.length = 5;
  EXPECT_EQ(mistake_in({class_a({name})}), "none");
  name.is_text = true;
  EXPECT_THAT(mistake_in({class_a({name})}), StartsWith("A.name has both length() and text()"));
  PropertyMeta price = a_property(members_a[1], "price", ValueType::decimal);
  price.has_precision = true;
  price.precision = 4;
  price.scale = 5;
  EXPECT_EQ(mistake_in({class_a({price})}),
            "A.price has precision(4, 5): the digits in all come first, and those after the point "
            "are some of them");
}

TEST(Validator, refuses_an_enum_by_name_without_names) {
  PropertyMeta role = a_property(members_a[1], "role");
  role.is_enum_text = true;
  EXPECT_THAT(mistake_in({class_a({role})}),
              StartsWith("A.role is an enum without enumerators that can be seen"));
}

TEST(Validator, refuses_an_entity_mapped_as_a_value) {
  PropertyMeta b = a_property(members_a[1], "b");
  b.cpp_type = "std::optional<B>";
  EXPECT_EQ(
      mistake_in({class_a({b}), class_b()}),
      "A.b is mapped as a value, but its type is the entity B: make it a rowan::Ref<B> and map "
      "it with many_to_one");
}

TEST(Validator, refuses_names_that_databases_cut) {
  const std::string longest(63, 'x');
  EntityMeta a = class_a({});
  a.table = longest + "x";
  EXPECT_EQ(mistake_in({a}), "the table of A is called '" + a.table +
                                 "', 64 bytes, and databases take 63: give a shorter name with "
                                 ".table(\"...\")");
  a.table = longest;
  EXPECT_EQ(mistake_in({a}), "none");
  PropertyMeta name = a_property(members_a[1], "name");
  name.column_name = longest + "x";
  EXPECT_THAT(mistake_in({class_a({name})}), StartsWith("the column of A.name is called"));
  name.column_name = longest;
  name.is_unique = true;
  EXPECT_EQ(mistake_in({class_a({name})}), "none") << "the strategy shortens names of its own";
  name.unique_name = longest + "x";
  EXPECT_THAT(mistake_in({class_a({name})}), StartsWith("the unique constraint of A.name"));
  PropertyMeta bs = a_relation(members_a[1], "bs", PropertyKind::many_to_many, tag_b);
  bs.pivot_table = longest + "x";
  EXPECT_THAT(mistake_in({class_a({bs}), class_b()}), StartsWith("the pivot table of A.bs"));
}

TEST(Validator, refuses_two_constraints_of_one_name) {
  PropertyMeta name = a_property(members_a[1], "name");
  name.is_unique = true;
  name.unique_name = "one";
  PropertyMeta other = a_property(members_b[1], "other");
  other.is_indexed = true;
  other.index_name = "ONE";
  EXPECT_EQ(mistake_in({class_a({name}), class_b({other})}),
            "A.name and B.other both have an index or unique constraint called 'ONE': give one of "
            "them another name");
  EntityMeta a = class_a({});
  a.checks.push_back({"same", "1 = 1"});
  EntityMeta b = class_b();
  b.checks.push_back({"same", "1 = 1"});
  EXPECT_EQ(mistake_in({a, b}),
            "A and B both have a check called 'same': give one of them another name");
}

TEST(Validator, tells_of_all_mistakes_at_once) {
  PropertyMeta name = a_property(members_a[1], "name");
  name.has_length = true;
  EntityMeta a = class_a({name, a_relation(members_a[2], "c", PropertyKind::many_to_one, tag_c)});
  a.checks.push_back({"", ""});
  try {
    const Registry registry({a, an_entity(tag_b, "B", {})}, underscore_naming());
    FAIL() << "no error";
  } catch (const MetadataError& error) {
    EXPECT_THAT(error.message(), StartsWith("the mapping has 4 mistakes:\n  - "));
    for (const char* part : {"A.name has length(0)", "the target of A.c", "A has an empty check",
                             "B has no primary key"})
      EXPECT_THAT(error.message(), HasSubstr(part));
  }
}

}  // namespace
}  // namespace rowan::metadata
