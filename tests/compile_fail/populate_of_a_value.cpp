// Refuses to populate a member that is no relation.

// expect: only relations are populated: name a column in fields instead
#include "posts.hpp"

void query(rowan::EntityManager& em) {
#ifdef ROWAN_FAIL
  (void)em.find<Post>({}, {.populate = {f<&Post::title>}});
#else
  (void)em.find<Post>({}, {.populate = {f<&Post::author>}, .fields = {f<&Post::title>}});
#endif
}
