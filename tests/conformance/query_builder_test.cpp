// Queries of rows and bulk changes: what they return and how many rows they touch.

#include "query_bookshop.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <tuple>

namespace bookshop {
namespace {

using rowan::joined;

using QueryBuilder = Bookshop;

TEST_F(QueryBuilder, selects_columns_through_references) {
  auto em = orm.em().fork();
  const auto rows = em.query<Book>()
                        .select(f<&Book::title>, f<&Book::writer, &Writer::name>,
                                f<&Book::editor, &Writer::name>, f<&Book::blurb>)
                        .order_by(f<&Book::pages>)
                        .rows();
  std::vector<PlainBook> plain = plain_books();
  std::sort(plain.begin(), plain.end(), [](auto& a, auto& b) { return a.pages < b.pages; });
  ASSERT_EQ(rows.size(), plain.size());
  for (std::size_t i = 0; i < rows.size(); ++i)
    EXPECT_EQ(rows[i],
              std::make_tuple(plain[i].title, plain[i].writer, plain[i].editor, plain[i].blurb));
}

TEST_F(QueryBuilder, reads_every_type_into_a_struct_of_the_users) {
  struct Row {
    std::string title;
    bool is_published;
    std::int32_t pages;
    double rating;
    rowan::Decimal price;
    std::chrono::sys_days printed;
    rowan::Timestamp added_at;
    Format format;
    std::optional<Mood> mood;
  };
  auto em = orm.em().fork();
  const auto rows =
      em.query<Book>()
          .select(f<&Book::title>, f<&Book::is_published>, f<&Book::pages>, f<&Book::rating>,
                  f<&Book::price>, f<&Book::printed>, f<&Book::added_at>, f<&Book::format>,
                  f<&Book::editor, &Writer::mood>)
          .rows_as<Row>();
  ASSERT_EQ(rows.size(), plain_books().size());
  for (const Row& row : rows) {
    const auto& all = plain_books();
    const auto plain =
        std::find_if(all.begin(), all.end(), [&](auto& b) { return b.title == row.title; });
    ASSERT_NE(plain, all.end());
    EXPECT_EQ(row.is_published, plain->is_published);
    EXPECT_EQ(row.pages, plain->pages);
    EXPECT_EQ(row.rating, plain->rating);
    EXPECT_EQ(row.price, rowan::Decimal(plain->price));
    EXPECT_EQ(row.printed.time_since_epoch().count(), plain->printed);
    EXPECT_EQ(row.added_at.time_since_epoch().count(), plain->added);
    EXPECT_EQ(row.format, plain->format);
    EXPECT_EQ(row.mood.has_value(), plain->editor.has_value());
    if (plain->editor) {
      EXPECT_EQ(row.mood, writer_named(*plain->editor).mood);
    }
  }
}

TEST_F(QueryBuilder, orders_with_nulls_where_they_are_wanted) {
  const auto order = [&](const rowan::OrderBy<Writer>& by) {
    auto em = orm.em().fork();
    return in_order(em.find<Writer>({}, {.order_by = {by, f<&Writer::name>}}));
  };
  EXPECT_EQ(order(f<&Writer::born>.asc().nulls_first()),
            (Names{"Cleo", "Emil", "Ada", "Ben", "Dora"}));
  EXPECT_EQ(order(f<&Writer::born>.asc().nulls_last()),
            (Names{"Ada", "Ben", "Dora", "Cleo", "Emil"}));
  EXPECT_EQ(order(f<&Writer::born>.desc().nulls_first()),
            (Names{"Cleo", "Emil", "Dora", "Ben", "Ada"}));
  EXPECT_EQ(order(f<&Writer::born>.desc().nulls_last()),
            (Names{"Dora", "Ben", "Ada", "Cleo", "Emil"}));
  EXPECT_EQ(order(f<&Writer::teacher, &Writer::name>.desc().nulls_last()),
            (Names{"Dora", "Ben", "Cleo", "Ada", "Emil"}))
      << "through a reference that may be empty";
}

TEST_F(QueryBuilder, orders_by_the_items_of_a_collection) {
  auto em = orm.em().fork();
  const auto extreme = [](const PlainWriter& writer, bool greatest) {
    const auto books = books_of(writer);
    std::optional<int> out;
    for (const PlainBook& book : books) {
      if (!out || (greatest ? book.pages > *out : book.pages < *out)) out = book.pages;
    }
    return out;
  };
  const auto expected = [&](bool is_descending) {
    std::vector<PlainWriter> all = plain_writers();
    std::erase_if(all, [](auto& w) { return books_of(w).empty(); });
    std::sort(all.begin(), all.end(), [&](auto& a, auto& b) {
      const auto x = extreme(a, is_descending);
      const auto y = extreme(b, is_descending);
      return is_descending ? x > y : x < y;
    });
    Names names;
    for (const PlainWriter& writer : all) names.push_back(writer.name);
    return names;
  };
  const auto has_books = f<&Writer::books>.some();
  EXPECT_EQ(in_order(em.find<Writer>(has_books, {.order_by = {f<&Writer::books, &Book::pages>}})),
            expected(false));
  EXPECT_EQ(
      in_order(em.find<Writer>(has_books, {.order_by = {f<&Writer::books, &Book::pages>.desc()}})),
      expected(true));
}

TEST_F(QueryBuilder, makes_a_row_for_each_item_that_is_joined) {
  auto em = orm.em().fork();
  const auto rows = em.query<Book>()
                        .join(f<&Book::tags>)
                        .select(f<&Book::title>, joined(f<&Book::tags, &Tag::name>))
                        .where(f<&Book::tags, &Tag::name> != "new")
                        .order_by(f<&Book::title>, f<&Book::tags, &Tag::name>)
                        .rows();
  std::vector<std::tuple<std::string, std::string>> expected;
  for (const PlainBook& book : plain_books()) {
    for (const std::string& tag : book.tags) {
      if (tag != "new") expected.emplace_back(book.title, tag);
    }
  }
  std::sort(expected.begin(), expected.end());
  EXPECT_EQ(rows, expected);
  EXPECT_EQ(em.query<Book>().join(f<&Book::tags>).select(f<&Book::id>).count(),
            std::accumulate(plain_books().begin(), plain_books().end(), std::size_t{0},
                            [](std::size_t n, auto& b) { return n + b.tags.size(); }));
}

TEST_F(QueryBuilder, orders_by_what_is_joined_by_name) {
  auto em = orm.em().fork();
  const auto names = [&](const auto& order) {
    Names out;
    for (const auto& row : em.query<Book>()
                               .join(f<&Book::tags>)
                               .select(joined(f<&Book::tags, &Tag::name>))
                               .order_by(order)
                               .rows())
      out.push_back(std::get<0>(row));
    return out;
  };
  Names expected;
  for (const PlainBook& book : plain_books())
    expected.insert(expected.end(), book.tags.begin(), book.tags.end());
  std::sort(expected.begin(), expected.end());
  EXPECT_EQ(names(joined(f<&Book::tags, &Tag::name>)), expected);
  EXPECT_EQ(names(joined(f<&Book::tags, &Tag::name>).desc()),
            Names(expected.rbegin(), expected.rend()));
  const auto writers =
      em.query<Writer>()
          .left_join(f<&Writer::books>)
          .select(rowan::left_joined(f<&Writer::books, &Book::title>))
          .order_by(rowan::left_joined(f<&Writer::books, &Book::title>).asc().nulls_first())
          .rows();
  EXPECT_EQ(std::get<0>(writers.front()), std::nullopt);
}

TEST_F(QueryBuilder, keeps_or_drops_rows_without_a_match_as_the_join_says) {
  auto em = orm.em().fork();
  const auto titles = [](const auto& rows) {
    Names out;
    for (const auto& row : rows) out.push_back(std::get<0>(row));
    return sorted(out);
  };
  EXPECT_EQ(titles(em.query<Book>().join(f<&Book::editor>).select(f<&Book::title>).rows()),
            titles_where([](auto& b) { return b.editor.has_value(); }));
  EXPECT_EQ(titles(em.query<Book>().left_join(f<&Book::editor>).select(f<&Book::title>).rows()),
            titles_where([](auto&) { return true; }));
  const auto rows =
      em.query<Writer>()
          .left_join(f<&Writer::books>)
          .select(f<&Writer::name>, rowan::left_joined(f<&Writer::books, &Book::title>))
          .where(f<&Writer::name> == "Emil")
          .rows();
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(std::get<1>(rows[0]), std::nullopt);
}

TEST_F(QueryBuilder, counts_items_of_groups_that_have_none) {
  auto em = orm.em().fork();
  const auto rows = em.query<Writer>()
                        .left_join(f<&Writer::books>)
                        .select(f<&Writer::name>, rowan::count(f<&Writer::books, &Book::id>),
                                rowan::sum(f<&Writer::books, &Book::pages>))
                        .group_by(f<&Writer::name>)
                        .order_by(f<&Writer::name>)
                        .rows();
  ASSERT_EQ(rows.size(), plain_writers().size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto books = books_of(plain_writers()[i]);
    std::optional<std::int64_t> pages;
    for (const PlainBook& book : books) pages = pages.value_or(0) + book.pages;
    EXPECT_EQ(rows[i], std::make_tuple(plain_writers()[i].name,
                                       static_cast<std::int64_t>(books.size()), pages));
  }
}

TEST_F(QueryBuilder, computes_aggregates) {
  auto em = orm.em().fork();
  const auto row = em.query<Book>()
                       .select(rowan::count(), rowan::count(f<&Book::blurb>),
                               rowan::count_distinct(f<&Book::writer, &Writer::name>),
                               rowan::sum(f<&Book::pages>), rowan::avg(f<&Book::pages>),
                               rowan::min(f<&Book::title>), rowan::max(f<&Book::added_at>),
                               rowan::max(f<&Book::printed>))
                       .one();
  ASSERT_TRUE(row.has_value());
  const auto& all = plain_books();
  const auto pages =
      std::accumulate(all.begin(), all.end(), 0, [](int sum, auto& b) { return sum + b.pages; });
  const auto with_blurb =
      std::count_if(all.begin(), all.end(), [](auto& b) { return b.blurb.has_value(); });
  EXPECT_EQ(std::get<0>(*row), static_cast<std::int64_t>(all.size()));
  EXPECT_EQ(std::get<1>(*row), with_blurb);
  EXPECT_EQ(std::get<2>(*row), 4);
  EXPECT_EQ(std::get<3>(*row), pages);
  EXPECT_NEAR(std::get<4>(*row).value(), static_cast<double>(pages) / 7, 0.001);
  EXPECT_EQ(std::get<5>(*row), "Alpha");
  EXPECT_EQ(std::get<6>(*row), rowan::Timestamp(std::chrono::microseconds(8000)));
  EXPECT_EQ(std::get<7>(*row), std::chrono::sys_days(std::chrono::days(80)));
}

TEST_F(QueryBuilder, computes_aggregates_of_exact_numbers) {
  auto em = orm.em().fork();
  const auto row = em.query<Book>()
                       .select(rowan::min(f<&Book::price>), rowan::max(f<&Book::price>),
                               rowan::sum(f<&Book::price>))
                       .one();
  ASSERT_TRUE(row.has_value());
  EXPECT_EQ(std::get<0>(*row), rowan::Decimal("0.50"));
  EXPECT_EQ(std::get<1>(*row), rowan::Decimal("100.00"));
  EXPECT_EQ(std::get<2>(*row), rowan::Decimal("149.64"));
  EXPECT_EQ(std::get<0>(em.query<Book>()
                            .select(rowan::sum(f<&Book::price>))
                            .where(f<&Book::pages> > 100'000)
                            .one()
                            .value()),
            std::nullopt);
}

TEST_F(QueryBuilder, narrows_and_orders_groups_by_sums_of_exact_numbers) {
  auto em = orm.em().fork();
  const auto sums_where = [&](const auto& condition) {
    std::vector<rowan::Decimal> out;
    for (const auto& [sum] : em.query<Book>()
                                 .select(rowan::sum(f<&Book::price>))
                                 .group_by(f<&Book::writer, &Writer::name>)
                                 .having(condition)
                                 .order_by(rowan::sum(f<&Book::price>).desc())
                                 .rows())
      out.push_back(sum.value());
    return out;
  };
  const auto all = sums_where(rowan::count() > 0);
  ASSERT_GT(all.size(), 2u);
  EXPECT_TRUE(std::is_sorted(all.rbegin(), all.rend()));
  for (const rowan::Decimal& sum : all) {
    EXPECT_EQ(sums_where(rowan::sum(f<&Book::price>) == sum).front(), sum);
    const auto greater = sums_where(rowan::sum(f<&Book::price>) > sum);
    EXPECT_EQ(greater.size(), static_cast<std::size_t>(std::count_if(
                                  all.begin(), all.end(), [&](auto& each) { return each > sum; })));
  }
}

TEST_F(QueryBuilder, computes_nothing_over_no_rows) {
  auto em = orm.em().fork();
  const auto row =
      em.query<Book>()
          .select(rowan::count(), rowan::sum(f<&Book::pages>), rowan::max(f<&Book::rating>))
          .where(f<&Book::pages> > 100'000)
          .one();
  ASSERT_TRUE(row.has_value());
  EXPECT_EQ(*row, std::make_tuple(std::int64_t{0}, std::optional<std::int64_t>(),
                                  std::optional<double>()));
}

TEST_F(QueryBuilder, narrows_groups) {
  auto em = orm.em().fork();
  const auto groups = [&](const auto& condition) {
    Names out;
    for (const auto& row : em.query<Book>()
                               .select(f<&Book::writer, &Writer::name>)
                               .group_by(f<&Book::writer, &Writer::name>)
                               .having(condition)
                               .rows())
      out.push_back(std::get<0>(row));
    return sorted(out);
  };
  const auto expected = [](auto holds) {
    return writers_where([&](auto& w) {
      const auto books = books_of(w);
      std::int64_t pages = 0;
      for (const PlainBook& book : books) pages += book.pages;
      return !books.empty() && holds(books.size(), pages);
    });
  };
  const auto many = rowan::count() > 1;
  const auto thick = rowan::sum(f<&Book::pages>) > 400;
  EXPECT_EQ(groups(many), expected([](auto n, auto) { return n > 1; }));
  EXPECT_EQ(groups(many && thick), expected([](auto n, auto p) { return n > 1 && p > 400; }));
  EXPECT_EQ(groups(!many || thick), expected([](auto n, auto p) { return n <= 1 || p > 400; }));
  EXPECT_EQ(groups(!(many && !thick)),
            expected([](auto n, auto p) { return !(n > 1 && p <= 400); }));
  const auto both = em.query<Book>()
                        .select(f<&Book::writer, &Writer::name>)
                        .group_by(f<&Book::writer, &Writer::name>)
                        .having(many)
                        .having(thick)
                        .count();
  EXPECT_EQ(both, expected([](auto n, auto p) { return n > 1 && p > 400; }).size());
}

TEST_F(QueryBuilder, orders_groups_by_aggregates) {
  auto em = orm.em().fork();
  const auto rows =
      em.query<Book>()
          .select(f<&Book::writer, &Writer::name>, rowan::sum(f<&Book::pages>))
          .group_by(f<&Book::writer, &Writer::name>)
          .order_by(rowan::sum(f<&Book::pages>).desc(), f<&Book::writer, &Writer::name>.desc())
          .limit(2)
          .offset(1)
          .rows();
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0], std::make_tuple(std::string("Ben"), std::optional<std::int64_t>(350)));
  EXPECT_EQ(std::get<1>(rows[1]), 350);
}

TEST_F(QueryBuilder, leaves_out_rows_that_are_the_same) {
  auto em = orm.em().fork();
  const auto query = em.query<Book>().select(f<&Book::writer, &Writer::name>).distinct();
  EXPECT_EQ(query.rows().size(), 4u);
  EXPECT_EQ(query.count(), 4u);
}

TEST_F(QueryBuilder, pages_and_counts) {
  auto em = orm.em().fork();
  auto query = em.query<Book>().select(f<&Book::title>).order_by(f<&Book::title>);
  query.limit(2).offset(3);
  const auto rows = query.rows();
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(std::get<0>(rows[0]), "Epsilon");
  EXPECT_EQ(query.count(), plain_books().size()) << "whatever the page";
  EXPECT_EQ(std::get<0>(*query.one()), "Epsilon");
  EXPECT_FALSE(em.query<Book>().select(f<&Book::title>).limit(0).one().has_value());
  auto rest = em.query<Book>().select(f<&Book::title>).order_by(f<&Book::title>);
  EXPECT_EQ(rest.offset(5).rows().size(), 2u) << "an offset without a limit";
}

TEST_F(QueryBuilder, writes_sql_with_values_where_the_typed_form_ends) {
  auto em = orm.em().fork();
  const auto rows =
      em.query<Book>()
          .select(f<&Book::title>, rowan::raw<std::int64_t>("{pages} * ?", 3))
          .where(f<&Book::pages> > 100 && rowan::sql_filter<Book>("{pages} < ?", 300))
          .order_by(rowan::raw<std::int64_t>("abs({pages} - ?)", 250).desc(), f<&Book::title>)
          .limit(2)
          .rows();
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0], std::make_tuple(std::string("Epsilon"), std::int64_t{360}));
  EXPECT_EQ(rows[1], std::make_tuple(std::string("Beta"), std::int64_t{750}));
  EXPECT_THROW((void)em.query<Book>().select(rowan::raw<int>("{pages} * ?")).rows(),
               rowan::ValidationError);
}

