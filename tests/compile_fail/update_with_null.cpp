// Refuses to write null where a member is never null.

// expect: this member is never null: only an optional member or an OptionalRef can be
#include "posts.hpp"

void query(rowan::EntityManager& em) {
#ifdef ROWAN_FAIL
  (void)em.update<Post>().set(f<&Post::title>, nullptr).execute();
#else
  (void)em.update<User>().set(f<&User::name>, nullptr).execute();
#endif
}
