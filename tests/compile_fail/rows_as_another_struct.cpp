// Refuses a struct that the selected columns do not fit into.

// expect: this struct cannot be made of the selected columns: give it their types, in their order, with std::optional for what may be null
#include <rowan/rowan.hpp>

#include <cstdint>
#include <optional>
#include <string>

using rowan::f;

struct User {
  std::int64_t id{};
  std::string email;
  std::optional<std::string> name{};
};

struct Post {
  std::int64_t id{};
  std::string title;
  std::int32_t pages = 0;
  bool published = false;
  rowan::Ref<User> author;
  rowan::Collection<User> readers{};
};

template <>
inline constexpr auto rowan::mapping<User> = rowan::entity<User>(rowan::primary_key<&User::id>,
                                                                 rowan::property<&User::email>,
                                                                 rowan::property<&User::name>);

template <>
inline constexpr auto rowan::mapping<Post> =
    rowan::entity<Post>(rowan::primary_key<&Post::id>,
                        rowan::property<&Post::title>,
                        rowan::property<&Post::pages>,
                        rowan::property<&Post::published>,
                        rowan::many_to_one<&Post::author>,
                        rowan::many_to_many<&Post::readers>);

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
