// Values at the edge of what a column takes: kept as they are, or refused without being shown.

#include "mysql_server.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace values {

struct Note {
  std::int64_t id{};
  std::optional<std::string> text{};
  std::optional<std::string> secret{};
};

struct Page {
  std::int64_t id{};
  rowan::json document{};
  std::vector<std::int32_t> marks{};
  std::string title{};
  std::string body{};
};

struct Amount {
  std::int64_t id{};
  rowan::Decimal whole{};
  rowan::Decimal money{};
  rowan::Decimal written{};
};

struct Narrow {
  std::int8_t id{};
  std::optional<std::string> latin{};
};

}  // namespace values

template <>
inline constexpr auto rowan::mapping<values::Note> =
    rowan::entity<values::Note>(rowan::primary_key<&values::Note::id>,
                                rowan::property<&values::Note::text>,
                                rowan::property<&values::Note::secret>.hidden());

template <>
inline constexpr auto rowan::mapping<values::Page> = rowan::entity<values::Page>(
    rowan::primary_key<&values::Page::id>,
    rowan::property<&values::Page::document>.concurrency_check(),
    rowan::property<&values::Page::marks>.concurrency_check(),
    rowan::property<&values::Page::title>.concurrency_check().column_type(
        "varchar(40) collate utf8mb4_unicode_ci"),
    rowan::property<&values::Page::body>.text());

template <>
inline constexpr auto rowan::mapping<values::Amount> = rowan::entity<values::Amount>(
    rowan::primary_key<&values::Amount::id>,
    rowan::property<&values::Amount::whole>.column_type("Decimal(65,0)"),
    rowan::property<&values::Amount::money>.precision(40, 2),
    rowan::property<&values::Amount::written>.column_type("varchar(80)"));

template <>
inline constexpr auto rowan::mapping<values::Narrow> = rowan::entity<values::Narrow>(
    rowan::primary_key<&values::Narrow::id>,
    rowan::property<&values::Narrow::latin>.column_type("varchar(40) character set latin1"));

namespace rowan::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using values::Amount;
using values::Narrow;
using values::Note;
using values::Page;

class MysqlValues : public ConformanceOf<Note, Page, Amount, Narrow> {
 protected:
  std::pair<Note*, Note*> two_notes(EntityManager& em) {
    Note& first = em.create<Note>({.text = "old"});
    Note& second = em.create<Note>({.text = "old"});
    em.flush();
    return {&first, &second};
  }
};

TEST_F(MysqlValues, text_that_is_no_utf8_is_refused_by_a_batch_too_and_the_old_text_stays) {
  auto em = orm.em().fork();
  const auto [first, second] = two_notes(em);
  first->text = "x\xff";
  second->text = "y";
  const std::string message = message_of<DataError>([&] { em.flush(); });
  EXPECT_THAT(message, HasSubstr("Note.text"));
  EXPECT_THAT(message, Not(HasSubstr("x\xff")));
  EXPECT_EQ(orm.em().fork().count<Note>(f<&Note::text> == "old"), 2u);
  first->text = "x";
  em.flush();
  EXPECT_EQ(orm.em().fork().count<Note>(f<&Note::text> == "x"), 1u);
}

TEST_F(MysqlValues, text_that_is_no_utf8_is_refused_by_inserts_single_updates_and_filters) {
  auto em = orm.em().fork();
  Note& note = em.create<Note>({.secret = "\xffTOPSECRET"});
  const std::string message = message_of<DataError>([&] { em.flush(); });
  EXPECT_THAT(message, HasSubstr("Note.secret"));
  EXPECT_THAT(message, Not(HasSubstr("TOPSECRET")));
  note.secret = "fine";
  em.flush();
  note.secret = "\xffTOPSECRET";
  EXPECT_THAT(message_of<DataError>([&] { em.flush(); }), Not(HasSubstr("TOPSECRET")));
  auto other = orm.em().fork();
  EXPECT_THROW((void)other.find<Note>(f<&Note::text> == "\xff"), DataError);
  EXPECT_EQ(other.count<Note>(f<&Note::secret> == "fine"), 1u);
}

