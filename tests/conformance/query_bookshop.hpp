// A small bookshop, once as plain C++ and once in the database, so that queries are compared with what C++ says.

#pragma once

#include "conformance.hpp"

#include <gmock/gmock.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace bookshop {

struct Book;
struct Passport;
struct Review;

enum class Mood : std::uint8_t { calm, wild };
enum class Format : std::uint8_t { paper, audio };

struct Publisher {
  std::int64_t id{};
  std::string name;
  std::optional<std::string> country{};
  rowan::Collection<Book> books{};
};

struct Writer {
  std::int64_t id{};
  std::string name;
  std::optional<std::int32_t> born{};
  Mood mood = Mood::calm;
  rowan::OptionalRef<Writer> teacher{};
  rowan::OptionalRef<Passport> passport{};
  rowan::Collection<Book> books{};
  rowan::Collection<Book> edited{};
};

struct Passport {
  std::int64_t id{};
  std::string number;
  rowan::OptionalRef<Writer> owner{};
};

struct Tag {
  rowan::Uuid id{};
  std::string name;
  rowan::Collection<Book> books{};
};

struct Book {
  std::int64_t id{};
  std::string title;
  std::optional<std::string> blurb{};
  bool is_published = false;
  std::int32_t pages = 0;
  double rating = 0;
  rowan::Decimal price{};
  std::chrono::sys_days printed{};
  rowan::Timestamp added_at{};
  Format format = Format::paper;
  rowan::Ref<Writer> writer;
  rowan::OptionalRef<Writer> editor{};
  rowan::OptionalRef<Publisher> publisher{};
  rowan::Collection<Tag> tags{};
  rowan::Collection<Review> reviews{};
};

struct Review {
  std::int64_t id{};
  std::int32_t stars = 0;
  std::optional<std::string> comment{};
  rowan::Ref<Book> book;
  rowan::OptionalRef<Writer> reader{};
};

}  // namespace bookshop

template <>
inline constexpr auto rowan::mapping<bookshop::Publisher> = rowan::entity<bookshop::Publisher>(
    rowan::primary_key<&bookshop::Publisher::id>,
    rowan::property<&bookshop::Publisher::name>.unique(),
    rowan::property<&bookshop::Publisher::country>,
    rowan::one_to_many<&bookshop::Publisher::books, &bookshop::Book::publisher>);

template <>
inline constexpr auto rowan::mapping<bookshop::Writer> = rowan::entity<bookshop::Writer>(
    rowan::primary_key<&bookshop::Writer::id>,
    rowan::property<&bookshop::Writer::name>.unique(),
    rowan::property<&bookshop::Writer::born>,
    rowan::property<&bookshop::Writer::mood>.enum_as_text(),
    rowan::many_to_one<&bookshop::Writer::teacher>,
    rowan::one_to_one<&bookshop::Writer::passport>.mapped_by<&bookshop::Passport::owner>(),
    rowan::one_to_many<&bookshop::Writer::books, &bookshop::Book::writer>,
    rowan::one_to_many<&bookshop::Writer::edited, &bookshop::Book::editor>);

template <>
inline constexpr auto rowan::mapping<bookshop::Passport> =
    rowan::entity<bookshop::Passport>(rowan::primary_key<&bookshop::Passport::id>,
                                      rowan::property<&bookshop::Passport::number>,
                                      rowan::one_to_one<&bookshop::Passport::owner>);

template <>
inline constexpr auto rowan::mapping<bookshop::Tag> = rowan::entity<bookshop::Tag>(
    rowan::primary_key<&bookshop::Tag::id>,
    rowan::property<&bookshop::Tag::name>.unique(),
    rowan::many_to_many<&bookshop::Tag::books>.mapped_by<&bookshop::Book::tags>());

template <>
inline constexpr auto rowan::mapping<bookshop::Book> = rowan::entity<bookshop::Book>(
    rowan::primary_key<&bookshop::Book::id>,
    rowan::property<&bookshop::Book::title>.unique(),
    rowan::property<&bookshop::Book::blurb>,
    rowan::property<&bookshop::Book::is_published>,
    rowan::property<&bookshop::Book::pages>,
    rowan::property<&bookshop::Book::rating>,
    rowan::property<&bookshop::Book::price>.precision(10, 2),
    rowan::property<&bookshop::Book::printed>,
    rowan::property<&bookshop::Book::added_at>,
    rowan::property<&bookshop::Book::format>,
    rowan::many_to_one<&bookshop::Book::writer>,
    rowan::many_to_one<&bookshop::Book::editor>,
    rowan::many_to_one<&bookshop::Book::publisher>,
    rowan::many_to_many<&bookshop::Book::tags>,
    rowan::one_to_many<&bookshop::Book::reviews, &bookshop::Review::book>);

