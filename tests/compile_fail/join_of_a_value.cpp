// Refuses to join what is no relation.

// expect: join() follows a relation: this member is none
#include "posts.hpp"

void query(rowan::EntityManager& em) {
#ifdef ROWAN_FAIL
  (void)em.query<Post>().join(f<&Post::title>).select(f<&Post::id>).rows();
#else
  (void)em.query<Post>().join(f<&Post::author>).select(f<&Post::id>).rows();
#endif
}
