// The first program of README.md: two entities, a flush, a query.

// [program]
#include <rowan/drivers.hpp>

#include <cstdint>
#include <iostream>
#include <string>

struct Author {
  std::int64_t id{};
  std::string name;
};

struct Book {
  std::int64_t id{};
  std::string title;
  int year = 0;
  rowan::Ref<Author> author;
};

template <>
inline constexpr auto rowan::mapping<Author> =
    rowan::entity<Author>(rowan::primary_key<&Author::id>,  // made by the database
                          rowan::property<&Author::name>.unique());

template <>
inline constexpr auto rowan::mapping<Book> = rowan::entity<Book>(rowan::primary_key<&Book::id>,
                                                                 rowan::property<&Book::title>,
                                                                 rowan::property<&Book::year>,
                                                                 rowan::many_to_one<&Book::author>);

using rowan::f;

int main() {
  rowan::Orm orm{{
      .driver = rowan::driver_from_url("sqlite::memory:"),  // or "sqlite:books.db"
      .entities = rowan::entities<Author, Book>(),
  }};
  orm.schema().create();

  auto em = orm.em().fork();  // one unit of work
  Author& lem = em.create<Author>({.name = "Stanislaw Lem"});
  em.create<Book>({.title = "Solaris", .year = 1961, .author = lem});
  em.create<Book>({.title = "Fiasco", .year = 1985, .author = lem});
  em.flush();  // one transaction, two insert statements

  auto books = em.find<Book>(f<&Book::author, &Author::name> == "Stanislaw Lem",
                             {.populate = {f<&Book::author>}, .order_by = {f<&Book::year>.desc()}});
  for (Book& book : books) {
    std::cout << book.year << ' ' << book.title << " by " << book.author->name << '\n';
  }

  books[0].year = 1986;
  em.flush();  // one update of one column
}
// [/program]
