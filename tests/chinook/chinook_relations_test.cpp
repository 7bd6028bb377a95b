// Chinook: filters through one, two and three relations, collections, many-to-many, and a class that refers to itself.

#include "chinook/chinook.hpp"

namespace rowan::test {
namespace {

using namespace chinook;

const auto track_key = [](const Track& track) { return row(track.track_id, track.name); };
const auto playlist_key = [](const Playlist& list) { return row(list.playlist_id, list.name); };
const auto artist_key = [](const Artist& artist) { return row(artist.artist_id, artist.name); };
const auto album_key = [](const Album& album) { return row(album.album_id, album.title); };
const auto employee_key = [](const Employee& one) { return row(one.employee_id, one.last_name); };

TEST_F(Chinook, filters_through_two_relations) {
  auto found = em.find<Track>(f<&Track::album, &Album::artist, &Artist::name> == "AC/DC",
                              {.order_by = {f<&Track::track_id>}});
  expect_same(
      rows_of(found, track_key),
      "select t.{track_id}, t.{name} from {track} t join {album} a on a.{album_id} = t.{album_id} "
      "join {artist} r on r.{artist_id} = a.{artist_id} where r.{name} = 'AC/DC' order by "
      "t.{track_id}");
}

TEST_F(Chinook, filters_through_three_relations) {
  auto found = em.find<InvoiceLine>(
      f<&InvoiceLine::track, &Track::album, &Album::artist, &Artist::name>.in(
          {"U2", "Metallica"}) &&
          f<&InvoiceLine::invoice, &Invoice::customer, &Customer::country> != "USA",
      {.order_by = {f<&InvoiceLine::invoice_line_id>}});
  expect_same(
      rows_of(
          found,
          [](const InvoiceLine& l) { return row(l.invoice_line_id, l.unit_price, l.quantity); }),
      "select l.{invoice_line_id}, l.{unit_price}, l.{quantity} from {invoice_line} l "
      "join {track} t on t.{track_id} = l.{track_id} join {album} a on a.{album_id} = t.{album_id} "
      "join {artist} r on r.{artist_id} = a.{artist_id} join {invoice} i on i.{invoice_id} = "
      "l.{invoice_id} "
      "join {customer} c on c.{customer_id} = i.{customer_id} "
      "where r.{name} in ('U2', 'Metallica') and c.{country} <> 'USA' order by "
      "l.{invoice_line_id}");
}

TEST_F(Chinook, filters_by_an_object_and_by_a_key) {
  Genre& jazz = em.find_one_or_fail<Genre>(f<&Genre::name> == "Jazz");
  auto found = em.find<Track>(f<&Track::genre> == jazz && f<&Track::media_type> == 1,
                              {.order_by = {f<&Track::track_id>}});
  expect_same(rows_of(found, track_key),
              "select {track_id}, {name} from {track} where {media_type_id} = 1 and {genre_id} = "
              "(select {genre_id} from {genre} where {name} = 'Jazz') order by {track_id}");
}

TEST_F(Chinook, asks_for_one_item_through_two_collections) {
  auto found =
      em.find<Artist>(f<&Artist::albums, &Album::tracks, &Track::genre, &Genre::name> == "Jazz",
                      {.order_by = {f<&Artist::artist_id>}});
  expect_same(rows_of(found, artist_key),
              "select distinct r.{artist_id}, r.{name} from {artist} r "
              "join {album} a on a.{artist_id} = r.{artist_id} join {track} t on t.{album_id} = "
              "a.{album_id} "
              "join {genre} g on g.{genre_id} = t.{genre_id} where g.{name} = 'Jazz' order by "
              "r.{artist_id}");
}

TEST_F(Chinook, asks_for_conditions_of_the_same_item) {
  auto found = em.find<Album>(f<&Album::tracks>.some(f<&Track::milliseconds> < 120000 &&
                                                     f<&Track::genre, &Genre::name> == "Rock"),
                              {.order_by = {f<&Album::album_id>}});
  expect_same(rows_of(found, album_key),
              "select {album_id}, {title} from {album} a where exists (select 1 from {track} t "
              "join {genre} g on g.{genre_id} = t.{genre_id} where t.{album_id} = a.{album_id} "
              "and t.{milliseconds} < 120000 and g.{name} = 'Rock') order by {album_id}");
}

TEST_F(Chinook, asks_for_empty_collections) {
  auto found =
      em.find<Artist>(f<&Artist::albums>.is_empty(), {.order_by = {f<&Artist::artist_id>}});
  expect_same(rows_of(found, artist_key),
              "select {artist_id}, {name} from {artist} r where not exists "
              "(select 1 from {album} a where a.{artist_id} = r.{artist_id}) order by {artist_id}");
}

TEST_F(Chinook, asks_how_many_items_there_are) {
  auto found = em.find<Album>(f<&Album::tracks>.size() > 20, {.order_by = {f<&Album::album_id>}});
  expect_same(rows_of(found, album_key),
              "select {album_id}, {title} from {album} a where (select count(*) from {track} t "
              "where t.{album_id} = a.{album_id}) > 20 order by {album_id}");
}

TEST_F(Chinook, asks_about_every_item) {
  auto found = em.find<Album>(f<&Album::tracks>.every(f<&Track::milliseconds> > 300000),
                              {.order_by = {f<&Album::album_id>}});
  expect_same(
      rows_of(found, album_key),
      "select {album_id}, {title} from {album} a where not exists (select 1 from {track} t "
      "where t.{album_id} = a.{album_id} and not {milliseconds} > 300000) order by {album_id}");
}

TEST_F(Chinook, asks_for_no_item) {
  auto found = em.find<Album>(f<&Album::tracks>.none(f<&Track::composer>.is_not_null()),
                              {.order_by = {f<&Album::album_id>}});
  expect_same(
      rows_of(found, album_key),
      "select {album_id}, {title} from {album} a where not exists (select 1 from {track} t "
      "where t.{album_id} = a.{album_id} and t.{composer} is not null) order by {album_id}");
}

TEST_F(Chinook, finds_what_was_never_sold) {
  auto found =
      em.find<Track>(f<&Track::invoice_lines>.is_empty(), {.order_by = {f<&Track::track_id>}});
  expect_same(rows_of(found, track_key),
              "select {track_id}, {name} from {track} where {track_id} not in "
              "(select {track_id} from {invoice_line}) order by {track_id}");
}

TEST_F(Chinook, filters_many_to_many_from_its_owner) {
  auto found =
      em.find<Playlist>(f<&Playlist::tracks>.some(f<&Track::genre, &Genre::name> == "Classical"),
                        {.order_by = {f<&Playlist::playlist_id>}});
  expect_same(rows_of(found, playlist_key),
              "select distinct p.{playlist_id}, p.{name} from {playlist} p "
              "join {playlist_track} pt on pt.{playlist_id} = p.{playlist_id} "
              "join {track} t on t.{track_id} = pt.{track_id} join {genre} g on g.{genre_id} = "
              "t.{genre_id} "
              "where g.{name} = 'Classical' order by p.{playlist_id}");
}

TEST_F(Chinook, filters_many_to_many_from_its_other_side) {
  auto found = em.find<Track>(f<&Track::playlists, &Playlist::name> == "Grunge",
                              {.order_by = {f<&Track::name>, f<&Track::track_id>}});
  expect_same(rows_of(found, track_key),
              "select t.{track_id}, t.{name} from {track} t "
              "join {playlist_track} pt on pt.{track_id} = t.{track_id} "
              "join {playlist} p on p.{playlist_id} = pt.{playlist_id} where p.{name} = 'Grunge' "
              "order by t.{name}, t.{track_id}");
}

TEST_F(Chinook, filters_through_many_to_many_and_two_relations) {
  auto found = em.find<Playlist>(
      f<&Playlist::tracks, &Track::album, &Album::artist, &Artist::name> == "Pearl Jam",
      {.order_by = {f<&Playlist::playlist_id>}});
  expect_same(rows_of(found, playlist_key),
              "select distinct p.{playlist_id}, p.{name} from {playlist} p "
              "join {playlist_track} pt on pt.{playlist_id} = p.{playlist_id} "
              "join {track} t on t.{track_id} = pt.{track_id} join {album} a on a.{album_id} = "
              "t.{album_id} "
              "join {artist} r on r.{artist_id} = a.{artist_id} where r.{name} = 'Pearl Jam' "
              "order by p.{playlist_id}");
}

TEST_F(Chinook, counts_items_of_many_to_many) {
  auto found =
      em.find<Playlist>(f<&Playlist::tracks>.size() > 200 || f<&Playlist::tracks>.is_empty(),
                        {.order_by = {f<&Playlist::playlist_id>}});
  expect_same(rows_of(found, playlist_key),
              "select {playlist_id}, {name} from {playlist} p where (select count(*) from "
              "{playlist_track} pt "
              "where pt.{playlist_id} = p.{playlist_id}) > 200 or not exists (select 1 from "
              "{playlist_track} pt "
              "where pt.{playlist_id} = p.{playlist_id}) order by {playlist_id}");
}

TEST_F(Chinook, pages_count_entities_whatever_is_joined) {
  auto found = em.find<Artist>(
      f<&Artist::albums, &Album::tracks, &Track::genre, &Genre::name> == "Rock",
      {.order_by = {f<&Artist::name>, f<&Artist::artist_id>}, .limit = 10, .offset = 10});
  expect_same(
      rows_of(found, artist_key),
      "select {artist_id}, {name} from {artist} where {artist_id} in (select a.{artist_id} from "
      "{album} a "
      "join {track} t on t.{album_id} = a.{album_id} join {genre} g on g.{genre_id} = t.{genre_id} "
      "where g.{name} = 'Rock') order by {name}, {artist_id} limit 10 offset 10");
}

TEST_F(Chinook, finds_the_head_of_a_class_that_refers_to_itself) {
  auto found = em.find<Employee>(f<&Employee::reports_to> == nullptr,
                                 {.order_by = {f<&Employee::employee_id>}});
  expect_same(rows_of(found, employee_key),
              "select {employee_id}, {last_name} from {employee} where {reports_to} is null order "
              "by {employee_id}");
}

TEST_F(Chinook, filters_through_itself_once_and_twice) {
  auto found = em.find<Employee>(
      f<&Employee::reports_to, &Employee::last_name> == "Mitchell" ||
          f<&Employee::reports_to, &Employee::reports_to, &Employee::title> == "General Manager",
      {.order_by = {f<&Employee::employee_id>}});
  expect_same(
      rows_of(found, employee_key),
      "select e.{employee_id}, e.{last_name} from {employee} e "
      "left join {employee} m on m.{employee_id} = e.{reports_to} "
      "left join {employee} g on g.{employee_id} = m.{reports_to} "
      "where m.{last_name} = 'Mitchell' or g.{title} = 'General Manager' order by e.{employee_id}");
}

TEST_F(Chinook, asks_for_those_that_refer_to_it) {
  auto found = em.find<Employee>(f<&Employee::reports>.size() >= 2 &&
                                     f<&Employee::reports>.none(f<&Employee::title> == "IT Staff"),
                                 {.order_by = {f<&Employee::employee_id>}});
  expect_same(
      rows_of(found, employee_key),
      "select {employee_id}, {last_name} from {employee} m where (select count(*) from {employee} "
      "e "
      "where e.{reports_to} = m.{employee_id}) >= 2 and not exists (select 1 from {employee} e "
      "where e.{reports_to} = m.{employee_id} and e.{title} = 'IT Staff') order by {employee_id}");
}

TEST_F(Chinook, filters_by_a_subquery) {
  auto large = em.query<Invoice>()
                   .select(f<&Invoice::customer, &Customer::customer_id>)
                   .where(f<&Invoice::total> > Decimal("20"))
                   .as_subquery();
  auto found = em.find<Customer>(f<&Customer::customer_id>.in(large),
                                 {.order_by = {f<&Customer::customer_id>}});
  expect_same(rows_of(found, [](const Customer& c) { return row(c.customer_id, c.email); }),
              "select {customer_id}, {email} from {customer} where {customer_id} in "
              "(select {customer_id} from {invoice} where {total} > 20) order by {customer_id}");
}

}  // namespace
}  // namespace rowan::test
