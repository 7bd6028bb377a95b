// The code of docs/guide/entity-manager-and-unit-of-work.md: what a manager knows and writes.

#include <rowan/drivers.hpp>

#include <blog/entities.hpp>
#include <guide/expect.hpp>

#include <rowan/base/log.hpp>

#include <chrono>
#include <cstdint>
#include <iostream>

using namespace blog;
using guide::expect;
using rowan::f;

namespace {

void create_and_flush(rowan::Orm& orm) {
  // [create]
  auto em = orm.em().fork();
  User& alice = em.create<User>({.email = "alice@example.com", .name = "Alice"});
  em.create<Post>({.title = "Hello", .author = alice});
  // nothing has been sent yet, alice.id is 0

  em.flush();  // begin, insert the user, insert the post with its key, commit
  std::cout << alice.id << ' ' << alice.posts.size() << '\n';
  // [/create]
  expect(alice.id != 0 && alice.posts.size() == 1, "keys and inverse sides are filled in");
}

void identity(rowan::Orm& orm) {
  // [identity]
  auto em = orm.em().fork();
  User& alice = em.find_one_or_fail<User>(f<&User::email> == "alice@example.com");
  User* same = em.find_one<User>(alice.id);   // answered by the manager: no statement
  User* nobody = em.find_one<User>(1000000);  // no such row: null
  // [/identity]
  expect(same == &alice && nobody == nullptr, "one row is one object");
}

void change(rowan::Orm& orm) {
  auto em = orm.em().fork();
  User& alice = em.find_one_or_fail<User>(f<&User::email> == "alice@example.com");
  const auto before = alice.updated_at;
  // [change]
  alice.name = "Alice Liddell";
  em.flush();  // update user set name = ?, updated_at = ? where id = ?
  em.flush();  // nothing has changed: nothing is sent
  // [/change]
  expect(alice.updated_at > before, "on_update runs");
  expect(em.statistics().flushes == 1, "an empty flush is none");

  // [remove]
  Tag& tag = em.create<Tag>({.name = "tpyo"});
  em.flush();
  em.remove(tag);
  em.flush();  // delete from tag where id = ?
  // [/remove]
  expect(em.count<Tag>() == 0, "remove deletes");
}

void wait_for_persist(rowan::Orm& orm) {
  auto em = orm.em().fork();
  // [persist]
  Tag& draft = em.create<Tag>({.name = "draft"}, {.persist = false});
  em.flush();         // not written: it waits
  em.persist(draft);  // or a persisted object comes to refer to it
  em.flush();         // now it is
  // [/persist]
  expect(draft.id != 0, "persist() lets it be inserted");
}

void merge_and_detach(rowan::Orm& orm) {
  auto em = orm.em().fork();
  Tag& stored = em.find_one_or_fail<Tag>(f<&Tag::name> == "draft");
  const std::int64_t id = stored.id;
  // [detach]
  Tag outside = em.detach(stored);  // a plain struct: the manager has forgotten it
  outside.name = "drafts";
  // [/detach]
  expect(!em.is_managed(stored), "detach forgets");
  // [merge]
  auto other = orm.em().fork();
  Tag& inside = other.merge<Tag>({.id = id, .name = "draft"});  // as the database has it
  inside.name = outside.name;
  other.flush();  // update tag set name = ? where id = ?
  // [/merge]
  expect(orm.em().fork().count<Tag>(f<&Tag::name> == "drafts") == 1,
         "merge is clean until changed");
}

void reference_without_row(rowan::Orm& orm) {
  auto em = orm.em().fork();
  const std::int64_t alice_id =
      em.find_one_or_fail<User>(f<&User::email> == "alice@example.com").id;
  em.clear();
  // [get_reference]
  em.create<Post>({.title = "By key", .author = em.get_reference<User>(alice_id)});
  em.flush();  // one insert: the user was never loaded
  // [/get_reference]
  expect(em.count<Post>(f<&Post::author> == alice_id) == 2, "a reference needs no row");
}

void refresh_and_partial(rowan::Orm& orm) {
  auto em = orm.em().fork();
  User& alice = em.find_one_or_fail<User>(f<&User::email> == "alice@example.com");
  // [refresh]
  alice.name = "a slip";
  em.refresh(alice);  // reads the row over local changes; false where it is gone
  // [/refresh]
  expect(alice.name == "Alice Liddell", "refresh takes the row");

  auto partial = orm.em().fork();
  // [mark_changed]
  Post& post = partial.find_one_or_fail<Post>(f<&Post::title> == "Hello",
                                              {.fields = {f<&Post::id>, f<&Post::title>}});
  post.published = false;  // its initializer too: Rowan cannot see that it was said
  partial.mark_changed(post, f<&Post::published>);
  partial.flush();  // update post set published = ? where id = ?
  // [/mark_changed]
  expect(partial.statistics().flushes == 1, "mark_changed forces the write");
}

void find_or_create(rowan::Orm& orm) {
  // [find_or_create]
  auto em = orm.em().fork();
  auto [tag, created] = em.find_or_create<Tag>(f<&Tag::name> == "c++", {.name = "c++"});
  std::cout << tag.name << (created ? " is new\n" : " was there\n");
  // [/find_or_create]
  expect(created && tag.id != 0, "find_or_create inserts at once");
}

void flush_mode(rowan::Orm& orm) {
  auto em = orm.em().fork();
  // [flush_mode]
  em.create<Tag>({.name = "sql"});
  const auto tags = em.count<Tag>();  // reads tags: the pending one is inserted first

  em.set_flush_mode(rowan::FlushMode::commit);  // from here on only flush() and commits write
  em.create<Tag>({.name = "orm"});
  const auto still = em.count<Tag>();
  // [/flush_mode]
  expect(tags == still, "FlushMode::commit writes nothing before a query");
  em.clear();
}

void look_inside(rowan::Orm& orm) {
  auto em = orm.em().fork();
  // [debug_view]
  User& alice = em.find_one_or_fail<User>(f<&User::email> == "alice@example.com");
  alice.name = "Alice";
  em.create<Tag>({.name = "debugging"});

  std::cout << em.debug_view();  // sends nothing

  const rowan::Statistics seen = em.statistics();
  std::cout << seen.statements << " statements, " << seen.rows << " rows read, " << seen.managed
            << " objects\n";
  // [/debug_view]
  expect(seen.managed == 2 && seen.statements == 1, "statistics count");
}

}  // namespace

int main() {
  // [orm]
  rowan::Orm orm{{
      .driver = rowan::driver_from_url("sqlite::memory:"),
      .entities = rowan::entities<User, Post, Tag>(),
      .logger = rowan::make_console_logger({.namespaces = {rowan::LogNamespace::slow_query}}),
      .slow_query_threshold = std::chrono::milliseconds(200),
  }};
  orm.schema().create();  // create table ...; create_sql() returns the text
  // [/orm]
  create_and_flush(orm);
  identity(orm);
  change(orm);
  wait_for_persist(orm);
  merge_and_detach(orm);
  reference_without_row(orm);
  refresh_and_partial(orm);
  find_or_create(orm);
  flush_mode(orm);
  look_inside(orm);
}
