// Refuses to ask an array for keys.

// expect: has_keys() asks a JSON document: this member is none
#include "posts.hpp"

void query(rowan::EntityManager& em) {
#ifdef ROWAN_FAIL
  (void)em.find<Post>(f<&Post::words>.has_keys({"a", "b"}));
#else
  (void)em.find<Post>(f<&Post::extra>.has_keys({"a", "b"}));
#endif
}
