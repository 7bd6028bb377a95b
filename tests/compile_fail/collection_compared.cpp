// Refuses a comparison of a whole collection.

// expect: a collection is compared by some(), none(), every(), is_empty() or size()
#include "posts.hpp"

void query(rowan::EntityManager& em) {
#ifdef ROWAN_FAIL
  (void)em.find<Post>(f<&Post::readers> == 1);
#else
  (void)em.find<Post>(f<&Post::readers>.size() == 1);
#endif
}
