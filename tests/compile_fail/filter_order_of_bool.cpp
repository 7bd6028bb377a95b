// Refuses to ask which bool is the greater.

// expect: bool has no order: compare with == or !=
#include "posts.hpp"

void query(rowan::EntityManager& em) {
#ifdef ROWAN_FAIL
  (void)em.find<Post>(f<&Post::published> > false);
#else
  (void)em.find<Post>(f<&Post::published> == false);
#endif
}
