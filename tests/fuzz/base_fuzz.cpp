// Random input for the readers of outside text: JSON, timestamps, dates, UUIDs and decimals.

#include <rowan/base/decimal.hpp>
#include <rowan/base/error.hpp>
#include <rowan/base/json.hpp>
#include <rowan/base/text.hpp>
#include <rowan/base/time.hpp>
#include <rowan/base/uuid.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <memory>
#include <random>
#include <string>
#include <string_view>

// Each reader is given valid texts with random damage. It may refuse them in its own way only, and
// what it takes must come out and go in again unchanged. ROWAN_FUZZ_SEED repeats a run, and
// ROWAN_FUZZ_ROUNDS makes a longer one.

namespace rowan {
namespace {

unsigned from_environment(const char* name, unsigned otherwise) {
  const char* value = std::getenv(name);
  return value == nullptr ? otherwise : static_cast<unsigned>(std::strtoul(value, nullptr, 10));
}

/// Input in a block of its exact size, so that a sanitizer sees a read past its end.
class ExactText final {
 public:
  explicit ExactText(std::string_view text) : bytes_(new char[text.size()]), size_(text.size()) {
    text.copy(bytes_.get(), size_);
  }
  [[nodiscard]] std::string_view view() const { return {bytes_.get(), size_}; }

 private:
  std::unique_ptr<char[]> bytes_;
  std::size_t size_;
};

class BaseFuzz : public testing::Test {
 protected:
  BaseFuzz()
      : seed_(from_environment("ROWAN_FUZZ_SEED", std::random_device()())),
        rounds_(from_environment("ROWAN_FUZZ_ROUNDS", 30000)),
        random_(seed_) {
    RecordProperty("seed", std::to_string(seed_));
    std::printf("ROWAN_FUZZ_SEED=%u\n", seed_);
  }

  std::size_t below(std::size_t limit) {
    return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random_);
  }

  /// Returns `text` with up to four bytes removed, replaced, inserted or repeated.
  std::string damaged(std::string text, std::string_view alphabet) {
    for (std::size_t left = below(5); left > 0; --left) {
      const std::size_t place = below(text.size() + 1);
      const char byte =
          below(8) == 0 ? static_cast<char>(below(256)) : alphabet[below(alphabet.size())];
      switch (below(4)) {
        case 0: text.insert(text.begin() + static_cast<std::ptrdiff_t>(place), byte); break;
        case 1:
          if (place < text.size()) text[place] = byte;
          break;
        case 2: text.erase(place, 1 + below(3)); break;
        default: text.insert(place, text.substr(below(text.size() + 1), 1 + below(16)));
      }
    }
    return text;
  }

  /// Gives `reader` damaged copies of the texts.
  template <std::size_t Count, class Reader>
  void run(const char* const (&texts)[Count], std::string_view alphabet, Reader reader) {
    for (unsigned i = 0; i < rounds_ && !HasFailure(); ++i) {
      const std::string text = damaged(texts[below(Count)], alphabet);
      SCOPED_TRACE(base::quoted(text));
      reader(ExactText(text).view());
    }
  }

  unsigned seed_;
  unsigned rounds_;
  std::mt19937 random_;
};

TEST_F(BaseFuzz, json_is_refused_or_comes_out_as_it_went_in) {
  const char* const texts[] = {
      R"({"a":1,"b":[true,false,null],"c":{"d":"e","f":-1.5e10}})",
      R"(["\u00e9\ud83d\ude00","\"\\\/\b\f\n\r\t",0.1,18446744073709551615])",
      "{\"\xc3\xa9\":\"\xf0\x9f\x98\x80\",\"x\":[[[[]]]],\"y\":{\"z\":{}}}",
      "12345678901234567890123",
      "  [ 1 , 2 ]  ",
      "\"text\"",
      "",
  };
  run(texts, "{}[]\",:\\/ue+-.0123456789truefalsn \n", [](std::string_view text) {
    json value;
    try {
      value = json::parse(text);
    } catch (const ValidationError&) {
      return;
    }
    const std::string once = value.dump();
    const json again = json::parse(once);
    ASSERT_EQ(again, value);
    ASSERT_EQ(again.dump(), once);
    ASSERT_EQ(json::parse(value.dump(2)), value);
  });
}

