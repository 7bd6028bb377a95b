// Uuid: text, order, and the two ways to make one.

#include <rowan/base/uuid.hpp>

#include <rowan/base/error.hpp>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <thread>
#include <unordered_set>
#include <vector>

namespace rowan {
namespace {

constexpr std::string_view text = "0192f5a7-3c4d-7e8f-9a0b-1c2d3e4f5061";

TEST(Uuid, default_is_nil) {
  EXPECT_TRUE(Uuid().is_nil());
  EXPECT_EQ(Uuid().to_string(), "00000000-0000-0000-0000-000000000000");
}

TEST(Uuid, parses_at_compile_time) {
  constexpr Uuid uuid = Uuid::parse(text);
  static_assert(uuid.version() == 7);
  EXPECT_EQ(uuid.bytes()[15], 0x61);
}

TEST(Uuid, keeps_its_text) { EXPECT_EQ(Uuid::parse(text).to_string(), text); }

TEST(Uuid, writes_capitals_small) {
  EXPECT_EQ(Uuid::parse("0192F5A7-3C4D-7E8F-9A0B-1C2D3E4F5061").to_string(), text);
}

class UuidRefuses : public testing::TestWithParam<const char*> {};

TEST_P(UuidRefuses, text_of_another_form) {
  EXPECT_THROW((void)Uuid::parse(GetParam()), ValidationError);
}

INSTANTIATE_TEST_SUITE_P(Texts,
                         UuidRefuses,
                         testing::Values("",
                                         "0192f5a7",
                                         "0192f5a73c4d7e8f9a0b1c2d3e4f5061",
                                         "{0192f5a7-3c4d-7e8f-9a0b-1c2d3e4f5061}",
                                         "0192f5a7-3c4d-7e8f-9a0b-1c2d3e4f506",
                                         "0192f5a7-3c4d-7e8f-9a0b-1c2d3e4f50611",
                                         "0192f5a7-3c4d-7e8f-9a0b-1c2d3e4f506g",
                                         "0192f5a73-c4d-7e8f-9a0b-1c2d3e4f5061",
                                         "0192f5a7 3c4d 7e8f 9a0b 1c2d3e4f5061"));

TEST(Uuid, leaves_the_result_alone_when_the_text_is_wrong) {
  Uuid uuid = Uuid::parse(text);
  EXPECT_FALSE(Uuid::try_parse("0192f5a7-3c4d-7e8f-9a0b-1c2d3e4f506g", uuid));
  EXPECT_EQ(uuid.to_string(), text);
}

TEST(Uuid, is_ordered_as_its_text) {
  EXPECT_LT(Uuid::parse("00000000-0000-0000-0000-0000000000ff"),
            Uuid::parse("00000000-0000-0000-0000-000000000100"));
  EXPECT_LT(Uuid::parse("7f000000-0000-0000-0000-000000000000"),
            Uuid::parse("80000000-0000-0000-0000-000000000000"));
}

TEST(Uuid, random_has_version_4_and_the_variant_of_the_rfc) {
  const Uuid uuid = Uuid::random();
  EXPECT_EQ(uuid.version(), 4);
  EXPECT_EQ(uuid.bytes()[8] & 0xC0, 0x80);
}

TEST(Uuid, random_differs_each_time) {
  std::unordered_set<Uuid> seen;
  for (int i = 0; i < 1000; ++i) seen.insert(Uuid::random());
  EXPECT_EQ(seen.size(), 1000u);
}

TEST(Uuid, random_differs_between_threads) {
  Uuid other;
  std::thread([&] { other = Uuid::random(); }).join();
  EXPECT_NE(Uuid::random(), other);
}

TEST(Uuid, a_forked_child_does_not_repeat_its_parents) {
  (void)Uuid::random();  // leaves random bytes behind that both would have
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  const Uuid own = Uuid::random();
  if (child == 0) {
    const auto written = write(ends[1], own.bytes().data(), own.bytes().size());
    _exit(written == 16 ? 0 : 1);
  }
  Uuid::Bytes of_child{};
  ASSERT_EQ(read(ends[0], of_child.data(), of_child.size()), 16);
  waitpid(child, nullptr, 0);
  close(ends[0]);
  close(ends[1]);
  EXPECT_NE(own, Uuid(of_child));
}

TEST(Uuid, v7_has_version_7_and_the_variant_of_the_rfc) {
  const Uuid uuid = Uuid::v7();
  EXPECT_EQ(uuid.version(), 7);
  EXPECT_EQ(uuid.bytes()[8] & 0xC0, 0x80);
}

TEST(Uuid, v7_begins_with_the_time_in_milliseconds) {
  using std::chrono::milliseconds;
  using std::chrono::system_clock;
  const auto before = std::chrono::floor<milliseconds>(system_clock::now()).time_since_epoch();
  const Uuid uuid = Uuid::v7();
  const auto after = std::chrono::ceil<milliseconds>(system_clock::now()).time_since_epoch();
  std::int64_t time = 0;
  for (std::size_t i = 0; i < 6; ++i) time = time * 256 + uuid.bytes()[i];
  EXPECT_GE(time, before.count());
  EXPECT_LE(time, after.count() + 1);  // earlier calls may have run ahead of the clock a little
}

TEST(Uuid, v7_grows_with_each_call) {
  std::vector<Uuid> made;
  for (int i = 0; i < 10000; ++i) made.push_back(Uuid::v7());
  EXPECT_EQ(std::adjacent_find(made.begin(), made.end(), std::greater_equal<>()), made.end());
}

TEST(Uuid, neighbours_of_version_7_hash_apart) {
  std::unordered_set<std::size_t> hashes;
  for (int i = 0; i < 1000; ++i) hashes.insert(std::hash<Uuid>()(Uuid::v7()));
  EXPECT_EQ(hashes.size(), 1000u);
}

}  // namespace
}  // namespace rowan
