// Refuses a comparison of a member that may be empty with a value of another type.

// expect: this value cannot be compared with this member: give one of the member's own type
#include "posts.hpp"

void query(rowan::EntityManager& em) {
#ifdef ROWAN_FAIL
  (void)em.find<User>(f<&User::name> == 5);
#else
  (void)em.find<User>(f<&User::name> == "Ada");
#endif
}
