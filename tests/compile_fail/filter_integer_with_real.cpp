// Refuses a fraction where the member is an integer.

// expect: this value cannot be compared with this member: give one of the member's own type
#include "posts.hpp"

void query(rowan::EntityManager& em) {
#ifdef ROWAN_FAIL
  (void)em.find<User>(f<&User::id> == 1.5);
#else
  (void)em.find<User>(f<&User::id> == 1);
#endif
}
