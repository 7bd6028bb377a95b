// Conversions between json and JSON for Modern C++.

#include <rowan/base/json_convert.hpp>

#include <rowan/base/error.hpp>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <limits>

namespace rowan {
namespace {

constexpr const char* every_kind =
    R"({"z":[1,-2,1.5,18446744073709551615,null],"a":{"t":true,"s":"text"},"e":[],"o":{}})";

TEST(JsonConvert, gives_an_ordered_document) {
  EXPECT_EQ(to_nlohmann<nlohmann::ordered_json>(json::parse(every_kind)).dump(), every_kind);
}

TEST(JsonConvert, gives_a_sorted_document) {
  EXPECT_EQ(to_nlohmann<nlohmann::json>(json::parse(every_kind)),
            nlohmann::json::parse(every_kind));
}

TEST(JsonConvert, takes_an_ordered_document) {
  EXPECT_EQ(from_nlohmann(nlohmann::ordered_json::parse(every_kind)).dump(), every_kind);
}

TEST(JsonConvert, takes_a_sorted_document) {
  EXPECT_EQ(from_nlohmann(nlohmann::json::parse(every_kind)), json::parse(every_kind));
}

TEST(JsonConvert, refuses_binary_values) {
  EXPECT_THROW((void)from_nlohmann(nlohmann::json::binary({1, 2})), ValidationError);
}

TEST(JsonConvert, refuses_nan) {
  EXPECT_THROW((void)from_nlohmann(nlohmann::json(std::numeric_limits<double>::quiet_NaN())),
               ValidationError);
}

TEST(JsonConvert, refuses_text_that_is_not_utf8) {
  EXPECT_THROW((void)from_nlohmann(nlohmann::json("\xff")), ValidationError);
}

}  // namespace
}  // namespace rowan
