// The hand-written side over libmariadb: the binary protocol, many rows a statement, columns bound to buffers.

#include <benchmarks/mysql_baseline.hpp>

#include <benchmarks/baseline_rows.hpp>
#include <benchmarks/mysql_client.hpp>

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <utility>

namespace benchmarks {
namespace {

constexpr std::size_t insert_rows = 500;
constexpr std::size_t update_rows = 200;
constexpr std::size_t delete_keys = 500;
constexpr const char* author_columns = "select id, name, email, age, created_at, born from author";

/// A row of authors as the client library leaves it.
struct AuthorBuffer {
  std::int64_t id = 0;
  std::int32_t age = 0;
  my_bool is_age_null = 0;
  MYSQL_TIME created_at{};
  char texts[3][256];
  unsigned long lengths[3] = {0, 0, 0};

  [[nodiscard]] std::vector<MYSQL_BIND> columns() {
    std::vector<MYSQL_BIND> binds(6);
    const auto bind = [&](std::size_t column, enum_field_types type, void* at) {
      binds[column].buffer_type = type;
      binds[column].buffer = at;
    };
    bind(0, MYSQL_TYPE_LONGLONG, &id);
    bind(3, MYSQL_TYPE_LONG, &age);
    binds[3].is_null = &is_age_null;
    bind(4, MYSQL_TYPE_DATETIME, &created_at);
    const std::size_t texts_at[] = {1, 2, 5};
    for (std::size_t text = 0; text < 3; ++text) {
      MYSQL_BIND& column = binds[texts_at[text]];
      bind(texts_at[text], MYSQL_TYPE_STRING, texts[text]);
      column.buffer_length = sizeof texts[text];
      column.length = &lengths[text];
    }
    return binds;
  }
  [[nodiscard]] AuthorRow row() const {
    return AuthorRow{id,
                     {texts[0], lengths[0]},
                     {texts[1], lengths[1]},
                     is_age_null != 0 ? std::optional<std::int32_t>() : age,
                     microseconds_of(created_at),
                     {texts[2], lengths[2]}};
  }
};

/// Every statement of the program.
struct Statements {
  explicit Statements(MYSQL* connection);
  MysqlChunkedStatement insert_authors, insert_books, update_authors, delete_authors;
  MysqlStatement all_authors, page;
};

Statements::Statements(MYSQL* connection)
    : insert_authors(connection,
                     {"insert into author (name, email, age, created_at, born) values ",
                      "(?, ?, ?, ?, ?)", ", (?, ?, ?, ?, ?)", ""},
                     insert_rows),
      insert_books(
          connection,
          {"insert into book (title, author_id, price) values ", "(?, ?, ?)", ", (?, ?, ?)", ""},
          insert_rows),
      update_authors(connection,
                     {"update author as t join (",
                      "select cast(? as signed) as id, cast(? as char) as name,"
                      " cast(? as signed) as age",
                      " union all select cast(? as signed), cast(? as char), cast(? as signed)",
                      ") as v on t.id = v.id set t.name = v.name, t.age = v.age"},
                     update_rows),
      delete_authors(
          connection, {"delete from author where id in (", "?", ", ?", ")"}, delete_keys),
      all_authors(connection, author_columns),
      page(connection,
           author_columns + std::string(" where age = ? and id > ? order by id limit 20")) {}

class MysqlBaseline final : public Side {
 public:
  MysqlBaseline(const std::string& url, const std::string& schema, std::size_t n)
      : n_(n), connection_(connect_mysql(url)), sql_(url) {
    run_mysql_script(connection_.get(), schema);
    statements_.emplace(connection_.get());
    statements_->all_authors.bind_results(author_.columns());
    statements_->page.bind_results(author_.columns());
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
  void delete_all();
  void read_pages();
  void write_authors();
  void write_books();
  template <class Bind, class Done>
  void run_in_chunks(MysqlChunkedStatement& chunked, std::size_t total, Bind bind, Done done);

  std::size_t n_;
  MysqlConnection connection_;
  MysqlPlainSql sql_;
  std::optional<Statements> statements_;
  AuthorBuffer author_;
  std::vector<MYSQL_TIME> times_;
  BlockList<AuthorRow> authors_;
  BlockList<BookRow> books_;
  Tally tally_;
};

void MysqlBaseline::prepare(Workload workload, std::size_t round) {
  tally_ = {};
  if (workload == Workload::w4u || workload == Workload::w8) load_authors();
  for (std::size_t index = 0; workload == Workload::w4u && index < authors_.size(); ++index) {
    const auto row = static_cast<std::size_t>(authors_[index].id) - 1;
    authors_[index].name = changed_name(row, round);
    authors_[index].age = changed_age(row, round);
  }
}

void MysqlBaseline::run(Workload workload) {
  switch (workload) {
    case Workload::w1: return insert_new_authors();
    case Workload::w2: return insert_graph();
    case Workload::w3: return load_authors();
    case Workload::w4u: return update_all();
    case Workload::w8: return delete_all();
    case Workload::w10: return read_pages();
    default: throw std::runtime_error("this workload has no hand-written side over MySQL");
  }
}

void MysqlBaseline::let_go() {
  authors_.clear();
  books_.clear();
}

/// Binds `bind(statement, first position, row)` for each row of a chunk, runs it, and calls `done(statement, first row,
/// end)`.
template <class Bind, class Done>
void MysqlBaseline::run_in_chunks(MysqlChunkedStatement& chunked,
                                  std::size_t total,
                                  Bind bind,
                                  Done done) {
  for (std::size_t first = 0; first < total;) {
    const std::size_t end = std::min(total, first + chunked.chunk_rows());
    MysqlStatement& statement = chunked.of_rows(end - first);
    for (std::size_t row = first; row < end; ++row) bind(statement, row - first, row);
    statement.run();
    done(statement, first, end);
    first = end;
  }
}

void MysqlBaseline::write_authors() {
  times_.resize(insert_rows);
  run_in_chunks(
      statements_->insert_authors, authors_.size(),
      [&](MysqlStatement& statement, std::size_t at, std::size_t index) {
        const AuthorRow& author = authors_[index];
        times_[at] = mysql_time_of(author.created_at);
        statement.bind_text(at * 5, &author.name);
        statement.bind_text(at * 5 + 1, &author.email);
        statement.bind_number(at * 5 + 2, author.age ? &*author.age : nullptr);
        statement.bind_time(at * 5 + 3, &times_[at]);
        statement.bind_text(at * 5 + 4, &author.born);
      },
      // One insert's keys are in a row, whatever others do meanwhile.
      [&](MysqlStatement& statement, std::size_t first, std::size_t end) {
        std::int64_t key = statement.first_key();
        for (std::size_t index = first; index < end; ++index) authors_[index].id = key++;
      });
}

void MysqlBaseline::write_books() {
  run_in_chunks(
      statements_->insert_books, books_.size(),
      [&](MysqlStatement& statement, std::size_t at, std::size_t index) {
        BookRow& book = books_[index];
        book.author_id = authors_[index / books_per_author].id;
        statement.bind_text(at * 3, &book.title);
        statement.bind_integer(at * 3 + 1, &book.author_id);
        statement.bind_real(at * 3 + 2, &book.price);
      },
      [&](MysqlStatement& statement, std::size_t first, std::size_t end) {
        std::int64_t key = statement.first_key();
        for (std::size_t index = first; index < end; ++index) books_[index].id = key++;
      });
}

void MysqlBaseline::insert_new_authors() {
  for (std::size_t index = 0; index < n_; ++index)
    authors_.add([&] { return new_author_row(index); });
  run_mysql(connection_.get(), "begin");
  write_authors();
  run_mysql(connection_.get(), "commit");
}

void MysqlBaseline::insert_graph() {
  add_graph(authors_, books_, n_);
  run_mysql(connection_.get(), "begin");
  write_authors();
  write_books();
  run_mysql(connection_.get(), "commit");
}

void MysqlBaseline::load_authors() {
  statements_->all_authors.run();
  while (statements_->all_authors.fetch()) authors_.add([&] { return author_.row(); });
}

void MysqlBaseline::update_all() {
  run_mysql(connection_.get(), "begin");
  run_in_chunks(
      statements_->update_authors, authors_.size(),
      [&](MysqlStatement& statement, std::size_t at, std::size_t index) {
        const AuthorRow& author = authors_[index];
        statement.bind_integer(at * 3, &author.id);
        statement.bind_text(at * 3 + 1, &author.name);
        statement.bind_number(at * 3 + 2, author.age ? &*author.age : nullptr);
      },
      [](MysqlStatement&, std::size_t, std::size_t) {});
  run_mysql(connection_.get(), "commit");
}

void MysqlBaseline::delete_all() {
  run_mysql(connection_.get(), "begin");
  run_in_chunks(
      statements_->delete_authors, authors_.size(),
      [&](MysqlStatement& statement, std::size_t at, std::size_t index) {
        statement.bind_integer(at, &authors_[index].id);
      },
      [](MysqlStatement&, std::size_t, std::size_t) {});
  run_mysql(connection_.get(), "commit");
  authors_.clear();
}

void MysqlBaseline::read_pages() {
  MysqlStatement& statement = statements_->page;
  for (std::size_t query = 0; query < n_ / 2; ++query) {
    const std::int32_t age = page_age(query);
    const std::int64_t after = page_after(query, n_);
    statement.bind_number(0, &age);
    statement.bind_integer(1, &after);
    statement.run();
    while (statement.fetch()) authors_.add([&] { return author_.row(); });
    tally_.rows += static_cast<std::int64_t>(authors_.size());
    for (std::size_t index = 0; index < authors_.size(); ++index) tally_.sum += authors_[index].id;
    authors_.clear();
  }
}

}  // namespace

std::unique_ptr<Side> make_mysql_baseline(const std::string& url,
                                          const std::string& schema,
                                          std::size_t n) {
  return std::make_unique<MysqlBaseline>(url, schema, n);
}

}  // namespace benchmarks
