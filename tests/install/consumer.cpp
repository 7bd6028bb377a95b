// A program outside the tree that stores and finds one entity through the installed package.

#include <rowan/drivers.hpp>

#include <cstdint>
#include <iostream>
#include <string>

struct Note {
  std::int64_t id{};
  std::string text;
};

template <>
inline constexpr auto rowan::mapping<Note> = rowan::entity<Note>(rowan::primary_key<&Note::id>,
                                                                 rowan::property<&Note::text>);

int main() {
  rowan::Orm orm{{
      .driver = rowan::driver_from_url("sqlite::memory:"),
      .entities = rowan::entities<Note>(),
  }};
  orm.schema().refresh();

  auto em = orm.em().fork();
  em.create<Note>({.text = "installed"});
  em.flush();
  auto reader = orm.em().fork();
  if (reader.count<Note>(rowan::f<&Note::text> == "installed") != 1) {
    std::cerr << "the note was not stored\n";
    return 1;
  }
  std::cout << "ok\n";
}