TEST_F(QueryBuilder, sees_pending_work) {
  auto em = orm.em().fork();
  em.create<Publisher>({.name = "Dune"});
  EXPECT_EQ(em.query<Publisher>().select(f<&Publisher::id>).count(), 4u);
}

TEST_F(QueryBuilder, updates_rows_past_the_unit_of_work) {
  auto em = orm.em().fork();
  Book& alpha = em.find_one_or_fail<Book>(f<&Book::title> == "Alpha");
  const Names thick = titles_where([](auto& b) { return b.pages > 110; });
  EXPECT_EQ(em.update<Book>()
                .set(f<&Book::is_published>, false)
                .set(f<&Book::blurb>, nullptr)
                .set(f<&Book::rating>, 1)
                .where(f<&Book::pages> > 110)
                .execute(),
            thick.size());
  EXPECT_EQ(found<Book>(f<&Book::blurb> == nullptr && f<&Book::rating> == 1 &&
                        f<&Book::is_published> == false),
            thick);
  EXPECT_EQ(em.update<Book>().set(f<&Book::pages>, 1).where(f<&Book::pages> < 0).execute(), 0u);
  EXPECT_EQ(em.update<Book>().set(f<&Book::pages>, 77).execute(), plain_books().size());
  EXPECT_EQ(alpha.pages, 100) << "objects do not hear of it";
  em.refresh(alpha);
  EXPECT_EQ(alpha.pages, 77);
}

