// Refuses a bulk update of another entity's member.

// expect: only members of the entity itself can be written: this path leads to another
#include "posts.hpp"

void query(rowan::EntityManager& em) {
#ifdef ROWAN_FAIL
  em.update<Post>().set(f<&Post::author, &User::email>, "x").execute();
#else
  em.update<Post>().set(f<&Post::title>, "x").execute();
#endif
}