TEST_F(BaseFuzz, deep_json_is_refused_without_recursion) {
  for (int i = 0; i < 50; ++i) {
    std::string text;
    const std::size_t depth = below(100000);
    for (std::size_t k = 0; k < depth; ++k) text += below(2) == 0 ? "[" : "{\"a\":";
    EXPECT_THROW((void)json::parse(text), ValidationError);
  }
}

TEST_F(BaseFuzz, timestamps_are_refused_or_come_out_as_they_went_in) {
  const char* const texts[] = {"2026-11-24",
                               "2026-11-24 10:15:30",
                               "2026-11-24T10:15:30.123456Z",
                               "0000-01-01T00:00:00+23:59",
                               "9999-12-31 23:59:59.999999999-00:30",
                               "2024-02-29 00:00:00+01"};
  run(texts, "0123456789-:+.TZ ", [](std::string_view text) {
    Timestamp time;
    if (!parse_timestamp(text, time)) return;
    char out[32];
    const std::string_view written(out, format_timestamp(time, out));
    Timestamp again;
    ASSERT_TRUE(parse_timestamp(written, again));
    ASSERT_EQ(again, time);
  });
}

TEST_F(BaseFuzz, dates_are_refused_or_come_out_as_they_went_in) {
  const char* const texts[] = {"2026-11-24", "0000-01-01", "9999-12-31", "2024-02-29"};
  run(texts, "0123456789-", [](std::string_view text) {
    std::chrono::sys_days date;
    if (!parse_date(text, date)) return;
    char out[16];
    ASSERT_EQ(std::string_view(out, format_date(date, out)), text);
  });
}

TEST_F(BaseFuzz, any_timestamp_is_written_within_its_room_or_refused) {
  std::uniform_int_distribution<std::int64_t> any(INT64_MIN, INT64_MAX);
  for (unsigned i = 0; i < rounds_; ++i) {
    const Timestamp time(std::chrono::microseconds(any(random_) >> below(20)));
    char out[32];
    try {
      ASSERT_LE(format_timestamp(time, out), 26u);
    } catch (const ValidationError&) {
    }
  }
}

TEST_F(BaseFuzz, uuids_are_refused_or_come_out_in_lower_case) {
  const char* const texts[] = {"0192f5a7-3c4d-7e8f-9a0b-1c2d3e4f5061",
                               "00000000-0000-0000-0000-000000000000",
                               "ABCDEFAB-CDEF-ABCD-EFAB-CDEFABCDEFAB"};
  run(texts, "0123456789abcdefABCDEFg-", [](std::string_view text) {
    Uuid uuid;
    if (!Uuid::try_parse(text, uuid)) return;
    ASSERT_EQ(uuid.to_string(), base::ascii_lower(text));
  });
}

TEST_F(BaseFuzz, decimals_are_refused_or_canonical) {
  const char* const texts[] = {
      "0", "-0.00", "007.50", "+.5", "123456789012345678901234567890", "-1.25", "1000.000"};
  run(texts, "0123456789+-.e", [](std::string_view text) {
    Decimal value;
    if (!Decimal::try_parse(text, value)) return;
    const Decimal again(value.text());
    ASSERT_EQ(again.text(), value.text());
    ASSERT_EQ(again, value);
    ASSERT_EQ(again.hash(), value.hash());
  });
}

TEST_F(BaseFuzz, decimals_are_ordered_as_integers_of_one_scale) {
  std::uniform_int_distribution<int> cents(-2000, 2000);
  const auto as_decimal = [](int value) {
    const std::string digits = std::to_string(std::abs(value) + 1000000);
    return Decimal((value < 0 ? "-" : "") + digits.substr(1, 4) + "." + digits.substr(5));
  };
  for (unsigned i = 0; i < rounds_; ++i) {
    const int left = cents(random_);
    const int right = cents(random_);
    ASSERT_EQ(as_decimal(left) <=> as_decimal(right), std::weak_ordering(left <=> right));
  }
}

}  // namespace
}  // namespace rowan
