// Authors, books, tags, profiles: the entities of the unit-of-work scenarios in FEATURES.md.

#pragma once

#include "conformance.hpp"

#include <rowan/drivers.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

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

// Members cannot be without their team, and go with it.
struct Team {
  std::int64_t id{};
  std::string name;
  rowan::Collection<struct Member> members{};
};

struct Member {
  std::int64_t id{};
  std::string name;
  rowan::Ref<Team> team;
};

// A citizen's passport is deleted when he gets another one.
struct Citizen {
  std::int64_t id{};
  std::string name;
  rowan::OptionalRef<struct Passport> passport{};
};

struct Passport {
  std::int64_t id{};
  std::string number;
  rowan::OptionalRef<Citizen> citizen{};
};

// A driver needs a car, and no car has two of them.
struct Car {
  std::int64_t id{};
  std::string plate;
};

struct Driver {
  std::int64_t id{};
  std::string name;
  rowan::Ref<Car> car;
};

// Objects that need each other, with keys of their own.
struct Yin {
  std::string id;
  rowan::Ref<struct Yang> yang;
};

struct Yang {
  std::string id;
  rowan::Ref<Yin> yin;
};

// Every update has to change the stamp.
struct Ticket {
  std::int64_t id{};
  std::string title;
  std::int32_t stamp = 0;
};

struct Permit {
  std::int64_t id{};
  std::string title;
  std::string stamp;
};

// What the database fills, what functions fill, and what is compared by value.
struct Event {
  std::int64_t id{};
  std::string title;
  std::int32_t seats = 0;
  std::optional<std::int32_t> gates{};
  std::int64_t version = 0;
  std::int32_t changes = 0;
  rowan::json details{};
  std::chrono::sys_days day{};
};

struct Track {
  std::int64_t id{};
  std::string name;
  rowan::Collection<struct Playlist> playlists{};
};

// Keeps its tracks in order.
struct Playlist {
  std::int64_t id{};
  std::string name;
  rowan::Collection<Track> tracks{};
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
    rowan::primary_key<&library::Loop::id>.length(36), rowan::many_to_one<&library::Loop::next>);

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

template <>
inline constexpr auto rowan::mapping<library::Team> = rowan::entity<library::Team>(
    rowan::primary_key<&library::Team::id>,
    rowan::property<&library::Team::name>,
    rowan::one_to_many<&library::Team::members, &library::Member::team>.cascade_all().orphan_removal());

template <>
inline constexpr auto rowan::mapping<library::Member> =
    rowan::entity<library::Member>(rowan::primary_key<&library::Member::id>,
                                   rowan::property<&library::Member::name>,
                                   rowan::many_to_one<&library::Member::team>);

template <>
inline constexpr auto rowan::mapping<library::Citizen> = rowan::entity<library::Citizen>(
    rowan::primary_key<&library::Citizen::id>,
    rowan::property<&library::Citizen::name>,
    rowan::one_to_one<&library::Citizen::passport>.mapped_by<&library::Passport::citizen>().orphan_removal());

template <>
inline constexpr auto rowan::mapping<library::Passport> =
    rowan::entity<library::Passport>(rowan::primary_key<&library::Passport::id>,
                                     rowan::property<&library::Passport::number>,
                                     rowan::one_to_one<&library::Passport::citizen>);

template <>
inline constexpr auto rowan::mapping<library::Car> = rowan::entity<library::Car>(
    rowan::primary_key<&library::Car::id>, rowan::property<&library::Car::plate>);

template <>
inline constexpr auto rowan::mapping<library::Driver> =
    rowan::entity<library::Driver>(rowan::primary_key<&library::Driver::id>,
                                   rowan::property<&library::Driver::name>,
                                   rowan::one_to_one<&library::Driver::car>);

template <>
inline constexpr auto rowan::mapping<library::Yin> = rowan::entity<library::Yin>(
    rowan::primary_key<&library::Yin::id>.length(36), rowan::many_to_one<&library::Yin::yang>);

