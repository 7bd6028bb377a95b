// Refuses to write a collection by a bulk change.

// expect: a collection is no column: change it through the entity
#include "posts.hpp"

void query(rowan::EntityManager& em) {
#ifdef ROWAN_FAIL
  (void)em.update<Post>().set(f<&Post::readers>, 1).execute();
#else
  (void)em.update<Post>().set(f<&Post::author>, 1).execute();
#endif
}
