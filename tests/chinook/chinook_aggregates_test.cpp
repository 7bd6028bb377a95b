// Chinook: rows of aggregates, groups and joins by name.

#include "chinook/chinook.hpp"

namespace rowan::test {
namespace {

using namespace chinook;

TEST_F(Chinook, counts_with_a_filter) {
  const auto total = em.count<Track>(f<&Track::album, &Album::title>.like("%Live%"));
  expect_same({row(static_cast<std::int64_t>(total))},
              "select count(*) from {track} t join {album} a on a.{album_id} = t.{album_id} "
              "where a.{title} like '%Live%'");
}

TEST_F(Chinook, aggregates_without_groups) {
  const auto found =
      em.query<Invoice>()
          .select(rowan::count(), rowan::sum(f<&Invoice::total>), rowan::min(f<&Invoice::total>),
                  rowan::max(f<&Invoice::invoice_date>), rowan::avg(f<&Invoice::total>))
          .rows();
  expect_same(rows_of(found),
              "select count(*), sum({total}), min({total}), max({invoice_date}), avg({total}) from "
              "{invoice}");
}

TEST_F(Chinook, an_aggregate_of_no_row_is_null) {
  const auto found = em.query<Invoice>()
                         .select(rowan::count(), rowan::sum(f<&Invoice::total>))
                         .where(f<&Invoice::total> < Decimal("0"))
                         .rows();
  expect_same(rows_of(found), "select count(*), sum({total}) from {invoice} where {total} < 0");
}

TEST_F(Chinook, groups_by_a_column) {
  const auto found =
      em.query<Invoice>()
          .select(f<&Invoice::billing_country>, rowan::count(), rowan::sum(f<&Invoice::total>),
                  rowan::max(f<&Invoice::total>))
          .group_by(f<&Invoice::billing_country>)
          .order_by(rowan::sum(f<&Invoice::total>).desc(), f<&Invoice::billing_country>)
          .rows();
  expect_same(rows_of(found),
              "select {billing_country}, count(*), sum({total}), max({total}) from {invoice} "
              "group by {billing_country} order by round(sum({total}), 2) desc, {billing_country}");
}

TEST_F(Chinook, groups_through_two_relations) {
  const auto found =
      em.query<Track>()
          .select(f<&Track::album, &Album::artist, &Artist::name>, rowan::count(),
                  rowan::sum(f<&Track::milliseconds>))
          .group_by(f<&Track::album, &Album::artist, &Artist::name>)
          .having(rowan::count() > 50)
          .order_by(rowan::count().desc(), f<&Track::album, &Album::artist, &Artist::name>)
          .rows();
  expect_same(rows_of(found),
              "select r.{name}, count(*), sum(t.{milliseconds}) from {track} t "
              "left join {album} a on a.{album_id} = t.{album_id} left join {artist} r on "
              "r.{artist_id} = a.{artist_id} "
              "group by r.{name} having count(*) > 50 order by count(*) desc, r.{name}");
}

TEST_F(Chinook, groups_through_three_relations) {
  const auto found = em.query<InvoiceLine>()
                         .select(f<&InvoiceLine::invoice, &Invoice::customer,
                                   &Customer::support_rep, &Employee::last_name>,
                                 rowan::sum(f<&InvoiceLine::quantity>),
                                 rowan::count_distinct(f<&InvoiceLine::unit_price>))
                         .group_by(f<&InvoiceLine::invoice, &Invoice::customer,
                                     &Customer::support_rep, &Employee::last_name>)
                         .order_by(f<&InvoiceLine::invoice, &Invoice::customer,
                                     &Customer::support_rep, &Employee::last_name>)
                         .rows();
  expect_same(rows_of(found),
              "select e.{last_name}, sum(l.{quantity}), count(distinct l.{unit_price}) from "
              "{invoice_line} l "
              "join {invoice} i on i.{invoice_id} = l.{invoice_id} "
              "join {customer} c on c.{customer_id} = i.{customer_id} "
              "join {employee} e on e.{employee_id} = c.{support_rep_id} group by e.{last_name} "
              "order by e.{last_name}");
}

TEST_F(Chinook, groups_over_many_to_many_joined_by_name) {
  const auto found = em.query<Playlist>()
                         .join(f<&Playlist::tracks>)
                         .select(f<&Playlist::playlist_id>, f<&Playlist::name>, rowan::count())
                         .group_by(f<&Playlist::playlist_id>, f<&Playlist::name>)
                         .having(rowan::count() > 10)
                         .order_by(rowan::count().desc(), f<&Playlist::playlist_id>)
                         .rows();
  expect_same(rows_of(found),
              "select p.{playlist_id}, p.{name}, count(*) from {playlist} p "
              "join {playlist_track} pt on pt.{playlist_id} = p.{playlist_id} "
              "join {track} t on t.{track_id} = pt.{track_id} group by p.{playlist_id}, p.{name} "
              "having count(*) > 10 order by count(*) desc, p.{playlist_id}");
}

TEST_F(Chinook, selects_columns_of_joined_items) {
  const auto found = em.query<Genre>()
                         .join(f<&Genre::tracks>)
                         .select(f<&Genre::name>, rowan::joined(f<&Genre::tracks, &Track::name>))
                         .where(f<&Genre::name> == "Opera" || f<&Genre::name> == "Easy Listening")
                         .order_by(f<&Genre::name>, f<&Genre::tracks, &Track::track_id>)
                         .rows();
  expect_same(
      rows_of(found),
      "select g.{name}, t.{name} from {genre} g join {track} t on t.{genre_id} = g.{genre_id} "
      "where g.{name} in ('Opera', 'Easy Listening') order by g.{name}, t.{track_id}");
}

TEST_F(Chinook, counts_only_what_is_not_null) {
  const auto found =
      em.query<Track>()
          .select(f<&Track::media_type, &MediaType::name>, rowan::count(),
                  rowan::count(f<&Track::composer>), rowan::count_distinct(f<&Track::composer>))
          .group_by(f<&Track::media_type, &MediaType::name>)
          .order_by(f<&Track::media_type, &MediaType::name>)
          .rows();
  expect_same(
      rows_of(found),
      "select m.{name}, count(*), count(t.{composer}), count(distinct t.{composer}) from {track} t "
      "join {media_type} m on m.{media_type_id} = t.{media_type_id} group by m.{name} order by "
      "m.{name}");
}

TEST_F(Chinook, leaves_repeated_rows_out) {
  const auto found =
      em.query<Customer>()
          .select(f<&Customer::country>, f<&Customer::support_rep, &Employee::first_name>)
          .distinct()
          .order_by(f<&Customer::country>, f<&Customer::support_rep, &Employee::first_name>)
          .limit(25)
          .offset(5)
          .rows();
  expect_same(rows_of(found),
              "select distinct c.{country}, e.{first_name} from {customer} c "
              "left join {employee} e on e.{employee_id} = c.{support_rep_id} "
              "order by c.{country}, e.{first_name} limit 25 offset 5");
}

TEST_F(Chinook, computes_in_the_databases_own_words) {
  const auto found = em.query<InvoiceLine>()
                         .select(f<&InvoiceLine::invoice, &Invoice::invoice_id>,
                                 rowan::raw<Decimal>("sum({unit_price} * {quantity})"))
                         .group_by(f<&InvoiceLine::invoice, &Invoice::invoice_id>)
                         .order_by(f<&InvoiceLine::invoice, &Invoice::invoice_id>)
                         .rows();
  // The shop's own totals must come out.
  expect_same(rows_of(found), "select {invoice_id}, {total} from {invoice} order by {invoice_id}");
}

TEST_F(Chinook, averages) {
  const auto found = em.query<Track>()
                         .select(f<&Track::genre, &Genre::name>, rowan::avg(f<&Track::unit_price>),
                                 rowan::min(f<&Track::milliseconds>))
                         .where(f<&Track::genre>.is_not_null())
                         .group_by(f<&Track::genre, &Genre::name>)
                         .having(rowan::avg(f<&Track::unit_price>) > 1.0)
                         .order_by(f<&Track::genre, &Genre::name>)
                         .rows();
  expect_same(rows_of(found),
              "select g.{name}, avg(t.{unit_price}), min(t.{milliseconds}) from {track} t "
              "join {genre} g on g.{genre_id} = t.{genre_id} group by g.{name} having "
              "avg(t.{unit_price}) > 1.0 "
              "order by g.{name}");
}

}  // namespace
}  // namespace rowan::test
