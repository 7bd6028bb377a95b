// Filters: every operator, null, relations and collections, each compared with the same condition in C++.

#include "query_bookshop.hpp"

#include <algorithm>

namespace bookshop {
namespace {

using rowan::Filter;

using QueryFilter = Bookshop;

TEST_F(QueryFilter, compares_values) {
  expect_books(
      f<&Book::pages> == 100, [](auto& b) { return b.pages == 100; }, "==");
  expect_books(
      f<&Book::pages> != 100, [](auto& b) { return b.pages != 100; }, "!=");
  expect_books(
      f<&Book::pages> < 120, [](auto& b) { return b.pages < 120; }, "<");
  expect_books(
      f<&Book::pages> <= 120, [](auto& b) { return b.pages <= 120; }, "<=");
  expect_books(
      f<&Book::pages> > 120, [](auto& b) { return b.pages > 120; }, ">");
  expect_books(
      f<&Book::pages> >= 120, [](auto& b) { return b.pages >= 120; }, ">=");
  expect_books(
      f<&Book::title> >= "Epsilon", [](auto& b) { return b.title >= "Epsilon"; }, "text");
  expect_books(
      f<&Book::rating> > 2, [](auto& b) { return b.rating > 2; }, "real and integer");
  expect_books(
      f<&Book::is_published> == false, [](auto& b) { return !b.is_published; }, "bool");
}

TEST_F(QueryFilter, compares_values_that_have_a_form_of_their_own) {
  expect_books(
      f<&Book::price> < rowan::Decimal("10.00"), [](auto& b) { return std::stod(b.price) < 10; },
      "decimals by their number");
  expect_books(
      f<&Book::price> == rowan::Decimal("9.9"),
      [](auto& b) { return std::stod(b.price) == std::stod("9.9"); }, "decimals of another scale");
  expect_books(
      f<&Book::price>.in({rowan::Decimal("9.9"), rowan::Decimal("7")}),
      [](auto& b) { return std::stod(b.price) == 9.9 || std::stod(b.price) == 7; },
      "a list of decimals");
  expect_books(
      f<&Book::printed> < std::chrono::sys_days(std::chrono::days(10)),
      [](auto& b) { return b.printed < 10; }, "dates");
  expect_books(
      f<&Book::added_at> >= rowan::Timestamp(std::chrono::microseconds(3000)),
      [](auto& b) { return b.added >= 3000; }, "time points");
  expect_books(
      f<&Book::format> == Format::audio, [](auto& b) { return b.format == Format::audio; },
      "enums by number");
  expect_writers(
      f<&Writer::mood> == Mood::wild, [](auto& w) { return w.mood == Mood::wild; },
      "enums by name");
  expect_writers(
      f<&Writer::mood>.in({Mood::wild, Mood::calm}), [](auto&) { return true; }, "a list of enums");
}

TEST_F(QueryFilter, compares_with_patterns) {
  expect_books(
      f<&Book::title>.like("%ta"), [](auto& b) { return b.title.ends_with("ta"); }, "like %ta");
  expect_books(
      f<&Book::title>.like("_eta"),
      [](auto& b) { return b.title.size() == 4 && b.title.ends_with("eta"); }, "like _eta");
  expect_books(
      !f<&Book::blurb>.like("on %"),
      [](auto& b) { return b.blurb && !b.blurb->starts_with("on "); }, "not like");
}

TEST_F(QueryFilter, compares_with_patterns_alike_on_every_database) {
  const auto none = [](auto&) { return false; };
  const auto odd = [](auto& b) { return b.blurb == "50% off_"; };
  expect_books(
      f<&Book::title>.ilike("aLPH_"), [](auto& b) { return b.title == "Alpha"; }, "ilike does not");
  expect_books(f<&Book::blurb>.like("50\\%%"), odd, "an escaped %");
  expect_books(f<&Book::blurb>.like("%\\_"), odd, "an escaped _");
  expect_books(f<&Book::blurb>.ilike("50\\% OFF\\_"), odd, "ilike knows the same escapes");
  expect_books(f<&Book::blurb>.like("50_\\off%"), none, "an escaped letter");
  expect_books(
      f<&Book::blurb>.like(""), [](auto& b) { return b.blurb == ""; }, "no pattern at all");

  auto em = orm.em().fork();
  for (const char* name : {"a*b", "a?b", "a[b]", "a\\b", "a\\"})
    em.create<Publisher>({.name = name, .country = "odd"});
  em.flush();
  const auto like = [&](const char* pattern) {
    return found<Publisher>(f<&Publisher::name>.like(pattern));
  };
  EXPECT_EQ(like("a*b"), (Names{"a*b"}));
  EXPECT_EQ(like("a?b"), (Names{"a?b"}));
  EXPECT_EQ(like("a[b]"), (Names{"a[b]"}));
  EXPECT_EQ(like("a_b"), (Names{"a*b", "a?b", "a\\b"}));
  EXPECT_EQ(like("a\\\\b"), (Names{"a\\b"}));
  EXPECT_EQ(like("a\\\\"), (Names{"a\\"}));
  EXPECT_EQ(like("a\\"), (Names{"a\\"})) << "at the end it stands for itself";
  EXPECT_EQ(found<Publisher>(f<&Publisher::name>.ilike("A\\")), (Names{"a\\"}));
  EXPECT_EQ(found<Publisher>(rowan::json::parse(R"({"name": {"$like": "a\\"}})")), (Names{"a\\"}));
}

// Null equals nothing, differs from nothing and is matched by nothing but the questions for it.
TEST_F(QueryFilter, finds_null_only_where_it_is_asked_for) {
  expect_books(
      f<&Book::blurb> == nullptr, [](auto& b) { return !b.blurb; }, "== null");
  expect_books(
      f<&Book::blurb> != nullptr, [](auto& b) { return b.blurb.has_value(); }, "!= null");
  expect_books(
      f<&Book::blurb>.is_null(), [](auto& b) { return !b.blurb; }, "is_null");
  expect_books(
      f<&Book::blurb>.is_not_null(), [](auto& b) { return !!b.blurb; }, "is_not_null");
  expect_books(
      !f<&Book::blurb>.is_null(), [](auto& b) { return !!b.blurb; }, "not is_null");
  expect_books(
      f<&Book::blurb> == "", [](auto& b) { return b.blurb == ""; }, "empty text");
  expect_books(
      f<&Book::blurb> != "on a", [](auto& b) { return b.blurb && *b.blurb != "on a"; },
      "!= leaves null out");
  expect_books(
      f<&Book::blurb>.nin({"on a", "on g"}),
      [](auto& b) { return b.blurb && *b.blurb != "on a" && *b.blurb != "on g"; },
      "nin leaves null out");
  const std::optional<std::string> nothing;
  const std::optional<std::string> something = "on g";
  expect_books(
      f<&Book::blurb> == nothing, [](auto& b) { return !b.blurb; }, "== empty optional");
  expect_books(
      f<&Book::blurb> == something, [](auto& b) { return b.blurb == "on g"; }, "optional");
  expect_books(
      f<&Book::editor> == nullptr, [](auto& b) { return !b.editor; }, "empty reference");
}

TEST_F(QueryFilter, joins_conditions) {
  const auto is_long = f<&Book::pages> > 110;
  const auto is_good = f<&Book::rating> > 2.5;
  expect_books(
      is_long && is_good, [](auto& b) { return b.pages > 110 && b.rating > 2.5; }, "and");
  expect_books(
      is_long || is_good, [](auto& b) { return b.pages > 110 || b.rating > 2.5; }, "or");
  expect_books(
      !(is_long && is_good), [](auto& b) { return !(b.pages > 110 && b.rating > 2.5); },
      "not of and");
  expect_books(
      !(is_long || is_good) || f<&Book::title> == "Beta",
      [](auto& b) { return !(b.pages > 110 || b.rating > 2.5) || b.title == "Beta"; }, "nested");
  expect_books(
      !!is_long, [](auto& b) { return b.pages > 110; }, "not not");
}

TEST_F(QueryFilter, is_a_value) {
  Filter<Book> where;
  expect_books(
      where, [](auto&) { return true; }, "an empty filter holds for every row");
  expect_books(
      !where, [](auto&) { return false; }, "and its negation for none");
  const Filter<Book> before = where && f<&Book::pages> > 110;
  where = before && f<&Book::rating> > 2.5;
  where = where && Filter<Book>{};
  expect_books(
      where, [](auto& b) { return b.pages > 110 && b.rating > 2.5; }, "composed");
  expect_books(
      before, [](auto& b) { return b.pages > 110; }, "what it was made of is unchanged");
  expect_books(
      before || Filter<Book>{}, [](auto&) { return true; }, "or with the empty one");
}

TEST_F(QueryFilter, takes_keys_and_lists_of_keys) {
  auto em = orm.em().fork();
  std::vector<std::int64_t> keys;
  for (const Book& book : em.find<Book>(f < &Book::pages >> 110)) keys.push_back(book.id);
  expect_books(
      keys, [](auto& b) { return b.pages > 110; }, "keys");
  expect_books(
      std::vector<std::int64_t>{}, [](auto&) { return false; }, "no keys");
  std::vector<rowan::Uuid> tag_keys;
  for (const Tag& tag : em.find<Tag>(f<&Tag::name>.in({"math", "new"}))) tag_keys.push_back(tag.id);
  EXPECT_EQ(found<Tag>(tag_keys), (Names{"math", "new"}));
  EXPECT_EQ(found<Tag>(tag_keys[0]).size(), 1u);
}

TEST_F(QueryFilter, takes_empty_and_long_lists) {
  const std::vector<int> none;
  expect_books(
      f<&Book::pages>.in(none), [](auto&) { return false; }, "in of nothing");
  expect_books(
      f<&Book::pages>.nin(none), [](auto&) { return true; }, "nin of nothing");
  expect_books(
      !f<&Book::pages>.in(none), [](auto&) { return true; }, "not in of nothing");
  expect_books(
      f<&Book::pages> == 100 || f<&Book::pages>.in(none), [](auto& b) { return b.pages == 100; },
      "or in of nothing");
  std::vector<std::int64_t> many(40'000);
  for (std::size_t i = 0; i < many.size(); ++i) many[i] = static_cast<std::int64_t>(i) + 120;
  expect_books(
      f<&Book::pages>.in(many), [](auto& b) { return b.pages >= 120; }, "a long list");
  expect_books(
      f<&Book::pages>.nin(many), [](auto& b) { return b.pages < 120; }, "a long nin");
  std::vector<std::string> names(40'000, "Beta");
  names[7] = "Eta";
  expect_books(
      f<&Book::title>.in(names), [](auto& b) { return b.title == "Beta" || b.title == "Eta"; },
      "a long list of text");
}

TEST_F(QueryFilter, takes_long_lists_of_keys_that_are_no_numbers) {
  auto em = orm.em().fork();
  std::vector<rowan::Uuid> keys;
  for (const Tag& tag : em.find<Tag>(f<&Tag::name> == "math")) keys.push_back(tag.id);
  while (keys.size() < 40'000) keys.push_back(rowan::Uuid::v7());
  EXPECT_EQ(found<Tag>(f<&Tag::id>.in(keys)), Names{"math"});
  EXPECT_EQ(found<Tag>(f<&Tag::id>.nin(keys)), (Names{"new", "prose"}));
  EXPECT_EQ(found<Tag>(keys), Names{"math"});
  std::vector<rowan::Decimal> prices;
  for (int i = 0; i < 40'000; ++i) prices.emplace_back(std::to_string(i) + ".90");
  expect_books(
      f<&Book::price>.in(prices), [](auto& b) { return std::stod(b.price) == 9.9; }, "decimals");
}

TEST_F(QueryFilter, follows_references) {
  expect_books(
      f<&Book::writer, &Writer::name> == "Ada", [](auto& b) { return b.writer == "Ada"; },
      "a required one");
  expect_books(
      f<&Book::editor, &Writer::name> == "Ben", [](auto& b) { return b.editor == "Ben"; },
      "an optional one");
  expect_books(
      f<&Book::writer, &Writer::teacher, &Writer::name> == "Ada",
      [](auto& b) { return writer_named(b.writer).teacher == "Ada"; }, "two steps");
  expect_books(
      f<&Book::publisher, &Publisher::country> == nullptr,
      [](auto& b) { return !b.publisher || !publisher_named(*b.publisher).country; },
      "null, or no target");
  expect_books(
      f<&Book::editor, &Writer::name> == "Ben" || f<&Book::pages> == 250,
      [](auto& b) { return b.editor == "Ben" || b.pages == 250; },
      "or keeps rows without a target");
  expect_books(
      !(f<&Book::editor, &Writer::name> == "Ben"),
      [](auto& b) { return b.editor && *b.editor != "Ben"; }, "not");
  expect_writers(
      f<&Writer::passport, &Passport::number> == "P-3", [](auto& w) { return w.passport == "P-3"; },
      "the other side of a one-to-one");
  expect_writers(
      f<&Writer::passport> == nullptr, [](auto& w) { return !w.passport; }, "an empty other side");
}

TEST_F(QueryFilter, compares_references_with_objects_and_keys) {
  auto em = orm.em().fork();
  Writer& ada = em.find_one_or_fail<Writer>(f<&Writer::name> == "Ada");
  Writer& ben = em.find_one_or_fail<Writer>(f<&Writer::name> == "Ben");
  const auto by_ada = titles_where([](auto& b) { return b.writer == "Ada"; });
  EXPECT_EQ(sorted(in_order(em.find<Book>(f<&Book::writer> == ada))), by_ada);
  EXPECT_EQ(found<Book>(f<&Book::writer> == ada.id), by_ada);
  EXPECT_EQ(found<Book>(f<&Book::writer, &Writer::id> == ada.id), by_ada);
  EXPECT_EQ(sorted(in_order(em.find<Book>(f<&Book::writer> != ada))),
            titles_where([](auto& b) { return b.writer != "Ada"; }));
  EXPECT_EQ(sorted(in_order(em.find<Book>(f<&Book::writer>.in({ada, ben})))),
            titles_where([](auto& b) { return b.writer == "Ada" || b.writer == "Ben"; }));
  EXPECT_EQ(found<Book>(f<&Book::editor>.in({ada.id, ben.id})),
            titles_where([](auto& b) { return b.editor == "Ada" || b.editor == "Ben"; }));
}

TEST_F(QueryFilter, compares_two_paths) {
  auto em = orm.em().fork();
  Book& alpha = em.find_one_or_fail<Book>(f<&Book::title> == "Alpha");
  alpha.blurb = "Alpha";
  em.flush();
  EXPECT_EQ(found<Book>(f<&Book::title> == f<&Book::blurb>), Names{"Alpha"});
  EXPECT_EQ(
      found<Book>(f<&Book::writer, &Writer::teacher> == f<&Book::editor>),
      titles_where([](auto& b) { return b.editor && writer_named(b.writer).teacher == b.editor; }));
}

TEST_F(QueryFilter, finds_owners_by_one_item_that_fits) {
  const auto any = [](const PlainWriter& w, auto holds) {
    const auto books = books_of(w);
    return std::any_of(books.begin(), books.end(), holds);
  };
  expect_writers(
      f<&Writer::books, &Book::pages> > 200,
      [&](auto& w) { return any(w, [](auto& b) { return b.pages > 200; }); },
      "a path through a collection");
  expect_writers(
      f<&Writer::books, &Book::pages> > 200 && f<&Writer::books, &Book::rating> > 2.5,
      [&](auto& w) { return any(w, [](auto& b) { return b.pages > 200 && b.rating > 2.5; }); },
      "two conditions on the same item");
  expect_writers(
      f<&Writer::books, &Book::tags, &Tag::name> == "prose",
      [&](auto& w) { return any(w, [](auto& b) { return b.has_tag("prose"); }); },
      "through two collections");
  expect_writers(
      f<&Writer::books, &Book::pages> > 200 || f<&Writer::name> == "Emil",
      [&](auto& w) { return w.name == "Emil" || any(w, [](auto& b) { return b.pages > 200; }); },
      "or with a condition of the owner");
  expect_writers(
      !(f<&Writer::books, &Book::pages> > 200),
      [&](auto& w) { return !any(w, [](auto& b) { return b.pages > 200; }); }, "not: no item fits");
  expect_writers(
      f<&Writer::books, &Book::blurb> == nullptr,
      [&](auto& w) { return any(w, [](auto& b) { return !b.blurb; }); }, "an item without a value");
}

// What `!` stands before is asked of the whole collection, whatever stands beside it.
TEST_F(QueryFilter, negates_for_the_whole_collection_beside_other_conditions_on_it) {
  const auto has = [](const PlainWriter& w, auto holds) {
    const auto books = books_of(w);
    return std::any_of(books.begin(), books.end(), holds);
  };
  const auto is_alpha = f<&Writer::books, &Book::title> == "Alpha";
  const auto is_beta = f<&Writer::books, &Book::title> == "Beta";
  expect_writers(
      is_alpha && !is_beta,
      [&](auto& w) {
        return has(w, [](auto& b) { return b.title == "Alpha"; }) &&
               !has(w, [](auto& b) { return b.title == "Beta"; });
      },
      "and");
  const auto is_gamma = f<&Writer::books, &Book::title> == "Gamma";
  expect_writers(
      is_gamma || !is_beta,
      [&](auto& w) {
        return has(w, [](auto& b) { return b.title == "Gamma"; }) ||
               !has(w, [](auto& b) { return b.title == "Beta"; });
      },
      "or");
  expect_writers(
      !is_beta || is_gamma,
      [&](auto& w) {
        return has(w, [](auto& b) { return b.title == "Gamma"; }) ||
               !has(w, [](auto& b) { return b.title == "Beta"; });
      },
      "or, the other way round");
  expect_writers(
      f<&Writer::books>.some(f<&Book::tags, &Tag::name> == "math" &&
                             !(f<&Book::tags, &Tag::name> == "new")),
      [&](auto& w) {
        return has(w, [](auto& b) { return b.has_tag("math") && !b.has_tag("new"); });
      },
      "inside of some()");
}

TEST_F(QueryFilter, asks_collections_as_a_whole) {
  const auto is_short = [](const PlainBook& b) { return b.pages < 260; };
  const auto all = [&](const PlainWriter& w, auto holds) {
    const auto books = books_of(w);
    return std::all_of(books.begin(), books.end(), holds);
  };
  const auto any = [&](const PlainWriter& w, auto holds) {
    const auto books = books_of(w);
    return std::any_of(books.begin(), books.end(), holds);
  };
  const auto item = f<&Book::pages> < 260;
  expect_writers(
      f<&Writer::books>.some(item), [&](auto& w) { return any(w, is_short); }, "some");
  expect_writers(
      f<&Writer::books>.none(item), [&](auto& w) { return !any(w, is_short); }, "none");
  expect_writers(
      f<&Writer::books>.every(item), [&](auto& w) { return all(w, is_short); }, "every");
  expect_writers(
      !f<&Writer::books>.some(item), [&](auto& w) { return !any(w, is_short); }, "not some");
  expect_writers(
      !f<&Writer::books>.every(item), [&](auto& w) { return !all(w, is_short); }, "not every");
  expect_writers(
      f<&Writer::books>.some(), [](auto& w) { return !books_of(w).empty(); }, "some at all");
  expect_writers(
      f<&Writer::books>.is_empty(), [](auto& w) { return books_of(w).empty(); }, "is_empty");
  for (const int size : {0, 1, 2}) {
    const auto count = [](auto& w) { return static_cast<int>(books_of(w).size()); };
    const auto path = f<&Writer::books>;
    expect_writers(
        path.size() == size, [&](auto& w) { return count(w) == size; }, "size ==");
    expect_writers(
        path.size() != size, [&](auto& w) { return count(w) != size; }, "size !=");
    expect_writers(
        path.size() < size, [&](auto& w) { return count(w) < size; }, "size <");
    expect_writers(
        path.size() <= size, [&](auto& w) { return count(w) <= size; }, "size <=");
    expect_writers(
        path.size() > size, [&](auto& w) { return count(w) > size; }, "size >");
    expect_writers(
        path.size() >= size, [&](auto& w) { return count(w) >= size; }, "size >=");
  }
}

TEST_F(QueryFilter, asks_collections_of_many_to_many_from_both_sides) {
  expect_books(
      f<&Book::tags>.some(f<&Tag::name> == "new"), [](auto& b) { return b.has_tag("new"); },
      "some");
  expect_books(
      f<&Book::tags>.none(f<&Tag::name> == "new"), [](auto& b) { return !b.has_tag("new"); },
      "none");
  expect_books(
      f<&Book::tags>.every(f<&Tag::name>.in({"new", "math"})),
      [](auto& b) { return !b.has_tag("prose"); }, "every");
  expect_books(
      f<&Book::tags>.size() > 1, [](auto& b) { return b.tags.size() > 1; }, "size");
  expect_books(
      f<&Book::tags, &Tag::name>.in({"new", "math"}),
      [](auto& b) { return b.has_tag("new") || b.has_tag("math"); }, "a path");
  EXPECT_EQ(found<Tag>(f<&Tag::books>.every(f<&Book::is_published> == true)),
            (Names{"math", "new"}));
  EXPECT_EQ(found<Tag>(f<&Tag::books, &Book::writer, &Writer::name> == "Ben"),
            (Names{"new", "prose"}));
}

// An item whose value is null does not match, so it speaks against every() and not against none().
TEST_F(QueryFilter, counts_an_item_without_a_value_as_one_that_does_not_match) {
  const auto all = [](const PlainBook& b, auto holds) {
    return std::all_of(b.reviews.begin(), b.reviews.end(), holds);
  };
  const auto is_fine = [](const PlainReview& r) { return r.comment == "fine"; };
  expect_books(
      f<&Book::reviews>.every(f<&Review::comment> == "fine"),
      [&](auto& b) { return all(b, is_fine); }, "every");
  expect_books(
      !f<&Book::reviews>.every(f<&Review::comment> == "fine"),
      [&](auto& b) { return !all(b, is_fine); }, "not every");
  expect_books(
      f<&Book::reviews>.none(f<&Review::comment> == "fine"),
      [&](auto& b) { return std::none_of(b.reviews.begin(), b.reviews.end(), is_fine); }, "none");
  expect_books(
      f<&Book::reviews>.every(f<&Review::reader, &Writer::name> == "Ada"),
      [&](auto& b) { return all(b, [](auto& r) { return r.reader == "Ada"; }); },
      "every, through a reference that may be empty");
}

TEST_F(QueryFilter, nests_collection_operators) {
  const auto any = [](const auto& list, auto holds) {
    return std::any_of(list.begin(), list.end(), holds);
  };
  expect_writers(
      f<&Writer::books>.some(f<&Book::reviews>.none(f<&Review::stars> < 4) &&
                             f<&Book::reviews>.some()),
      [&](auto& w) {
        return any(books_of(w), [&](auto& b) {
          return !b.reviews.empty() && !any(b.reviews, [](auto& r) { return r.stars < 4; });
        });
      },
      "none in some");
  expect_writers(
      f<&Writer::books>.every(f<&Book::tags>.some(f<&Tag::name> == "math")),
      [&](auto& w) {
        const auto books = books_of(w);
        return std::all_of(books.begin(), books.end(), [](auto& b) { return b.has_tag("math"); });
      },
      "some in every");
  expect_writers(
      f<&Writer::books, &Book::reviews>.some(f<&Review::stars> == 4),
      [&](auto& w) {
        return any(books_of(w),
                   [&](auto& b) { return any(b.reviews, [](auto& r) { return r.stars == 4; }); });
      },
      "some behind a collection");
  expect_books(
      f<&Book::writer, &Writer::books>.size() > 1,
      [](auto& b) { return books_of(writer_named(b.writer)).size() > 1; },
      "size behind a reference");
}

TEST_F(QueryFilter, takes_subqueries) {
  auto em = orm.em().fork();
  const auto editors =
      em.query<Book>().select(f<&Book::editor, &Writer::id>).where(f<&Book::pages> > 60);
  const auto edits = [](const PlainWriter& w) {
    const auto& all = plain_books();
    return std::any_of(all.begin(), all.end(),
                       [&](auto& b) { return b.pages > 60 && b.editor == w.name; });
  };
  expect_writers(f<&Writer::id>.in(editors.as_subquery()), edits, "in");
  expect_writers(
      !f<&Writer::id>.in(editors.as_subquery()), [&](auto& w) { return !edits(w); },
      "not in, though the subquery yields null too");
  expect_writers(
      f<&Writer::id>.nin(editors.as_subquery()), [&](auto& w) { return !edits(w); }, "nin");
  const auto first = em.query<Book>()
                         .select(f<&Book::writer, &Writer::id>)
                         .order_by(f<&Book::pages>.desc())
                         .limit(1)
                         .as_subquery();
  expect_writers(
      f<&Writer::id>.in(first), [](auto& w) { return w.name == "Cleo"; }, "with a limit");
  const auto busy = em.query<Book>()
                        .select(f<&Book::writer, &Writer::id>)
                        .group_by(f<&Book::writer, &Writer::id>)
                        .having(rowan::count() > 1)
                        .as_subquery();
  expect_books(
      f<&Book::writer>.in(busy) && f<&Book::pages> > 60,
      [](auto& b) { return b.pages > 60 && b.writer != "Dora"; }, "of groups, for a reference");
}

TEST_F(QueryFilter, takes_raw_sql_with_values) {
  expect_books(
      rowan::sql_filter<Book>("{pages} * ? > {rating} * ?", 2, 100.0),
      [](auto& b) { return b.pages * 2 > b.rating * 100; }, "values and members");
  expect_books(
      rowan::sql_filter<Book>("{writer.name} = ? or 1 = 0", "Ada") && f<&Book::pages> > 100,
      [](auto& b) { return b.writer == "Ada" && b.pages > 100; },
      "a member behind a reference, beside other conditions");
  expect_books(
      rowan::sql_filter<Book>("{title} <> '?' and {title} <> ?", "it's; drop table book"),
      [](auto&) { return true; }, "a question mark in quotes is none");
  auto em = orm.em().fork();
  EXPECT_THROW((void)em.find<Book>(rowan::sql_filter<Book>("{pages} > ?")), rowan::ValidationError);
  EXPECT_THROW((void)em.find<Book>(rowan::sql_filter<Book>("{nothing} > 1")),
               rowan::ValidationError);
}

TEST_F(QueryFilter, never_takes_a_value_for_sql) {
  auto em = orm.em().fork();
  const std::string evil = "x' or '1'='1";
  em.create<Publisher>({.name = evil});
  em.flush();
  EXPECT_EQ(found<Publisher>(f<&Publisher::name> == evil), Names{evil});
  EXPECT_EQ(found<Publisher>(f<&Publisher::name>.in({evil, "?"})), Names{evil});
  EXPECT_EQ(found<Publisher>(f<&Publisher::name>.like("%' or '%")), Names{evil});
}

TEST_F(QueryFilter, counts_rows_of_the_root_once) {
  auto em = orm.em().fork();
  const auto where = f<&Writer::books, &Book::tags, &Tag::name>.in({"math", "new", "prose"});
  const auto [page, total] =
      em.find_and_count<Writer>(where, {.order_by = {f<&Writer::name>}, .limit = 2});
  const Names all = writers_where([](auto& w) {
    const auto books = books_of(w);
    return std::any_of(books.begin(), books.end(), [](auto& b) { return !b.tags.empty(); });
  });
  EXPECT_EQ(total, all.size());
  EXPECT_EQ(in_order(page), Names(all.begin(), all.begin() + 2));
}

}  // namespace
}  // namespace bookshop
