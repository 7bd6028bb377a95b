// References that outlive their objects: AddressSanitizer reports them.

#include <rowan/drivers.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <iostream>
#include <string>

namespace stale {

struct Note {
  std::int64_t id{};
  std::string text;
};

}  // namespace stale

template <>
inline constexpr auto rowan::mapping<stale::Note> = rowan::entity<stale::Note>(
    rowan::primary_key<&stale::Note::id>, rowan::property<&stale::Note::text>);

namespace rowan::test {
namespace {

TEST(StaleReferenceDeathTest, is_reported_under_address_sanitizer_after_clear) {
#if !defined(__SANITIZE_ADDRESS__)
  GTEST_SKIP() << "this build lacks AddressSanitizer";
#else
  Orm orm{{.driver = driver_from_url("sqlite::memory:"), .entities = entities<stale::Note>()}};
  auto em = orm.em().fork();
  stale::Note& note = em.create<stale::Note>({.text = "gone"});
  em.clear();
  EXPECT_DEATH(std::cerr << note.id, "use-after-poison");
#endif
}

}  // namespace
}  // namespace rowan::test
