// Refuses to compare the size of a collection with a fraction, which would be cut.

// expect: the size of a collection is compared with a whole number
#include "posts.hpp"

void query(rowan::EntityManager& em) {
#ifdef ROWAN_FAIL
  (void)em.find<Post>(f<&Post::readers>.size() == 1.5);
#else
  (void)em.find<Post>(f<&Post::readers>.size() == 1);
#endif
}