TEST_F(QueryBuilder, updates_with_sql_and_by_references) {
  auto em = orm.em().fork();
  Writer& emil = em.find_one_or_fail<Writer>(f<&Writer::name> == "Emil");
  EXPECT_EQ(em.update<Book>()
                .set_raw(f<&Book::pages>, "{pages} * ? + ?", 10, 1)
                .set(f<&Book::editor>, emil)
                .where(f<&Book::title>.in({"Beta", "Eta"}))
                .execute(),
            2u);
  EXPECT_EQ(found<Book>(f<&Book::editor> == emil.id && f<&Book::pages>.in({2501, 101})),
            (Names{"Beta", "Eta"}));
}

TEST_F(QueryBuilder, changes_rows_that_a_filter_through_relations_holds_for) {
  auto em = orm.em().fork();
  EXPECT_EQ(em.update<Book>()
                .set(f<&Book::pages>, 1)
                .where(f<&Book::writer, &Writer::teacher, &Writer::name> == "Ada")
                .execute(),
            titles_where([](auto& b) { return writer_named(b.writer).teacher == "Ada"; }).size());
  EXPECT_EQ(em.update<Book>()
                .set(f<&Book::pages>, 2)
                .where(f<&Book::tags, &Tag::name> == "new")
                .execute(),
            titles_where([](auto& b) { return b.has_tag("new"); }).size());
  EXPECT_EQ(em.remove_where<Review>().where(f<&Review::book, &Book::title> == "Alpha").execute(),
            2u);
  EXPECT_EQ(em.remove_where<Review>().where(f<&Review::reader> == nullptr).execute(), 1u);
  EXPECT_EQ(em.count<Review>(), 4u);
}

