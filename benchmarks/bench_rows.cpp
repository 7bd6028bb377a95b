// Fills and checks the tables with SQL text that every engine takes.

#include <benchmarks/bench_rows.hpp>

#include <benchmarks/plain_sql.hpp>
#include <benchmarks/row_values.hpp>

#include <algorithm>

namespace benchmarks {
namespace {

/// Rows of one insert; SQLite's parser takes no more terms than that happily.
constexpr std::size_t rows_per_insert = 250;

std::string quoted(const std::string& text) { return "'" + text + "'"; }

template <class RowText>
void insert_rows(PlainSql& sql, const std::string& into, std::size_t rows, RowText row_text) {
  for (std::size_t first = 0; first < rows; first += rows_per_insert) {
    std::string text = "insert into " + into + " values ";
    const std::size_t last = std::min(rows, first + rows_per_insert);
    for (std::size_t row = first; row < last; ++row) {
      if (row != first) text += ", ";
      text += "(" + row_text(row) + ")";
    }
    sql.execute(text);
  }
}

void insert_authors(PlainSql& sql, std::size_t rows) {
  insert_rows(sql, "author (name, email, age, created_at, born)", rows, [&](std::size_t row) {
    const auto age = author_age(row);
    return quoted(author_name(row)) + ", " + quoted(author_email(row)) + ", " +
           (age ? std::to_string(*age) : "null") + ", " +
           sql.timestamp_literal(author_created_at(row)) + ", " + quoted(author_born(row));
  });
}

void insert_books(PlainSql& sql, std::size_t rows) {
  insert_rows(sql, "book (title, author_id, price)", rows, [](std::size_t row) {
    return quoted(book_title(row)) + ", " + std::to_string(row / books_per_author + 1) + ", " +
           std::to_string(book_price(row));
  });
}

void insert_tags(PlainSql& sql) {
  insert_rows(sql, "tag (name)", tag_count, [](std::size_t row) { return quoted(tag_name(row)); });
}

}  // namespace

void fill_rows(PlainSql& sql, Workload workload, std::size_t n) {
  sql.execute("begin");
  switch (workload) {
    case Workload::w1:
    case Workload::w2: break;
    case Workload::w6j:
    case Workload::w6s:
      insert_authors(sql, n / books_per_author);
      insert_books(sql, n / books_per_author * books_per_author);
      break;
    case Workload::w9: {
      const std::size_t books = n / tags_per_book;
      insert_authors(sql, (books + books_per_author - 1) / books_per_author);
      insert_books(sql, books);
      insert_tags(sql);
      break;
    }
    default: insert_authors(sql, n); break;
  }
  sql.execute("commit");
  if (workload == Workload::w10) {
    sql.execute("create index author_age_id on author (age, id)");
  }
}

void restore_rows(PlainSql& sql, Workload workload, std::size_t n) {
  switch (workload) {
    case Workload::w1:
    case Workload::w2: sql.empty_tables(); break;
    case Workload::w8:
      sql.empty_tables();
      fill_rows(sql, workload, n);
      break;
    case Workload::w9: sql.execute("delete from book_tags"); break;
    default:  // reads, and updates that depend on the round alone
      break;
  }
}

std::string describe_rows(PlainSql& sql) {
  // Times are taken from the first one, so that their sum does not overflow.
  const std::string queries[] = {
      "select count(*), sum(id), sum(length(name)), sum(length(email)), sum(age), sum(" +
          sql.timestamp_number("created_at") +
          " - 1700000000000000), sum(length(born)), min(born), max(email)" +
          ", sum(id * age) from author",
      "select count(*), sum(id), sum(length(title)), sum(author_id), sum(price), max(title)" +
          std::string(", sum(id * author_id) from book"),
      "select count(*), sum(id), max(name) from tag",
      "select count(*), sum(book_id), sum(tag_id), sum(book_id * tag_id) from book_tags",
  };
  std::string text;
  for (const std::string& query : queries) {
    for (const std::string& cell : sql.read_row(query)) text += cell + " ";
    text += "| ";
  }
  return text;
}

}  // namespace benchmarks
