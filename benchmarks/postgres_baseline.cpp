// The hand-written side over libpq: binary copies with keys taken beforehand, arrays, prepared statements.

#include <benchmarks/postgres_baseline.hpp>

#include <benchmarks/baseline_rows.hpp>
#include <benchmarks/postgres_client.hpp>

#include <optional>
#include <unordered_map>

namespace benchmarks {
namespace {

std::int64_t integer_at(const PGresult* result, int row, int column) {
  return network_integer<std::int64_t>(PQgetvalue(result, row, column));
}

std::string text_at(const PGresult* result, int row, int column) {
  return std::string(PQgetvalue(result, row, column),
                     static_cast<std::size_t>(PQgetlength(result, row, column)));
}

std::optional<std::int32_t> age_at(const PGresult* result, int row, int column) {
  if (PQgetisnull(result, row, column) == 1) return std::nullopt;
  return network_integer<std::int32_t>(PQgetvalue(result, row, column));
}

AuthorRow read_author(const PGresult* result, int row) {
  return AuthorRow{integer_at(result, row, 0),
                   text_at(result, row, 1),
                   text_at(result, row, 2),
                   age_at(result, row, 3),
                   integer_at(result, row, 4) + postgres_epoch,
                   text_at(result, row, 5)};
}

BookRow read_book(const PGresult* result, int row, int first) {
  return BookRow{integer_at(result, row, first), text_at(result, row, first + 1),
                 integer_at(result, row, first + 2),
                 network_real(PQgetvalue(result, row, first + 3))};
}

constexpr const char* author_columns = "select id, name, email, age, created_at, born from author";

/// Every statement of the program.
struct Statements {
  explicit Statements(PGconn* connection);
  PostgresStatement author_keys, book_keys;
  PostgresStatement all_authors, author_by_id, authors_with_books, books_of_authors, page;
  PostgresStatement update_authors, update_age, delete_authors;
};

/// The sequence by its name: asked for within the statement, it would be looked up again for each row.
std::string keys_of(const char* table) {
  return std::string("select nextval('") + table +
         "_id_seq'::regclass) from generate_series(1, $1)";
}

Statements::Statements(PGconn* connection)
    : author_keys(connection, "ka", keys_of("author"), {oid::int8}),
      book_keys(connection, "kb", keys_of("book"), {oid::int8}),
      all_authors(connection, "a", author_columns, {}),
      author_by_id(connection, "ai", author_columns + std::string(" where id = $1"), {oid::int8}),
      authors_with_books(connection,
                         "ab",
                         "select a.id, a.name, a.email, a.age, a.created_at, a.born,"
                         " b.id, b.title, b.author_id, b.price"
                         " from author a left join book b on b.author_id = a.id order by a.id",
                         {}),
      books_of_authors(connection,
                       "b",
                       "select id, title, author_id, price from book where author_id = any($1)"
                       " order by author_id",
                       {oid::int8_array}),
      page(connection,
           "p",
           author_columns + std::string(" where age = $1 and id > $2 order by id limit 20"),
           {oid::int4, oid::int8}),
      update_authors(connection,
                     "u",
                     "update author set name = v.name, age = v.age"
                     " from unnest($1, $2, $3) as v (id, name, age) where author.id = v.id",
                     {oid::int8_array, oid::text_array, oid::int4_array}),
      update_age(
          connection, "ua", "update author set age = $1 where id = $2", {oid::int4, oid::int8}),
      delete_authors(connection, "d", "delete from author where id = any($1)", {oid::int8_array}) {}

class PostgresBaseline final : public Side {
 public:
  PostgresBaseline(const std::string& url, const std::string& schema, std::size_t n)
      : n_(n), connection_(connect_postgres(url)), sql_(url) {
    run_postgres(connection_.get(), schema);
    statements_.emplace(connection_.get());
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
  PostgresResult keys(PostgresStatement& statement, std::size_t count);
  void put_author_keys();

  std::size_t n_;
  std::size_t round_ = 0;
  PostgresConnection connection_;
  PostgresPlainSql sql_;
  std::optional<Statements> statements_;
  PostgresBuffer buffer_, keys_, names_, ages_;
  BlockList<AuthorRow> authors_;
  BlockList<BookRow> books_;
  std::unordered_map<std::int64_t, AuthorRow*> by_id_;
  AuthorRow* changed_[w7_flushes] = {};
  Tally tally_;
};

void PostgresBaseline::prepare(Workload workload, std::size_t round) {
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
    // Updated rows lie elsewhere in the table, so the order of loading says nothing.
    const auto row = static_cast<std::size_t>(authors_[index].id) - 1;
    authors_[index].name = changed_name(row, round);
    authors_[index].age = changed_age(row, round);
  }
  for (std::size_t index = 0; workload == Workload::w7 && index < authors_.size(); ++index) {
    const std::size_t flush = static_cast<std::size_t>(authors_[index].id) - 1 - n_ / 2;
    if (flush < w7_flushes) changed_[flush] = &authors_[index];
  }
  for (std::size_t index = 0; workload == Workload::w9 && index < n_ / tags_per_book; ++index) {
    books_.add([&] { return BookRow{static_cast<std::int64_t>(index) + 1, {}, 0, 0}; });
  }
}

void PostgresBaseline::run(Workload workload) {
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

void PostgresBaseline::let_go() {
  by_id_.clear();
  authors_.clear();
  books_.clear();
}

PostgresResult PostgresBaseline::keys(PostgresStatement& statement, std::size_t count) {
  keys_.clear();
  keys_.add(static_cast<std::int64_t>(count));
  return statement.run({&keys_});
}

void PostgresBaseline::write_authors() {
  const PostgresResult reserved = keys(statements_->author_keys, authors_.size());
  PostgresCopy copy(
      connection_.get(),
      "copy author (id, name, email, age, created_at, born) from stdin (format binary)", buffer_);
  for (std::size_t index = 0; index < authors_.size(); ++index) {
    AuthorRow& author = authors_[index];
    author.id = integer_at(reserved.get(), static_cast<int>(index), 0);
    buffer_.add(std::int16_t{6});
    buffer_.add_field(author.id);
    buffer_.add_field(author.name);
    buffer_.add_field(author.email);
    if (author.age) {
      buffer_.add_field(*author.age);
    } else {
      buffer_.add_null();
    }
    buffer_.add_field(author.created_at - postgres_epoch);
    buffer_.add_field(author.born);
    copy.row_done();
  }
  copy.end();
}

void PostgresBaseline::write_books() {
  const PostgresResult reserved = keys(statements_->book_keys, books_.size());
  PostgresCopy copy(connection_.get(),
                    "copy book (id, title, author_id, price) from stdin (format binary)", buffer_);
  for (std::size_t index = 0; index < books_.size(); ++index) {
    BookRow& book = books_[index];
    book.id = integer_at(reserved.get(), static_cast<int>(index), 0);
    book.author_id = authors_[index / books_per_author].id;
    buffer_.add(std::int16_t{4});
    buffer_.add_field(book.id);
    buffer_.add_field(book.title);
    buffer_.add_field(book.author_id);
    buffer_.add_field(book.price);
    copy.row_done();
  }
  copy.end();
}

void PostgresBaseline::insert_new_authors() {
  for (std::size_t index = 0; index < n_; ++index)
    authors_.add([&] { return new_author_row(index); });
  write_authors();
}

void PostgresBaseline::insert_graph() {
  add_graph(authors_, books_, n_);
  run_postgres(connection_.get(), "begin");
  write_authors();
  write_books();
  run_postgres(connection_.get(), "commit");
}

void PostgresBaseline::load_authors() {
  const PostgresResult result = statements_->all_authors.run({});
  const int rows = PQntuples(result.get());
  for (int row = 0; row < rows; ++row) authors_.add([&] { return read_author(result.get(), row); });
}

void PostgresBaseline::put_author_keys() {
  keys_.begin_array(oid::int8, false, authors_.size());
  for (std::size_t index = 0; index < authors_.size(); ++index) keys_.add_field(authors_[index].id);
}

void PostgresBaseline::update_all() {
  put_author_keys();
  names_.begin_array(oid::text, false, authors_.size());
  ages_.begin_array(oid::int4, true, authors_.size());
  for (std::size_t index = 0; index < authors_.size(); ++index) {
    const AuthorRow& author = authors_[index];
    names_.add_field(author.name);
    if (author.age) {
      ages_.add_field(*author.age);
    } else {
      ages_.add_null();
    }
  }
  statements_->update_authors.run({&keys_, &names_, &ages_});
}

void PostgresBaseline::find_each() {
  for (std::size_t index = 0; index < n_; ++index) {
    keys_.clear();
    keys_.add(static_cast<std::int64_t>(index) + 1);
    const PostgresResult result = statements_->author_by_id.run({&keys_});
    const AuthorRow author = read_author(result.get(), 0);
    tally_.rows += 1;
    tally_.sum += author.id + static_cast<std::int64_t>(author.email.size());
  }
}

void PostgresBaseline::find_in_map() {
  std::int64_t sum = 0;
  for (std::size_t index = 0; index < n_; ++index)
    sum += by_id_.find(static_cast<std::int64_t>(index) + 1)->second->age.value_or(1);
  tally_.sum += sum;
}

void PostgresBaseline::load_joined() {
  const PostgresResult result = statements_->authors_with_books.run({});
  const int rows = PQntuples(result.get());
  AuthorRow* author = nullptr;
  for (int row = 0; row < rows; ++row) {
    if (author == nullptr || author->id != integer_at(result.get(), row, 0)) {
      author = &authors_.add([&] { return read_author(result.get(), row); });
      author->first_book = books_.size();
    }
    if (PQgetisnull(result.get(), row, 6) == 1) continue;
    books_.add([&] { return read_book(result.get(), row, 6); });
    author->book_count += 1;
  }
}

// Both come in the order of the authors' keys.
void PostgresBaseline::load_select_in() {
  load_authors();
  put_author_keys();
  const PostgresResult result = statements_->books_of_authors.run({&keys_});
  const int rows = PQntuples(result.get());
  std::size_t author = 0;
  for (int row = 0; row < rows; ++row) {
    const BookRow& book = books_.add([&] { return read_book(result.get(), row, 0); });
    while (authors_[author].id != book.author_id) ++author;
    if (authors_[author].book_count++ == 0) authors_[author].first_book = books_.size() - 1;
  }
}

void PostgresBaseline::update_one() {
  for (std::size_t flush = 0; flush < w7_flushes; ++flush) {
    AuthorRow& author = *changed_[flush];
    author.age = changed_age(flush, round_);
    ages_.clear();
    ages_.add(*author.age);
    keys_.clear();
    keys_.add(author.id);
    statements_->update_age.run({&ages_, &keys_});
  }
}

void PostgresBaseline::delete_all() {
  put_author_keys();
  statements_->delete_authors.run({&keys_});
  authors_.clear();
}

void PostgresBaseline::insert_book_tags() {
  PostgresCopy copy(connection_.get(),
                    "copy book_tags (book_id, tag_id) from stdin (format binary)", buffer_);
  for (std::size_t book = 0; book < books_.size(); ++book) {
    for (std::size_t position = 0; position < tags_per_book; ++position) {
      buffer_.add(std::int16_t{2});
      buffer_.add_field(books_[book].id);
      buffer_.add_field(static_cast<std::int64_t>(tag_of_book(book, position)) + 1);
    }
    copy.row_done();
  }
  copy.end();
}

void PostgresBaseline::read_pages() {
  for (std::size_t query = 0; query < n_ / 2; ++query) {
    ages_.clear();
    ages_.add(page_age(query));
    keys_.clear();
    keys_.add(page_after(query, n_));
    const PostgresResult result = statements_->page.run({&ages_, &keys_});
    const int rows = PQntuples(result.get());
    for (int row = 0; row < rows; ++row)
      authors_.add([&] { return read_author(result.get(), row); });
    tally_.rows += static_cast<std::int64_t>(authors_.size());
    for (std::size_t index = 0; index < authors_.size(); ++index) tally_.sum += authors_[index].id;
    authors_.clear();
  }
}

}  // namespace

std::unique_ptr<Side> make_postgres_baseline(const std::string& url,
                                             const std::string& schema,
                                             std::size_t n) {
  return std::make_unique<PostgresBaseline>(url, schema, n);
}

}  // namespace benchmarks
