// Chapter 3: references and collections, and how they are loaded.

#include <blog/chapters.hpp>
#include <blog/entities.hpp>

#include <iostream>

using rowan::f;

namespace blog {
namespace {

void add_tags(rowan::Orm& orm) {
  // [many_to_many]
  auto em = orm.em().fork();
  Post& hello = em.find_one_or_fail<Post>(f<&Post::title> == "Hello");
  Tag& cpp = em.find_one_or_fail<Tag>(f<&Tag::name> == "c++");
  Tag& sql = em.create<Tag>({.name = "sql"});

  hello.tags.add(cpp, sql);  // needs no loading
  em.flush();                // the tag, then two rows of the pivot table
  // [/many_to_many]
}

void read_with_populate(rowan::Orm& orm) {
  // [populate]
  auto em = orm.em().fork();
  auto users = em.find<User>({}, {.populate = {f<&User::posts, &Post::tags>}});

  for (User& user : users) {
    for (Post& post : user.posts) {
      std::cout << "  " << user.email << ": " << post.title;
      for (Tag& tag : post.tags) std::cout << " #" << tag.name;
      std::cout << '\n';
    }
  }
  // [/populate]
}

void load_when_asked(rowan::Orm& orm) {
  // [load]
  auto em = orm.em().fork();
  Post& hello = em.find_one_or_fail<Post>(f<&Post::title> == "Hello");

  try {
    std::cout << hello.author->email << '\n';
  } catch (const rowan::ValidationError& error) {  // nothing loads by being touched
    std::cout << "  " << error.what() << '\n';
  }
  std::cout << "  loaded: " << hello.author.load().email << '\n';

  hello.tags.init();
  std::cout << "  tags: " << hello.tags.size() << '\n';
  // [/load]
}

void edit(rowan::Orm& orm) {
  // [optional_reference]
  auto em = orm.em().fork();
  Post& hello = em.find_one_or_fail<Post>(f<&Post::title> == "Hello");
  hello.editor = hello.author;
  em.flush();
  std::cout << "  edited posts: " << em.count<Post>(f<&Post::editor>.is_not_null()) << '\n';

  hello.editor = nullptr;
  em.flush();
  // [/optional_reference]
}

}  // namespace

void relations(rowan::Orm& orm) {
  std::cout << "Relations\n";
  add_tags(orm);
  read_with_populate(orm);
  load_when_asked(orm);
  edit(orm);
}

}  // namespace blog
