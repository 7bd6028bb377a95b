// Random JSON for the reader of filters, which may answer with a condition or a ValidationError only.

#include <query/query_entities.hpp>
#include <rowan/base/error.hpp>
#include <rowan/query/binder.hpp>
#include <rowan/query/json_filter.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <random>
#include <string>

// ROWAN_FUZZ_SEED repeats a run, and ROWAN_FUZZ_ROUNDS makes a longer one.

namespace rowan::query::testing {
namespace {

unsigned from_environment(const char* name, unsigned otherwise) {
  const char* value = std::getenv(name);
  return value == nullptr ? otherwise : static_cast<unsigned>(std::strtoul(value, nullptr, 10));
}

class JsonFilterFuzz : public ::testing::Test {
 protected:
  JsonFilterFuzz()
      : seed_(from_environment("ROWAN_FUZZ_SEED", std::random_device()())),
        rounds_(from_environment("ROWAN_FUZZ_ROUNDS", 20000)),
        random_(seed_) {
    RecordProperty("seed", std::to_string(seed_));
    std::printf("ROWAN_FUZZ_SEED=%u\n", seed_);
  }

  std::size_t below(std::size_t limit) {
    return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random_);
  }

  std::string key() {
    static const char* const keys[] = {
        "id",         "title",    "blurb",   "is_published", "rating",   "price",
        "created_at", "extra",    "author",  "editor",       "tags",     "name",
        "born",       "mood",     "books",   "author.name",  "tags.",    "author.$eq",
        "shelf",      "",         "x",       "$and",         "$or",      "$not",
        "$eq",        "$ne",      "$gt",     "$in",          "$nin",     "$like",
        "$re",        "$exists",  "$some",   "$none",        "$every",   "$size",
        "$contains",  "$overlap", "$hasKey", "$hasKeys",     "$unknown", "author.books.title"};
    return keys[below(std::size(keys))];
  }

  json leaf() {
    switch (below(9)) {
      case 0: return json();
      case 1: return json(below(2) == 0);
      case 2: return json(static_cast<std::int64_t>(below(100)));
      case 3: return json(1.5);
      case 4: return json("2026-11-24T10:15:30Z");
      case 5: return json("00000000-0000-0000-0000-000000000001");
      case 6: return json(std::uint64_t{18446744073709551615u});
      case 7: return json("wild");
      default: return json("x");
    }
  }

  json value(int depth) {
    if (depth == 0 || below(3) == 0) return leaf();
    if (below(3) == 0) {
      json array = json::array();
      for (std::size_t i = below(4); i > 0; --i) array.push_back(value(depth - 1));
      return array;
    }
    json object = json::object();
    for (std::size_t i = below(4); i > 0; --i) object.set(key(), value(depth - 1));
    return object;
  }

  unsigned seed_;
  unsigned rounds_;
  std::mt19937 random_;
};

TEST_F(JsonFilterFuzz, BindsOrRefuses) {
  unsigned taken = 0;
  for (unsigned round = 0; round < rounds_; ++round) {
    json filter = json::object();
    for (std::size_t i = 1 + below(3); i > 0; --i) filter.set(key(), value(4));
    try {
      const Condition condition = json_condition(registry(), meta<Book>(), filter);
      FindBinding find;
      find.root = &meta<Book>();
      find.where = &condition;
      find.count = true;
      (void)bind_find(registry(), find);
      ++taken;
    } catch (const ValidationError& error) {
      ASSERT_FALSE(error.message().empty()) << filter.dump();
    }
  }
  EXPECT_GT(taken, rounds_ / 100) << "hardly any filter was valid: the keys are out of date";
}

}  // namespace
}  // namespace rowan::query::testing
