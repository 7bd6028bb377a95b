// Refuses an order by a collection.

// expect: a collection has no order: order by a member of its items
#include "posts.hpp"

void query(rowan::EntityManager& em) {
#ifdef ROWAN_FAIL
  (void)em.find<Post>({}, {.order_by = {f<&Post::readers>}});
#else
  (void)em.find<Post>({}, {.order_by = {f<&Post::readers, &User::email>}});
#endif
}
