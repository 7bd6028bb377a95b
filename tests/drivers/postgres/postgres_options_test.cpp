// Options of the mapping that PostgreSQL has more for than others: lists, enum types, schemas, search in text.
// SQLite, which has none of them, keeps the same values.

#include "drivers/postgres/postgres_test.hpp"

#include <vector>

namespace options {

enum class Mood : std::uint8_t { sad, fine };

struct Tag {
  std::int64_t id{};
  std::string name;
};

struct Note {
  std::int64_t id{};
  std::string text;
  Mood mood{};
  std::optional<Mood> other_mood;
  std::vector<std::int64_t> numbers;
  std::vector<std::string> words;
  std::vector<bool> flags;
  std::optional<std::vector<double>> reals;
  rowan::OptionalRef<Note> parent;
  rowan::Collection<Tag> tags;
};

struct Article {
  std::int64_t id{};
  std::string text;
};

}  // namespace options

template <>
inline constexpr auto rowan::mapping<options::Article> =
    rowan::entity<options::Article>(rowan::primary_key<&options::Article::id>,
                                    rowan::property<&options::Article::text>.full_text("english"))
        .table("pg_article");

template <>
inline constexpr auto rowan::mapping<options::Tag> =
    rowan::entity<options::Tag>(rowan::primary_key<&options::Tag::id>,
                                rowan::property<&options::Tag::name>.unique())
        .schema("rowan_options")
        .table("tag");

template <>
inline constexpr auto rowan::mapping<options::Note> =
    rowan::entity<options::Note>(
        rowan::primary_key<&options::Note::id>,
        rowan::property<&options::Note::text>,
        rowan::property<&options::Note::mood>.native_enum("pg_options_mood"),
        rowan::property<&options::Note::other_mood>.native_enum("pg_options_mood"),
        rowan::property<&options::Note::numbers>,
        rowan::property<&options::Note::words>,
        rowan::property<&options::Note::flags>,
        rowan::property<&options::Note::reals>,
        rowan::many_to_one<&options::Note::parent>,
        rowan::many_to_many<&options::Note::tags>)
        .table("note")
        .schema("rowan_options");

namespace rowan::test {
namespace {

using options::Mood;
using options::Note;
using options::Tag;

class PostgresOptions : public ::testing::TestWithParam<std::string> {
 protected:
  PostgresOptions()
      : orm(make_orm<Note, Tag>(GetParam() == "server" ? server_url() : GetParam())),
        em(orm.em().fork()) {
    orm.schema().refresh();
  }
  ~PostgresOptions() override { orm.schema().drop(); }
  [[nodiscard]] bool is_server() const { return GetParam() == "server"; }

  static Note sample(int number) {
    Note note;
    note.text = "cats and " + std::to_string(number) + " Dogs";
    note.mood = number % 2 == 0 ? Mood::fine : Mood::sad;
    note.numbers = {1, -2, number};
    note.words = {"a\"b", "", "c,{}\\", "\xc3\xa9\n"};
    note.flags = {true, false};
    if (number % 2 == 0) note.reals = std::vector<double>{0.5, 1e300};
    return note;
  }

  void write_and_read(int count) {
    for (int i = 0; i < count; ++i) em.create<Note>(sample(i));
    em.flush();
    auto other = orm.em().fork();
    auto notes = other.find<Note>({}, {.order_by = {f<&Note::id>}});
    ASSERT_EQ(notes.size(), static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i) {
      const Note& note = notes[static_cast<std::size_t>(i)];
      EXPECT_EQ(note.mood, sample(i).mood);
      EXPECT_EQ(note.other_mood, std::nullopt);
      EXPECT_EQ(note.numbers, sample(i).numbers);
      EXPECT_EQ(note.words, sample(i).words);
      EXPECT_EQ(note.flags, sample(i).flags);
      EXPECT_EQ(note.reals, sample(i).reals);
    }
    // Nothing has changed, and nothing is written.
    const auto before = other.statistics().statements;
    other.flush();
    EXPECT_EQ(other.statistics().statements, before);
    for (Note& note : notes) {
      note.numbers.push_back(7);
      note.other_mood = Mood::sad;
    }
    other.flush();
    auto third = orm.em().fork();
    EXPECT_EQ(third.find<Note>({}, {.order_by = {f<&Note::id>}})[0].numbers,
              (std::vector<std::int64_t>{1, -2, 0, 7}));
    EXPECT_EQ(third.count<Note>(f<&Note::other_mood> == Mood::sad),
              static_cast<std::size_t>(count));
  }

