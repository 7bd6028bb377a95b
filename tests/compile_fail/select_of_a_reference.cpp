// Refuses a reference as a column.

// expect: a reference is no column's value: select a member of its target, such as its key
#include "posts.hpp"

void query(rowan::EntityManager& em) {
#ifdef ROWAN_FAIL
  (void)em.query<Post>().select(f<&Post::author>).rows();
#else
  (void)em.query<Post>().select(f<&Post::author, &User::id>).rows();
#endif
}
