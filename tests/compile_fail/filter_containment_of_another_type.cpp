// Refuses an array of another type than the member's.

// expect: an array is compared with a list of its own elements' type, a JSON document with rowan::json
#include "posts.hpp"

void query(rowan::EntityManager& em) {
#ifdef ROWAN_FAIL
  (void)em.find<Post>(f<&Post::words>.contains(std::vector{1}));
#else
  (void)em.find<Post>(f<&Post::words>.contains(std::vector{"a"}));
#endif
}
