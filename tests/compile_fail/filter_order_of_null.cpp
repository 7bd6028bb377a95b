// Refuses to ask what is less than null.

// expect: null has no order: compare with == or !=
#include "posts.hpp"

void query(rowan::EntityManager& em) {
#ifdef ROWAN_FAIL
  (void)em.find<User>(f<&User::name> < nullptr);
#else
  (void)em.find<User>(f<&User::name> != nullptr);
#endif
}
