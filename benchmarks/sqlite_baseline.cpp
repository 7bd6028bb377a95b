// The hand-written side: every statement prepared once, many rows a statement, structs in blocks.

#include <benchmarks/sqlite_baseline.hpp>

#include <benchmarks/baseline_rows.hpp>
#include <benchmarks/sqlite_client.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>

namespace benchmarks {
namespace {

constexpr std::size_t insert_rows = 100;
constexpr std::size_t update_rows = 100;
constexpr std::size_t delete_keys = 500;
constexpr std::size_t select_keys = 500;

// Asks for the value once: each sqlite3_column_... call checks the column again.
std::string text_at(sqlite3_stmt* statement, int column) {
  sqlite3_value* value = sqlite3_column_value(statement, column);
  const auto* text = reinterpret_cast<const char*>(sqlite3_value_text(value));
  return std::string(text, static_cast<std::size_t>(sqlite3_value_bytes(value)));
}

std::optional<std::int32_t> age_at(sqlite3_stmt* statement, int column) {
  sqlite3_value* value = sqlite3_column_value(statement, column);
  if (sqlite3_value_type(value) == SQLITE_NULL) return std::nullopt;
  return sqlite3_value_int(value);
}

std::int64_t integer_at(sqlite3_stmt* statement, int column) {
  return sqlite3_value_int64(sqlite3_column_value(statement, column));
}

double real_at(sqlite3_stmt* statement, int column) {
  return sqlite3_value_double(sqlite3_column_value(statement, column));
}

AuthorRow read_author(sqlite3_stmt* row) {
  return AuthorRow{integer_at(row, 0), text_at(row, 1),    text_at(row, 2),
                   age_at(row, 3),     integer_at(row, 4), text_at(row, 5)};
}

BookRow read_book(sqlite3_stmt* row, int first) {
  return BookRow{integer_at(row, first), text_at(row, first + 1), integer_at(row, first + 2),
                 real_at(row, first + 3)};
}

// The text is bound where it lies: it stays there until the statement has run.
void bind_text(sqlite3_stmt* statement, int parameter, const std::string& text) {
  sqlite3_bind_text(statement, parameter, text.data(), static_cast<int>(text.size()),
                    SQLITE_STATIC);
}

void bind_age(sqlite3_stmt* statement, int parameter, std::optional<std::int32_t> age) {
  if (age) {
    sqlite3_bind_int(statement, parameter, *age);
  } else {
    sqlite3_bind_null(statement, parameter);
  }
}

/// Every statement of the program.
struct Statements {
  explicit Statements(sqlite3* database);

  SqliteStatement begin, commit, last_key;
  SqliteChunkedStatement insert_authors, insert_books, insert_book_tags;
  SqliteStatement all_authors, author_by_id, authors_with_books, page;
  SqliteChunkedStatement books_of_authors;
  SqliteChunkedStatement update_authors, delete_authors;
  SqliteStatement update_age;
};

constexpr const char* author_columns = "select id, name, email, age, created_at, born from author";

Statements::Statements(sqlite3* database)
    : begin(database, "begin immediate"),
      commit(database, "commit"),
      last_key(database, "select seq from sqlite_sequence where name = ?"),
      insert_authors(
          database,
          {"insert into author (id, name, email, age, created_at, born) values ", "", 6, true},
          insert_rows),
      insert_books(database,
                   {"insert into book (id, title, author_id, price) values ", "", 4, true},
                   insert_rows),
      insert_book_tags(
          database, {"insert into book_tags (book_id, tag_id) values ", "", 2, true}, insert_rows),
      all_authors(database, author_columns),
      author_by_id(database, author_columns + std::string(" where id = ?")),
      authors_with_books(database,
                         "select a.id, a.name, a.email, a.age, a.created_at, a.born,"
                         " b.id, b.title, b.author_id, b.price"
                         " from author a left join book b on b.author_id = a.id"),
      page(database,
           author_columns + std::string(" where age = ? and id > ? order by id limit 20")),
      books_of_authors(
          database,
          {"select id, title, author_id, price from book where author_id in (", ")", 1, false},
          select_keys),
      update_authors(database,
                     {"update author set name = v.column2, age = v.column3 from (values ",
                      ") as v where author.id = v.column1", 3, true},
                     update_rows),
      delete_authors(database, {"delete from author where id in (", ")", 1, false}, delete_keys),
      update_age(database, "update author set age = ? where id = ?") {}

class SqliteBaseline final : public Side {
 public:
  SqliteBaseline(const std::vector<std::string>& schema, std::size_t n) : n_(n), sql_(db_.get()) {
    for (const std::string& statement : schema) sql_.execute(statement);
    statements_.emplace(db_.get());
  }

