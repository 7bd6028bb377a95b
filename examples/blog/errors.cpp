// Chapter 6: what goes wrong, and how a unit of work goes on after it.

#include <blog/chapters.hpp>
#include <blog/entities.hpp>

#include <iostream>

using rowan::f;

namespace blog {

void errors(rowan::Orm& orm) {
  std::cout << "Errors\n";

  // [mend]
  auto em = orm.em().fork();
  User& double_alice = em.create<User>({.email = "alice@example.com", .name = "Another Alice"});
  em.create<Post>({.title = "Written before it failed", .author = double_alice});
  try {
    em.flush();
  } catch (const rowan::UniqueConstraintViolation& error) {
    std::cout << "  " << error.what() << '\n';
    double_alice.email = "alice.too@example.com";  // nothing is lost: mend it,
    em.flush();                                    // and the same work is written
  }
  std::cout << "  user " << double_alice.id << " has " << double_alice.posts.size() << " post\n";
  // [/mend]

  // [find_or_create]
  auto [bob, created] = em.find_or_create<User>(f<&User::email> == "bob@example.com",
                                                {.email = "bob@example.com", .name = "Bob"});
  std::cout << "  " << bob.email << (created ? " was made\n" : " was there\n");
  // [/find_or_create]
}

}  // namespace blog
