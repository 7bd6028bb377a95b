// A program outside the tree that stores and finds one entity through the installed package.
//
// Its arguments are the drivers that the package must have; each is made by its URL.

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

int main(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    const std::string name = argv[i];
    const std::string scheme = name == "postgres" ? "postgresql" : name;
    // Nothing is opened before the first use.
    (void)rowan::driver_from_url(scheme == "sqlite" ? "sqlite:a.db" : scheme + "://127.0.0.1:1/a");
  }

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
