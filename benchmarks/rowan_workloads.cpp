// The workloads as a user of Rowan would write them.

#include <benchmarks/rowan_workloads.hpp>

#include <benchmarks/bench_entities.hpp>
#include <benchmarks/row_values.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace benchmarks {
namespace {

using rowan::f;

using Authors = decltype(std::declval<rowan::EntityManager&>().find<Author>({}));
using Books = decltype(std::declval<rowan::EntityManager&>().find<Book>({}));
using Tags = decltype(std::declval<rowan::EntityManager&>().find<Tag>({}));

/// One unit of work and what it has loaded, which ends before its manager does.
struct UnitOfWork {
  explicit UnitOfWork(rowan::Orm& orm) : em(orm.em().fork()) {}

  rowan::EntityManager em;
  std::uint64_t statements_before = 0;
  std::vector<Author*> created;
  std::vector<Author*> changed;
  std::optional<Authors> authors;
  std::optional<Books> books;
  std::optional<Tags> tags;
};

Author new_author(std::size_t index) {
  return {.name = author_name(index),
          .email = author_email(index),
          .age = author_age(index),
          .created_at = rowan::Timestamp{std::chrono::microseconds{author_created_at(index)}},
          .born = author_born(index)};
}

std::int64_t key_of(std::size_t index) { return static_cast<std::int64_t>(index) + 1; }
std::size_t index_of(std::int64_t key) { return static_cast<std::size_t>(key) - 1; }

class RowanSide final : public Side {
 public:
  RowanSide(std::unique_ptr<rowan::Orm> orm, std::unique_ptr<PlainSql> sql, std::size_t n)
      : n_(n), orm_(std::move(orm)), sql_(std::move(sql)) {}

  [[nodiscard]] std::string_view name() const noexcept override { return "rowan"; }
  [[nodiscard]] PlainSql& sql() noexcept override { return *sql_; }
  void set_counting(bool is_on) noexcept override { is_counting_ = is_on; }
  void prepare(Workload workload, std::size_t round) override;
  void run(Workload workload) override;
  [[nodiscard]] Tally tally() override;
  void let_go() override;

 private:
  void change_all(std::size_t round);
  void insert_authors();
  void insert_graph();
  void load_authors();
  void find_each();
  void find_in_map();
  void load_with_books(rowan::LoadStrategy strategy);
  void flush_one();
  void remove_all();
  void set_tags();
  void read_pages();

  void add_to_tally(Author& author);

