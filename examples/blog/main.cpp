// The tutorial as one program, a chapter after the other, over a database of its own.
//
// Usage: blog [URL]. Without a URL the database is SQLite in memory. The tables of the blog in the
// database that the URL names are dropped and made anew.

#include <rowan/drivers.hpp>

#include <blog/chapters.hpp>
#include <blog/entities.hpp>

#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>

namespace {

void tell(rowan::Orm& orm) {
  blog::first_steps(orm);
  blog::unit_of_work(orm);
  blog::relations(orm);
  blog::queries(orm);
  blog::transactions(orm);
  blog::errors(orm);
  blog::requests(orm);
}

}  // namespace

// [main]
int main(int argc, char** argv) {
  const std::string url = argc > 1 ? argv[1] : "sqlite::memory:";
  if (argc > 2 || url.empty() || url.front() == '-') {
    std::cerr << "usage: blog [URL]    for example: blog sqlite:blog.db\n";
    return 2;
  }
  try {
    rowan::Orm orm{{
        .driver = rowan::driver_from_url(url),
        .entities = rowan::entities<blog::User, blog::Post, blog::Tag>(),
    }};
    orm.schema().refresh();  // drops and creates the tables: this database is for trying things out
    tell(orm);
  } catch (const rowan::Error& error) {
    std::cerr << "blog: " << error.what() << '\n';
    return EXIT_FAILURE;
  }
  return EXIT_SUCCESS;
}
// [/main]
