// Chapter 2: change the objects, and flush() finds out what to write.

#include <blog/chapters.hpp>
#include <blog/entities.hpp>

#include <iostream>

using rowan::f;

namespace blog {

void unit_of_work(rowan::Orm& orm) {
  std::cout << "Unit of work\n";
  auto em = orm.em().fork();

  // [change]
  User& alice = em.find_one_or_fail<User>(f<&User::email> == "alice@example.com");
  alice.name = "Alice Liddell";
  em.flush();  // update user set name = ?, updated_at = ? where id = ?

  const auto before = em.statistics().statements;
  em.flush();
  std::cout << "  a flush with nothing to write sent " << em.statistics().statements - before
            << " statements\n";
  // [/change]

  // [identity]
  User& again = em.find_one_or_fail<User>(alice.id);  // known already: no statement
  std::cout << "  one row is one object: " << std::boolalpha << (&again == &alice) << '\n';
  // [/identity]

  // [debug_view]
  alice.name = "Alice";
  em.create<Tag>({.name = "c++"});
  std::cout << "  before the flush:\n"
            << em.debug_view();  // what is managed, what changed, what a flush would send
  em.flush();
  // [/debug_view]

  // [remove]
  Tag& mistake = em.create<Tag>({.name = "tpyo"});
  em.flush();
  em.remove(mistake);
  em.flush();
  std::cout << "  tags left: " << em.count<Tag>() << '\n';
  // [/remove]
}

}  // namespace blog
