// A small blog for the tests of declare, with what the acceptance blog leaves out.

#pragma once

#include <rowan/declare/declare.hpp>
#include <rowan/model/model.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace blog {

struct Post;

enum class Role : std::uint8_t { reader, author = 5 };

struct Stamped {
  std::int64_t id{};
  rowan::Timestamp created_at{};
};

struct User : Stamped {
  std::string email;
  std::optional<std::string> name{};
  Role role = Role::reader;
  std::optional<Role> wanted{};
  int visits = 0;
  rowan::Collection<Post> posts{};
};

struct Post : Stamped {
  std::string title;
  double score = 0;
  rowan::Ref<User> author;
  rowan::OptionalRef<User> editor{};
  rowan::Collection<Post> related{};
};

/// Private members, with the mapping in the class.
class Account {
 public:
  Account() = default;
  explicit Account(std::string owner) : owner_(std::move(owner)) {}
  [[nodiscard]] const std::string& owner() const { return owner_; }

  static consteval auto mapping() {
    return rowan::entity<Account>(rowan::primary_key<&Account::id_>.on_create(rowan::Uuid::v7),
                                  rowan::property<&Account::owner_>.length(40));
  }

 private:
  rowan::Uuid id_;
  std::string owner_;
};

constexpr rowan::Timestamp epoch_plus_one() {
  return rowan::Timestamp(std::chrono::microseconds(1));
}

}  // namespace blog

template <>
inline constexpr auto rowan::mapping<blog::User> =
    rowan::entity<blog::User>(
        rowan::primary_key<&blog::User::id>,
        rowan::property<&blog::User::created_at>.on_create(blog::epoch_plus_one),
        rowan::property<&blog::User::email>.unique("one_email").length(100).hidden(),
        rowan::property<&blog::User::name>.on_update([](const blog::User& u) { return u.email; }),
        rowan::property<&blog::User::role>.default_value(blog::Role::author),
        rowan::property<&blog::User::wanted>.enum_as_text().default_value(blog::Role::author),
        rowan::property<&blog::User::visits>.not_persistent(),
        rowan::one_to_many<&blog::User::posts, &blog::Post::author>.orphan_removal())
        .table("people")
        .unique<&blog::User::email, &blog::User::role>("email_role")
        .index<&blog::User::created_at>()
        .check("email <> ''");

template <>
inline constexpr auto rowan::mapping<blog::Post> = rowan::entity<blog::Post>(
    rowan::primary_key<&blog::Post::id>,
    rowan::property<&blog::Post::created_at>,
    rowan::property<&blog::Post::title>.text().default_raw("'none'").comment("shown").check("x"),
    rowan::property<&blog::Post::score>.precision(10, 2).column("points").column_type("numeric"),
    rowan::many_to_one<&blog::Post::author>.on_delete(rowan::ReferentialAction::cascade),
    rowan::many_to_one<&blog::Post::editor>.column("edited_by").cascade_none(),
    rowan::many_to_many<&blog::Post::related>.pivot_table("links").pivot_columns("a", "b").fixed_order());
