// The code of docs/guide/relations.md: artists, albums and tracks, and how they hang together.

#include <rowan/drivers.hpp>

#include <guide/expect.hpp>

#include <cstdint>
#include <iostream>
#include <string>

using guide::expect;
using guide::expect_throws;
using rowan::f;

// [structs]
namespace music {

struct Album;
struct Biography;
struct Track;

struct Artist {
  std::int64_t id{};
  std::string name;
  rowan::Collection<Album> albums{};
  rowan::OptionalRef<Biography> biography{};
};

struct Biography {
  std::int64_t id{};
  std::string text;
  rowan::Ref<Artist> artist;
};

struct Genre {
  std::int64_t id{};
  std::string name;
  rowan::OptionalRef<Genre> parent{};
  rowan::Collection<Genre> children{};
  rowan::Collection<Album> albums{};
};

struct Album {
  std::int64_t id{};
  std::string title;
  rowan::Ref<Artist> artist;           // required
  rowan::OptionalRef<Artist> guest{};  // may be empty
  rowan::Collection<Track> tracks{};
  rowan::Collection<Genre> genres{};
};

struct Track {
  std::int64_t id{};
  std::string title;
  rowan::Ref<Album> album;
};

}  // namespace music
// [/structs]

// [one_to_many]
template <>
inline constexpr auto rowan::mapping<music::Artist> = rowan::entity<music::Artist>(
    rowan::primary_key<&music::Artist::id>,
    rowan::property<&music::Artist::name>,
    rowan::one_to_many<&music::Artist::albums, &music::Album::artist>,
    rowan::one_to_one<&music::Artist::biography>.mapped_by<&music::Biography::artist>());
// [/one_to_many]

// [one_to_one]
template <>
inline constexpr auto rowan::mapping<music::Biography> =
    rowan::entity<music::Biography>(rowan::primary_key<&music::Biography::id>,
                                    rowan::property<&music::Biography::text>.text(),
                                    rowan::one_to_one<&music::Biography::artist>);
// [/one_to_one]

// [self]
template <>
inline constexpr auto rowan::mapping<music::Genre> = rowan::entity<music::Genre>(
    rowan::primary_key<&music::Genre::id>,
    rowan::property<&music::Genre::name>.unique(),
    rowan::many_to_one<&music::Genre::parent>,
    rowan::one_to_many<&music::Genre::children, &music::Genre::parent>,
    rowan::many_to_many<&music::Genre::albums>.mapped_by<&music::Album::genres>());
// [/self]

// [many_to_one]
template <>
inline constexpr auto rowan::mapping<music::Album> = rowan::entity<music::Album>(
    rowan::primary_key<&music::Album::id>,
    rowan::property<&music::Album::title>,
    rowan::many_to_one<&music::Album::artist>.index(),
    rowan::many_to_one<&music::Album::guest>.on_delete(rowan::ReferentialAction::set_null),
    rowan::one_to_many<&music::Album::tracks, &music::Track::album>.orphan_removal(),
    rowan::many_to_many<&music::Album::genres>);
// [/many_to_one]

template <>
inline constexpr auto rowan::mapping<music::Track> =
    rowan::entity<music::Track>(rowan::primary_key<&music::Track::id>,
                                rowan::property<&music::Track::title>,
                                rowan::many_to_one<&music::Track::album>.index());

using namespace music;