// Not every database may read the table that it changes.
TEST_F(QueryBuilder, changes_rows_by_what_their_own_table_says) {
  auto em = orm.em().fork();
  const auto teaches = [](const PlainWriter& w) {
    const auto& all = plain_writers();
    return std::any_of(all.begin(), all.end(), [&](auto& o) { return o.teacher == w.name; });
  };
  const auto students = em.query<Writer>().select(f<&Writer::teacher, &Writer::id>);
  EXPECT_EQ(em.update<Writer>()
                .set(f<&Writer::born>, 1)
                .where(f<&Writer::id>.in(students.as_subquery()))
                .execute(),
            writers_where(teaches).size());
  EXPECT_EQ(found<Writer>(f<&Writer::born> == 1), writers_where(teaches));
  EXPECT_EQ(em.update<Writer>()
                .set(f<&Writer::born>, 2)
                .where(f<&Writer::teacher, &Writer::name> == "Ada")
                .execute(),
            2u);
  EXPECT_EQ(em.remove_where<Review>().execute(), 7u) << "every row";
  EXPECT_EQ(em.remove_where<Publisher>().where(f<&Publisher::books>.is_empty()).execute(), 0u);
}

TEST_F(QueryBuilder, inserts_rows_and_leaves_out_those_that_are_there) {
  auto em = orm.em().fork();
  EXPECT_EQ(em.insert<Publisher>()
                .values(f<&Publisher::name>, "Dune", f<&Publisher::country>, "nz")
                .values(f<&Publisher::name>, "Elm", f<&Publisher::country>, nullptr)
                .execute(),
            2u);
  EXPECT_EQ(em.insert<Publisher>()
                .values(f<&Publisher::name>, "Elm")
                .values(f<&Publisher::name>, "Fir")
                .ignore_conflicts()
                .execute(),
            1u);
  EXPECT_THROW((void)em.insert<Publisher>().values(f<&Publisher::name>, "Fir").execute(),
               rowan::UniqueConstraintViolation);
  EXPECT_EQ(found<Publisher>(f<&Publisher::country> == nullptr), (Names{"Birch", "Elm", "Fir"}));
}

