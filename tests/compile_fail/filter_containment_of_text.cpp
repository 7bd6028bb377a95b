// Refuses the operators of arrays and JSON documents for a member that is neither.

// expect: contains(), contained_in() and overlaps() compare arrays and JSON documents: this member is neither
#include "posts.hpp"

void query(rowan::EntityManager& em) {
#ifdef ROWAN_FAIL
  (void)em.find<Post>(f<&Post::title>.contains({"a"}));
#else
  (void)em.find<Post>(f<&Post::words>.contains({"a"}));
#endif
}
