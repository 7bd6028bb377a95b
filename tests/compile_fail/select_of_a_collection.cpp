// Refuses a collection as a column.

// expect: this path goes through a collection: join it by name, .join(f<...>), and say rowan::joined(f<...>)
#include "posts.hpp"

void query(rowan::EntityManager& em) {
#ifdef ROWAN_FAIL
  (void)em.query<Post>().select(f<&Post::readers>).rows();
#else
  (void)em.query<Post>().select(f<&Post::title>).rows();
#endif
}