TEST_F(QueryBuilder, inserts_more_rows_than_one_statement_takes_or_none) {
  auto em = orm.em().fork();
  constexpr std::size_t many = 20'000;
  auto insert = em.insert<Publisher>();
  for (std::size_t i = 0; i < many; ++i) {
    insert.values(f<&Publisher::name>, "House " + std::to_string(i), f<&Publisher::country>,
                  std::optional<std::string>());
  }
  EXPECT_EQ(insert.execute(), many);
  auto again = em.insert<Publisher>();
  for (std::size_t i = 0; i < many; ++i) {
    again.values(f<&Publisher::name>, "Hut " + std::to_string(i + 1 < many ? i : 0),
                 f<&Publisher::country>, "x");
  }
  EXPECT_THROW((void)again.execute(), rowan::UniqueConstraintViolation);
  EXPECT_EQ(em.count<Publisher>(f<&Publisher::name>.like("Hut %")), 0u);
  EXPECT_EQ(em.count<Publisher>(f<&Publisher::name>.like("House %")), many);
}

TEST_F(QueryBuilder, leaves_out_rows_that_the_same_insert_has_made) {
  auto em = orm.em().fork();
  EXPECT_EQ(em.insert<Publisher>()
                .values(f<&Publisher::name>, "Acorn")
                .values(f<&Publisher::name>, "Gorse")
                .values(f<&Publisher::name>, "Gorse")
                .ignore_conflicts()
                .execute(),
            1u);
  EXPECT_EQ(em.count<Publisher>(f<&Publisher::name> == "Gorse"), 1u);
}

