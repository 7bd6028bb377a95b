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

}  // namespace values

template <>
inline constexpr auto rowan::mapping<values::Note> =
    rowan::entity<values::Note>(rowan::primary_key<&values::Note::id>,
                                rowan::property<&values::Note::text>,
                                rowan::property<&values::Note::secret>.hidden());

namespace rowan::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using values::Note;

class MysqlValues : public ConformanceOf<Note> {
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

}  // namespace
}  // namespace rowan::test
