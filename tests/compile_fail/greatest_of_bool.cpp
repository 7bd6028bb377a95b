// Refuses the greatest of values that have no order.

// expect: max() takes values that have an order: a bool, a reference and a collection have none
#include "posts.hpp"

void query(rowan::EntityManager& em) {
#ifdef ROWAN_FAIL
  (void)em.query<Post>().select(rowan::max(f<&Post::published>)).rows();
#else
  (void)em.query<Post>().select(rowan::max(f<&Post::title>)).rows();
#endif
}
