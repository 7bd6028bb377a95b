// Populate: the same graph by every strategy, in the number of statements that the strategy promises.

#include "query_bookshop.hpp"

#include <algorithm>

namespace bookshop {
namespace {

using rowan::Filter;
using rowan::LoadStrategy;

constexpr LoadStrategy strategies[] = {LoadStrategy::select_in, LoadStrategy::joined,
                                       LoadStrategy::balanced};

using Populate = Bookshop;

const PlainBook& plain(const Book& book) {
  for (const PlainBook& each : plain_books()) {
    if (each.title == book.title) return each;
  }
  throw std::logic_error("no book " + book.title);
}
Names sorted_names(Names names) {
  std::sort(names.begin(), names.end());
  return names;
}
template <class Collection>
Names tags_in(const Collection& tags) {
  Names out;
  for (const Tag& tag : tags) out.push_back(tag.name);
  return sorted_names(out);
}
template <class Collection>
Names titles_in(const Collection& books) {
  Names out;
  for (const Book& book : books) out.push_back(book.title);
  return sorted_names(out);
}
template <class Collection>
std::vector<int> stars_in(const Collection& reviews) {
  std::vector<int> out;
  for (const Review& review : reviews) out.push_back(review.stars);
  std::sort(out.begin(), out.end());
  return out;
}
std::vector<int> stars_of(const PlainBook& book) {
  std::vector<int> out;
  for (const PlainReview& review : book.reviews) out.push_back(review.stars);
  std::sort(out.begin(), out.end());
  return out;
}

TEST_F(Populate, loads_references_and_leaves_others_alone) {
  for (const LoadStrategy strategy : strategies) {
    auto em = orm.em().fork();
    const auto books = em.find<Book>(
        {},
        {.populate = {f<&Book::writer, &Writer::teacher>, f<&Book::editor>}, .strategy = strategy});
    ASSERT_EQ(books.size(), plain_books().size());
    (void)statements();
    for (const Book& book : books) {
      EXPECT_EQ(book.writer->name, plain(book).writer);
      EXPECT_EQ(static_cast<bool>(book.editor), plain(book).editor.has_value());
      if (book.editor) {
        EXPECT_EQ(book.editor->name, *plain(book).editor);
      }
      const auto teacher = writer_named(book.writer->name).teacher;
      EXPECT_EQ(static_cast<bool>(book.writer->teacher), teacher.has_value());
      if (teacher) {
        EXPECT_EQ(book.writer->teacher->name, *teacher);
      }
      if (book.publisher) {
        EXPECT_FALSE(book.publisher.is_initialized());
      }
      EXPECT_FALSE(book.tags.is_initialized());
    }
    EXPECT_EQ(statements().size(), 0u) << "reading what is loaded asks nothing";
  }
}

TEST_F(Populate, loads_two_collections_side_by_side_without_doubling) {
  for (const LoadStrategy strategy : strategies) {
    auto em = orm.em().fork();
    const auto books =
        em.find<Book>({}, {.populate = {f<&Book::tags>, f<&Book::reviews>}, .strategy = strategy});
    ASSERT_EQ(books.size(), plain_books().size());
    for (const Book& book : books) {
      EXPECT_EQ(tags_in(book.tags), sorted_names(plain(book).tags)) << book.title;
      EXPECT_EQ(stars_in(book.reviews), stars_of(plain(book))) << book.title;
    }
  }
}

TEST_F(Populate, loads_collections_of_collections_and_back) {
  for (const LoadStrategy strategy : strategies) {
    auto em = orm.em().fork();
    const auto writers = em.find<Writer>(
        {}, {.populate = {f<&Writer::books, &Book::tags, &Tag::books>, f<&Writer::edited>},
             .strategy = strategy});
    ASSERT_EQ(writers.size(), plain_writers().size());
    for (const Writer& writer : writers) {
      EXPECT_EQ(titles_in(writer.books),
                titles_where([&](auto& b) { return b.writer == writer.name; }));
      EXPECT_EQ(titles_in(writer.edited),
                titles_where([&](auto& b) { return b.editor == writer.name; }));
      for (const Book& book : writer.books) {
        EXPECT_EQ(tags_in(book.tags), sorted_names(plain(book).tags));
        for (const Tag& tag : book.tags) {
          EXPECT_EQ(titles_in(tag.books),
                    titles_where([&](auto& b) { return b.has_tag(tag.name); }));
        }
      }
    }
  }
}

// Several books share their writer, so a joined row brings each of the writer's books once for each of them.
TEST_F(Populate, loads_a_collection_behind_a_shared_reference_once) {
  for (const LoadStrategy strategy : strategies) {
    auto em = orm.em().fork();
    const auto books =
        em.find<Book>({}, {.populate = {f<&Book::writer, &Writer::books>}, .strategy = strategy});
    ASSERT_EQ(books.size(), plain_books().size());
    for (const Book& book : books) {
      EXPECT_EQ(titles_in(book.writer->books),
                titles_where([&](auto& b) { return b.writer == plain(book).writer; }));
    }
    const auto tags = em.find<Tag>(
        {}, {.populate = {f<&Tag::books, &Book::reviews>}, .refresh = true, .strategy = strategy});
    for (const Tag& tag : tags) {
      for (const Book& book : tag.books) EXPECT_EQ(stars_in(book.reviews), stars_of(plain(book)));
    }
  }
}

TEST_F(Populate, loads_both_sides_of_a_one_to_one) {
  for (const LoadStrategy strategy : strategies) {
    auto em = orm.em().fork();
    const auto writers =
        em.find<Writer>({}, {.populate = {f<&Writer::passport>}, .strategy = strategy});
    for (const Writer& writer : writers) {
      const auto& number = writer_named(writer.name).passport;
      ASSERT_EQ(static_cast<bool>(writer.passport), number.has_value()) << writer.name;
      if (number) {
        EXPECT_EQ(writer.passport->number, *number);
      }
    }
    auto other = orm.em().fork();
    for (const Passport& passport :
         other.find<Passport>({}, {.populate = {f<&Passport::owner>}, .strategy = strategy})) {
      EXPECT_EQ(writer_named(passport.owner->name).passport, passport.number);
      EXPECT_EQ(&*passport.owner->passport, &passport);
    }
  }
}

TEST_F(Populate, keeps_its_promise_of_statements) {
  const auto count = [&](LoadStrategy strategy) {
    auto em = orm.em().fork();
    (void)em.find<Writer>({}, {.populate = {f<&Writer::books, &Book::tags>, f<&Writer::teacher>},
                               .strategy = strategy});
    return count_of("select");
  };
  (void)statements();
  EXPECT_EQ(count(LoadStrategy::joined), 1u);
  EXPECT_EQ(count(LoadStrategy::balanced), 3u) << "writers with teachers, books, tags";
  // Teachers are writers, so all of them are known when they are asked for.
  EXPECT_EQ(count(LoadStrategy::select_in), 3u);
}

TEST_F(Populate, asks_nothing_for_what_is_loaded) {
  auto em = orm.em().fork();
  const auto writers = em.find<Writer>({}, {.populate = {f<&Writer::books, &Book::tags>}});
  (void)statements();
  em.populate(writers, {f<&Writer::books, &Book::tags>});
  em.populate(writers, {f<&Writer::books>, f<&Writer::books, &Book::writer>});
  EXPECT_EQ(statements().size(), 0u);
  em.populate(writers, {f<&Writer::books, &Book::publisher>, f<&Writer::books, &Book::reviews>});
  EXPECT_EQ(count_of("select"), 2u) << "only what is missing";
}

TEST_F(Populate, fills_objects_that_are_loaded_already) {
  auto em = orm.em().fork();
  auto books = em.find<Book>({});
  Book& changed = books[0];
  changed.pages = 4711;
  em.populate(books, {f<&Book::writer>, f<&Book::tags>});
  for (const Book& book : books) {
    EXPECT_EQ(book.writer->name, plain(book).writer);
    EXPECT_EQ(tags_in(book.tags), sorted_names(plain(book).tags));
  }
  EXPECT_EQ(changed.pages, 4711) << "what the user changed stays";
}

TEST_F(Populate, gives_every_item_whatever_the_filter) {
  for (const LoadStrategy strategy : strategies) {
    auto em = orm.em().fork();
    const auto writers = em.find<Writer>(f<&Writer::books, &Book::title> == "Alpha",
                                         {.populate = {f<&Writer::books>}, .strategy = strategy});
    ASSERT_EQ(writers.size(), 1u);
    EXPECT_EQ(titles_in(writers[0].books), (Names{"Alpha", "Beta"}));
  }
}

TEST_F(Populate, chooses_items_by_a_filter_of_its_own) {
  const auto is_long = [](const PlainBook& b) { return b.pages > 110; };
  const std::vector<Filter<Writer>> same = {
      f<&Writer::books, &Book::pages> > 110,
      f<&Writer::books>.some(f<&Book::pages> > 110),
      Filter<Writer>(rowan::json::parse(R"({"books": {"pages": {"$gt": 110}}})")),
      f<&Writer::books>.some(rowan::sql_filter<Book>("{pages} > ?", 110)),
  };
  for (const LoadStrategy strategy : strategies) {
    for (const Filter<Writer>& where : same) {
      auto em = orm.em().fork();
      const auto writers = em.find<Writer>(
          {}, {.populate = {f<&Writer::books>}, .populate_where = where, .strategy = strategy});
      EXPECT_EQ(writers.size(), plain_writers().size()) << "the root is not narrowed";
      for (const Writer& writer : writers) {
        EXPECT_EQ(titles_in(writer.books),
                  titles_where([&](auto& b) { return b.writer == writer.name && is_long(b); }));
      }
    }
  }
}

TEST_F(Populate, chooses_items_by_the_filter_of_the_find) {
  for (const LoadStrategy strategy : strategies) {
    auto em = orm.em().fork();
    const auto books =
        em.find<Book>(f<&Book::tags, &Tag::name> == "new" &&
                          f<&Book::tags>.some(rowan::sql_filter<Tag>("{name} <> ?", "x")) &&
                          f<&Book::pages> > 100,
                      {.populate = {f<&Book::tags>, f<&Book::reviews>},
                       .populate_where = rowan::populate_infer,
                       .strategy = strategy});
    EXPECT_EQ(titles_in(books),
              titles_where([](auto& b) { return b.has_tag("new") && b.pages > 100; }));
    for (const Book& book : books) {
      EXPECT_EQ(tags_in(book.tags), Names{"new"});
      EXPECT_EQ(stars_in(book.reviews), stars_of(plain(book)))
          << "of which the filter says nothing";
    }
  }
}

TEST_F(Populate, infers_nothing_from_alternatives_with_the_root) {
  auto em = orm.em().fork();
  const auto books =
      em.find<Book>(f<&Book::tags, &Tag::name> == "new" || f<&Book::pages> > 0,
                    {.populate = {f<&Book::tags>}, .populate_where = rowan::populate_infer});
  for (const Book& book : books) EXPECT_EQ(tags_in(book.tags), sorted_names(plain(book).tags));
}

// A part of a collection must not pass for the whole.
TEST_F(Populate, loads_the_whole_where_a_part_was_loaded) {
  auto em = orm.em().fork();
  auto writers = em.find<Writer>(
      f<&Writer::name> == "Ada",
      {.populate = {f<&Writer::books>}, .populate_where = f<&Writer::books, &Book::pages> > 110});
  ASSERT_EQ(titles_in(writers[0].books), Names{"Beta"});
  em.populate(writers, {f<&Writer::books>});
  EXPECT_EQ(titles_in(writers[0].books), (Names{"Alpha", "Beta"}));
  (void)em.find<Writer>(f<&Writer::name> == "Ada",
                        {.populate = {f<&Writer::books>}, .strategy = LoadStrategy::joined});
  EXPECT_EQ(titles_in(writers[0].books), (Names{"Alpha", "Beta"}));
}

TEST_F(Populate, orders_items) {
  for (const LoadStrategy strategy : strategies) {
    auto em = orm.em().fork();
    const auto writers = em.find<Writer>(
        {}, {.populate = {f<&Writer::books>, f<&Writer::books, &Book::tags>},
             .populate_order_by = {f<&Writer::books, &Book::pages>.desc(),
                                   f<&Writer::books, &Book::tags, &Tag::name>.desc()},
             .order_by = {f<&Writer::name>},
             .strategy = strategy});
    EXPECT_TRUE(std::is_sorted(writers.begin(), writers.end(),
                               [](auto& a, auto& b) { return a.name < b.name; }));
    for (const Writer& writer : writers) {
      std::vector<int> pages;
      for (const Book& book : writer.books) {
        pages.push_back(book.pages);
        Names tags;
        for (const Tag& tag : book.tags) tags.push_back(tag.name);
        EXPECT_TRUE(std::is_sorted(tags.rbegin(), tags.rend()));
      }
      EXPECT_TRUE(std::is_sorted(pages.rbegin(), pages.rend())) << writer.name;
    }
  }
}

TEST_F(Populate, pages_the_root_and_not_the_joined_rows) {
  for (const LoadStrategy strategy : strategies) {
    auto em = orm.em().fork();
    const auto books =
        em.find<Book>(f<&Book::tags>.some(), {.populate = {f<&Book::tags>, f<&Book::writer>},
                                              .order_by = {f<&Book::pages>},
                                              .limit = 2,
                                              .offset = 1,
                                              .strategy = strategy});
    EXPECT_EQ(in_order(books), (Names{"Epsilon", "Beta"}));
    for (const Book& book : books) {
      EXPECT_EQ(tags_in(book.tags), sorted_names(plain(book).tags));
      EXPECT_EQ(book.writer->name, plain(book).writer);
    }
  }
}

TEST_F(Populate, reads_some_columns_of_what_it_loads) {
  for (const LoadStrategy strategy : strategies) {
    auto em = orm.em().fork();
    const auto books = em.find<Book>(f<&Book::title> == "Delta",
                                     {.fields = {f<&Book::title>, f<&Book::writer, &Writer::name>,
                                                 f<&Book::reviews, &Review::stars>},
                                      .strategy = strategy});
    ASSERT_EQ(books.size(), 1u);
    EXPECT_EQ(books[0].pages, 0);
    EXPECT_EQ(books[0].writer->name, "Ben");
    EXPECT_EQ(books[0].writer->born, std::nullopt) << "not asked for";
    EXPECT_EQ(stars_in(books[0].reviews), (std::vector<int>{4, 4}));
    em.flush();
    EXPECT_EQ(orm.em().fork().count<Book>(f<&Book::pages> == 300), 1u) << "nothing is overwritten";
  }
}

TEST_F(Populate, reads_the_reference_that_it_follows_though_no_field_names_it) {
  for (const LoadStrategy strategy : strategies) {
    auto em = orm.em().fork();
    const auto books =
        em.find<Book>(f<&Book::title> == "Delta", {.populate = {f<&Book::writer, &Writer::teacher>},
                                                   .fields = {f<&Book::title>},
                                                   .strategy = strategy});
    ASSERT_EQ(books.size(), 1u);
    EXPECT_EQ(books[0].pages, 0);
    EXPECT_EQ(books[0].writer->teacher->name, "Ada");
    auto other = orm.em().fork();
    const auto others = other.find<Book>(
        f<&Book::title> == "Delta",
        {.populate = {f<&Book::writer>}, .exclude = {f<&Book::writer>}, .strategy = strategy});
    ASSERT_EQ(others.size(), 1u);
    EXPECT_EQ(others[0].writer->name, "Ben");
  }
}

TEST_F(Populate, reads_some_columns_of_a_collection_that_is_loaded_later) {
  auto em = orm.em().fork();
  Writer& ada = em.find_one_or_fail<Writer>(f<&Writer::name> == "Ada");
  ada.books.init({.fields = {f<&Book::title>, f<&Book::editor, &Writer::name>},
                  .order_by = {f<&Book::title>}});
  ASSERT_EQ(ada.books.size(), 2u);
  EXPECT_EQ(ada.books[0].pages, 0);
  EXPECT_EQ(ada.books[0].editor->name, "Ben");
  EXPECT_THROW(ada.books.init({.fields = {f<&Book::title>}, .exclude = {f<&Book::pages>}}),
               rowan::ValidationError);
}

TEST_F(Populate, loads_the_rest_of_what_was_loaded_in_part) {
  auto em = orm.em().fork();
  const auto some = em.find<Writer>({}, {.fields = {f<&Writer::name>}});
  const auto books = em.find<Book>({}, {.populate = {f<&Book::writer>}});
  for (const Book& book : books)
    EXPECT_EQ(book.writer->born, writer_named(plain(book).writer).born);
  EXPECT_EQ(some.size(), plain_writers().size());
}

TEST_F(Populate, excludes_columns_of_what_it_loads) {
  auto em = orm.em().fork();
  const auto books = em.find<Book>(f<&Book::title> == "Alpha",
                                   {.populate = {f<&Book::writer>},
                                    .exclude = {f<&Book::blurb>, f<&Book::writer, &Writer::born>}});
  ASSERT_EQ(books.size(), 1u);
  EXPECT_EQ(books[0].blurb, std::nullopt);
  EXPECT_EQ(books[0].pages, 100);
  EXPECT_EQ(books[0].writer->name, "Ada");
  EXPECT_EQ(books[0].writer->born, std::nullopt);
}

TEST_F(Populate, asks_for_many_owners_in_few_statements) {
  auto em = orm.em().fork();
  Writer& ada = em.find_one_or_fail<Writer>(f<&Writer::name> == "Ada");
  for (int i = 0; i < 1200; ++i) {
    Book& book = em.create<Book>({.title = "Volume " + std::to_string(i), .writer = ada});
    em.create<Review>({.stars = i % 5, .book = book});
  }
  em.flush();
  auto reading = orm.em().fork();
  (void)statements();
  const auto books = reading.find<Book>(
      f<&Book::title>.like("Volume %"),
      {.populate = {f<&Book::reviews>, f<&Book::writer>}, .strategy = LoadStrategy::select_in});
  EXPECT_LE(count_of("select"), 1u + 3u + 1u);
  ASSERT_EQ(books.size(), 1200u);
  for (const Book& book : books) EXPECT_EQ(book.reviews.size(), 1u);
}

TEST_F(Populate, loads_everything_that_can_be_reached) {
  auto em = orm.em().fork();
  const auto books = em.find<Book>(f<&Book::title> == "Alpha", {.populate = rowan::all_relations});
  ASSERT_EQ(books.size(), 1u);
  const Book& alpha = books[0];
  (void)statements();
  EXPECT_EQ(alpha.publisher->books.size(), 2u);
  for (const Book& book : alpha.writer->books) {
    EXPECT_EQ(tags_in(book.tags), sorted_names(plain(book).tags));
    for (const Tag& tag : book.tags) {
      EXPECT_EQ(titles_in(tag.books), titles_where([&](auto& b) { return b.has_tag(tag.name); }));
      for (const Book& other : tag.books) {
        EXPECT_EQ(stars_in(other.reviews), stars_of(plain(other)));
        EXPECT_EQ(other.writer->name, plain(other).writer);
      }
    }
  }
  EXPECT_EQ(alpha.editor->teacher->passport->number, "P-1");
  EXPECT_EQ(statements().size(), 0u);
}

TEST_F(Populate, takes_a_strategy_for_one_path) {
  const auto selects = [&](const rowan::FindOptions<Writer>& options) {
    auto em = orm.em().fork();
    (void)statements();
    const auto writers = em.find<Writer>({}, options);
    const std::size_t count = count_of("select");
    for (const Writer& writer : writers) {
      EXPECT_EQ(titles_in(writer.books),
                titles_where([&](auto& b) { return b.writer == writer.name; }));
      for (const Book& book : writer.books)
        EXPECT_EQ(tags_in(book.tags), sorted_names(plain(book).tags));
    }
    return count;
  };
  EXPECT_EQ(selects({.populate = {f<&Writer::books, &Book::tags>},
                     .strategy = LoadStrategy::select_in,
                     .strategies = {{f<&Writer::books>, LoadStrategy::joined}}}),
            2u);
  EXPECT_EQ(selects({.populate = {f<&Writer::books, &Book::tags>},
                     .strategy = LoadStrategy::joined,
                     .strategies = {{f<&Writer::books, &Book::tags>, LoadStrategy::select_in}}}),
            2u);
}

TEST_F(Populate, is_refused_without_an_identity_map) {
  auto em = orm.em().fork();
  EXPECT_THROW(
      (void)em.find<Book>({}, {.populate = {f<&Book::writer>}, .disable_identity_map = true}),
      rowan::ValidationError);
}

// U-31: one object for one row, whichever way it came, and local changes stay.
TEST_F(Populate, finds_the_objects_that_are_there) {
  for (const LoadStrategy strategy : strategies) {
    auto em = orm.em().fork();
    Writer& ada = em.find_one_or_fail<Writer>(f<&Writer::name> == "Ada");
    ada.name = "Countess";
    const auto books = em.find<Book>(f<&Book::title> == "Beta",
                                     {.populate = {f<&Book::writer>}, .strategy = strategy});
    EXPECT_EQ(&*books[0].writer, &ada);
    EXPECT_EQ(ada.name, "Countess");
    em.populate(ada, {f<&Writer::books>});
    EXPECT_TRUE(std::any_of(ada.books.begin(), ada.books.end(),
                            [&](const Book& book) { return &book == &books[0]; }));
  }
}

}  // namespace
}  // namespace bookshop
