// Chapter 4: filters, pages, filters as JSON, and rows that are no entities.

#include <blog/chapters.hpp>
#include <blog/entities.hpp>

#include <chrono>
#include <cstdint>
#include <iostream>
#include <string>

using rowan::f;

namespace blog {
namespace {

void find_by_filter(rowan::EntityManager& em) {
  // [filter]
  auto posts =
      em.find<Post>(f<&Post::published> == true && f<&Post::author, &User::name> == "Alice",
                    {.populate = {f<&Post::author>},
                     .order_by = {f<&Post::created_at>.desc(), f<&Post::id>.desc()},
                     .limit = 10});
  for (Post& post : posts) std::cout << "  " << post.author->email << ": " << post.title << '\n';
  // [/filter]

  // [collection_filter]
  auto writers = em.find<User>(f<&User::posts>.some(f<&Post::tags, &Tag::name> == "c++"));
  std::cout << "  users who write of c++: " << writers.size() << '\n';
  // [/collection_filter]
}

void find_by_json(rowan::EntityManager& em) {
  // [json]
  const auto filter = rowan::json::parse(R"({"email": {"$like": "%@example.com"}})");
  std::cout << "  by a filter as JSON: " << em.count<User>(filter) << '\n';
  try {
    (void)em.count<User>(rowan::json::parse(R"({"pasword": "x"})"));
  } catch (const rowan::ValidationError& error) {
    std::cout << "  " << error.what() << '\n';
  }
  // [/json]
}

void select_rows(rowan::EntityManager& em) {
  // [rows]
  auto rows = em.query<Post>()
                  .select(f<&Post::title>, f<&Post::author, &User::email>)  // joins by itself
                  .where(f<&Post::published> == true)
                  .order_by(f<&Post::title>)
                  .rows();
  for (const auto& [title, email] : rows) std::cout << "  " << title << " by " << email << '\n';
  // [/rows]

  // [aggregate]
  struct Writer {
    std::string email;
    std::int64_t posts;
  };
  auto writers = em.query<Post>()
                     .select(f<&Post::author, &User::email>, rowan::count(f<&Post::id>))
                     .group_by(f<&Post::author, &User::email>)
                     .having(rowan::count(f<&Post::id>) > 1)
                     .rows_as<Writer>();
  for (const Writer& writer : writers) {
    std::cout << "  " << writer.email << " wrote " << writer.posts << " posts\n";
  }
  // [/aggregate]
}

void change_many(rowan::EntityManager& em) {
  // [bulk]
  const auto changed = em.update<Post>()
                           .set(f<&Post::published>, true)
                           .where(f<&Post::created_at> < rowan::now() + std::chrono::hours(1))
                           .execute();
  std::cout << "  published by one statement: " << changed << '\n';
  // [/bulk]
}

}  // namespace

void queries(rowan::Orm& orm) {
  std::cout << "Queries\n";
  auto em = orm.em().fork();
  find_by_filter(em);
  find_by_json(em);
  select_rows(em);
  change_many(em);
}

}  // namespace blog
