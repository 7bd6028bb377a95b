// A small library of books, for tests of queries.

#pragma once

#include <rowan/base/decimal.hpp>
#include <rowan/base/json.hpp>
#include <rowan/base/time.hpp>
#include <rowan/base/uuid.hpp>
#include <rowan/declare/declare.hpp>
#include <rowan/metadata/naming_strategy.hpp>
#include <rowan/metadata/registry.hpp>
#include <rowan/model/collection.hpp>
#include <rowan/model/ref.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace rowan::query::testing {

struct Book;

enum class Mood : std::uint8_t { calm, wild };

struct Author {
  std::int64_t id{};
  std::string name;
  std::optional<std::int32_t> born{};
  Mood mood = Mood::calm;
  Mood mood_number = Mood::calm;
  Collection<Book> books{};
};

struct Tag {
  Uuid id{};
  std::string name;
  std::vector<std::string> words{};
  std::vector<std::int32_t> numbers{};
};

struct Book {
  std::int64_t id{};
  std::string title;
  std::optional<std::string> blurb{};
  bool is_published = false;
  double rating = 0;
  Decimal price{};
  Timestamp created_at{};
  json extra{};
  Ref<Author> author;
  OptionalRef<Author> editor{};
  Collection<Tag> tags{};
  int shelf = 0;  // not mapped
};

/// A class that the registry of these tests does not know.
struct Stranger {
  std::int64_t id{};
};

}  // namespace rowan::query::testing

template <>
inline constexpr auto rowan::mapping<rowan::query::testing::Author> =
    rowan::entity<rowan::query::testing::Author>(
        rowan::primary_key<&rowan::query::testing::Author::id>,
        rowan::property<&rowan::query::testing::Author::name>,
        rowan::property<&rowan::query::testing::Author::born>,
        rowan::property<&rowan::query::testing::Author::mood>.enum_as_text(),
        rowan::property<&rowan::query::testing::Author::mood_number>,
        rowan::one_to_many<&rowan::query::testing::Author::books,
                           &rowan::query::testing::Book::author>);

template <>
inline constexpr auto rowan::mapping<rowan::query::testing::Tag> =
    rowan::entity<rowan::query::testing::Tag>(
        rowan::primary_key<&rowan::query::testing::Tag::id>,
        rowan::property<&rowan::query::testing::Tag::name>,
        rowan::property<&rowan::query::testing::Tag::words>,
        rowan::property<&rowan::query::testing::Tag::numbers>);

template <>
inline constexpr auto rowan::mapping<rowan::query::testing::Book> =
    rowan::entity<rowan::query::testing::Book>(
        rowan::primary_key<&rowan::query::testing::Book::id>,
        rowan::property<&rowan::query::testing::Book::title>,
        rowan::property<&rowan::query::testing::Book::blurb>,
        rowan::property<&rowan::query::testing::Book::is_published>,
        rowan::property<&rowan::query::testing::Book::rating>,
        rowan::property<&rowan::query::testing::Book::price>,
        rowan::property<&rowan::query::testing::Book::created_at>,
        rowan::property<&rowan::query::testing::Book::extra>,
        rowan::many_to_one<&rowan::query::testing::Book::author>,
        rowan::many_to_one<&rowan::query::testing::Book::editor>,
        rowan::many_to_many<&rowan::query::testing::Book::tags>);

namespace rowan::query::testing {

/// Returns the metadata of Author, Tag and Book.
inline const metadata::Registry& registry() {
  static const metadata::Registry the_registry(entities<Author, Tag, Book>(), underscore_naming());
  return the_registry;
}

template <class T>
const metadata::EntityMeta& meta() {
  return registry().get(&declare::type_tag<T>, "T");
}

}  // namespace rowan::query::testing