TEST_F(MysqlValues, text_that_is_no_utf8_is_not_shown_by_native_statements) {
  auto em = orm.em().fork();
  const std::string message = message_of<DataError>([&] {
    em.execute("insert into note (secret) values (?)", {Value::of_text("\xffTOPSECRET")});
  });
  EXPECT_THAT(message, Not(HasSubstr("TOPSECRET")));
}

TEST_F(MysqlValues, checks_of_json_and_of_text_with_a_collation_hold_in_a_batch) {
  auto em = orm.em().fork();
  std::vector<Page*> pages;
  for (int i = 0; i < 3; ++i)
    pages.push_back(&em.create<Page>(
        {.document = json::parse(R"({"a": [1, "\u00e9"]})"), .marks = {1, 2}, .title = "T"}));
  em.flush();
  for (Page* page : pages) {
    page->document = json::parse("[2]");
    page->marks.push_back(3);
    page->title = "U";
    page->body = "b";
  }
  (void)statements();
  em.flush();
  EXPECT_EQ(count_of("update"), 1u);
  orm.em().fork().execute("update page set document = '[9]' where id = ?",
                          {Value::of_integer(pages[1]->id)});
  for (Page* page : pages) page->body = "c";
  EXPECT_THROW(em.flush(), OptimisticLockError);
}

TEST_F(MysqlValues, decimals_of_any_size_that_the_column_takes_are_updated_in_a_batch) {
  auto em = orm.em().fork();
  Amount& first = em.create<Amount>({});
  Amount& second = em.create<Amount>({});
  em.flush();
  const Decimal whole(std::string(65, '9'));
  const Decimal money(std::string(38, '7') + ".25");
  const auto give = [&](Amount& amount) {
    amount.whole = whole;
    amount.money = money;
    amount.written = Decimal("12.50");
  };
  give(first);
  give(second);
  (void)statements();
  em.flush();
  EXPECT_EQ(count_of("update"), 1u);
  auto other = orm.em().fork();
  for (const Amount& found : other.find<Amount>({})) {
    EXPECT_EQ(found.whole, whole);
    EXPECT_EQ(found.money, money);
    EXPECT_EQ(found.written, Decimal("12.50"));
  }
  first.money = Decimal(std::string(39, '7'));
  second.money = Decimal("1");
  EXPECT_THROW(em.flush(), DataError);
}

TEST_F(MysqlValues, generated_keys_that_are_used_up_are_a_data_error) {
  // MySQL gives small keys out twice, and says so of the largest type only.
  if (!is_mariadb()) GTEST_SKIP() << "this database lacks an error for it";
  auto em = orm.em().fork();
  em.execute("insert into narrow (id) values (127)");
  em.create<Narrow>({.latin = "a"});
  EXPECT_THROW(em.flush(), DataError);
}

TEST_F(MysqlValues, a_letter_that_the_character_set_of_the_column_lacks_is_a_data_error) {
  auto other = orm.em().fork();
  other.execute("insert into narrow (id, latin) values (1, 'a'), (2, 'a')");
  const auto narrow = other.find<Narrow>({});
  narrow[0].latin = "\xf0\x9f\x90\x98";
  EXPECT_THROW(other.flush(), DataError);
  narrow[1].latin = "b";
  EXPECT_THROW(other.flush(), DataError);
  EXPECT_EQ(orm.em().fork().count<Narrow>(f<&Narrow::latin> == "a"), 2u);
}

TEST_F(MysqlValues, what_is_larger_than_the_server_takes_is_told_before_it_is_sent) {
  auto em = orm.em().fork();
  const auto limit = em.execute_rows("select @@max_allowed_packet").at(0).at(0).integer();
  Page& page = em.create<Page>({.title = "T"});
  page.body.assign(static_cast<std::size_t>(limit) + 1, 'x');
  const std::string message = message_of<DataError>([&] { em.flush(); });
  EXPECT_THAT(message, HasSubstr("was not sent"));
  EXPECT_THAT(message, HasSubstr("max_allowed_packet"));
  page.body = "small";
  em.flush();
}

}  // namespace
}  // namespace rowan::test
