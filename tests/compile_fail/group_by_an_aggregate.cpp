// Refuses groups that are made by what is computed for them.

// expect: groups are made by paths: an aggregate is computed for each of them
#include "posts.hpp"

void query(rowan::EntityManager& em) {
#ifdef ROWAN_FAIL
  (void)em.query<Post>().select(rowan::count()).group_by(rowan::count()).rows();
#else
  (void)em.query<Post>().select(rowan::count()).group_by(f<&Post::title>).rows();
#endif
}
