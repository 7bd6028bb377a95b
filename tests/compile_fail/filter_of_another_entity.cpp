// Refuses a condition on another entity.

// expect: this filter belongs to another entity
#include "posts.hpp"

void query(rowan::EntityManager& em) {
#ifdef ROWAN_FAIL
  (void)em.find<User>(f<&Post::title> == "x");
#else
  (void)em.find<Post>(f<&Post::title> == "x");
#endif
}
