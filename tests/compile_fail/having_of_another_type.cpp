// Refuses to compare an aggregate with a value of another type.

// expect: this value cannot be compared with this aggregate: give one of the aggregate's own type
#include "posts.hpp"

void query(rowan::EntityManager& em) {
#ifdef ROWAN_FAIL
  (void)em.query<Post>().select(rowan::count()).having(rowan::count() > "many").rows();
#else
  (void)em.query<Post>().select(rowan::count()).having(rowan::count() > 1).rows();
#endif
}
