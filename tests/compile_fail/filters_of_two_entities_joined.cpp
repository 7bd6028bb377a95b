// Refuses joining conditions on two entities.

// expect: conditions of two entities cannot be joined: one must be a base of the other
#include "posts.hpp"

void query(rowan::EntityManager& em) {
#ifdef ROWAN_FAIL
  (void)em.find<Post>(f<&Post::id> == 1 && f<&User::id> == 1);
#else
  (void)em.find<Post>(f<&Post::id> == 1 && f<&Post::author, &User::id> == 1);
#endif
}
