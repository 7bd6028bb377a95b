// Refuses a filter of rows where groups are narrowed.

// expect: having() compares aggregates, as in rowan::count() > 1: rows are filtered by where()
#include "posts.hpp"

void query(rowan::EntityManager& em) {
#ifdef ROWAN_FAIL
  (void)em.query<Post>().select(rowan::count()).having(f<&Post::pages> > 1).rows();
#else
  (void)em.query<Post>().select(rowan::count()).where(f<&Post::pages> > 1).rows();
#endif
}
