// Chapter 1: entities go in, and come out again.

#include <blog/chapters.hpp>
#include <blog/entities.hpp>

#include <iostream>

using rowan::f;

namespace blog {

void first_steps(rowan::Orm& orm) {
  std::cout << "First steps\n";
  {
    // [create]
    auto em = orm.em().fork();  // one unit of work: a request, a job, a test

    User& alice = em.create<User>({.email = "alice@example.com", .name = "Alice"});
    em.create<Post>({.title = "Hello", .published = true, .author = alice});
    em.create<Post>({.title = "A draft", .author = alice});
    em.flush();  // one transaction: the user first, then both posts

    std::cout << "  user " << alice.id << " has " << alice.posts.size() << " posts\n";
    // [/create]
  }
  {
    // [find]
    auto em = orm.em().fork();

    User& alice = em.find_one_or_fail<User>(f<&User::email> == "alice@example.com");
    User* nobody = em.find_one<User>(999);  // by primary key; null where there is no such row

    std::cout << "  found " << alice.name.value_or("?") << ", and "
              << (nobody == nullptr ? "nobody" : "somebody") << " with the key 999\n";
    // [/find]
  }
}

}  // namespace blog