TEST_F(QueryBuilder, merges_into_rows_that_are_there) {
  auto em = orm.em().fork();
  const Publisher& made = em.create<Publisher>({.name = "Dune", .country = "nz"});
  em.flush();
  const std::int64_t dune = made.id;
  const std::size_t before = em.count<Publisher>();
  EXPECT_EQ(em.insert<Publisher>()
                .values(f<&Publisher::name>, "Dune", f<&Publisher::country>, "pe")
                .values(f<&Publisher::name>, "Elm", f<&Publisher::country>, "at")
                .on_conflict(f<&Publisher::name>)
                .merge()
                .execute(),
            2u);
  auto reader = orm.em().fork();
  EXPECT_EQ(reader.count<Publisher>(), before + 1);
  const Publisher& merged = reader.find_one_or_fail<Publisher>(f<&Publisher::name> == "Dune");
  EXPECT_EQ(merged.id, dune);
  EXPECT_EQ(merged.country, "pe");
  EXPECT_EQ(reader.find_one_or_fail<Publisher>(f<&Publisher::name> == "Elm").country, "at");
  // Of a row by its key, only what is named.
  Review& review = em.find_one_or_fail<Review>(f<&Review::stars> > 0);
  const std::int64_t book = review.book.load().id;
  EXPECT_EQ(em.insert<Review>()
                .values(f<&Review::id>, review.id, f<&Review::stars>, -7, f<&Review::comment>,
                        "new", f<&Review::book>, book)
                .on_conflict(f<&Review::id>)
                .merge(f<&Review::stars>)
                .execute(),
            1u);
  const Review& changed = reader.find_one_or_fail<Review>(f<&Review::id> == review.id);
  EXPECT_EQ(changed.stars, -7);
  EXPECT_NE(changed.comment, "new");
}

