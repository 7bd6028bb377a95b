// What a program can see: the log, slow statements, statistics, and the debug view of what is pending.

#include "fresh_reader.hpp"

#include <gmock/gmock.h>

#include <cstdint>
#include <string>

namespace seeing {

struct Tag {
  std::int64_t id{};
  std::string name{};
};
struct Person {
  std::int64_t id{};
  std::string name{};
  std::string password{};
  std::optional<rowan::Timestamp> seen{};
  rowan::OptionalRef<Person> boss{};
  rowan::Collection<Tag> tags{};
};
/// Nothing of it may be shown, not even its key.
struct Secret {
  std::string id{};
  std::string text{};
};
struct Item {
  std::int64_t id{};
  std::string name{};
  rowan::Ref<Tag> owner{};
};
struct Counted {
  std::int64_t id{};
  std::string name{};
  std::int32_t version = 0;
  std::int32_t writes = 0;
};

}  // namespace seeing

template <>
inline constexpr auto rowan::mapping<seeing::Tag> =
    rowan::entity<seeing::Tag>(rowan::primary_key<&seeing::Tag::id>,
                               rowan::property<&seeing::Tag::name>)
        .table("seeing_tag");
template <>
inline constexpr auto rowan::mapping<seeing::Person> =
    rowan::entity<seeing::Person>(rowan::primary_key<&seeing::Person::id>,
                                  rowan::property<&seeing::Person::name>,
                                  rowan::property<&seeing::Person::password>.hidden(),
                                  rowan::property<&seeing::Person::seen>,
                                  rowan::many_to_one<&seeing::Person::boss>,
                                  rowan::many_to_many<&seeing::Person::tags>)
        .table("seeing_person");
template <>
inline constexpr auto rowan::mapping<seeing::Secret> =
    rowan::entity<seeing::Secret>(
        rowan::primary_key<&seeing::Secret::id>.hidden().length(60),
        rowan::property<&seeing::Secret::text>.hidden().check("text <> 'refused-value'"))
        .table("seeing_secret");
template <>
inline constexpr auto rowan::mapping<seeing::Item> =
    rowan::entity<seeing::Item>(rowan::primary_key<&seeing::Item::id>,
                                rowan::property<&seeing::Item::name>,
                                rowan::many_to_one<&seeing::Item::owner>)
        .table("seeing_item");
template <>
inline constexpr auto rowan::mapping<seeing::Counted> =
    rowan::entity<seeing::Counted>(rowan::primary_key<&seeing::Counted::id>,
                                   rowan::property<&seeing::Counted::name>,
                                   rowan::property<&seeing::Counted::version>.version(),
                                   rowan::property<&seeing::Counted::writes>.on_update(
                                       [](const seeing::Counted& row) { return row.writes + 1; }))
        .table("seeing_counted");

namespace rowan::test {
namespace {

using namespace seeing;
using testing::AllOf;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;

/// Keeps whole messages as the console would print them, and what it is made of.
class FullLog final : public Logger {
 public:
  void log(const LogMessage& message) override {
    lines.push_back(base::format_log_message(message, false));
    namespaces.push_back(message.ns);
    rows.push_back(message.rows);
  }
  [[nodiscard]] bool is_enabled(LogNamespace ns) const override {
    return ns != LogNamespace::schema && (ns != LogNamespace::query_params || wants_parameters);
  }
  [[nodiscard]] std::string text() const {
    std::string out;
    for (const std::string& line : lines) out += line + "\n";
    return out;
  }
  std::vector<std::string> lines;
  std::vector<LogNamespace> namespaces;
  std::vector<std::int64_t> rows;
  bool wants_parameters = true;
};

class Seeing : public testing::Test {
 protected:
  explicit Seeing(std::optional<std::chrono::microseconds> slow = {})
      : log(std::make_shared<FullLog>()),
        orm({.driver = driver_from_url(database_url()),
             .entities = entities<Tag, Person, Secret, Item, Counted>(),
             .logger = log,
             .slow_query_threshold = slow}) {
    orm.schema().refresh();
  }
  ~Seeing() override { orm.schema().drop(); }
  void forget() {
    log->lines.clear();
    log->namespaces.clear();
    log->rows.clear();
  }
  /// Returns the number of lines with a statement that begins with `verb`.
  std::size_t count_of(std::string_view verb) const {
    const std::string start = "[query] " + std::string(verb);
    return static_cast<std::size_t>(
        std::count_if(log->lines.begin(), log->lines.end(),
                      [&](const std::string& line) { return line.starts_with(start); }));
  }

