// Refuses a column through a collection that is not joined.

// expect: this path goes through a collection: join it by name, .join(f<...>), and say rowan::joined(f<...>)
#include "posts.hpp"

void query(rowan::EntityManager& em) {
#ifdef ROWAN_FAIL
  (void)em.query<Post>().select(f<&Post::readers, &User::name>).rows();
#else
  (void)em.query<Post>()
      .select(rowan::joined(f<&Post::readers, &User::name>))
      .join(f<&Post::readers>)
      .rows();
#endif
}