  Orm orm;
  EntityManager em;
};

TEST_P(PostgresOptions, one_row_comes_back) { write_and_read(1); }
TEST_P(PostgresOptions, few_rows_come_back) { write_and_read(3); }
TEST_P(PostgresOptions, many_rows_come_back) { write_and_read(200); }

TEST_P(PostgresOptions, enumerators_serve_in_filters) {
  for (int i = 0; i < 4; ++i) em.create<Note>(sample(i));
  em.flush();
  EXPECT_EQ(em.count<Note>(f<&Note::mood> == Mood::fine), 2u);
  EXPECT_EQ(em.count<Note>(f<&Note::mood>.in({Mood::fine, Mood::sad})), 4u);
}

TEST_P(PostgresOptions, tables_of_a_schema_are_joined_changed_and_removed) {
  Note& note = em.create<Note>(sample(0));
  Note& child = em.create<Note>(sample(1));
  child.parent = note;
  for (const char* name : {"x", "y", "z"}) note.tags.add(em.create<Tag>({.name = name}));
  em.flush();
  auto other = orm.em().fork();
  EXPECT_EQ(other.count<Note>(f<&Note::tags>.some(f<&Tag::name> == std::string("y"))), 1u);
  EXPECT_EQ(other.count<Note>(f<&Note::parent, &Note::text> == sample(0).text), 1u);
  Note& loaded = other.find_one_or_fail<Note>(note.id, {.populate = {f<&Note::tags>}});
  EXPECT_EQ(loaded.tags.size(), 3u);
  loaded.tags.remove_all();
  other.flush();
  EXPECT_EQ(other.update<Note>().set(f<&Note::text>, std::string("t")).execute(), 2u);
  EXPECT_EQ(other.remove_where<Tag>().where(f<&Tag::name> != std::string("x")).execute(), 2u);
  orm.schema().clear();
  EXPECT_EQ(orm.em().fork().count<Note>(), 0u);
}

TEST_P(PostgresOptions, text_is_compared_whatever_its_case) {
  em.create<Note>(sample(1));
  em.flush();
  EXPECT_EQ(em.count<Note>(f<&Note::text>.ilike("CATS%dogs")), 1u);
  EXPECT_EQ(em.count<Note>(json::parse(R"({"text": {"$ilike": "CATS%dogs"}})")), 1u);
  EXPECT_EQ(em.count<Note>(f<&Note::text>.ilike("dogs")), 0u);
}

TEST_P(PostgresOptions, text_is_searched_where_the_database_can) {
  em.create<Note>(sample(1));
  em.flush();
  const auto found = [&](const char* search) {
    return em.count<Note>(f<&Note::text>.matches(search));
  };
  if (!orm.driver().capabilities().full_text) {
    EXPECT_THROW((void)found("cats"), ValidationError);
    return;
  }
  EXPECT_EQ(found("cats & dogs"), 1u);
  EXPECT_EQ(found("cats & !dogs"), 0u);
  EXPECT_EQ(found("birds | dogs"), 1u);
  EXPECT_EQ(em.count<Note>(json::parse(R"({"text": {"$fulltext": "dogs"}})")), 1u);
  EXPECT_THROW((void)found("cats &"), DataError);
}

TEST_P(PostgresOptions, the_schema_is_made_of_the_databases_own_means) {
  const std::string sql = orm.schema().create_sql();
  const auto has = [&](std::string_view part) { return sql.find(part) != std::string::npos; };
  EXPECT_EQ(has("create schema if not exists \"rowan_options\""), is_server());
  EXPECT_EQ(has("create type \"pg_options_mood\" as enum ('sad', 'fine')"), is_server());
  EXPECT_EQ(has("\"numbers\" bigint[]"), is_server());
  EXPECT_EQ(has("\"words\" text[]"), is_server());
  EXPECT_EQ(has("create table \"rowan_options\".\"note\""), is_server());
  EXPECT_EQ(has("create table \"rowan_options_note\""), !is_server());
}

TEST(PostgresSearch, knows_the_words_of_a_language_and_uses_the_index) {
  Orm orm = make_orm<options::Article>(server_url());
  orm.schema().refresh();
  auto em = orm.em().fork();
  em.create<options::Article>({.text = "She swims with the otters"});
  em.create<options::Article>({.text = "He runs"});
  em.flush();
  const auto swims = f<&options::Article::text>.matches("swimming & otter");
  EXPECT_EQ(em.count<options::Article>(swims), 1u);
  EXPECT_NE(orm.schema().create_sql().find(R"(using gin (to_tsvector('english', "text")))"),
            std::string::npos);
  em.begin();
  em.execute("set local enable_seqscan = off");
  std::string plan;
  for (const auto& row :
       em.execute_rows("explain select * from pg_article where to_tsvector('english', text) @@ "
                       "to_tsquery('english', 'otter')"))
    plan += row.at(0).text() + "\n";
  em.rollback();
  EXPECT_NE(plan.find("pg_article_text_fulltext"), std::string::npos) << plan;
  orm.schema().drop();
}

INSTANTIATE_TEST_SUITE_P(Databases,
                         PostgresOptions,
                         ::testing::Values("server", "sqlite::memory:"));

}  // namespace
}  // namespace rowan::test
