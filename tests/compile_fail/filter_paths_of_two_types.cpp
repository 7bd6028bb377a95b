// Refuses a comparison of two paths to values of different types.

// expect: these two paths lead to values of different types
#include "posts.hpp"

void query(rowan::EntityManager& em) {
#ifdef ROWAN_FAIL
  (void)em.find<Post>(f<&Post::title> == f<&Post::pages>);
#else
  (void)em.find<Post>(f<&Post::title> == f<&Post::author, &User::email>);
#endif
}
