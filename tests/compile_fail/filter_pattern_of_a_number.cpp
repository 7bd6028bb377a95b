// Refuses a pattern for a member that is no text.

// expect: like() compares text: this member is none
#include "posts.hpp"

void query(rowan::EntityManager& em) {
#ifdef ROWAN_FAIL
  (void)em.find<Post>(f<&Post::pages>.like("1%"));
#else
  (void)em.find<Post>(f<&Post::title>.like("1%"));
#endif
}
