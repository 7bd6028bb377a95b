// Authors, books, tags, profiles: the entities of the unit-of-work scenarios in FEATURES.md.

#pragma once

#include <rowan/drivers.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace library {

struct Book;
struct Profile;

struct Author {
  std::int64_t id{};
  std::string name;
  std::optional<std::string> email{};
  std::int32_t age = 0;
  rowan::OptionalRef<Book> favourite_book{};
  rowan::Collection<Book> books{};
  rowan::OptionalRef<Profile> profile{};
};

struct Profile {
  std::int64_t id{};
  std::string bio;
  rowan::OptionalRef<Author> author{};
};

struct Tag {
  std::int64_t id{};
  std::string name;
  rowan::Collection<Book> books{};
};

struct Book {
  std::int64_t id{};
  std::string title;
  rowan::Ref<Author> author;
  rowan::Collection<Tag> tags{};
};

struct Node {
  std::int64_t id{};
  std::string name;
  rowan::OptionalRef<Node> parent{};
  rowan::Collection<Node> children{};
};

struct Account {
  std::int64_t id{};
  std::string owner;
  std::int64_t balance = 0;
  std::int64_t version = 0;
};

struct Loop {
  std::string id;
  rowan::Ref<Loop> next;
};

struct Publisher {
  std::int64_t id{};
  std::string name;
  rowan::Collection<struct Magazine> magazines{};
};

struct Magazine {
  std::int64_t id{};
  std::string name;
  rowan::OptionalRef<Publisher> publisher{};
};

}  // namespace library

template <>
inline constexpr auto rowan::mapping<library::Author> = rowan::entity<library::Author>(
    rowan::primary_key<&library::Author::id>,
    rowan::property<&library::Author::name>,
    rowan::property<&library::Author::email>.unique(),
    rowan::property<&library::Author::age>,
    rowan::many_to_one<&library::Author::favourite_book>,
    rowan::one_to_many<&library::Author::books, &library::Book::author>,
    rowan::one_to_one<&library::Author::profile>.mapped_by<&library::Profile::author>());

template <>
inline constexpr auto rowan::mapping<library::Profile> =
    rowan::entity<library::Profile>(rowan::primary_key<&library::Profile::id>,
                                    rowan::property<&library::Profile::bio>,
                                    rowan::one_to_one<&library::Profile::author>);

template <>
inline constexpr auto rowan::mapping<library::Tag> = rowan::entity<library::Tag>(
    rowan::primary_key<&library::Tag::id>,
    rowan::property<&library::Tag::name>.unique(),
    rowan::many_to_many<&library::Tag::books>.mapped_by<&library::Book::tags>());

template <>
inline constexpr auto rowan::mapping<library::Book> =
    rowan::entity<library::Book>(rowan::primary_key<&library::Book::id>,
                                 rowan::property<&library::Book::title>,
                                 rowan::many_to_one<&library::Book::author>,
                                 rowan::many_to_many<&library::Book::tags>);

template <>
inline constexpr auto rowan::mapping<library::Node> = rowan::entity<library::Node>(
    rowan::primary_key<&library::Node::id>,
    rowan::property<&library::Node::name>,
    rowan::many_to_one<&library::Node::parent>,
    rowan::one_to_many<&library::Node::children, &library::Node::parent>);

template <>
inline constexpr auto rowan::mapping<library::Account> =
    rowan::entity<library::Account>(rowan::primary_key<&library::Account::id>,
                                    rowan::property<&library::Account::owner>,
                                    rowan::property<&library::Account::balance>,
                                    rowan::property<&library::Account::version>.version());

template <>
inline constexpr auto rowan::mapping<library::Loop> = rowan::entity<library::Loop>(
    rowan::primary_key<&library::Loop::id>, rowan::many_to_one<&library::Loop::next>);

template <>
inline constexpr auto rowan::mapping<library::Publisher> = rowan::entity<library::Publisher>(
    rowan::primary_key<&library::Publisher::id>,
    rowan::property<&library::Publisher::name>,
    rowan::one_to_many<&library::Publisher::magazines, &library::Magazine::publisher>);

template <>
inline constexpr auto rowan::mapping<library::Magazine> =
    rowan::entity<library::Magazine>(rowan::primary_key<&library::Magazine::id>,
                                     rowan::property<&library::Magazine::name>,
                                     rowan::many_to_one<&library::Magazine::publisher>);