  std::shared_ptr<FullLog> log;
  Orm orm;
};

TEST_F(Seeing, each_statement_is_logged_with_values_time_and_rows) {
  auto em = orm.em().fork();
  em.create<Tag>({.name = "red"});
  em.create<Tag>({.name = "blue"});
  em.flush();
  static_cast<void>(em.find<Tag>(f<&Tag::name> != "green"));
  const std::string text = log->text();
  EXPECT_THAT(text, HasSubstr("\"red\""));
  EXPECT_THAT(text, HasSubstr("\"blue\""));
  EXPECT_THAT(text, HasSubstr("[\"green\"]"));
  EXPECT_THAT(log->lines.back(), MatchesRegex("\\[query\\] select .*seeing_tag.* \\[\"green\"\\] "
                                              "\\[took [0-9.]+ ms, 2 rows\\]"));
  EXPECT_THAT(text, testing::AnyOf(HasSubstr("begin"), HasSubstr("start transaction")));
  EXPECT_THAT(text, HasSubstr("commit"));
}

TEST_F(Seeing, values_are_shown_only_where_they_are_asked_for) {
  log->wants_parameters = false;
  auto em = orm.em().fork();
  em.create<Tag>({.name = "red"});
  em.flush();
  static_cast<void>(em.find<Tag>(f<&Tag::name> == "red"));
  EXPECT_THAT(log->text(), Not(HasSubstr("red")));
  EXPECT_THAT(log->text(), HasSubstr("insert into"));
}

TEST_F(Seeing, hidden_values_are_in_no_line_of_the_log) {
  auto em = orm.em().fork();
  Person& person = em.create<Person>({.name = "Ada", .password = "sesame"});
  em.create<Secret>({.id = "sesame-key", .text = "sesame-text"});
  em.flush();
  person.password = "sesame2";
  em.flush();
  auto other = orm.em().fork();
  const std::string like = "ses%me";
  static_cast<void>(other.find<Person>(f<&Person::password> == "sesame2"));
  static_cast<void>(other.find<Person>(f<&Person::password>.in({"sesame2", "sesame3"})));
  static_cast<void>(other.find<Person>(f<&Person::password>.like(like)));
  static_cast<void>(other.find<Person>(json::parse(R"({"password": "sesame2"})")));
  static_cast<void>(other.find_one<Secret>(Filter<Secret>("sesame-key")));
  std::vector<std::string> many;
  for (int i = 0; i < 2000; ++i) many.push_back("sesame" + std::to_string(i));
  static_cast<void>(other.find<Person>(f<&Person::password>.in(many)));
  other.update<Person>()
      .set(f<&Person::password>, "sesame4")
      .where(f<&Person::name> == "Ada")
      .execute();
  other.remove(other.find_one_or_fail<Secret>(Filter<Secret>("sesame-key")));
  other.flush();
  EXPECT_THAT(log->text(), AllOf(Not(HasSubstr("sesame")), Not(HasSubstr(like))));
  EXPECT_THAT(log->text(), HasSubstr("<hidden>"));
  EXPECT_THAT(log->text(), HasSubstr("\"Ada\""));
}

TEST_F(Seeing, hidden_values_are_in_no_message_of_an_error) {
  auto em = orm.em().fork();
  em.create<Secret>({.id = "sesame-key", .text = "sesame-text"});
  em.flush();
  std::string messages;
  const auto note = [&](auto work) {
    auto fork = orm.em().fork();
    try {
      work(fork);
      messages += "no error\n";
    } catch (const Error& error) {
      messages += error.message() + "\n" + error.statement() + "\n";
    }
  };
  note([](EntityManager& fork) {
    fork.create<Secret>({.id = "sesame-key", .text = "x"});
    fork.flush();
  });
  note([](EntityManager& fork) {
    fork.create<Secret>({.id = "sesame-2", .text = "refused-value"});
    fork.flush();
  });
  note([](EntityManager& fork) { fork.find_one_or_fail<Secret>(Filter<Secret>("sesame-none")); });
  note([](EntityManager& fork) {
    fork.find_one_or_fail<Secret>(f<&Secret::text> == "sesame-none");
  });
  note([](EntityManager& fork) {
    fork.create<Secret>({.id = "sesame-3"});
    fork.create<Secret>({.id = "sesame-3"});
  });
  note(
      [](EntityManager& fork) { static_cast<void>(fork.get_reference<Secret>("sesame-4")->text); });
  note([](EntityManager& fork) {
    auto reference = fork.get_reference<Secret>("sesame-4");
    reference.load();
  });
  EXPECT_THAT(messages, Not(HasSubstr("sesame")));
  EXPECT_THAT(messages, Not(HasSubstr("no error")));
}

TEST_F(Seeing, statements_are_counted_and_so_are_rows_objects_and_flushes) {
  auto em = orm.em().fork();
  EXPECT_EQ(em.statistics().statements, 0u);
  for (int i = 0; i < 3; ++i) em.create<Tag>({.name = std::to_string(i)});
  em.flush();
  const Statistics written = em.statistics();
  EXPECT_EQ(written.statements, count_of("insert") + count_of("select"));
  EXPECT_EQ(written.flushes, 1u);
  EXPECT_EQ(written.managed, 3u);
  em.flush();
  EXPECT_EQ(em.statistics().flushes, 1u);
  auto other = orm.em().fork();
  static_cast<void>(other.find<Tag>({}));
  EXPECT_EQ(other.statistics().statements, 1u);
  EXPECT_EQ(other.statistics().rows, 3u);
  EXPECT_EQ(other.statistics().managed, 3u);
}

TEST_F(Seeing, a_statement_that_fails_is_logged_too) {
  auto em = orm.em().fork();
  forget();
  EXPECT_THROW(em.execute("delete from seeing_tag where nonsense = 1"), DriverError);
  EXPECT_TRUE(count_of("failed") == 1 || log->lines.empty()) << log->text();
  em.create<Secret>({.id = "x", .text = "refused-value"});
  forget();
  EXPECT_THROW(em.flush(), CheckConstraintViolation);
  EXPECT_THAT(log->text(), HasSubstr("failed insert into"));
  EXPECT_THAT(log->text(), HasSubstr("rollback"));
}

class SeeingSlow : public Seeing {
 protected:
  SeeingSlow() : Seeing(std::chrono::microseconds(0)) {}
};
class SeeingFast : public Seeing {
 protected:
  SeeingFast() : Seeing(std::chrono::hours(1)) {}
};

TEST_F(SeeingSlow, statements_over_the_threshold_are_told_apart) {
  auto em = orm.em().fork();
  forget();
  static_cast<void>(em.count<Tag>());
  ASSERT_EQ(log->lines.size(), 2u);
  EXPECT_EQ(log->namespaces[0], LogNamespace::query);
  EXPECT_EQ(log->namespaces[1], LogNamespace::slow_query);
  EXPECT_THAT(log->lines[1], HasSubstr(", slow]"));
}

TEST_F(SeeingFast, statements_under_the_threshold_are_not) {
  auto em = orm.em().fork();
  forget();
  static_cast<void>(em.count<Tag>());
  EXPECT_EQ(log->lines.size(), 1u);
  EXPECT_THAT(log->text(), Not(HasSubstr("slow")));
}

class DebugView : public Seeing {
 protected:
  /// Returns the view, and checks that it asked the database nothing.
  std::string view(EntityManager& em) {
    forget();
    const Statistics before = em.statistics();
    std::string text = em.debug_view();
    EXPECT_TRUE(log->lines.empty()) << log->text();
    EXPECT_EQ(em.statistics().statements, before.statements);
    EXPECT_EQ(em.statistics().flushes, before.flushes);
    EXPECT_EQ(em.debug_view(), text) << "the view changed what it shows";
    return text;
  }
};

TEST_F(DebugView, of_nothing_says_so) {
  auto em = orm.em().fork();
  EXPECT_EQ(view(em), "a flush would send nothing\n");
}

TEST_F(DebugView, shows_new_objects_with_values_and_the_inserts) {
  auto em = orm.em().fork();
  Person& boss = em.create<Person>({.name = "Ada", .password = "sesame"});
  Person& clerk = em.create<Person>({.name = "Bob", .boss = boss});
  const std::string text = view(em);
  EXPECT_THAT(text, HasSubstr("Person[new] new\n    name: \"Ada\"\n    password: <hidden>\n"
                              "    seen: null\n    boss: null\n"));
  EXPECT_THAT(text, HasSubstr("    boss: Person[new]\n"));
  EXPECT_THAT(text, HasSubstr("a flush would send:\n    insert into "));
  EXPECT_THAT(text, Not(HasSubstr("sesame")));
  EXPECT_EQ(boss.id, 0);
  EXPECT_EQ(clerk.id, 0);
  em.flush();
  EXPECT_NE(boss.id, 0);
  EXPECT_GT(boss.id, 0);
  auto other = orm.em().fork();
  EXPECT_EQ(other.find_one_or_fail<Person>(clerk.id, {.populate = {f<&Person::boss>}}).boss->id,
            boss.id);
}

TEST_F(DebugView, shows_old_and_new_values_and_the_update) {
  auto em = orm.em().fork();
  Person& person = em.create<Person>({.name = "Ada", .password = "sesame"});
  Person& other = em.create<Person>({.name = "Bob"});
  em.flush();
  person.name = "Eve";
  person.password = "sesame2";
  person.seen = Timestamp(std::chrono::microseconds(1'500'000));
  person.boss = other;
  const std::string text = view(em);
  EXPECT_THAT(text, HasSubstr("Person[" + std::to_string(person.id) +
                              "] changed\n"
                              "    name: \"Ada\" -> \"Eve\"\n"
                              "    password: <hidden> -> <hidden>\n"
                              "    seen: null -> \"1970-01-01 00:00:01.5\"\n"
                              "    boss: null -> Person[" +
                              std::to_string(other.id) + "]\n"));
  EXPECT_THAT(text, HasSubstr("Person[" + std::to_string(other.id) + "] clean\n"));
  EXPECT_THAT(text, HasSubstr("a flush would send:\n    update "));
  EXPECT_THAT(text, Not(HasSubstr("sesame")));
  em.flush();
  EXPECT_THAT(view(em), HasSubstr("a flush would send nothing"));
}

TEST_F(DebugView, shows_removals_references_and_those_that_wait) {
  auto em = orm.em().fork();
  Tag& gone = em.create<Tag>({.name = "gone"});
  em.flush();
  em.remove(gone);
  static_cast<void>(em.get_reference<Tag>(12'345));
  em.create<Tag>({.name = "waits"}, {.persist = false});
  const std::string text = view(em);
  EXPECT_THAT(text, HasSubstr("Tag[" + std::to_string(gone.id) + "] removed\n"));
  EXPECT_THAT(text, HasSubstr("Tag[12345] reference, not loaded\n"));
  EXPECT_THAT(text, HasSubstr("Tag[new] new, waits for persist()\n"));
  EXPECT_THAT(text, HasSubstr("    delete from "));
  EXPECT_THAT(text, Not(HasSubstr("insert into")));
}

TEST_F(DebugView, shows_what_collections_gain_and_lose) {
  auto em = orm.em().fork();
  Person& person = em.create<Person>({.name = "Ada"});
  Tag& red = em.create<Tag>({.name = "red"});
  Tag& blue = em.create<Tag>({.name = "blue"});
  person.tags.add(red);
  em.flush();
  person.tags.remove(red);
  person.tags.add(blue);
  const std::string text = view(em);
  EXPECT_THAT(text,
              HasSubstr("Person[" + std::to_string(person.id) + "].tags: +Tag[" +
                        std::to_string(blue.id) + "] -Tag[" + std::to_string(red.id) + "]\n"));
  EXPECT_THAT(text, HasSubstr("delete from "));
  EXPECT_THAT(text, HasSubstr("insert into "));
  em.flush();
  auto other = orm.em().fork();
  const Person& read = other.find_one_or_fail<Person>(person.id, {.populate = {f<&Person::tags>}});
  ASSERT_EQ(read.tags.size(), 1u);
}

TEST_F(DebugView, names_the_statements_that_the_flush_then_sends) {
  auto em = orm.em().fork();
  Person& boss = em.create<Person>({.name = "Ada"});
  Tag& old = em.create<Tag>({.name = "old"});
  Counted& counted = em.create<Counted>({.name = "c"});
  em.flush();
  boss.name = "Eve";
  boss.tags.add(em.create<Tag>({.name = "new"}));
  em.create<Person>({.name = "Bob", .boss = boss});
  counted.name = "d";
  em.remove(old);
  const std::string text = view(em);
  EXPECT_EQ(counted.writes, 0) << "on_update ran for the view and was taken back";
  EXPECT_EQ(counted.version, 1);
  forget();
  log->wants_parameters = false;
  em.flush();
  std::string sent = "a flush would send:\n";
  for (const std::string& line : log->lines) {
    std::string sql = line.substr(line.find("] ") + 2);
    sql = sql.substr(0, sql.find(" [took"));
    if (sql.starts_with("begin") || sql.starts_with("start") || sql == "commit") continue;
    if (sql.find("nextval") != std::string::npos) continue;
    sent += "    " + sql + "\n";
  }
  EXPECT_THAT(text, HasSubstr(sent));
  EXPECT_EQ(counted.writes, 1);
}

TEST_F(DebugView, says_why_a_flush_would_fail) {
  auto em = orm.em().fork();
  Item& item = em.create<Item>({.name = "x"});
  EXPECT_THAT(view(em), HasSubstr("a flush would fail: Value for Item.owner is required"));
  item.owner = em.create<Tag>({.name = "owner"});
  EXPECT_THAT(view(em), HasSubstr("a flush would send:"));
  em.flush();
}

TEST_F(DebugView, gives_back_what_the_rehearsal_changed) {
  auto em = orm.em().fork();
  Person& boss = em.create<Person>({.name = "boss"});
  Person& clerk = em.create<Person>({.name = "clerk", .boss = boss});
  em.flush();
  em.remove(boss);
  static_cast<void>(view(em));
  em.persist(boss);
  EXPECT_EQ(&*clerk.boss, &boss) << "emptied for the view and filled again";
  em.flush();
  EXPECT_EQ(orm.em().fork().count<Person>(), 2u);
}

TEST_F(DebugView, works_in_a_transaction) {
  auto em = orm.em().fork();
  em.begin();
  Tag& tag = em.create<Tag>({.name = "x"});
  em.flush();
  tag.name = "y";
  EXPECT_THAT(view(em), HasSubstr("    update "));
  em.commit();
  EXPECT_EQ(orm.em().fork().count<Tag>(f<&Tag::name> == "y"), 1u);
}

}  // namespace
}  // namespace rowan::test
