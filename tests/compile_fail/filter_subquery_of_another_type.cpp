// Refuses a subquery whose values are of another type than the member.

// expect: this subquery selects values of another type than this member's
#include "posts.hpp"

void query(rowan::EntityManager& em) {
#ifdef ROWAN_FAIL
  (void)em.find<Post>(f<&Post::title>.in(em.query<Post>().select(f<&Post::pages>).as_subquery()));
#else
  (void)em.find<Post>(f<&Post::title>.in(em.query<User>().select(f<&User::email>).as_subquery()));
#endif
}
