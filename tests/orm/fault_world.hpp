// A small library in memory whose driver can be told to fail, with work of every kind to flush.

#pragma once

#include "conformance/library_entities.hpp"
#include "support/faulty_driver.hpp"

#include <rowan/drivers.hpp>

#include <memory>
#include <string>
#include <vector>

namespace rowan::test {

[[nodiscard]] inline std::string text_of(const Value& value) {
  const value::Cell cell = value.as_cell();
  if (cell.is_null()) return "null";
  return cell.has_bytes() ? std::string(cell.bytes()) : std::to_string(cell.integer);
}

/// The rows of every table as text, to compare databases by.
[[nodiscard]] inline std::string dump(Orm& orm) {
  auto em = orm.em().fork();
  std::string out;
  // Tables one by one: their names are those of the mapping.
  for (const char* table : {"author", "book", "book_tags", "tag", "account", "event", "publisher",
                            "magazine", "team", "member", "profile"}) {
    out += std::string(table) + ":\n";
    for (const std::vector<Value>& row :
         em.execute_rows("select * from \"" + std::string(table) + "\" order by 1, 2")) {
      for (const Value& value : row) out += " " + text_of(value);
      out += "\n";
    }
  }
  return out;
}

/// What the tests of failures start from.
class FaultWorld {
 public:
  FaultWorld()
      : faults(std::make_shared<Faults>()),
        orm({.driver = make_faulty_driver(driver_from_url("sqlite::memory:"), faults),
             .entities = entities<library::Author,
                                  library::Profile,
                                  library::Tag,
                                  library::Book,
                                  library::Account,
                                  library::Publisher,
                                  library::Magazine,
                                  library::Team,
                                  library::Member,
                                  library::Event>()}),
        em(orm.em().fork()) {
    orm.schema().create();
    fill();
    start = dump(orm);
    faults->reset();
  }

  /// Changes something of every kind, and flushes nothing.
  void work() {
    using namespace library;
    created_author = &em.create<Author>({.name = "new"});
    created_book = &em.create<Book>({.title = "new", .author = *created_author});
    created_author->favourite_book = *created_book;
    created_event = &em.create<Event>({.title = "new"});
    created_profile = &em.create<Profile>({.bio = "new", .author = *author});
    book->tags.add(em.create<Tag>({.name = "new"}));
    book->tags.remove(*tags[0]);
    account->balance = 9;
    event->title = "changed";
    std::swap(tags[0]->name, tags[1]->name);
    em.remove(*publisher);
    em.remove(*other_book);
    team->members.remove(*member);
    author->id += 5000;
  }

  /// Returns what memory holds, and what a flush would see of it.
  [[nodiscard]] std::string memory() {
    std::string out = em.debug_view();
    const auto add = [&](const std::string& text) { out += " " + text; };
    add(std::to_string(author->id) + std::to_string(author->favourite_book.empty()));
    add(std::to_string(account->version) + "/" + std::to_string(account->balance));
    add(std::to_string(event->version) + "/" + std::to_string(event->changes));
    add(tags[0]->name + "/" + tags[1]->name);
    add(std::to_string(magazine->publisher.empty()));
    add(std::to_string(book->tags.size()) + (book->tags.is_dirty() ? "dirty" : "clean"));
    if (created_author == nullptr) return out;
    add(std::to_string(created_author->id) + "/" + std::to_string(created_book->id));
    add(std::to_string(created_event->id) + "/" + std::to_string(created_event->seats) + "/" +
        std::to_string(created_event->version));
    add(created_event->gates ? "gates" : "none");
    add(std::to_string(created_author->books.size()) + std::to_string(author->books.size()) +
        std::to_string(team->members.size()));
    return out;
  }

  std::shared_ptr<Faults> faults;
  Orm orm;
  EntityManager em;
  std::string start;  ///< the database before work()

  library::Author* author = nullptr;
  library::Book* book = nullptr;
  library::Book* other_book = nullptr;
  library::Tag* tags[2] = {};
  library::Account* account = nullptr;
  library::Event* event = nullptr;
  library::Publisher* publisher = nullptr;
  library::Magazine* magazine = nullptr;
  library::Team* team = nullptr;
  library::Member* member = nullptr;
  library::Author* created_author = nullptr;
  library::Book* created_book = nullptr;
  library::Event* created_event = nullptr;
  library::Profile* created_profile = nullptr;

 private:
  void fill() {
    using namespace library;
    author = &em.create<Author>({.name = "Ann", .email = "ann@"});
    book = &em.create<Book>({.title = "One", .author = *author});
    other_book = &em.create<Book>({.title = "Two", .author = *author});
    author->favourite_book = *other_book;
    tags[0] = &em.create<Tag>({.name = "first"});
    tags[1] = &em.create<Tag>({.name = "second"});
    book->tags.add(*tags[0], *tags[1]);
    account = &em.create<Account>({.owner = "Ann"});
    event = &em.create<Event>({.title = "opening", .seats = 3});
    publisher = &em.create<Publisher>({.name = "P"});
    magazine = &em.create<Magazine>({.name = "M", .publisher = *publisher});
    team = &em.create<Team>({.name = "T"});
    member = &em.create<Member>({.name = "m", .team = *team});
    em.flush();
  }
};

}  // namespace rowan::test
