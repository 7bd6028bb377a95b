// The code of docs/guide/errors.md: what is thrown, what it knows, and how work goes on after it.

#include <rowan/drivers.hpp>

#include <blog/entities.hpp>
#include <guide/expect.hpp>

#include <iostream>
#include <string>

using namespace blog;
using guide::expect;
using rowan::f;

namespace {

void catch_one(rowan::Orm& orm) {
  auto em = orm.em().fork();
  em.create<User>({.email = "alice@example.com"});
  em.flush();
  // [catch]
  try {
    auto other = orm.em().fork();
    other.create<User>({.email = "alice@example.com"});
    other.flush();
  } catch (const rowan::UniqueConstraintViolation& error) {
    std::cout << "taken: " << error.what() << '\n';
  } catch (const rowan::DriverError& error) {
    std::cout << error.statement() << " failed with code " << error.native_code() << '\n';
    throw;
  }
  // [/catch]
}

// [map]
/// Says what an HTTP answer makes of an error.
int status_of(const rowan::Error& error) {
  switch (error.kind()) {
    case rowan::ErrorKind::validation: return 400;
    case rowan::ErrorKind::not_found: return 404;
    case rowan::ErrorKind::unique:
    case rowan::ErrorKind::foreign_key:
    case rowan::ErrorKind::optimistic_lock: return 409;
    default: return error.is_retryable() ? 503 : 500;
  }
}
// [/map]

void absent(rowan::Orm& orm) {
  // [absent]
  auto em = orm.em().fork();
  if (User* user = em.find_one<User>(999)) std::cout << user->email << '\n';  // null: no row
  try {
    (void)em.find_one_or_fail<User>(999);
  } catch (const rowan::NotFoundError& error) {
    std::cout << status_of(error) << ' ' << error.what() << '\n';
  }
  // [/absent]
}

void mend(rowan::Orm& orm) {
  // [mend]
  auto em = orm.em().fork();
  User& alice = em.create<User>({.email = "alice@example.com"});  // taken
  Post& post = em.create<Post>({.title = "Waits for its author", .author = alice});
  try {
    em.flush();
  } catch (const rowan::UniqueConstraintViolation&) {
    // the transaction was rolled back; alice.id and post.id are still 0, both are still pending
    alice.email = "alice@example.org";
    em.flush();  // writes both
  }
  // [/mend]
  expect(alice.id != 0 && post.id != 0, "a failed flush loses nothing");
}

void strangers(rowan::Orm& orm) {
  // [strangers]
  auto em = orm.em().fork();
  auto other = orm.em().fork();
  User& alice = other.find_one_or_fail<User>(f<&User::email> == "alice@example.com");
  try {
    em.create<Post>({.title = "Stray", .author = alice});  // alice belongs to `other`
  } catch (const rowan::ValidationError& error) {
    std::cout << error.what() << '\n';
  }
  em.create<Post>({.title = "At home", .author = em.get_reference<User>(alice.id)});
  em.flush();
  // [/strangers]
  expect(em.count<Post>(f<&Post::title> == "Stray") == 0,
         "an object of another manager is refused");
}

}  // namespace

int main() {
  rowan::Orm orm{{
      .driver = rowan::driver_from_url("sqlite::memory:"),
      .entities = rowan::entities<User, Post, Tag>(),
  }};
  orm.schema().create();
  catch_one(orm);
  absent(orm);
  mend(orm);
  strangers(orm);
}
