// Refuses a bool as a filter.

// expect: a filter is a condition such as f<&User::name> == "Ada", a key, a list of keys, or rowan::json
#include "posts.hpp"

void query(rowan::EntityManager& em) {
#ifdef ROWAN_FAIL
  (void)em.count<User>(rowan::Filter<User>(true));
#else
  (void)em.count<User>(rowan::Filter<User>(1));
#endif
}
