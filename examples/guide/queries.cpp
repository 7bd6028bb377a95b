// The code of docs/guide/queries.md: filters, options, rows, bulk changes, and SQL.

#include <rowan/drivers.hpp>

#include <blog/entities.hpp>
#include <guide/expect.hpp>

#include <chrono>
#include <cstdint>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

using namespace blog;
using guide::expect;
using guide::expect_throws;
using rowan::f;

namespace {

void fill(rowan::Orm& orm) {
  auto em = orm.em().fork();
  User& alice = em.create<User>({.email = "alice@example.com", .name = "Alice"});
  User& bob = em.create<User>({.email = "bob@example.com"});
  Tag& cpp = em.create<Tag>({.name = "c++"});
  Tag& sql = em.create<Tag>({.name = "sql"});
  Post& hello = em.create<Post>({.title = "Hello", .published = true, .author = alice});
  Post& joins = em.create<Post>({.title = "Joins", .published = true, .author = alice});
  em.create<Post>({.title = "A draft", .author = bob, .editor = alice});
  hello.tags.add(cpp);
  joins.tags.add(cpp, sql);
  em.flush();
}

void filters(rowan::EntityManager& em) {
  // [filter]
  auto posts = em.find<Post>(f<&Post::published> == true && f<&Post::title>.like("H%"));
  auto by_key = em.find_one<Post>(1);
  auto by_keys = em.find<Post>(std::vector<std::int64_t>{1, 2, 3});
  auto all = em.find<Post>({});
  // [/filter]
  expect(posts.size() == 1 && by_key != nullptr && by_keys.size() == 3 && all.size() == 3, "find");

  // [nulls]
  auto nameless = em.find<User>(f<&User::name> == nullptr || f<&User::name>.in({"", "?"}));
  auto edited = em.find<Post>(f<&Post::editor>.is_not_null());
  // [/nulls]
  expect(nameless.size() == 1 && edited.size() == 1, "null is asked for by its name");

  // [through]
  User& alice = em.find_one_or_fail<User>(f<&User::email> == "alice@example.com");
  auto hers = em.find<Post>(f<&Post::author> == alice);  // an object, a reference or a key
  auto same = em.find<Post>(f<&Post::author, &User::email> == "alice@example.com");  // joins
  // [/through]
  expect(hers.size() == 2 && same.size() == 2, "a path joins by itself");

  // [collections]
  auto on_cpp = em.find<User>(f<&User::posts, &Post::tags, &Tag::name> == "c++");  // at least one
  auto clean = em.find<User>(f<&User::posts>.every(f<&Post::published> == true));
  auto idle = em.find<User>(f<&User::posts>.none(f<&Post::published> == true));
  auto busy = em.find<User>(f<&User::posts>.size() > 1);
  auto untagged = em.find<Post>(f<&Post::tags>.is_empty());
  // [/collections]
  expect(on_cpp.size() == 1 && clean.size() == 1 && idle.size() == 1, "some, every, none");
  expect(busy.size() == 1 && untagged.size() == 1, "size and empty");
}

// [compose]
rowan::EntityList<Post> search(rowan::EntityManager& em,
                               std::string_view text,
                               bool only_published) {
  rowan::Filter<Post> where;  // empty: every row
  if (!text.empty()) where = where && f<&Post::title>.like("%" + std::string(text) + "%");
  if (only_published) where = where && f<&Post::published> == true;
  return em.find<Post>(where, {.order_by = {f<&Post::title>}});
}
// [/compose]

void options(rowan::EntityManager& em) {
  expect(search(em, "o", true).size() == 2 && search(em, "", false).size() == 3, "composed");

  // [page]
  auto [page, total] = em.find_and_count<Post>(
      f<&Post::published> == true,
      {.order_by = {f<&Post::author, &User::name>.asc().nulls_last(), f<&Post::id>.desc()},
       .limit = 20,
       .offset = 0});
  // [/page]
  expect(page.size() == 2 && total == 2, "a page and the number of all");

  // [one]
  User* first = em.find_one<User>({}, {.order_by = {f<&User::created_at>}});
  User& only = em.find_one_or_fail<User>(f<&User::name> == "Alice", {.strict = true});
  const std::size_t published = em.count<Post>(f<&Post::published> == true);
  // [/one]
  expect(first != nullptr && only.name == "Alice" && published == 2, "one and count");

  em.clear();
  // [fields]
  auto titles = em.find<Post>({}, {.fields = {f<&Post::title>}});  // the key always comes along
  auto short_ones = em.find<Post>({}, {.exclude = {f<&Post::content>}});
  // [/fields]
  expect(titles.size() == 3 && short_ones.size() == 3, "fields and exclude");

  em.clear();
  // [populate_where]
  auto users = em.find<User>({}, {.populate = {f<&User::posts>},
                                  .populate_where = f<&User::posts, &Post::published> == true});
  // [/populate_where]
  expect(users.size() == 2, "populate_where leaves the users alone");
  em.clear();
}

void as_json(rowan::EntityManager& em) {
  // [json]
  const auto filter = rowan::json::parse(R"({
    "published": true,
    "author.name": {"$in": ["Alice", "Carol"]},
    "tags": {"$some": {"name": {"$like": "c%"}}}
  })");
  auto posts = em.find<Post>(filter);
  // [/json]
  expect(posts.size() == 2, "JSON says the same");

