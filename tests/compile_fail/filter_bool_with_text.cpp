// Refuses text where the member is a bool.

// expect: this value cannot be compared with this member: give one of the member's own type
#include "posts.hpp"

void query(rowan::EntityManager& em) {
#ifdef ROWAN_FAIL
  (void)em.find<Post>(f<&Post::published> == "x");
#else
  (void)em.find<Post>(f<&Post::published> == true);
#endif
}
