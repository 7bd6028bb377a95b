// The structs of the hand-written sides, and how a tally of them is taken.

#pragma once

#include <benchmarks/block_list.hpp>
#include <benchmarks/row_values.hpp>
#include <benchmarks/side.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace benchmarks {

struct BookRow {
  std::int64_t id = 0;
  std::string title;
  std::int64_t author_id = 0;
  double price = 0;
};

struct AuthorRow {
  std::int64_t id = 0;
  std::string name;
  std::string email;
  std::optional<std::int32_t> age;
  std::int64_t created_at = 0;  ///< microseconds from 1970
  std::string born;
  // The author's books are neighbours in the list of books.
  std::size_t first_book = 0;
  std::size_t book_count = 0;
};

[[nodiscard]] inline AuthorRow new_author_row(std::size_t index) {
  return AuthorRow{0,
                   author_name(index),
                   author_email(index),
                   author_age(index),
                   author_created_at(index),
                   author_born(index)};
}

/// Adds authors with their books, none of them with a key.
inline void add_graph(BlockList<AuthorRow>& authors, BlockList<BookRow>& books, std::size_t n) {
  for (std::size_t index = 0; index < n / books_per_author; ++index) {
    AuthorRow& author = authors.add([&] { return new_author_row(index); });
    author.first_book = books.size();
    author.book_count = books_per_author;
    for (std::size_t book = 0; book < books_per_author; ++book) {
      const std::size_t number = books.size();
      books.add([&] { return BookRow{0, book_title(number), 0, book_price(number)}; });
    }
  }
}

/// Adds what the objects hold to a tally.
[[nodiscard]] inline Tally with_rows(Tally tally,
                                     BlockList<AuthorRow>& authors,
                                     BlockList<BookRow>& books) {
  for (std::size_t index = 0; index < authors.size(); ++index) {
    const AuthorRow& author = authors[index];
    tally.rows += 1;
    tally.sum += author.id + author.age.value_or(0) + author.created_at % 1000;
    tally.sum += static_cast<std::int64_t>(author.name.size() + author.email.size());
    for (std::size_t book = 0; book < author.book_count; ++book) {
      const BookRow& row = books[author.first_book + book];
      tally.rows += 1;
      tally.sum += row.id + static_cast<std::int64_t>(row.title.size() + row.price);
    }
  }
  return tally;
}

}  // namespace benchmarks
