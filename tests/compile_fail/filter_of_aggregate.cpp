// Refuses a condition on aggregates as a filter.

// expect: aggregates are compared in having(), which follows group_by(): a filter cannot hold them
#include "posts.hpp"

void query(rowan::EntityManager& em) {
#ifdef ROWAN_FAIL
  (void)em.query<Post>().select(f<&Post::title>).where(rowan::count(f<&Post::id>) > 1).rows();
#else
  (void)em.query<Post>()
      .select(f<&Post::title>)
      .group_by(f<&Post::title>)
      .having(rowan::count(f<&Post::id>) > 1)
      .rows();
#endif
}
