// Chapter 5: all or nothing.

#include <blog/chapters.hpp>
#include <blog/entities.hpp>

#include <iostream>
#include <stdexcept>

using rowan::f;

namespace blog {

void transactions(rowan::Orm& orm) {
  std::cout << "Transactions\n";
  auto em = orm.em().fork();

  // [transactional]
  em.transactional([](rowan::EntityManager& tx) {
    User& bob = tx.create<User>({.email = "bob@example.com", .name = "Bob"});
    tx.create<Post>({.title = "Hello from Bob", .published = true, .author = bob});
  });  // flushed and committed here
  // [/transactional]

  // [rollback]
  try {
    em.transactional([](rowan::EntityManager& tx) {
      tx.create<User>({.email = "carol@example.com"});
      tx.flush();
      throw std::runtime_error("second thoughts");
    });
  } catch (const std::runtime_error& error) {
    std::cout << "  rolled back: " << error.what() << '\n';
  }
  std::cout << "  users: " << em.count<User>() << '\n';
  // [/rollback]

  // [nested]
  em.transactional([](rowan::EntityManager& outer) {
    User& bob = outer.find_one_or_fail<User>(f<&User::email> == "bob@example.com");
    try {
      outer.transactional([&](rowan::EntityManager& inner) {  // a savepoint
        inner.create<Post>({.title = "Never seen", .author = bob});
        throw std::runtime_error("only the inner block is taken back");
      });
    } catch (const std::runtime_error&) {
      bob.name = "Bob, still here";
    }
  });
  std::cout << "  posts: " << em.count<Post>() << '\n';
  // [/nested]
}

}  // namespace blog
