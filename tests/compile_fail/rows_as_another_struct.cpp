// Refuses a struct that the selected columns do not fit into.

// expect: this struct cannot be made of the selected columns: give it their types, in their order, with std::optional for what may be null
#include "posts.hpp"

struct Row {
  std::string title;
  std::int32_t pages = 0;
};

void query(rowan::EntityManager& em) {
#ifdef ROWAN_FAIL
  (void)em.query<Post>().select(f<&Post::pages>, f<&Post::title>).rows_as<Row>();
#else
  (void)em.query<Post>().select(f<&Post::title>, f<&Post::pages>).rows_as<Row>();
#endif
}
