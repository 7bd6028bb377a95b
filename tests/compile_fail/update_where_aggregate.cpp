// Refuses a condition on aggregates for the rows of an update.

// expect: aggregates are compared in having(), which follows group_by(): a filter cannot hold them
#include "posts.hpp"

void query(rowan::EntityManager& em) {
#ifdef ROWAN_FAIL
  (void)em.update<Post>().set(f<&Post::pages>, 1).where(rowan::count() > 1).execute();
#else
  (void)em.update<Post>().set(f<&Post::pages>, 1).where(f<&Post::pages> > 1).execute();
#endif
}
