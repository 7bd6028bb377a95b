// Refuses a member without its value.

// expect: values() takes members and values in turn
#include "posts.hpp"

void query(rowan::EntityManager& em) {
#ifdef ROWAN_FAIL
  (void)em.insert<User>().values(f<&User::email>).execute();
#else
  (void)em.insert<User>().values(f<&User::email>, "a").execute();
#endif
}
