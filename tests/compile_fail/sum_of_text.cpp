// Refuses to add up what is no number.

// expect: sum() adds numbers: this member is none
#include "posts.hpp"

void query(rowan::EntityManager& em) {
#ifdef ROWAN_FAIL
  (void)em.query<Post>().select(rowan::sum(f<&Post::title>)).rows();
#else
  (void)em.query<Post>().select(rowan::sum(f<&Post::pages>)).rows();
#endif
}
