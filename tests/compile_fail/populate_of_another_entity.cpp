// Refuses populating a relation of another entity.

// expect: this path belongs to another entity
#include "posts.hpp"

void query(rowan::EntityManager& em) {
#ifdef ROWAN_FAIL
  (void)em.find<User>({}, {.populate = {f<&Post::author>}});
#else
  (void)em.find<Post>({}, {.populate = {f<&Post::author>}});
#endif
}
