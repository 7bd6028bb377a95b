// Registry: links targets, inverse sides, columns, keys and pivots.

#include <rowan/metadata/registry.hpp>

#include <rowan/base/error.hpp>

#include "metadata/a_mapping.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rowan::metadata {
namespace {

using namespace test;
using testing::HasSubstr;

TEST(Registry, counts_columns_and_leaves_out_what_has_none) {
  PropertyMeta cache = a_property(members_a[1], "cache");
  cache.is_persistent = false;
  const Registry registry(
      {an_entity(tag_a, "BlogPost",
                 {a_key(members_a[0]), cache, a_property(members_a[2], "shortTitle"),
                  a_relation(members_a[3], "posts", PropertyKind::many_to_many, tag_a)})},
      underscore_naming());

  const EntityMeta& entity = registry.entities()[0];
  EXPECT_EQ(entity.table, "blog_post");
  ASSERT_EQ(entity.columns.size(), 2u);
  EXPECT_EQ(entity.columns[1]->column_name, "short_title");
  EXPECT_EQ(entity.properties[1].column, -1);
  EXPECT_EQ(entity.properties[2].column, 1);
  EXPECT_EQ(entity.properties[3].column, -1);
  EXPECT_EQ(entity.all_columns, (std::vector<std::uint16_t>{0, 1}));
  EXPECT_EQ(entity.primary_key, entity.columns[0]);
}

TEST(Registry, links_both_sides_of_a_relation) {
  PropertyMeta key = a_key(members_b[0], "code");
  key.type = ValueType::text;
  key.length = 8;
  key.is_generated = false;
  PropertyMeta optional = a_relation(members_a[2], "editor", PropertyKind::many_to_one, tag_b);
  optional.is_nullable = true;
  const Registry registry(
      {an_entity(tag_a, "A",
                 {a_key(members_a[0]),
                  a_relation(members_a[1], "b", PropertyKind::many_to_one, tag_b), optional}),
       an_entity(
           tag_b, "B",
           {key, a_relation(members_b[1], "as", PropertyKind::one_to_many, tag_a, &members_a[1])})},
      underscore_naming());

  const EntityMeta& a = registry.get(&tag_a, "A");
  const EntityMeta& b = *registry.find(&tag_b);
  const PropertyMeta& owner = a.properties[1];
  EXPECT_EQ(owner.target, &b);
  EXPECT_EQ(owner.column_name, "b_code");
  EXPECT_EQ(owner.type, ValueType::text);
  EXPECT_EQ(owner.length, 8u);
  EXPECT_TRUE(owner.is_indexed);
  EXPECT_EQ(owner.index_name, "a_b_code_index");
  EXPECT_EQ(owner.on_delete, ReferentialAction::no_action);
  EXPECT_EQ(owner.on_update_rule, ReferentialAction::cascade);
  EXPECT_EQ(owner.inverse, &b.properties[1]);
  EXPECT_EQ(b.properties[1].inverse, &owner);
  EXPECT_EQ(a.properties[2].on_delete, ReferentialAction::set_null);
  EXPECT_EQ(b.referrers, (std::vector<const PropertyMeta*>{&owner, &a.properties[2]}));
  EXPECT_EQ(a.to_one.size(), 2u);
  EXPECT_EQ(b.to_many.size(), 1u);
}

TEST(Registry, gives_a_pivot_to_both_sides_as_its_owner_sees_it) {
  const Registry registry(
      {an_entity(tag_a, "Tag",
                 {a_key(members_a[0]), a_relation(members_a[1], "posts", PropertyKind::many_to_many,
                                                  tag_b, &members_b[1])}),
       an_entity(tag_b, "Post",
                 {a_key(members_b[0]),
                  a_relation(members_b[1], "tags", PropertyKind::many_to_many, tag_a)})},
      underscore_naming());

  for (const EntityMeta& entity : registry.entities()) {
    EXPECT_EQ(entity.properties[1].pivot_table, "post_tags");
    EXPECT_EQ(entity.properties[1].join_column, "post_id");
    EXPECT_EQ(entity.properties[1].inverse_join_column, "tag_id");
  }
  EXPECT_EQ(registry.entities()[1].properties[1].on_delete, ReferentialAction::cascade);
}

TEST(Registry, tells_the_two_columns_of_a_relation_of_a_class_with_itself_apart) {
  const Registry registry(
      {an_entity(tag_a, "User",
                 {a_key(members_a[0]),
                  a_relation(members_a[1], "friends", PropertyKind::many_to_many, tag_a)})},
      underscore_naming());

  EXPECT_EQ(registry.entities()[0].properties[1].join_column, "user_1_id");
  EXPECT_EQ(registry.entities()[0].properties[1].inverse_join_column, "user_2_id");
}

TEST(Registry, makes_the_column_of_a_one_to_one_unique) {
  const Registry registry(
      {an_entity(
           tag_a, "A",
           {a_key(members_a[0]), a_relation(members_a[1], "b", PropertyKind::one_to_one, tag_b)}),
       an_entity(tag_b, "B", {a_key(members_b[0])})},
      underscore_naming());

  EXPECT_TRUE(registry.entities()[0].properties[1].is_unique);
  EXPECT_FALSE(registry.entities()[0].properties[1].is_indexed);
}

TEST(Registry, names_the_indexes_of_an_entity_and_drops_those_they_replace) {
  EntityMeta a = an_entity(
      tag_a, "A",
      {a_key(members_a[0]), a_relation(members_a[1], "b", PropertyKind::many_to_one, tag_b)});
  a.indexes.push_back({"", {&members_a[1]}, {}, false});
  a.indexes.push_back({"", {&members_a[0], &members_a[1]}, {}, true});
  a.checks.push_back({"", "id > 0"});
  const Registry registry({a, an_entity(tag_b, "B", {a_key(members_b[0])})}, underscore_naming());

  const EntityMeta& entity = registry.entities()[0];
  EXPECT_EQ(entity.indexes[0].name, "a_b_id_index");
  EXPECT_FALSE(entity.properties[1].is_indexed);
  EXPECT_EQ(entity.indexes[1].name, "a_id_b_id_unique");
  EXPECT_EQ(entity.checks[0].name, "a_check");
}

TEST(Registry, names_a_class_that_it_was_not_given) {
  const Registry registry({an_entity(tag_a, "A", {a_key(members_a[0])})}, underscore_naming());

  EXPECT_EQ(registry.find(&tag_b), nullptr);
  try {
    (void)registry.get(&tag_b, "B");
    FAIL();
  } catch (const MetadataError& error) {
    EXPECT_THAT(error.message(), HasSubstr("B was not given to the ORM"));
  }
}

TEST(Registry, reports_all_mistakes_in_one_error) {
  try {
    const Registry registry({an_entity(tag_a, "A", {}), an_entity(tag_b, "a", {})},
                            underscore_naming());
    FAIL();
  } catch (const MetadataError& error) {
    EXPECT_THAT(error.message(),
                HasSubstr("the mapping has 3 mistakes:\n  - A has no primary key"));
    EXPECT_THAT(error.message(), HasSubstr("A and a share the table 'a'"));
  }
}

}  // namespace
}  // namespace rowan::metadata