  std::size_t n_;
  std::size_t round_ = 0;
  bool is_counting_ = false;
  std::unique_ptr<rowan::Orm> orm_;
  std::unique_ptr<PlainSql> sql_;
  std::unique_ptr<UnitOfWork> unit_;
  Tally tally_;
};

void RowanSide::prepare(Workload workload, std::size_t round) {
  round_ = round;
  tally_ = {};
  switch (workload) {
    case Workload::w4u:
      load_authors();
      change_all(round);
      break;
    case Workload::w5b:
    case Workload::w8: load_authors(); break;
    case Workload::w7:
      load_authors();
      // Changed rows may lie elsewhere in the table, so the order of loading says nothing.
      for (std::size_t flush = 0; flush < w7_flushes; ++flush)
        unit_->changed.push_back(&unit_->em.find_one_or_fail<Author>(key_of(n_ / 2 + flush)));
      break;
    case Workload::w9:
      unit_ = std::make_unique<UnitOfWork>(*orm_);
      unit_->books.emplace(unit_->em.find<Book>({}, {.populate = {f<&Book::tags>}}));
      unit_->tags.emplace(unit_->em.find<Tag>({}));
      break;
    default: break;
  }
  if (unit_) unit_->statements_before = unit_->em.statistics().statements;
}

void RowanSide::run(Workload workload) {
  switch (workload) {
    case Workload::w1: return insert_authors();
    case Workload::w2: return insert_graph();
    case Workload::w3: return load_authors();
    case Workload::w4u: return unit_->em.flush();
    case Workload::w5: return find_each();
    case Workload::w5b: return find_in_map();
    case Workload::w6j: return load_with_books(rowan::LoadStrategy::joined);
    case Workload::w6s: return load_with_books(rowan::LoadStrategy::select_in);
    case Workload::w7: return flush_one();
    case Workload::w8: return remove_all();
    case Workload::w9: return set_tags();
    case Workload::w10: return read_pages();
  }
}

void RowanSide::add_to_tally(Author& author) {
  tally_.rows += 1;
  tally_.sum += author.id + author.age.value_or(0);
  tally_.sum += author.created_at.time_since_epoch() / std::chrono::microseconds{1} % 1000;
  tally_.sum += static_cast<std::int64_t>(author.name.size() + author.email.size());
  if (!author.books.is_initialized()) return;
  for (Book& book : author.books) {
    tally_.rows += 1;
    tally_.sum += book.id + static_cast<std::int64_t>(book.title.size() + book.price);
  }
}

Tally RowanSide::tally() {
  if (!unit_) return tally_;
  tally_.statements = unit_->em.statistics().statements - unit_->statements_before;
  for (Author* author : unit_->created) add_to_tally(*author);
  if (unit_->authors) {
    for (Author& author : *unit_->authors) add_to_tally(author);
  }
  return tally_;
}

void RowanSide::let_go() { unit_.reset(); }

void RowanSide::change_all(std::size_t round) {
  for (Author& author : *unit_->authors) {
    const std::size_t index = index_of(author.id);
    author.name = changed_name(index, round);
    author.age = changed_age(index, round);
  }
}

void RowanSide::insert_authors() {
  unit_ = std::make_unique<UnitOfWork>(*orm_);
  unit_->created.reserve(n_);
  for (std::size_t index = 0; index < n_; ++index) {
    unit_->created.push_back(&unit_->em.create<Author>(new_author(index)));
  }
  unit_->em.flush();
}

void RowanSide::insert_graph() {
  unit_ = std::make_unique<UnitOfWork>(*orm_);
  rowan::EntityManager& em = unit_->em;
  std::size_t number = 0;
  for (std::size_t index = 0; index < n_ / books_per_author; ++index) {
    Author& author = em.create<Author>(new_author(index));
    unit_->created.push_back(&author);
    for (std::size_t book = 0; book < books_per_author; ++book, ++number) {
      em.create<Book>({.title = book_title(number), .author = author, .price = book_price(number)});
    }
  }
  em.flush();
}

void RowanSide::load_authors() {
  unit_ = std::make_unique<UnitOfWork>(*orm_);
  unit_->authors.emplace(unit_->em.find<Author>({}));
}

void RowanSide::find_each() {
  for (std::size_t index = 0; index < n_; ++index) {
    auto em = orm_->em().fork();
    const Author& author = em.find_one_or_fail<Author>(key_of(index));
    tally_.rows += 1;
    tally_.sum += author.id + static_cast<std::int64_t>(author.email.size());
    if (is_counting_) tally_.statements += em.statistics().statements;
  }
}

void RowanSide::find_in_map() {
  std::int64_t sum = 0;
  for (std::size_t index = 0; index < n_; ++index) {
    sum += unit_->em.find_one_or_fail<Author>(key_of(index)).age.value_or(1);
  }
  tally_.sum += sum;
}

void RowanSide::load_with_books(rowan::LoadStrategy strategy) {
  unit_ = std::make_unique<UnitOfWork>(*orm_);
  unit_->authors.emplace(
      unit_->em.find<Author>({}, {.populate = {f<&Author::books>}, .strategy = strategy}));
}

void RowanSide::flush_one() {
  for (std::size_t flush = 0; flush < w7_flushes; ++flush) {
    unit_->changed[flush]->age = changed_age(flush, round_);
    unit_->em.flush();
  }
}

void RowanSide::remove_all() {
  for (Author& author : *unit_->authors) unit_->em.remove(author);
  unit_->authors.reset();
  unit_->em.flush();
}

void RowanSide::set_tags() {
  static_assert(tags_per_book == 5);
  Tags& tags = *unit_->tags;
  std::size_t index = 0;
  for (Book& book : *unit_->books) {
    book.tags.set({tags[tag_of_book(index, 0)], tags[tag_of_book(index, 1)],
                   tags[tag_of_book(index, 2)], tags[tag_of_book(index, 3)],
                   tags[tag_of_book(index, 4)]});
    ++index;
  }
  unit_->em.flush();
}

void RowanSide::read_pages() {
  for (std::size_t query = 0; query < n_ / 2; ++query) {
    auto em = orm_->em().fork();
    auto authors = em.find<Author>(
        f<&Author::age> == page_age(query) && f<&Author::id> > page_after(query, n_),
        {.order_by = {f<&Author::id>.asc()}, .limit = page_rows});
    tally_.rows += static_cast<std::int64_t>(authors.size());
    for (Author& author : authors) tally_.sum += author.id;
    if (is_counting_) tally_.statements += em.statistics().statements;
  }
}

}  // namespace

std::unique_ptr<Side> make_rowan_side(std::unique_ptr<rowan::Orm> orm,
                                      std::unique_ptr<PlainSql> sql,
                                      std::size_t n) {
  return std::make_unique<RowanSide>(std::move(orm), std::move(sql), n);
}

}  // namespace benchmarks