namespace {

void both_sides(rowan::Orm& orm) {
  auto em = orm.em().fork();
  // [both_sides]
  Artist& nina = em.create<Artist>({.name = "Nina Simone"});
  Album& album = em.create<Album>({.title = "Pastel Blues", .artist = nina});
  // nina.albums holds the album already

  Track& track = em.create<Track>({.title = "Sinnerman", .album = album});
  em.create<Biography>({.text = "Born in 1933.", .artist = nina});
  // nina.biography leads to it

  Genre& jazz = em.create<Genre>({.name = "jazz"});
  Genre& soul = em.create<Genre>({.name = "soul", .parent = jazz});
  album.genres.add(jazz, soul);
  // jazz.albums and soul.albums hold the album

  em.flush();  // in an order that the foreign keys allow
  // [/both_sides]
  expect(nina.albums.size() == 1 && nina.biography->text == "Born in 1933.", "owner fills inverse");
  expect(jazz.albums.contains(album) && jazz.children.size() == 1, "many to many, both sides");
  expect(track.album->id == album.id, "a reference leads to the object");
}

void references(rowan::Orm& orm) {
  // [references]
  auto em = orm.em().fork();
  Album& album = em.find_one_or_fail<Album>(f<&Album::title> == "Pastel Blues");

  if (!album.artist.is_initialized()) {
    album.artist.load();  // one select; or name it in populate
  }
  std::cout << album.artist->name << '\n';  // unloaded, this would be a ValidationError

  if (album.guest) std::cout << "with " << album.guest.load().name << '\n';
  album.guest = album.artist;  // a reference is assigned like a pointer,
  album.guest = nullptr;       // and only an OptionalRef can be emptied
  // [/references]
  em.clear();
  Album& fresh = em.find_one_or_fail<Album>(f<&Album::title> == "Pastel Blues");
  expect_throws<rowan::ValidationError>("nothing loads by being touched",
                                        [&] { (void)fresh.artist->name.size(); });
  expect_throws<rowan::ValidationError>("nor a collection", [&] { (void)fresh.tracks.size(); });
}

void collections(rowan::Orm& orm) {
  auto em = orm.em().fork();
  Album& album = em.find_one_or_fail<Album>(f<&Album::title> == "Pastel Blues");
  Genre& jazz = em.find_one_or_fail<Genre>(f<&Genre::name> == "jazz");
  Genre& soul = em.find_one_or_fail<Genre>(f<&Genre::name> == "soul");
  // [collections]
  album.genres.add(jazz);  // needs no loading; false: it was there
  album.genres.init();     // one select, again where it was loaded
  for (Genre& genre : album.genres) std::cout << genre.name << '\n';

  album.genres.remove(soul);
  album.genres.remove([](const Genre& genre) { return genre.name == "pop"; });
  album.genres.set({jazz, soul});  // exactly these
  em.flush();                      // writes what differs from the database: here, nothing
  // [/collections]
  expect(album.genres.size() == 2, "set() makes it exactly these");

  // [part]
  album.tracks.init_where(f<&Track::title>.like("S%"));  // a part of it, not to be changed
  const std::size_t all = album.tracks.load_count();     // select count(*)
  // [/part]
  expect(album.tracks.is_partial() && all == 1, "init_where loads a part");
}

void orphans(rowan::Orm& orm) {
  auto em = orm.em().fork();
  Album& album = em.find_one_or_fail<Album>(f<&Album::title> == "Pastel Blues",
                                            {.populate = {f<&Album::tracks>}});
  em.create<Track>({.title = "Strange Fruit", .album = album});
  em.flush();
  // [orphans]
  album.tracks.remove(album.tracks[0]);  // mapped with orphan_removal(): the track goes
  em.flush();                            // delete from track where id = ?
  // [/orphans]
  expect(em.count<Track>() == 1, "an orphan is removed");
}

void populate(rowan::Orm& orm) {
  // [populate]
  auto em = orm.em().fork();
  auto artists = em.find<Artist>(
      {}, {.populate = {f<&Artist::albums, &Album::tracks>, f<&Artist::albums, &Album::genres>,
                        f<&Artist::biography>}});
  for (Artist& artist : artists) {
    for (Album& album : artist.albums) {
      std::cout << artist.name << ": " << album.title << ", " << album.tracks.size() << " tracks\n";
    }
  }
  // [/populate]
  expect(artists.size() == 1 && artists[0].albums[0].genres.size() == 2, "populate goes deep");
  expect(artists[0].biography.is_initialized(), "populate fills the inverse of one to one");

  auto later = orm.em().fork();
  // [populate_later]
  auto albums = later.find<Album>({});
  later.populate(albums, {f<&Album::artist>, f<&Album::tracks>},
                 {.strategy = rowan::LoadStrategy::select_in});  // for all of them at once
  // [/populate_later]
  expect(albums[0].artist.is_initialized() && albums[0].tracks.is_initialized(), "populate later");

  auto joined = orm.em().fork();
  // [strategy]
  auto in_one = joined.find<Album>({}, {.populate = {f<&Album::artist>, f<&Album::genres>},
                                        .strategy = rowan::LoadStrategy::joined});
  // [/strategy]
  expect(in_one.size() == 1 && joined.statistics().statements == 1, "joined is one statement");
}

void remove(rowan::Orm& orm) {
  auto em = orm.em().fork();
  Artist& nina = em.find_one_or_fail<Artist>(f<&Artist::name> == "Nina Simone",
                                             {.populate = {f<&Artist::albums>}});
  // [remove]
  em.remove(nina);
  try {
    em.flush();
  } catch (const rowan::ValidationError& error) {
    std::cout << error.what() << '\n';  // an album still refers to her, and must refer to someone
  }
  em.persist(nina);  // takes the removal back
  // [/remove]
  em.flush();
  expect(em.count<Artist>() == 1, "persist cancels a removal");
}

}  // namespace

int main() {
  rowan::Orm orm{{
      .driver = rowan::driver_from_url("sqlite::memory:"),
      .entities = rowan::entities<Artist, Biography, Genre, Album, Track>(),
  }};
  orm.schema().create();
  both_sides(orm);
  references(orm);
  collections(orm);
  orphans(orm);
  populate(orm);
  remove(orm);
}
