// Refuses null where the member is never null.

// expect: this member is never null: only an optional member or an OptionalRef can be
#include "posts.hpp"

void query(rowan::EntityManager& em) {
#ifdef ROWAN_FAIL
  (void)em.find<User>(f<&User::email> == nullptr);
#else
  (void)em.find<User>(f<&User::name> == nullptr);
#endif
}
