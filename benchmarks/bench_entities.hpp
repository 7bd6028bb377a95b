// Authors with books and books with tags, the entities of every workload.

#pragma once

#include <rowan/rowan.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace benchmarks {

struct Book;

struct Author {
  std::int64_t id{};
  std::string name;
  std::string email;
  std::optional<std::int32_t> age{};
  rowan::Timestamp created_at{};
  std::string born;
  rowan::Collection<Book> books{};
};

struct Tag {
  std::int64_t id{};
  std::string name;
};

struct Book {
  std::int64_t id{};
  std::string title;
  rowan::Ref<Author> author;
  double price = 0;
  rowan::Collection<Tag> tags{};
};

}  // namespace benchmarks

template <>
inline constexpr auto rowan::mapping<benchmarks::Author> = rowan::entity<benchmarks::Author>(
    rowan::primary_key<&benchmarks::Author::id>,
    rowan::property<&benchmarks::Author::name>,
    rowan::property<&benchmarks::Author::email>.unique(),
    rowan::property<&benchmarks::Author::age>,
    rowan::property<&benchmarks::Author::created_at>,
    rowan::property<&benchmarks::Author::born>,
    rowan::one_to_many<&benchmarks::Author::books, &benchmarks::Book::author>);

template <>
inline constexpr auto rowan::mapping<benchmarks::Tag> = rowan::entity<benchmarks::Tag>(
    rowan::primary_key<&benchmarks::Tag::id>, rowan::property<&benchmarks::Tag::name>);

// The pivot table's name, book_tags, is the one that the naming strategy gives by itself.
template <>
inline constexpr auto rowan::mapping<benchmarks::Book> =
    rowan::entity<benchmarks::Book>(rowan::primary_key<&benchmarks::Book::id>,
                                    rowan::property<&benchmarks::Book::title>,
                                    rowan::many_to_one<&benchmarks::Book::author>.index(),
                                    rowan::property<&benchmarks::Book::price>,
                                    rowan::many_to_many<&benchmarks::Book::tags>);