template <>
inline constexpr auto rowan::mapping<bookshop::Review> =
    rowan::entity<bookshop::Review>(rowan::primary_key<&bookshop::Review::id>,
                                    rowan::property<&bookshop::Review::stars>,
                                    rowan::property<&bookshop::Review::comment>,
                                    rowan::many_to_one<&bookshop::Review::book>,
                                    rowan::many_to_one<&bookshop::Review::reader>);

namespace bookshop {

using rowan::f;

/// What the database holds, as plain values. People, houses and tags are known by name, books by title.
struct PlainReview {
  int stars;
  std::optional<std::string> comment;
  std::optional<std::string> reader;
};
struct PlainBook {
  std::string title;
  std::optional<std::string> blurb;
  bool is_published;
  int pages;
  double rating;
  std::string price;
  int printed;  ///< days
  int added;    ///< microseconds
  Format format;
  std::string writer;
  std::optional<std::string> editor;
  std::optional<std::string> publisher;
  std::vector<std::string> tags;
  std::vector<PlainReview> reviews;

  [[nodiscard]] bool has_tag(const std::string& name) const {
    return std::find(tags.begin(), tags.end(), name) != tags.end();
  }
};
struct PlainWriter {
  std::string name;
  std::optional<int> born;
  Mood mood;
  std::optional<std::string> teacher;
  std::optional<std::string> passport;
};
struct PlainPublisher {
  std::string name;
  std::optional<std::string> country;
};

inline const std::vector<PlainPublisher>& plain_publishers() {
  static const std::vector<PlainPublisher> all = {
      {"Acorn", "uk"}, {"Birch", std::nullopt}, {"Cedar", "at"}};
  return all;
}

inline const std::vector<PlainWriter>& plain_writers() {
  static const std::vector<PlainWriter> all = {
      {"Ada", 1815, Mood::calm, std::nullopt, "P-1"},
      {"Ben", 1850, Mood::wild, "Ada", std::nullopt},
      {"Cleo", std::nullopt, Mood::wild, "Ada", "P-3"},
      {"Dora", 1901, Mood::calm, "Cleo", std::nullopt},
      {"Emil", std::nullopt, Mood::calm, std::nullopt, std::nullopt},
  };
  return all;
}

inline const std::vector<PlainBook>& plain_books() {
  using std::nullopt;
  constexpr auto paper = Format::paper;
  constexpr auto audio = Format::audio;
  static const std::vector<PlainBook> all = {
      {"Alpha",
       "on a",
       true,
       100,
       4.5,
       "9.90",
       10,
       1000,
       paper,
       "Ada",
       "Ben",
       "Acorn",
       {"math", "new"},
       {{5, "fine", "Ben"}, {3, nullopt, nullopt}}},
      {"Beta",
       nullopt,
       true,
       250,
       3.0,
       "10.00",
       20,
       2000,
       audio,
       "Ada",
       nullopt,
       "Acorn",
       {"math"},
       {{1, "poor", "Cleo"}}},
      {"Gamma", "on g", false, 50, 1.5, "100.00", 30, 3000, paper, "Ben", "Ada", nullopt, {}, {}},
      {"Delta",
       "",
       true,
       300,
       2.0,
       "0.50",
       5,
       500,
       paper,
       "Ben",
       "Cleo",
       "Birch",
       {"new", "prose"},
       {{4, nullopt, "Ada"}, {4, "again", "Ada"}}},
      {"Epsilon",
       nullopt,
       false,
       120,
       5.0,
       "9.9",
       60,
       6000,
       audio,
       "Cleo",
       nullopt,
       "Cedar",
       {"prose"},
       {{2, nullopt, "Dora"}}},
      {"Zeta",
       "on z",
       true,
       700,
       0.5,
       "12.34",
       -3,
       7000,
       paper,
       "Cleo",
       "Ben",
       "Cedar",
       {"math", "prose", "new"},
       {}},
      {"Eta",
       "50% off_",
       true,
       10,
       4.5,
       "7.00",
       80,
       8000,
       paper,
       "Dora",
       nullopt,
       nullopt,
       {},
       {{5, "fine", nullopt}}},
  };
  return all;
}

using Names = std::vector<std::string>;

/// Returns the names or titles of what `holds` is true for.
template <class Plain, class Holds>
Names names_where(const std::vector<Plain>& all, Holds holds) {
  Names out;
  for (const Plain& each : all) {
    if (!holds(each)) continue;
    if constexpr (requires { each.title; }) {
      out.push_back(each.title);
    } else {
      out.push_back(each.name);
    }
  }
  std::sort(out.begin(), out.end());
  return out;
}
template <class Holds>
Names titles_where(Holds holds) {
  return names_where(plain_books(), holds);
}
template <class Holds>
Names writers_where(Holds holds) {
  return names_where(plain_writers(), holds);
}
inline std::vector<PlainBook> books_of(const PlainWriter& writer) {
  std::vector<PlainBook> out;
  for (const PlainBook& book : plain_books()) {
    if (book.writer == writer.name) out.push_back(book);
  }
  return out;
}
inline const PlainWriter& writer_named(const std::string& name) {
  for (const PlainWriter& writer : plain_writers()) {
    if (writer.name == name) return writer;
  }
  throw std::logic_error("no writer " + name);
}
inline const PlainPublisher& publisher_named(const std::string& name) {
  for (const PlainPublisher& publisher : plain_publishers()) {
    if (publisher.name == name) return publisher;
  }
  throw std::logic_error("no publisher " + name);
}

/// Writes all of it into an empty database.
inline void fill(rowan::EntityManager& em) {
  std::map<std::string, Publisher*> publishers;
  std::map<std::string, Writer*> writers;
  std::map<std::string, Tag*> tags;
  for (const PlainPublisher& plain : plain_publishers())
    publishers[plain.name] = &em.create<Publisher>({.name = plain.name, .country = plain.country});
  for (const PlainWriter& plain : plain_writers()) {
    Writer& writer =
        em.create<Writer>({.name = plain.name, .born = plain.born, .mood = plain.mood});
    writers[plain.name] = &writer;
    if (plain.teacher) writer.teacher = *writers.at(*plain.teacher);
    if (plain.passport) em.create<Passport>({.number = *plain.passport, .owner = writer});
  }
  for (const PlainBook& plain : plain_books()) {
    Book& book =
        em.create<Book>({.title = plain.title,
                         .blurb = plain.blurb,
                         .is_published = plain.is_published,
                         .pages = plain.pages,
                         .rating = plain.rating,
                         .price = rowan::Decimal(plain.price),
                         .printed = std::chrono::sys_days(std::chrono::days(plain.printed)),
                         .added_at = rowan::Timestamp(std::chrono::microseconds(plain.added)),
                         .format = plain.format,
                         .writer = *writers.at(plain.writer)});
    if (plain.editor) book.editor = *writers.at(*plain.editor);
    if (plain.publisher) book.publisher = *publishers.at(*plain.publisher);
    for (const std::string& name : plain.tags) {
      Tag*& tag = tags[name];
      if (tag == nullptr) tag = &em.create<Tag>({.id = rowan::Uuid::v7(), .name = name});
      book.tags.add(*tag);
    }
    for (const PlainReview& each : plain.reviews) {
      Review& review =
          em.create<Review>({.stars = each.stars, .comment = each.comment, .book = book});
      if (each.reader) review.reader = *writers.at(*each.reader);
    }
  }
  em.flush();
}

/// A filled bookshop before each test.
class Bookshop : public rowan::test::ConformanceOf<Publisher, Writer, Passport, Tag, Book, Review> {
 protected:
  Bookshop() {
    auto writing = orm.em().fork();
    fill(writing);
    (void)statements();
  }

