// Refuses collection operators on a member that is no collection.

// expect: some(), none() and every() ask a collection: this path leads to none
#include "posts.hpp"

void query(rowan::EntityManager& em) {
#ifdef ROWAN_FAIL
  (void)em.find<Post>(f<&Post::title>.some());
#else
  (void)em.find<Post>(f<&Post::readers>.some());
#endif
}
