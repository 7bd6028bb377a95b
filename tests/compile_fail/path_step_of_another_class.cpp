// Refuses a step that does not start where the one before leads.

// expect: rowan::f: each step must be a member of the class that the step before leads to
#include "posts.hpp"

void query(rowan::EntityManager& em) {
#ifdef ROWAN_FAIL
  (void)em.find<Post>(f<&Post::author, &Post::title> == "x");
#else
  (void)em.find<Post>(f<&Post::author, &User::name> == "x");
#endif
}
