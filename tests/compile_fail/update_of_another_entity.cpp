// Refuses to write a member of another class.

// expect: this path belongs to another entity
#include "posts.hpp"

void query(rowan::EntityManager& em) {
#ifdef ROWAN_FAIL
  (void)em.update<Post>().set(f<&User::email>, "a").execute();
#else
  (void)em.update<User>().set(f<&User::email>, "a").execute();
#endif
}