  /// Returns the names or titles of what a find returns, sorted; each as often as it is found.
  template <class T>
  Names found(const rowan::Filter<T>& where, const rowan::FindOptions<T>& options = {}) {
    auto em = orm.em().fork();
    return sorted(in_order(em.find<T>(where, options)));
  }
  static Names sorted(Names names) {
    std::sort(names.begin(), names.end());
    return names;
  }
  template <class List>
  static Names in_order(const List& list) {
    Names out;
    for (const auto& each : list) {
      if constexpr (requires { each.title; }) {
        out.push_back(each.title);
      } else {
        out.push_back(each.name);
      }
    }
    return out;
  }

  /// Finds and counts by `where`, and expects exactly what `holds` is true for.
  template <class Holds>
  void expect_books(const rowan::Filter<Book>& where, Holds holds, const char* what) {
    const Names expected = titles_where(holds);
    EXPECT_EQ(found<Book>(where), expected) << what;
    EXPECT_EQ(orm.em().fork().count<Book>(where), expected.size()) << what;
  }
  template <class Holds>
  void expect_writers(const rowan::Filter<Writer>& where, Holds holds, const char* what) {
    const Names expected = writers_where(holds);
    EXPECT_EQ(found<Writer>(where), expected) << what;
    EXPECT_EQ(orm.em().fork().count<Writer>(where), expected.size()) << what;
  }
};

}  // namespace bookshop
