// Chinook: whole graphs, loaded along by each strategy.

#include "chinook/chinook.hpp"

namespace rowan::test {
namespace {

using namespace chinook;

/// Returns a row for each item of each object's collection.
template <class List, class Collect>
TextRows flattened(const List& list, Collect collect) {
  TextRows out;
  for (const auto& object : list) collect(object, out);
  return out;
}

TextRows tracks_of_albums(const EntityList<Album>& albums) {
  return flattened(albums, [](const Album& album, TextRows& out) {
    for (const Track& track : album.tracks) {
      out.push_back(row(album.album_id, album.artist->name, track.track_id, track.name));
    }
  });
}

constexpr std::string_view tracks_of_albums_sql =
    "select a.{album_id}, r.{name}, t.{track_id}, t.{name} from {album} a "
    "join {artist} r on r.{artist_id} = a.{artist_id} join {track} t on t.{album_id} = "
    "a.{album_id} "
    "where a.{album_id} between 30 and 90 order by a.{album_id}, t.{track_id}";

TEST_F(Chinook, populates_by_each_strategy) {
  for (const LoadStrategy strategy :
       {LoadStrategy::select_in, LoadStrategy::joined, LoadStrategy::balanced}) {
    SCOPED_TRACE(static_cast<int>(strategy));
    em.clear();
    auto found = em.find<Album>(f<&Album::album_id> >= 30 && f<&Album::album_id> <= 90,
                                {.populate = {f<&Album::artist>, f<&Album::tracks>},
                                 .populate_order_by = {f<&Album::tracks, &Track::track_id>},
                                 .order_by = {f<&Album::album_id>},
                                 .strategy = strategy});
    expect_same(tracks_of_albums(found), tracks_of_albums_sql);
  }
}

TEST_F(Chinook, populates_afterwards) {
  auto found = em.find<Album>(f<&Album::album_id> >= 30 && f<&Album::album_id> <= 90,
                              {.order_by = {f<&Album::album_id>}});
  em.populate(found, {f<&Album::artist>, f<&Album::tracks>},
              {.populate_order_by = {f<&Album::tracks, &Track::track_id>}});
  expect_same(tracks_of_albums(found), tracks_of_albums_sql);
}

TEST_F(Chinook, populates_many_to_many_from_both_sides) {
  constexpr std::string_view sql =
      "select p.{playlist_id}, t.{track_id}, t.{name} from {playlist} p "
      "join {playlist_track} pt on pt.{playlist_id} = p.{playlist_id} "
      "join {track} t on t.{track_id} = pt.{track_id} where p.{name} in ('Grunge', 'Brazilian "
      "Music') ";
  for (const LoadStrategy strategy : {LoadStrategy::select_in, LoadStrategy::joined}) {
    SCOPED_TRACE(static_cast<int>(strategy));
    em.clear();
    auto lists = em.find<Playlist>(f<&Playlist::name>.in({"Grunge", "Brazilian Music"}),
                                   {.populate = {f<&Playlist::tracks>},
                                    .populate_order_by = {f<&Playlist::tracks, &Track::track_id>},
                                    .order_by = {f<&Playlist::playlist_id>},
                                    .strategy = strategy});
    expect_same(flattened(lists,
                          [](const Playlist& list, TextRows& out) {
                            for (const Track& track : list.tracks) {
                              out.push_back(row(list.playlist_id, track.track_id, track.name));
                            }
                          }),
                std::string(sql) + "order by p.{playlist_id}, t.{track_id}");
  }
  em.clear();
  auto tracks =
      em.find<Track>(f<&Track::playlists, &Playlist::name>.in({"Grunge", "Brazilian Music"}),
                     {.populate = {f<&Track::playlists>},
                      .populate_where = populate_infer,
                      .populate_order_by = {f<&Track::playlists, &Playlist::playlist_id>},
                      .order_by = {f<&Track::track_id>}});
  expect_same(flattened(tracks,
                        [](const Track& track, TextRows& out) {
                          for (const Playlist& list : track.playlists) {
                            out.push_back(row(list.playlist_id, track.track_id, track.name));
                          }
                        }),
              std::string(sql) + "order by t.{track_id}, p.{playlist_id}");
}

TEST_F(Chinook, populates_three_levels) {
  auto found = em.find<Customer>(
      f<&Customer::country> == "Chile",
      {.populate = {f<&Customer::invoices, &Invoice::lines, &InvoiceLine::track, &Track::album>},
       .populate_order_by = {
           f<&Customer::invoices, &Invoice::invoice_id>,
           f<&Customer::invoices, &Invoice::lines, &InvoiceLine::invoice_line_id>}});
  expect_same(
      flattened(found,
                [](const Customer& customer, TextRows& out) {
                  for (const Invoice& invoice : customer.invoices) {
                    for (const InvoiceLine& line : invoice.lines) {
                      out.push_back(row(customer.last_name, invoice.invoice_date,
                                        line.invoice_line_id, line.track->name,
                                        line.track->album->title));
                    }
                  }
                }),
      "select c.{last_name}, i.{invoice_date}, l.{invoice_line_id}, t.{name}, a.{title} from "
      "{customer} c "
      "join {invoice} i on i.{customer_id} = c.{customer_id} "
      "join {invoice_line} l on l.{invoice_id} = i.{invoice_id} "
      "join {track} t on t.{track_id} = l.{track_id} join {album} a on a.{album_id} = t.{album_id} "
      "where c.{country} = 'Chile' order by i.{invoice_id}, l.{invoice_line_id}");
}

TEST_F(Chinook, populates_a_class_that_refers_to_itself) {
  auto found =
      em.find<Employee>({}, {.populate = {f<&Employee::reports_to>, f<&Employee::reports>},
                             .populate_order_by = {f<&Employee::reports, &Employee::employee_id>},
                             .order_by = {f<&Employee::employee_id>}});
  expect_same(flattened(found,
                        [](const Employee& one, TextRows& out) {
                          for (const Employee& report : one.reports) {
                            out.push_back(row(one.last_name, report.last_name,
                                              report.reports_to->employee_id));
                          }
                        }),
              "select m.{last_name}, e.{last_name}, m.{employee_id} from {employee} m "
              "join {employee} e on e.{reports_to} = m.{employee_id} order by m.{employee_id}, "
              "e.{employee_id}");
}

TEST_F(Chinook, a_page_counts_objects_whose_collections_are_populated) {
  auto found = em.find<Album>({}, {.populate = {f<&Album::tracks>},
                                   .populate_order_by = {f<&Album::tracks, &Track::track_id>},
                                   .order_by = {f<&Album::title>, f<&Album::album_id>},
                                   .limit = 12,
                                   .offset = 30,
                                   .strategy = LoadStrategy::joined});
  expect_same(flattened(found,
                        [](const Album& album, TextRows& out) {
                          for (const Track& track : album.tracks) {
                            out.push_back(row(album.album_id, track.track_id));
                          }
                        }),
              "select a.{album_id}, t.{track_id} from (select {album_id}, {title} from {album} "
              "order by {title}, {album_id} limit 12 offset 30) a join {track} t on t.{album_id} = "
              "a.{album_id} "
              "order by a.{title}, a.{album_id}, t.{track_id}");
}

TEST_F(Chinook, populates_items_that_a_filter_chooses) {
  auto found = em.find<Artist>(
      f<&Artist::name>.like("A%"),
      {.populate = {f<&Artist::albums, &Album::tracks>},
       .populate_where = f<&Artist::albums, &Album::tracks, &Track::milliseconds> > 360000,
       .populate_order_by = {f<&Artist::albums, &Album::album_id>,
                             f<&Artist::albums, &Album::tracks, &Track::track_id>},
       .order_by = {f<&Artist::artist_id>}});
  expect_same(
      flattened(found,
                [](const Artist& artist, TextRows& out) {
                  for (const Album& album : artist.albums) {
                    for (const Track& track : album.tracks) {
                      out.push_back(row(artist.name, album.title, track.name, track.milliseconds));
                    }
                  }
                }),
      "select r.{name}, a.{title}, t.{name}, t.{milliseconds} from {artist} r "
      "join {album} a on a.{artist_id} = r.{artist_id} join {track} t on t.{album_id} = "
      "a.{album_id} "
      "where r.{name} like 'A%' and t.{milliseconds} > 360000 "
      "order by r.{artist_id}, a.{album_id}, t.{track_id}");
}

TEST_F(Chinook, loads_all_eleven_tables) {
  const auto count = [&](auto number, const char* table) {
    expect_same({row(static_cast<std::int64_t>(number))},
                "select count(*) from {" + std::string(table) + "}");
  };
  count(em.find<Artist>({}).size(), "artist");
  count(em.find<Album>({}).size(), "album");
  count(em.find<Track>({}).size(), "track");
  count(em.find<Genre>({}).size(), "genre");
  count(em.find<MediaType>({}).size(), "media_type");
  count(em.find<Employee>({}).size(), "employee");
  count(em.find<Customer>({}).size(), "customer");
  count(em.find<Invoice>({}).size(), "invoice");
  count(em.find<InvoiceLine>({}).size(), "invoice_line");
  auto lists = em.find<Playlist>({}, {.populate = {f<&Playlist::tracks>}});
  count(lists.size(), "playlist");
  std::size_t entries = 0;
  for (const Playlist& list : lists) entries += list.tracks.size();
  count(entries, "playlist_track");
  em.flush();
  EXPECT_EQ(em.statistics().flushes, 0u) << "loading everything leaves nothing to write";
}

}  // namespace
}  // namespace rowan::test
