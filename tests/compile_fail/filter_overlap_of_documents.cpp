// Refuses to ask which elements JSON documents share.

// expect: overlaps() compares arrays: this member is none
#include "posts.hpp"

void query(rowan::EntityManager& em) {
#ifdef ROWAN_FAIL
  (void)em.find<Post>(f<&Post::extra>.overlaps(rowan::json("a")));
#else
  (void)em.find<Post>(f<&Post::words>.overlaps({"a"}));
#endif
}
