// The first thing that a new driver passes: one class, there and back.

#include "conformance.hpp"

#include <cstdint>
#include <string>

namespace smoke {

struct Note {
  std::int64_t id{};
  std::string text;
  bool is_done = false;
};

}  // namespace smoke

template <>
inline constexpr auto rowan::mapping<smoke::Note> =
    rowan::entity<smoke::Note>(rowan::primary_key<&smoke::Note::id>,
                               rowan::property<&smoke::Note::text>,
                               rowan::property<&smoke::Note::is_done>);

namespace rowan::test {
namespace {

using smoke::Note;
using Smoke = ConformanceOf<Note>;

TEST_F(Smoke, inserts_finds_changes_and_removes) {
  auto em = orm.em().fork();
  Note& note = em.create<Note>({.text = "it's \"quoted\" \xc3\xa9"});
  em.flush();
  ASSERT_NE(note.id, 0);

  auto other = orm.em().fork();
  Note& found = other.find_one_or_fail<Note>(note.id);
  EXPECT_EQ(found.text, "it's \"quoted\" \xc3\xa9");
  found.is_done = true;
  other.flush();
  EXPECT_EQ(orm.em().fork().count<Note>(f<&Note::is_done> == true), 1u);

  other.remove(found);
  other.flush();
  EXPECT_EQ(orm.em().fork().count<Note>(), 0u);
}

}  // namespace
}  // namespace rowan::test
