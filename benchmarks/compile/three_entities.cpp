// A translation unit as an application has them: three entities, and every kind of call over them.

#include <rowan/rowan.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "benchmarks/bench_entities.hpp"

using benchmarks::Author;
using benchmarks::Book;
using benchmarks::Tag;
using rowan::f;

namespace compile_bench {

void insert_authors(rowan::Orm& orm, std::int64_t count) {
  auto em = orm.em().fork();
  for (std::int64_t i = 0; i < count; ++i) {
    const std::string number = std::to_string(i);
    Author& author = em.create<Author>(
        {.name = "author " + number, .email = number + "@example.com", .born = "1970-01-01"});
    em.create<Book>({.title = "book " + number, .author = author, .price = 1.5});
  }
  em.flush();
}

std::size_t load_authors(rowan::Orm& orm) {
  auto em = orm.em().fork();
  return em.find<Author>({}, {.populate = {f<&Author::books, &Book::tags>}}).size();
}

void change_authors(rowan::Orm& orm) {
  auto em = orm.em().fork();
  for (Author& author : em.find<Author>({}, {.order_by = {f<&Author::id>.asc()}})) {
    author.name += " changed";
    author.age = 42;
  }
  em.flush();
}

std::string find_author(rowan::Orm& orm, std::int64_t id) {
  auto em = orm.em().fork();
  return em.find_one_or_fail<Author>(id).name;
}

std::size_t page_of_authors(rowan::Orm& orm, std::int32_t age, std::int64_t after) {
  auto em = orm.em().fork();
  return em
      .find<Author>(f<&Author::age> == age && f<&Author::id> > after,
                    {.order_by = {f<&Author::id>.asc()}, .limit = 20})
      .size();
}

void set_tags(rowan::Orm& orm) {
  auto em = orm.em().fork();
  auto tags = em.find<Tag>({}, {.limit = 2});
  for (Book& book : em.find<Book>({}, {.populate = {f<&Book::tags>}})) {
    book.tags.set({tags[0], tags[1]});
  }
  em.flush();
}

void remove_books(rowan::Orm& orm) {
  auto em = orm.em().fork();
  for (Book& book : em.find<Book>(f<&Book::author, &Author::email>.like("%@example.com"))) {
    em.remove(book);
  }
  em.flush();
}

std::size_t rows_of_books(rowan::Orm& orm) {
  auto em = orm.em().fork();
  auto rows = em.query<Book>()
                  .select(f<&Book::title>, f<&Book::author, &Author::name>)
                  .where(f<&Book::price> > 1.0)
                  .order_by(f<&Book::title>.desc())
                  .limit(20)
                  .rows();
  auto counts = em.query<Book>()
                    .select(f<&Book::author, &Author::id>, rowan::count(f<&Book::id>))
                    .group_by(f<&Book::author, &Author::id>)
                    .having(rowan::count(f<&Book::id>) > 1)
                    .rows();
  return rows.size() + counts.size();
}

void raise_prices(rowan::Orm& orm) {
  auto em = orm.em().fork();
  em.transactional([](rowan::EntityManager& tx) {
    tx.update<Book>().set(f<&Book::price>, 2.5).where(f<&Book::price> < 2.5).execute();
  });
}

}  // namespace compile_bench