  // [json_mistake]
  try {
    (void)em.find<Post>(rowan::json::parse(R"({"titel": "Hello"})"));
  } catch (const rowan::ValidationError& error) {
    std::cout << error.what() << '\n';  // names entity and property, and the nearest that exists
  }
  // [/json_mistake]
  expect_throws<rowan::ValidationError>("a list is no filter",
                                        [&] { (void)em.find<Post>(rowan::json::parse("[1, 2]")); });
}

void rows(rowan::EntityManager& em) {
  // [rows]
  auto rows = em.query<Post>()
                  .select(f<&Post::title>, f<&Post::author, &User::name>)
                  .where(f<&Post::published> == true)
                  .order_by(f<&Post::created_at>.desc(), f<&Post::title>)
                  .limit(20)
                  .rows();
  for (const auto& [title, name] : rows) {  // std::string, std::optional<std::string>
    std::cout << title << " by " << name.value_or("?") << '\n';
  }
  // [/rows]
  expect(rows.size() == 2, "rows of a tuple");

  // [aggregates]
  struct Writer {
    std::string email;
    std::int64_t posts;
    std::optional<rowan::Timestamp> latest;  // max() of no rows is null
  };
  auto writers =
      em.query<Post>()
          .select(f<&Post::author, &User::email>, rowan::count(), rowan::max(f<&Post::created_at>))
          .group_by(f<&Post::author, &User::email>)
          .having(rowan::count() > 1)
          .order_by(rowan::count().desc())
          .rows_as<Writer>();
  // [/aggregates]
  expect(writers.size() == 1 && writers[0].posts == 2, "rows of a struct");

  // [joined]
  auto tagged = em.query<Post>()
                    .join(f<&Post::tags>)  // each tag makes a row
                    .select(rowan::joined(f<&Post::tags, &Tag::name>), rowan::count())
                    .group_by(rowan::joined(f<&Post::tags, &Tag::name>))
                    .rows();
  // [/joined]
  expect(tagged.size() == 2, "a collection is joined by name");

  // [subquery]
  auto authors = em.query<Post>()
                     .select(f<&Post::author, &User::id>)
                     .where(f<&Post::published> == true)
                     .as_subquery();
  auto published = em.find<User>(f<&User::id>.in(authors));
  // [/subquery]
  expect(published.size() == 1, "a subquery in a filter");
}

void bulk(rowan::EntityManager& em) {
  // [bulk]
  const auto updated = em.update<Post>()
                           .set(f<&Post::published>, true)
                           .where(f<&Post::created_at> < rowan::now() + std::chrono::hours(1))
                           .execute();
  const auto inserted = em.insert<Tag>()
                            .values(f<&Tag::name>, "orm")
                            .values(f<&Tag::name>, "sql")
                            .ignore_conflicts()  // "sql" is there
                            .execute();
  const auto removed = em.remove_where<Tag>().where(f<&Tag::posts>.is_empty()).execute();
  // [/bulk]
  expect(updated == 3 && inserted == 1 && removed == 1, "bulk changes say how many");
}

void native(rowan::EntityManager& em) {
  // [sql]
  auto shouting = em.find<Post>(rowan::sql_filter<Post>("upper({title}) = ?", "HELLO") &&
                                f<&Post::published> == true);
  auto lengths =
      em.query<Post>().select(f<&Post::title>, rowan::raw<std::int64_t>("length({title})")).rows();
  em.update<Post>().set_raw(f<&Post::title>, "trim({title}) || ?", "!").execute();

  em.execute("update post set title = replace(title, ?, ?)",
             {rowan::Value::of_text("!"), rowan::Value::of_text("")});
  auto found = em.execute_rows("select count(*) from post");
  // [/sql]
  expect(shouting.size() == 1 && lengths.size() == 3, "SQL inside");
  expect(found[0][0].integer() == 3, "and SQL alone");
}

}  // namespace

int main() {
  rowan::Orm orm{{
      .driver = rowan::driver_from_url("sqlite::memory:"),
      .entities = rowan::entities<User, Post, Tag>(),
  }};
  orm.schema().create();
  fill(orm);
  auto em = orm.em().fork();
  filters(em);
  options(em);
  as_json(em);
  rows(em);
  bulk(em);
  native(em);
}
