// Refuses a condition on another class than the items of the collection.

// expect: this filter belongs to another entity
#include "posts.hpp"

void query(rowan::EntityManager& em) {
#ifdef ROWAN_FAIL
  (void)em.find<Post>(f<&Post::readers>.some(f<&Post::pages> > 1));
#else
  (void)em.find<Post>(f<&Post::readers>.some(f<&User::email> == "a"));
#endif
}