TEST_F(QueryBuilder, refuses_to_merge_by_what_is_no_key) {
  auto em = orm.em().fork();
  const auto insert = [&] {
    auto query = em.insert<Publisher>();
    query.values(f<&Publisher::name>, "Dune", f<&Publisher::country>, "pe");
    return query;
  };
  const auto message_of = [](auto query) -> std::string {
    try {
      (void)query.execute();
    } catch (const rowan::ValidationError& error) {
      return error.what();
    }
    return "no error";
  };
  using ::testing::HasSubstr;
  EXPECT_THAT(message_of(insert().on_conflict(f<&Publisher::country>).merge()),
              HasSubstr("names country, which is no unique key"));
  EXPECT_THAT(message_of(insert().on_conflict(f<&Publisher::name>)), HasSubstr("add merge()"));
  EXPECT_THAT(message_of(insert().merge()), HasSubstr("on_conflict()"));
  EXPECT_THAT(message_of(insert().on_conflict(f<&Publisher::name>).merge(f<&Publisher::id>)),
              HasSubstr("names id, which values() does not write"));
  EXPECT_THAT(message_of(insert().on_conflict(f<&Publisher::name>).merge().ignore_conflicts()),
              HasSubstr("one of them"));
  EXPECT_THAT(message_of(em.insert<Publisher>()
                             .values(f<&Publisher::name>, "Dune")
                             .on_conflict(f<&Publisher::name>)
                             .merge()),
              HasSubstr("nothing to merge"));
  EXPECT_EQ(em.count<Publisher>(f<&Publisher::name> == "Dune"), 0u);
}

TEST_F(QueryBuilder, refuses_a_member_that_is_written_twice) {
  auto em = orm.em().fork();
  EXPECT_THROW((void)em.update<Book>().set(f<&Book::pages>, 1).set(f<&Book::pages>, 2).execute(),
               rowan::ValidationError);
  EXPECT_THROW((void)em.insert<Publisher>()
                   .values(f<&Publisher::name>, "Hazel", f<&Publisher::name>, "Ivy")
                   .execute(),
               rowan::ValidationError);
}

TEST_F(QueryBuilder, refuses_pages_that_begin_before_the_first_row) {
  auto em = orm.em().fork();
  const auto titles = em.query<Book>().select(f<&Book::title>);
  auto page = titles;
  EXPECT_EQ(page.limit(1).offset(0).rows().size(), 1u);
  EXPECT_THROW((void)page.limit(-1).rows(), rowan::ValidationError);
  page = titles;
  EXPECT_THROW((void)page.offset(-1).rows(), rowan::ValidationError);
  EXPECT_THROW((void)em.find<Book>({}, {.limit = -1}), rowan::ValidationError);
  EXPECT_THROW((void)em.find<Book>({}, {.limit = 1, .offset = -1}), rowan::ValidationError);
  Writer& ada = em.find_one_or_fail<Writer>(f<&Writer::name> == "Ada");
  EXPECT_THROW(ada.books.init({.limit = -1}), rowan::ValidationError);
}

TEST_F(QueryBuilder, refuses_a_number_that_the_member_cannot_hold) {
  auto em = orm.em().fork();
  const std::int64_t huge = std::int64_t{1} << 40;
  EXPECT_THROW((void)em.update<Book>().set(f<&Book::pages>, huge), rowan::ValidationError);
  EXPECT_THROW((void)em.insert<Review>().values(f<&Review::stars>, -huge), rowan::ValidationError);
  EXPECT_EQ(em.update<Book>().set(f<&Book::pages>, std::int64_t{5}).execute(),
            plain_books().size());
}

}  // namespace
}  // namespace bookshop
