// Refuses to write a value of another type.

// expect: this value does not fit this member: give one of the member's own type
#include "posts.hpp"

void query(rowan::EntityManager& em) {
#ifdef ROWAN_FAIL
  (void)em.update<Post>().set(f<&Post::published>, "yes").execute();
#else
  (void)em.update<Post>().set(f<&Post::published>, true).execute();
#endif
}