  [[nodiscard]] std::string_view name() const noexcept override { return "c"; }
  [[nodiscard]] PlainSql& sql() noexcept override { return sql_; }
  void set_counting(bool) noexcept override {}
  void prepare(Workload workload, std::size_t round) override;
  void run(Workload workload) override;
  [[nodiscard]] Tally tally() override { return with_rows(tally_, authors_, books_); }
  void let_go() override;

 private:
  void insert_new_authors();
  void insert_graph();
  void load_authors();
  void update_all();
  void find_each();
  void find_in_map();
  void load_joined();
  void load_select_in();
  void update_one();
  void delete_all();
  void insert_book_tags();
  void read_pages();

  void write_authors();
  void write_books();
  void load_books_of(std::size_t first, std::size_t last, std::size_t& author);
  std::int64_t last_key_of(std::string_view table);

  std::size_t n_;
  std::size_t round_ = 0;
  SqliteDatabase db_;
  SqlitePlainSql sql_;
  std::optional<Statements> statements_;
  BlockList<AuthorRow> authors_;
  BlockList<BookRow> books_;
  std::unordered_map<std::int64_t, AuthorRow*> by_id_;
  Tally tally_;
};

void SqliteBaseline::prepare(Workload workload, std::size_t round) {
  round_ = round;
  tally_ = {};
  if (workload == Workload::w4u || workload == Workload::w5b || workload == Workload::w7 ||
      workload == Workload::w8) {
    load_authors();
  }
  for (std::size_t index = 0; workload == Workload::w5b && index < authors_.size(); ++index) {
    by_id_.emplace(authors_[index].id, &authors_[index]);
  }
  for (std::size_t index = 0; workload == Workload::w4u && index < authors_.size(); ++index) {
    authors_[index].name = changed_name(index, round);
    authors_[index].age = changed_age(index, round);
  }
  for (std::size_t index = 0; workload == Workload::w9 && index < n_ / tags_per_book; ++index) {
    books_.add([&] { return BookRow{static_cast<std::int64_t>(index) + 1, {}, 0, 0}; });
  }
}

void SqliteBaseline::run(Workload workload) {
  switch (workload) {
    case Workload::w1: return insert_new_authors();
    case Workload::w2: return insert_graph();
    case Workload::w3: return load_authors();
    case Workload::w4u: return update_all();
    case Workload::w5: return find_each();
    case Workload::w5b: return find_in_map();
    case Workload::w6j: return load_joined();
    case Workload::w6s: return load_select_in();
    case Workload::w7: return update_one();
    case Workload::w8: return delete_all();
    case Workload::w9: return insert_book_tags();
    case Workload::w10: return read_pages();
  }
}

void SqliteBaseline::let_go() {
  by_id_.clear();
  authors_.clear();
  books_.clear();
}

std::int64_t SqliteBaseline::last_key_of(std::string_view table) {
  SqliteStatement& statement = statements_->last_key;
  sqlite3_bind_text(statement.get(), 1, table.data(), static_cast<int>(table.size()),
                    SQLITE_STATIC);
  const std::int64_t key = statement.step() ? sqlite3_column_int64(statement.get(), 0) : 0;
  statement.reset();
  return key;
}

void SqliteBaseline::write_authors() {
  std::int64_t key = last_key_of("author");
  run_in_chunks(statements_->insert_authors, authors_.size(), 6,
                [&](sqlite3_stmt* statement, int parameter, std::size_t index) {
                  AuthorRow& author = authors_[index];
                  author.id = ++key;
                  sqlite3_bind_int64(statement, parameter, author.id);
                  bind_text(statement, parameter + 1, author.name);
                  bind_text(statement, parameter + 2, author.email);
                  bind_age(statement, parameter + 3, author.age);
                  sqlite3_bind_int64(statement, parameter + 4, author.created_at);
                  bind_text(statement, parameter + 5, author.born);
                });
}

void SqliteBaseline::write_books() {
  std::int64_t key = last_key_of("book");
  run_in_chunks(statements_->insert_books, books_.size(), 4,
                [&](sqlite3_stmt* statement, int parameter, std::size_t index) {
                  BookRow& book = books_[index];
                  book.id = ++key;
                  book.author_id = authors_[index / books_per_author].id;
                  sqlite3_bind_int64(statement, parameter, book.id);
                  bind_text(statement, parameter + 1, book.title);
                  sqlite3_bind_int64(statement, parameter + 2, book.author_id);
                  sqlite3_bind_double(statement, parameter + 3, book.price);
                });
}

void SqliteBaseline::insert_new_authors() {
  for (std::size_t index = 0; index < n_; ++index) {
    authors_.add([&] { return new_author_row(index); });
  }
  statements_->begin.run();
  write_authors();
  statements_->commit.run();
}

void SqliteBaseline::insert_graph() {
  add_graph(authors_, books_, n_);
  statements_->begin.run();
  write_authors();
  write_books();
  statements_->commit.run();
}

void SqliteBaseline::load_authors() {
  SqliteStatement& statement = statements_->all_authors;
  while (statement.step()) {
    authors_.add([&] { return read_author(statement.get()); });
  }
  statement.reset();
}

void SqliteBaseline::update_all() {
  statements_->begin.run();
  run_in_chunks(statements_->update_authors, authors_.size(), 3,
                [&](sqlite3_stmt* statement, int parameter, std::size_t index) {
                  const AuthorRow& author = authors_[index];
                  sqlite3_bind_int64(statement, parameter, author.id);
                  bind_text(statement, parameter + 1, author.name);
                  bind_age(statement, parameter + 2, author.age);
                });
  statements_->commit.run();
}

void SqliteBaseline::find_each() {
  SqliteStatement& statement = statements_->author_by_id;
  for (std::size_t index = 0; index < n_; ++index) {
    sqlite3_bind_int64(statement.get(), 1, static_cast<std::int64_t>(index) + 1);
    if (statement.step()) {
      const AuthorRow author = read_author(statement.get());
      tally_.rows += 1;
      tally_.sum += author.id + static_cast<std::int64_t>(author.email.size());
    }
    statement.reset();
  }
}

void SqliteBaseline::find_in_map() {
  std::int64_t sum = 0;
  for (std::size_t index = 0; index < n_; ++index) {
    sum += by_id_.find(static_cast<std::int64_t>(index) + 1)->second->age.value_or(1);
  }
  tally_.sum += sum;
}

void SqliteBaseline::load_joined() {
  SqliteStatement& statement = statements_->authors_with_books;
  AuthorRow* author = nullptr;
  while (statement.step()) {
    sqlite3_stmt* row = statement.get();
    if (author == nullptr || author->id != integer_at(row, 0)) {
      author = &authors_.add([&] { return read_author(row); });
      author->first_book = books_.size();
    }
    if (sqlite3_column_type(row, 6) == SQLITE_NULL) continue;
    books_.add([&] { return read_book(row, 6); });
    author->book_count += 1;
  }
  statement.reset();
}

// SQLite walks the sorted list through the index on author_id, so the books of an author come
// together and the authors in the order of their keys.
void SqliteBaseline::load_books_of(std::size_t first, std::size_t last, std::size_t& author) {
  SqliteStatement& statement = statements_->books_of_authors.of_rows(last - first);
  for (std::size_t index = first; index < last; ++index) {
    sqlite3_bind_int64(statement.get(), static_cast<int>(index - first) + 1, authors_[index].id);
  }
  while (statement.step()) {
    const BookRow& book = books_.add([&] { return read_book(statement.get(), 0); });
    while (authors_[author].id != book.author_id) {
      author = author + 1 == last ? first : author + 1;
    }
    if (authors_[author].book_count++ == 0) authors_[author].first_book = books_.size() - 1;
  }
  statement.reset();
}

void SqliteBaseline::load_select_in() {
  load_authors();
  std::size_t author = 0;
  for (std::size_t first = 0; first < authors_.size(); first += select_keys) {
    author = first;
    load_books_of(first, std::min(first + select_keys, authors_.size()), author);
  }
}

void SqliteBaseline::update_one() {
  SqliteStatement& statement = statements_->update_age;
  for (std::size_t flush = 0; flush < w7_flushes; ++flush) {
    AuthorRow& author = authors_[n_ / 2 + flush];
    author.age = changed_age(flush, round_);
    bind_age(statement.get(), 1, author.age);
    sqlite3_bind_int64(statement.get(), 2, author.id);
    statement.run();
  }
}

void SqliteBaseline::delete_all() {
  statements_->begin.run();
  run_in_chunks(statements_->delete_authors, authors_.size(), 1,
                [&](sqlite3_stmt* statement, int parameter, std::size_t index) {
                  sqlite3_bind_int64(statement, parameter, authors_[index].id);
                });
  statements_->commit.run();
  authors_.clear();
}

void SqliteBaseline::insert_book_tags() {
  statements_->begin.run();
  run_in_chunks(statements_->insert_book_tags, books_.size() * tags_per_book, 2,
                [&](sqlite3_stmt* statement, int parameter, std::size_t index) {
                  const std::size_t book = index / tags_per_book;
                  const std::size_t tag = tag_of_book(book, index % tags_per_book);
                  sqlite3_bind_int64(statement, parameter, books_[book].id);
                  sqlite3_bind_int64(statement, parameter + 1, static_cast<std::int64_t>(tag) + 1);
                });
  statements_->commit.run();
}

void SqliteBaseline::read_pages() {
  SqliteStatement& statement = statements_->page;
  for (std::size_t query = 0; query < n_ / 2; ++query) {
    sqlite3_bind_int(statement.get(), 1, page_age(query));
    sqlite3_bind_int64(statement.get(), 2, page_after(query, n_));
    while (statement.step()) {
      authors_.add([&] { return read_author(statement.get()); });
    }
    statement.reset();
    tally_.rows += static_cast<std::int64_t>(authors_.size());
    for (std::size_t index = 0; index < authors_.size(); ++index) tally_.sum += authors_[index].id;
    authors_.clear();
  }
}

}  // namespace

std::vector<std::string> sqlite_schema() {
  return {
      "create table author (id integer primary key autoincrement not null, name text not null,"
      " email text not null, age integer, created_at integer not null, born text not null)",
      "create unique index author_email_unique on author (email)",
      "create table tag (id integer primary key autoincrement not null, name text not null)",
      "create table book (id integer primary key autoincrement not null, title text not null,"
      " author_id integer not null, price real not null, constraint book_author_id_foreign"
      " foreign key (author_id) references author (id) on update cascade)",
      "create index book_author_id_index on book (author_id)",
      "create table book_tags (book_id integer not null, tag_id integer not null,"
      " constraint book_tags_book_id_foreign foreign key (book_id) references book (id)"
      " on delete cascade on update cascade,"
      " constraint book_tags_tag_id_foreign foreign key (tag_id) references tag (id)"
      " on delete cascade on update cascade, primary key (book_id, tag_id))",
      "create index book_tags_tag_id_index on book_tags (tag_id)",
  };
}

std::unique_ptr<Side> make_sqlite_baseline(const std::vector<std::string>& schema, std::size_t n) {
  return std::make_unique<SqliteBaseline>(schema, n);
}

}  // namespace benchmarks
