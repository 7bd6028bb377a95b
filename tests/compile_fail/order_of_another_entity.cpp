// Refuses an order by another entity.

// expect: this order belongs to another entity
#include "posts.hpp"

void query(rowan::EntityManager& em) {
#ifdef ROWAN_FAIL
  (void)em.find<User>({}, {.order_by = {f<&Post::title>.desc()}});
#else
  (void)em.find<User>({}, {.order_by = {f<&User::name>.desc()}});
#endif
}
