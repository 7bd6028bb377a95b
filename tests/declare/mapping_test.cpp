// Mappings become metadata.

#include <rowan/base/error.hpp>
#include <rowan/declare/declare.hpp>
#include <rowan/metadata/registry.hpp>

#include "declare/blog.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

namespace rowan {
namespace {

using metadata::DefaultValue;
using metadata::EntityMeta;
using metadata::PropertyKind;
using metadata::PropertyMeta;
using metadata::Registry;

class Mapping : public testing::Test {
 protected:
  const Registry registry_{entities<blog::User, blog::Post, blog::Account>(), underscore_naming()};
  const EntityMeta& user_ = registry_.entities()[0];
  const EntityMeta& post_ = registry_.entities()[1];
  const EntityMeta& account_ = registry_.entities()[2];
};

TEST_F(Mapping, knows_classes_by_name_and_tag) {
  EXPECT_EQ(user_.name, "User");
  EXPECT_EQ(user_.full_name, "blog::User");
  EXPECT_EQ(user_.table, "people");
  EXPECT_EQ(post_.table, "post");
  EXPECT_EQ(registry_.find(&declare::type_tag<blog::Post>), &post_);
  EXPECT_EQ(declare::class_name<blog::Account>(), "Account");
}

TEST_F(Mapping, reads_names_types_and_places_of_members) {
  const PropertyMeta& name = *user_.find(&declare::member_tag<&blog::User::name>);
  EXPECT_EQ(name.name, "name");
  EXPECT_EQ(name.cpp_type, "std::optional<std::string>");
  EXPECT_EQ(name.type, ValueType::text);
  EXPECT_TRUE(name.is_nullable);
  const blog::User user;
  EXPECT_EQ(name.offset, static_cast<std::size_t>(reinterpret_cast<const char*>(&user.name) -
                                                  reinterpret_cast<const char*>(&user)));
  EXPECT_EQ(user_.find("created_at")->cpp_type, "rowan::Timestamp");
  EXPECT_EQ(user_.find("role")->byte_width, 1);
  EXPECT_TRUE(user_.find("role")->is_unsigned);
}

TEST_F(Mapping, takes_members_of_a_base) {
  EXPECT_EQ(post_.find("created_at")->offset, 8u);
  EXPECT_EQ(post_.find(&declare::member_tag<&blog::Stamped::id>), post_.primary_key);
}

TEST_F(Mapping, takes_private_members_from_a_mapping_in_the_class) {
  EXPECT_EQ(account_.table, "account");
  EXPECT_EQ(account_.find("owner")->column_name, "owner");
  EXPECT_EQ(account_.find("owner")->length, 40u);
}

TEST_F(Mapping, keeps_the_options_of_properties) {
  const PropertyMeta& email = *user_.find("email");
  EXPECT_TRUE(email.is_unique);
  EXPECT_EQ(email.unique_name, "one_email");
  EXPECT_EQ(email.length, 100u);
  EXPECT_TRUE(email.is_hidden);
  EXPECT_EQ(user_.find("visits")->column, -1);
  const PropertyMeta& title = *post_.find("title");
  EXPECT_TRUE(title.is_text);
  EXPECT_EQ(title.default_value.kind, DefaultValue::Kind::raw);
  EXPECT_EQ(title.default_value.text, "'none'");
  EXPECT_EQ(title.comment, "shown");
  EXPECT_EQ(title.check, "x");
  const PropertyMeta& score = *post_.find("score");
  EXPECT_EQ(score.column_name, "points");
  EXPECT_EQ(score.column_type, "numeric");
  EXPECT_EQ(score.precision, 10u);
  EXPECT_EQ(score.scale, 2u);
}

TEST_F(Mapping, knows_sizes_and_defaults_that_cannot_be) {
  EXPECT_TRUE(user_.find("email")->has_length);
  EXPECT_FALSE(user_.find("name")->has_length);
  EXPECT_TRUE(post_.find("score")->has_precision);
  EXPECT_FALSE(user_.find("role")->default_value.is_too_large);
  struct Huge {
    std::int64_t id{};
    std::uint64_t number = 0;
    static consteval auto mapping() {
      return entity<Huge>(primary_key<&Huge::id>, property<&Huge::number>.default_value(
                                                      std::numeric_limits<std::uint64_t>::max()));
    }
  };
  const std::vector<EntityMeta> huge = entities<Huge>();
  EXPECT_TRUE(huge[0].properties[1].default_value.is_too_large);
  EXPECT_THROW(Registry(entities<Huge>(), underscore_naming()), MetadataError);
}

TEST_F(Mapping, properties_know_their_class) {
  EXPECT_EQ(user_.find("email")->full_name(), "User.email");
  EXPECT_EQ(post_.find("author")->entity, &post_);
}

TEST_F(Mapping, keeps_the_options_of_relations) {
  const PropertyMeta& posts = *user_.find("posts");
  EXPECT_EQ(posts.kind, PropertyKind::one_to_many);
  EXPECT_TRUE(posts.orphan_removal);
  EXPECT_TRUE((posts.cascade & metadata::cascade_remove) != 0);
  EXPECT_EQ(posts.inverse, post_.find("author"));
  EXPECT_EQ(post_.find("author")->on_delete, ReferentialAction::cascade);
  EXPECT_FALSE(post_.find("author")->is_nullable);
  EXPECT_EQ(post_.find("editor")->column_name, "edited_by");
  EXPECT_TRUE(post_.find("editor")->is_nullable);
  EXPECT_EQ(post_.find("editor")->cascade, metadata::cascade_none);
  EXPECT_EQ(post_.find("related")->pivot_table, "links");
  EXPECT_EQ(post_.find("related")->join_column, "a");
  EXPECT_TRUE(post_.find("related")->fixed_order);
}

TEST_F(Mapping, stores_enums_as_numbers_or_names) {
  EXPECT_EQ(user_.find("role")->type, ValueType::integer);
  EXPECT_EQ(user_.find("role")->default_value.integer, 5);
  const PropertyMeta& wanted = *user_.find("wanted");
  EXPECT_EQ(wanted.type, ValueType::text);
  EXPECT_EQ(wanted.enum_names, (std::vector<std::string>{"reader", "author"}));
  EXPECT_EQ(wanted.enum_values, (std::vector<std::int64_t>{0, 5}));
  EXPECT_EQ(wanted.default_value.text, "author");
}

TEST_F(Mapping, lets_the_database_make_integer_keys_only) {
  EXPECT_TRUE(user_.primary_key->is_generated);
  EXPECT_FALSE(account_.primary_key->is_generated);
}

TEST_F(Mapping, has_the_constraints_of_the_entity) {
  ASSERT_EQ(user_.indexes.size(), 2u);
  EXPECT_EQ(user_.indexes[0].name, "email_role");
  EXPECT_TRUE(user_.indexes[0].is_unique);
  EXPECT_EQ(user_.indexes[0].properties, (std::vector<std::uint16_t>{2, 4}));
  EXPECT_EQ(user_.indexes[1].name, "people_created_at_index");
  ASSERT_EQ(user_.checks.size(), 1u);
  EXPECT_EQ(user_.checks[0].expression, "email <> ''");
}

TEST_F(Mapping, calls_the_functions_that_give_values) {
  blog::User user;
  user.email = "a@b";
  user_.find("created_at")->on_create(&user);
  user_.find("name")->on_update(&user);
  EXPECT_EQ(user.created_at, blog::epoch_plus_one());
  EXPECT_EQ(user.name, "a@b");
  EXPECT_NE(account_.primary_key->on_create, nullptr);
}

}  // namespace
}  // namespace rowan