template <>
inline constexpr auto rowan::mapping<library::Yang> = rowan::entity<library::Yang>(
    rowan::primary_key<&library::Yang::id>.length(36), rowan::many_to_one<&library::Yang::yin>);

template <>
inline constexpr auto rowan::mapping<library::Ticket> =
    rowan::entity<library::Ticket>(rowan::primary_key<&library::Ticket::id>,
                                   rowan::property<&library::Ticket::title>,
                                   rowan::property<&library::Ticket::stamp>.concurrency_check());

template <>
inline constexpr auto rowan::mapping<library::Permit> =
    rowan::entity<library::Permit>(rowan::primary_key<&library::Permit::id>,
                                   rowan::property<&library::Permit::title>,
                                   rowan::property<&library::Permit::stamp>.concurrency_check());

template <>
inline constexpr auto rowan::mapping<library::Event> = rowan::entity<library::Event>(
    rowan::primary_key<&library::Event::id>,
    rowan::property<&library::Event::title>,
    rowan::property<&library::Event::seats>.default_raw("40"),
    rowan::property<&library::Event::gates>.default_value(8),
    rowan::property<&library::Event::version>.version(),
    rowan::property<&library::Event::changes>.on_update([](const library::Event& event) {
      return event.changes + 1;
    }),
    rowan::property<&library::Event::details>,
    rowan::property<&library::Event::day>);

template <>
inline constexpr auto rowan::mapping<library::Track> = rowan::entity<library::Track>(
    rowan::primary_key<&library::Track::id>,
    rowan::property<&library::Track::name>,
    rowan::many_to_many<&library::Track::playlists>.mapped_by<&library::Playlist::tracks>());

template <>
inline constexpr auto rowan::mapping<library::Playlist> =
    rowan::entity<library::Playlist>(rowan::primary_key<&library::Playlist::id>,
                                     rowan::property<&library::Playlist::name>,
                                     rowan::many_to_many<&library::Playlist::tracks>.fixed_order());

namespace rowan::test {

/// The library in one ORM; tests of several files share its tables.
class Library : public ConformanceOf<library::Author,
                                     library::Profile,
                                     library::Tag,
                                     library::Book,
                                     library::Node,
                                     library::Account,
                                     library::Loop,
                                     library::Publisher,
                                     library::Magazine,
                                     library::Team,
                                     library::Member,
                                     library::Citizen,
                                     library::Passport,
                                     library::Car,
                                     library::Driver,
                                     library::Yin,
                                     library::Yang,
                                     library::Ticket,
                                     library::Permit,
                                     library::Event,
                                     library::Track,
                                     library::Playlist> {
 protected:
  /// Returns what the database has, read by a manager of its own: for members that are no relations.
  template <class T, class Where>
  [[nodiscard]] T row(const Where& where) {
    auto em = orm.em().fork();
    T copy = em.find_one_or_fail<T>(where);
    (void)statements();
    return copy;
  }
  /// Returns the selects and writes since the last call as "insert author", free of a dialect's quotes.
  std::vector<std::string> kinds() {
    std::vector<std::string> out;
    for (const std::string& sql : statements()) {
      for (const std::string_view verb : {"select", "insert", "update", "delete"}) {
        if (sql.starts_with(verb)) out.push_back(kind_of(sql));
      }
    }
    return out;
  }

 private:
  static std::string kind_of(std::string_view sql) {
    std::vector<std::string> words(1);
    for (const char c : sql) {
      if (c == '"' || c == '`') continue;
      const bool is_word = (c >= 'a' && c <= 'z') || c == '_' || (c >= '0' && c <= '9');
      if (is_word) {
        words.back() += c;
      } else if (!words.back().empty()) {
        words.emplace_back();
      }
    }
    for (std::size_t i = 0; i + 1 < words.size(); ++i) {
      if (words[i] == "into" || words[i] == "from" || words[i] == "update")
        return words[0] + " " + words[i + 1];
    }
    return words[0];
  }
};

}  // namespace rowan::test
