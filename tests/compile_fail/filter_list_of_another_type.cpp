// Refuses a list of values of another type than the member.

// expect: this value cannot be compared with this member: give one of the member's own type
#include "posts.hpp"

void query(rowan::EntityManager& em) {
#ifdef ROWAN_FAIL
  (void)em.find<Post>(f<&Post::pages>.in({"a", "b"}));
#else
  (void)em.find<Post>(f<&Post::pages>.in({1, 2}));
#endif
}
